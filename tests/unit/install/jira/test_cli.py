"""``interspace install … jira`` as an admin uses it, over a socket."""

import json
import os
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from connector.cli import main
from connector.install.jira.planning import checklist_jira
from connector.install.secrets import JIRA_WEBHOOK, read_store
from connector.sandbox.jira.furnished import ADMIN, BOT
from tests.unit.install.jira.bench import RECEIVER, JiraBench


class Ran(NamedTuple):
    """What a command said and how it ended."""

    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Ran]


@pytest.fixture
def run(
    tmp_path: Path, jira_bench: JiraBench, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Run]:
    """Runs ``interspace install`` against the bench, with nothing of this process's own settings."""
    for name in os.environ:
        if name.startswith("INTERSPACE_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    with jira_bench.jira.serve() as server:
        monkeypatch.setenv("INTERSPACE_JIRA_URL", server.url)
        monkeypatch.setenv("INTERSPACE_JIRA_TOKEN", jira_bench.tokens["bot"])
        monkeypatch.setenv("INTERSPACE_JIRA_ADMIN_TOKEN", jira_bench.tokens["admin"])
        if jira_bench.jira.flavour == "cloud":
            monkeypatch.setenv("INTERSPACE_JIRA_USER", BOT)
            monkeypatch.setenv("INTERSPACE_JIRA_ADMIN_USER", ADMIN)

        def command(*arguments: str, **more: str) -> Ran:
            for name, value in more.items():
                monkeypatch.setenv(name, value)
            monkeypatch.setattr(sys, "argv", ["interspace", "install", *arguments])
            code = 0
            try:
                main()
            except SystemExit as end:
                code = int(end.code or 0)
            said = capsys.readouterr()
            return Ran(code, said.out, said.err)

        yield command


def test_plan_apply_plan_uninstall(run: Run, jira_bench: JiraBench, tmp_path: Path) -> None:
    shown = run("plan", "jira", "--receiver-url", RECEIVER)
    assert shown.returncode == 0, shown.stderr
    assert "custom field 'Impact on service'" in shown.stdout
    assert "+30 fields: Service reference, Start of the problem, " in shown.stdout
    assert f"{RECEIVER}/webhooks/jira/main" in shown.stdout
    assert "used as" in shown.stdout
    assert "not ours, used as it is" not in shown.stdout
    assert "not ours, used as it is" in run("plan", "jira", "--receiver-url", RECEIVER, "--verbose").stdout
    assert list(tmp_path.iterdir()) == [], "a plan makes no secret"
    checksum = shown.stdout.strip().splitlines()[-1].removeprefix("Checksum: ")

    refused = run("apply", "jira", "--receiver-url", RECEIVER, "--checksum", "000000000000")
    assert refused.returncode == 1
    assert f"The plan is now {checksum}" in refused.stderr
    assert jira_bench.jira.world.webhooks == {}

    applied = run("apply", "jira", "--receiver-url", RECEIVER, "--checksum", checksum)
    assert applied.returncode == 0, applied.stderr
    assert "interspace install checklist jira says how:\n 1. " in applied.stdout
    store = tmp_path / "interspace.secrets"
    assert stat.S_IMODE(store.stat().st_mode) == 0o600
    secret = read_store(store)[JIRA_WEBHOOK]
    assert [held.secret for held in jira_bench.jira.world.webhooks.values()] == [secret]

    again = run("plan", "jira")
    assert "Nothing to do." in again.stdout
    assert "1 member of the role" in again.stdout
    listed = run("plan", "jira", "--json")
    assert json.loads(listed.stdout)["counts"]["unchanged"] > 30

    told = run("uninstall", "jira")
    assert told.returncode == 1
    assert "--force" in told.stderr
    assert "tickets' data are in it" in told.stdout
    gone = run("uninstall", "jira", "--force", "--json")
    assert gone.returncode == 0, gone.stderr
    assert json.loads(gone.stdout)["refused_by_jira"] == []
    assert jira_bench.jira.world.webhooks == {}
    everything = (shown, refused, applied, again, listed, told, gone)
    held = (secret, *jira_bench.tokens.values())
    assert not [text for ran in everything for text in held if text in ran.stdout + ran.stderr]


def test_the_checklist_names_every_item_with_its_page(run: Run, jira_bench: JiraBench) -> None:
    jira_bench.install()

    told = run("checklist", "jira")
    listed = run("checklist", "jira", "--json")

    assert told.returncode == 0, told.stderr
    items = {item["key"]: item for item in json.loads(listed.stdout)}
    always = {
        "request type",
        "request type fields",
        "required details",
        "SLA goals",
        "queues",
        "notifications",
        "customer notice",
    }
    assert always <= items.keys()
    hand = {key for key in items if key.startswith("options of ")}
    assert bool(hand) == (jira_bench.jira.flavour == "datacenter")
    for item in items.values():
        assert item["link"].startswith("http://127.0.0.1:")
        assert item["title"] in told.stdout
        assert item["link_confirmed"] or item["menu"] in told.stdout
    assert 'priority in ("Low", "Lowest")' in " ".join(items["SLA goals"]["steps"])
    assert "{{issue.Escalation level}}" in " ".join(items["notifications"]["steps"])
    assert told.stdout.count("apply the installation again") == len(hand and {"once"})


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


@pytest.mark.parametrize(
    ("arguments", "more", "code", "said"),
    [
        (("plan", "jira"), {}, 2, "--receiver-url"),
        (("plan", "jira", "--receiver-url", "nowhere"), {}, 2, "not where a receiver can be"),
        (("plan", "jira"), {"INTERSPACE_JIRA_ADMIN_TOKEN": ""}, 2, "INTERSPACE_JIRA_ADMIN_TOKEN"),
        (("plan", "jira"), {"INTERSPACE_JIRA_TOKEN": "wrong"}, 3, "INTERSPACE_JIRA_TOKEN"),
        (("plan", "jira"), {"INTERSPACE_JIRA_ADMIN_TOKEN": "wrong"}, 3, "Check the token"),
        (("checklist", "jira"), {"INTERSPACE_JIRA_ADMIN_TOKEN": "wrong"}, 3, "Check the token"),
    ],
)
def test_what_goes_wrong_is_one_message(
    run: Run, arguments: tuple[str, ...], more: dict[str, str], code: int, said: str
) -> None:
    ran = run(*arguments, **more)

    assert ran.returncode == code
    assert said in ran.stderr
    assert "Traceback" not in ran.stderr
