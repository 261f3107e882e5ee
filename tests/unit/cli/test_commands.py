"""The commands as a user sees them: output, exit codes, no traceback for a user's mistake."""

import json
from pathlib import Path

import pytest

from connector.policy.locate import MAPPINGS
from connector.sandbox.zammad.furnished import request
from tests.promises.conftest import COMPLETE
from tests.unit.cli.conftest import TOKEN, Live, Run

BOTH = {"INTERSPACE_ZAMMAD_URL": "https://support.example", "INTERSPACE_JIRA_URL": "https://site.example"}
WEBHOOK = "INTERSPACE_ZAMMAD_WEBHOOK_SECRET"


def new_ticket(live: Live, body: str = COMPLETE) -> str:
    article = {"type": "email", "body": body}
    answer = request(
        live.desk, live.customer, "POST", "tickets", {"title": "Line down", "group": "Users", "article": article}
    )
    return str(json.loads(answer.body)["id"])


def test_help_names_every_command_and_the_exit_codes(run: Run) -> None:
    shown = run("--help")

    assert shown.returncode == 0
    for command in ("run", "receive", "work", "sweep", "explain", "check", "dead-letters", "demo"):
        assert f"\n  {command} " in shown.stdout
    assert "3    the helpdesk does not answer" in shown.stdout


@pytest.mark.parametrize("command", ["run", "receive", "work", "sweep", "explain", "check", "demo"])
def test_no_option_takes_a_secret_and_every_option_names_its_variable(run: Run, command: str) -> None:
    shown = run(command, "--help").stdout

    assert "INTERSPACE_LOG_FORMAT" in shown
    assert "--database-url" not in shown
    for helpdesk in ("zammad", "jira"):
        for secret in ("token", "admin-token", "webhook-secret", "automation-secret"):
            assert f"--{helpdesk}-{secret}" not in shown


def test_check_finds_the_default_files_sound(run: Run) -> None:
    checked = run("check")

    assert checked.returncode == 0
    assert "sound, policy" in checked.stdout
    named = [line.partition(": sound")[0] for line in checked.stdout.splitlines()]
    files = ("interspace.yaml", "services.yaml", "zammad.yaml", "jira.yaml", "messages")
    assert named == [str(MAPPINGS / name) for name in files]
    assert json.loads(run("check", "--json").stdout)["problems"] == []


def test_check_prints_all_problems_with_file_line_and_path(run: Run, tmp_path: Path) -> None:
    text = (MAPPINGS / "interspace.yaml").read_text()
    bad = text.replace("    timezone: Europe/Berlin", "    timezone: Europe/Belin").replace(
        "medium: P2, low: P3", "medium: P2"
    )
    (tmp_path / "bad.yaml").write_text(bad)

    checked = run("check", "--policy", "bad.yaml")

    assert checked.returncode == 1
    assert "bad.yaml:" in checked.stdout
    assert "calendars.office.timezone: 'Europe/Belin' is not an IANA time zone" in checked.stdout
    assert "matrix.service_affecting.low" in checked.stdout
    assert "Traceback" not in checked.stderr


