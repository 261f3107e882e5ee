"""What ``interspace install`` says of Jira alone, over a socket: the checklist, and what Cloud needs."""

import json
from pathlib import Path

import pytest

from connector.domain.fields import CUSTOM
from connector.helpdesks.jira.install.planning import checklist_jira
from connector.policy.locate import MAPPINGS
from tests.unit.helpdesks.jira.install.bench import RECEIVER, JiraBench
from tests.unit.install.conftest import Run
from tests.unit.policy.files import with_addresses


def test_what_is_said_of_jira(run: Run) -> None:
    shown = run("plan", "jira", "--receiver-url", RECEIVER)
    whole = run("plan", "jira", "--receiver-url", RECEIVER, "--verbose")
    applied = run("apply", "jira", "--receiver-url", RECEIVER)
    again = run("plan", "jira")

    assert "custom field 'Impact on service'" in shown.stdout
    # The group is a field there too.
    assert f"+{len(CUSTOM) + 1} fields: Service reference, Start of the problem, " in shown.stdout
    assert f"{RECEIVER}/webhooks/jira/main" in shown.stdout
    assert "used as" in shown.stdout
    assert "not ours, used as it is" not in shown.stdout
    assert "not ours, used as it is" in whole.stdout
    assert "interspace install checklist jira says how:\n 1. " in applied.stdout
    assert "1 member of the role" in again.stdout


def by_automation(folder: Path) -> str:
    """A mapping by which rules of Automation mail the contacts of a level."""
    text = (MAPPINGS / "jira.yaml").read_text(encoding="utf-8")
    assert "\nmail_contacts: true\n" in text
    file = folder / "jira.yaml"
    file.write_text(text.replace("\nmail_contacts: true\n", "\nmail_contacts: false\n"), encoding="utf-8")
    return str(file)


def test_where_jira_mails_the_contacts_there_are_no_rules_to_make(jira_bench: JiraBench) -> None:
    items = {item.key: item for item in checklist_jira(jira_bench.setup, "https://jira.example")}

    said = " ".join(items["notifications"].steps)
    assert "Nothing to make" in said
    assert "Delete Automation rules that do so, or everybody gets two." in said
    assert "have no e-mail address among their contacts" in said
    assert "JQL" not in said


def test_the_checklist_names_every_item_with_its_page(run: Run, jira_bench: JiraBench, tmp_path: Path) -> None:
    jira_bench.install()
    mapping = by_automation(tmp_path)

    told = run("checklist", "jira", INTERSPACE_JIRA_MAPPING=mapping)
    listed = run("checklist", "jira", "--json", INTERSPACE_JIRA_MAPPING=mapping)

    assert told.returncode == 0, told.stderr
    items = {item["key"]: item for item in json.loads(listed.stdout)}
    always = {
        "request type",
        "request type fields",
        "required details",
        "SLA goals",
        "queues",
        "notifications",
        "customer notifications",
    }
    assert always <= items.keys()
    hand = {key for key in items if key.startswith("options of ")}
    assert bool(hand) == (jira_bench.jira.flavour == "datacenter")
    for item in items.values():
        assert item["link"].startswith("http://127.0.0.1:")
        assert item["title"] in told.stdout
        assert item["link_confirmed"] or item["menu"] in told.stdout
    assert 'priority in ("Low", "Lowest")' in " ".join(items["SLA goals"]["steps"])
    mails = " ".join(items["notifications"]["steps"])
    assert "{{issue.Escalation level}}" in mails
    assert '"Escalation level" >= 3 AND "Escalated from level" < 3' in mails, "also where a rise passes the level"
    assert told.stdout.count("apply the installation again") == len(hand and {"once"})
    new_words = ("Space settings (Project settings)", "work type (issue type)", "'Work item created' ('Issue created')")
    assert {word in told.stdout for word in new_words} == {jira_bench.jira.flavour == "cloud"}


def test_the_checklist_says_which_levels_have_no_address(run: Run, jira_bench: JiraBench, tmp_path: Path) -> None:
    jira_bench.install()

    said = "Levels 2, 3, 4, 5 (default); 2, 3, 4 (acme); 3 (transit_premium) have no e-mail address"
    assert said in " ".join(run("checklist", "jira").stdout.split())
    addressed = run("checklist", "jira", "--policy", str(with_addresses(tmp_path)))
    assert addressed.returncode == 0, addressed.stderr
    assert "no e-mail address" not in " ".join(addressed.stdout.split())


def test_what_is_to_be_pasted_is_not_broken(run: Run, jira_bench: JiraBench) -> None:
    jira_bench.install()

    lines = run("checklist", "jira", COLUMNS="60").stdout.splitlines()
    items = json.loads(run("checklist", "jira", "--json").stdout)

    pasted = [line for item in items for step in item["steps"] for line in step.split("\n")[1:]]
    assert max(map(len, pasted)) > 60
    assert set(pasted) <= {line.strip() for line in lines}
    prose = [line for line in lines if line.strip() not in pasted and "://" not in line]
    assert max(map(len, prose)) <= 60


def test_services_too_many_for_a_search_are_left_to_a_person(jira_bench: JiraBench) -> None:
    catalogue = jira_bench.policy.catalogue
    one = next(held for held in catalogue.services if jira_bench.policy.ladder(held.id).levels)
    many = [one.model_copy(update={"id": f"SVC-{number}"}) for number in range(2000, 2030)]
    jira_bench.mapping = jira_bench.mapping.model_copy(update={"mail_contacts": False})
    jira_bench.policy = jira_bench.policy.model_copy(
        update={"catalogue": catalogue.model_copy(update={"services": (*catalogue.services, *many)})}
    )

    items = {item.key: item for item in checklist_jira(jira_bench.setup, "https://jira.example")}

    said = " ".join(items["notifications"].steps)
    assert "SVC-2000" not in said
    assert "narrow this search by service" in said


@pytest.mark.parametrize("jira_bench", ["cloud"], indirect=True)
@pytest.mark.parametrize(
    ("arguments", "more", "said"),
    [
        ((), {"INTERSPACE_JIRA_ADMIN_USER": ""}, "INTERSPACE_JIRA_ADMIN_USER is not set"),
        (("--receiver-url", "http://connector.example.com"), {}, "sends webhooks to https addresses only"),
    ],
)
def test_what_cloud_needs(run: Run, arguments: tuple[str, ...], more: dict[str, str], said: str) -> None:
    refused = run("plan", "jira", *arguments, **more)

    assert refused.returncode == 2
    assert said in refused.stderr


def test_a_receiver_on_this_machine_needs_no_tls(run: Run) -> None:
    assert run("plan", "jira", "--receiver-url", "http://localhost:8080").returncode == 0


def test_a_wrong_token_for_the_checklist_is_one_message(run: Run) -> None:
    ran = run("checklist", "jira", INTERSPACE_JIRA_ADMIN_TOKEN="wrong")

    assert ran.returncode == 3
    assert "Check the token" in ran.stderr
    assert "Traceback" not in ran.stderr
