"""The commands as a user sees them: output, exit codes, no traceback for a user's mistake."""

import json
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connector.policy.locate import MAPPINGS
from connector.sandbox.zammad.furnished import request
from connector.work.table import Failed, Key, WorkTable
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
    files = ("interspace.yaml", "services.yaml", "zammad.yaml", "jira.yaml")
    assert named == [str(MAPPINGS / name) for name in files]
    assert run("check", "--json").stdout == "[]\n"


def test_check_prints_all_problems_with_file_line_and_path(run: Run, tmp_path: Path) -> None:
    text = (MAPPINGS / "interspace.yaml").read_text()
    bad = text.replace("timezone: Europe/Berlin", "timezone: Europe/Belin").replace("medium: P2, low: P3", "medium: P2")
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
        (("dead-letters", "list"), {"INTERSPACE_DATABASE_URL": "oracle://x"}, 4, "oracle"),
        (("dead-letters", "list"), {"INTERSPACE_DATABASE_URL": "sqlite:////nowhere/at/all.db"}, 4, "/nowhere/at"),
        (
            ("dead-letters", "list"),
            {"INTERSPACE_DATABASE_URL": "postgresql://u:hunter2@127.0.0.1:1/d"},
            4,
            "127.0.0.1",
        ),
        (("dead-letters", "replay"), {}, 2, "name tickets, or --all"),
        (("nonsense",), {}, 2, "No such command"),
        (("check", "--nonsense"), {}, 2, "No such option"),
    ],
)
def test_a_mistake_is_one_message_and_an_exit_code(
    run: Run, arguments: tuple[str, ...], environment: dict[str, str], code: int, said: str
) -> None:
    ran = run(*arguments, **environment)

    assert ran.returncode == code
    assert said in ran.stderr + ran.stdout
    assert "Traceback" not in ran.stderr
    assert "hunter2" not in ran.stderr + ran.stdout


def test_a_helpdesk_that_does_not_answer_is_exit_code_3(run: Run, live: Live) -> None:
    gone = {**live.environment, "INTERSPACE_ZAMMAD_URL": "http://127.0.0.1:1"}

    ran = run("explain", "1", **gone)

    assert ran.returncode == 3
    assert "Zammad GET users/me: no answer" in ran.stderr or "Zammad GET tickets/1: no answer" in ran.stderr
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


def test_explain_at_another_time(run: Run, live: Live) -> None:
    ticket = new_ticket(live)

    later = json.loads(run("explain", ticket, "--at", "2099-01-01T00:00:00+0000", "--json", **live.environment).stdout)

    assert later["decision"]["changes"]["escalation_level"] == 5


def test_sweep_marks_changed_tickets_due(run: Run, live: Live) -> None:
    new_ticket(live)

    ran = run("sweep", "--full", "--json", **live.environment)

    assert ran.returncode == 0
    found = json.loads(ran.stdout)
    assert (found["listed"], found["touched"], found["missed"]) == (1, 1, 0)


def test_dead_letters_are_listed_shown_replayed_and_dropped(run: Run, live: Live) -> None:
    environment = live.environment
    table = WorkTable.open(environment["INTERSPACE_DATABASE_URL"])
    for ticket in ("41", "42"):
        table.touch([Key("zammad", ticket)], datetime.now(UTC))
    jobs = table.claim("zammad", 9, timedelta(minutes=1))
    table.fail([Failed(job, "Zammad PUT tickets/41: answered 422: no", None) for job in jobs])
    table.close()

    listed = run("dead-letters", "list", **environment)
    shown = run("dead-letters", "show", "41", **environment)
    replayed = run("dead-letters", "replay", "41", **environment)
    dropped = run("dead-letters", "drop", "--all", **environment)
    empty = run("dead-letters", "list", **environment)
    missing = run("dead-letters", "show", "41", **environment)

    assert "Zammad PUT tickets/41" in listed.stdout
    assert "attempts: 1" in shown.stdout
    assert replayed.stdout == "1 of 1 will be tried again\n"
    assert dropped.stdout == "1 of 1 dropped\n"
    assert empty.stdout == "no dead letters\n"
    assert missing.returncode == 1


def test_dead_letters_of_one_helpdesk_are_left_to_it(run: Run, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'work.sqlite3'}"
    table = WorkTable.open(url)
    for helpdesk in ("zammad", "jira"):
        table.touch([Key(helpdesk, "41")], datetime.now(UTC))
        jobs = table.claim(helpdesk, 9, timedelta(minutes=1))
        table.fail([Failed(job, f"{helpdesk} answered 422", None) for job in jobs])
    table.close()
    environment = {"INTERSPACE_DATABASE_URL": url, **BOTH}

    of_jira = run("dead-letters", "list", "--helpdesk", "jira", "--json", **environment)
    shown = run("dead-letters", "show", "41", "--helpdesk", "jira", INTERSPACE_DATABASE_URL=url)
    dropped = run("dead-letters", "drop", "--all", "--helpdesk", "jira", **environment)
    left = run("dead-letters", "list", "--json", **environment)

    assert [letter["helpdesk"] for letter in json.loads(of_jira.stdout)] == ["jira"]
    assert "jira answered 422" in shown.stdout
    assert dropped.stdout == "1 of 1 dropped\n"
    assert [letter["helpdesk"] for letter in json.loads(left.stdout)] == ["zammad"]


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


def test_the_demo_happens(run: Run) -> None:
    told = run("demo", "--json", "--log-level", "error")

    steps = json.loads(told.stdout)
    assert told.returncode == 0
    assert len(steps) == 9
    assert all(step["problems"] == [] for step in steps)


def test_the_demo_notices_a_rule_that_does_not_hold(run: Run, tmp_path: Path) -> None:
    text = (MAPPINGS / "interspace.yaml").read_text()
    (tmp_path / "slow.yaml").write_text(text.replace("{P1: 2 h, P2: 6 h,", "{P1: 3 h, P2: 6 h,"))

    told = run("demo", "--json", "--log-level", "error", "--policy", "slow.yaml")

    assert told.returncode == 1
    assert any("expected: level 3" in step["problems"] for step in json.loads(told.stdout))


def test_a_damaged_database_is_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "work.sqlite3").write_bytes(b"this is no database" * 100)

    ran = run("dead-letters", "list", INTERSPACE_DATABASE_URL=f"sqlite:///{tmp_path / 'work.sqlite3'}")

    assert ran.returncode == 4
    assert "work.sqlite3" in ran.stderr
    assert "Traceback" not in ran.stderr
    with pytest.raises(sqlite3.DatabaseError):
        sqlite3.connect(tmp_path / "work.sqlite3").execute("select * from sqlite_master")