@pytest.mark.parametrize(
    ("arguments", "environment", "code", "said"),
    [
        (("explain", "1"), {}, 2, "INTERSPACE_ZAMMAD_URL or INTERSPACE_JIRA_URL is not set"),
        (("explain", "1", "--helpdesk", "jira"), {}, 2, "(interspace init jira writes a first settings file)"),
        (("explain", "1"), BOTH, 2, "choose one with --helpdesk"),
        (("explain", "ISP-41", "--helpdesk", "zammad"), BOTH, 2, "'ISP-41' is neither a ticket number with a # nor"),
        (("explain", "#41", "--helpdesk", "jira"), BOTH, 2, "'#41' is neither an issue's key nor an id"),
        (("sweep",), BOTH, 2, "choose one with --helpdesk"),
        (("work",), {}, 2, "INTERSPACE_ZAMMAD_URL or INTERSPACE_JIRA_URL is not set"),
        (("work",), BOTH, 2, "choose one with --helpdesk"),
        (("work", "--helpdesk", "otrs"), BOTH, 2, "'otrs' is not one of 'zammad', 'jira'"),
        (("work", "--helpdesk", "jira"), BOTH, 2, "INTERSPACE_JIRA_TOKEN or INTERSPACE_JIRA_TOKEN_FILE is not set"),
        (("run",), {}, 2, "INTERSPACE_ZAMMAD_URL or INTERSPACE_JIRA_URL is not set"),
        (("run",), BOTH | {WEBHOOK: "0123456789abcdef"}, 2, "the secret of Jira's webhook"),
        (("receive",), {}, 2, "the secret of the helpdesk's webhook"),
        (("dead-letters", "show", "41"), BOTH, 2, "choose one with --helpdesk"),
        (("explain", "1"), {"INTERSPACE_ZAMMAD_URL": "ftp://x"}, 2, "INTERSPACE_ZAMMAD_URL: must start with https://"),
        (("check",), {"INTERSPACE_LOG_LEVEL": "loud"}, 2, "INTERSPACE_LOG_LEVEL: "),
        (("check",), {"INTERSPACE_ZAMAD_URL": "https://x"}, 2, "INTERSPACE_ZAMAD_URL is no setting"),
        (("check", "--policy", "nowhere.yaml"), {}, 1, "nowhere.yaml: cannot be read"),
        (
            ("work", "--policy", "nowhere.yaml"),
            {"INTERSPACE_ZAMMAD_URL": "https://zammad.example"},
            2,
            "nowhere.yaml: cannot be read",
        ),
        (("check",), {"INTERSPACE_POLICE": "1"}, 2, "INTERSPACE_POLICE is no setting; did you mean INTERSPACE_POLICY?"),
        (("check",), {"INTERSPACE_PORT": "http"}, 2, "INTERSPACE_PORT: expected a whole number"),
        (
            ("dead-letters", "list"),
            {"INTERSPACE_DATABASE_URL": "oracle://x"},
            2,
            "INTERSPACE_DATABASE_URL: 'oracle' is",
        ),
        (
            ("dead-letters", "list"),
            {"INTERSPACE_DATABASE_URL": "foo"},
            2,
            "INTERSPACE_DATABASE_URL: the database URL",
        ),
        (
            ("explain", "1", "--at", "tomorrow"),
            {},
            2,
            "'tomorrow' is no time with its offset, such as 2026-11-23T09",
        ),
        (("explain", "1", "--at", "2026-11-23T09:00"), {}, 2, "is no time with its offset"),
        (("dead-letters", "list"), {"INTERSPACE_DATABASE_URL": "sqlite:////nowhere/at/all.db"}, 4, "/nowhere/at"),
        (
            ("dead-letters", "list"),
            {"INTERSPACE_DATABASE_URL": "postgresql://u:hunter2@127.0.0.1:1/d"},
            4,
            "127.0.0.1",
        ),
        (("dead-letters", "replay"), {}, 2, "name tickets, or --all"),
        (("nonsense",), {}, 2, "No such command"),
        (("chek",), {}, 2, "No such command 'chek'. Did you mean 'check'?"),
        (("dead-letters", "reply"), {}, 2, "Did you mean 'replay'?"),
        (("check", "--nonsense"), {}, 2, "No such option"),
    ],
)
def test_a_mistake_is_one_message_and_an_exit_code_and_leaves_nothing_behind(
    run: Run, tmp_path: Path, arguments: tuple[str, ...], environment: dict[str, str], code: int, said: str
) -> None:
    ran = run(*arguments, **environment)

    assert ran.returncode == code
    assert said in ran.stderr + ran.stdout
    assert "Traceback" not in ran.stderr
    assert "hunter2" not in ran.stderr + ran.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_helpdesk_that_does_not_answer_is_exit_code_3(run: Run, live: Live) -> None:
    gone = {**live.environment, "INTERSPACE_ZAMMAD_URL": "http://127.0.0.1:1"}

    ran = run("explain", "1", **gone)

    assert ran.returncode == 3
    assert ran.stderr.startswith(("Zammad GET users/me: ", "Zammad GET tickets/1: "))
    assert "http://127.0.0.1:1 gives no answer: " in ran.stderr
    assert ran.stderr.count("INTERSPACE_ZAMMAD_URL") == 1
    assert "INTERSPACE_JIRA_URL" not in ran.stderr
    assert "\ninterspace doctor finds out what is wrong." in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_wrong_token_is_exit_code_3_and_is_not_printed(run: Run, live: Live) -> None:
    ran = run("explain", "1", **{**live.environment, TOKEN: "wrong-token-0123456789"})

    assert ran.returncode == 3
    assert "Check the token" in ran.stderr
    assert "wrong-token-0123456789" not in ran.stderr


def test_explain_tells_what_every_rule_sees_and_writes_nothing(run: Run, live: Live) -> None:
    ticket = new_ticket(live)

    shown = run("explain", ticket, **live.environment)
    as_json = json.loads(run("explain", ticket, "--json", **live.environment).stdout)

    assert shown.returncode == 0
    assert "P1: impact service affecting × urgency high" in shown.stdout
    assert "Would be written" in shown.stdout
    assert as_json["decision"]["changes"]["priority"] == "P1"
    assert as_json["policy"] in shown.stdout
    assert {call.method for call in live.desk.requests if call.user.startswith("interspace")} == {"GET"}


def test_explain_names_the_number_that_was_perhaps_meant(run: Run, live: Live) -> None:
    shown = json.loads(run("explain", new_ticket(live), "--json", **live.environment).stdout)
    number = shown["ticket"]["number"]

    as_id = run("explain", number, **live.environment)
    as_hinted = run("explain", f"#{number}", **live.environment)
    no_number = run("explain", "#999999", **live.environment)

    assert as_id.returncode == 1, "a ticket that is not there is no helpdesk that does not answer"
    assert "\\n" not in as_id.stderr
    assert f"tickets/{number}" in as_id.stderr
    assert f"If {number} is the number on the screen, write '#{number}'" in as_id.stderr
    assert as_hinted.returncode == 0
    assert no_number.returncode == 1
    assert "on the screen" not in no_number.stderr


def test_explain_at_another_time(run: Run, live: Live) -> None:
    ticket = new_ticket(live)

    later = json.loads(run("explain", ticket, "--at", "2099-01-01T00:00:00+0000", "--json", **live.environment).stdout)

    assert later["decision"]["changes"]["escalation_level"] == 5

    before = run("explain", ticket, "--at", "2001-01-01T00:00:00+0000", **live.environment)

    assert before.returncode == 2
    assert "was created later" in before.stderr

    beyond = run("explain", ticket, "--at", "2400-01-01T00:00:00+0000", **live.environment)

    assert beyond.returncode == 2
    (sentence,) = beyond.stderr.splitlines()
    assert sentence.startswith("Error: --at 2400-01-01T00:00:00+00:00: ")
    assert "the years 1900 to 2299" in sentence


def test_sweep_marks_changed_tickets_due(run: Run, live: Live) -> None:
    new_ticket(live)

    ran = run("sweep", "--full", "--json", **live.environment)

    assert ran.returncode == 0
    found = json.loads(ran.stdout)
    assert (found["listed"], found["touched"], found["missed"]) == (1, 1, 0)


@pytest.mark.parametrize("helpdesk", ["zammad", "jira"])
def test_check_looks_at_the_mapping_of_each_helpdesk_that_is_served(run: Run, tmp_path: Path, helpdesk: str) -> None:
    text = (MAPPINGS / f"{helpdesk}.yaml").read_text()
    (tmp_path / "bad.yaml").write_text(text.replace("\nroles:", "\nrolls:"))
    bad = {f"INTERSPACE_{helpdesk.upper()}_MAPPING": "bad.yaml"}
    other = "jira" if helpdesk == "zammad" else "zammad"

    found = [
        run("check", **bad).returncode,
        run("check", **bad, **BOTH).returncode,
        run("check", "--helpdesk", helpdesk, **bad).returncode,
        run("check", "--helpdesk", other, **bad).returncode,
        run("check", **bad, **{f"INTERSPACE_{other.upper()}_URL": "https://x.example"}).returncode,
    ]

    assert found == [1, 1, 1, 0, 0]
    assert "bad.yaml:" in run("check", **bad).stdout
