"""``interspace dead-letters``: what is listed is there, and nothing is made only to be found empty."""

import json
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connector.sandbox.faults import Fault
from connector.work.table import Failed, Key, WorkTable
from tests.unit.cli.conftest import Live, Run
from tests.unit.cli.test_commands import BOTH, new_ticket


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
    assert (missing.returncode, "write '#41'" in missing.stderr) == (1, True)


def test_a_dead_letter_is_named_as_people_know_the_ticket(run: Run, live: Live) -> None:
    ticket = new_ticket(live)
    table = WorkTable.open(live.environment["INTERSPACE_DATABASE_URL"])
    table.touch([Key("zammad", ticket)], datetime.now(UTC))
    table.fail([Failed(job, "no", None) for job in table.claim("zammad", 9, timedelta(minutes=1))])
    table.close()

    (listed,) = json.loads(run("dead-letters", "list", "--json", **live.environment).stdout)
    shown = run("dead-letters", "show", ticket, **live.environment)
    by_number = run("dead-letters", "show", f"#{listed['number']}", **live.environment)
    no_ticket = run("dead-letters", "show", "the line", **live.environment)
    live.desk.faults.add(Fault("refuse", times=None))
    down = run("dead-letters", "list", **live.environment)

    link = f"{live.environment['INTERSPACE_ZAMMAD_URL']}/#ticket/zoom/{ticket}"
    assert (listed["title"], listed["link"]) == ("Line down", link)
    assert by_number.stdout == shown.stdout
    assert (no_ticket.returncode, "is neither a ticket number" in no_ticket.stderr) == (2, True)
    assert f"number: {listed['number']}\ntitle: Line down\nlink: {link}\n" in shown.stdout
    assert down.returncode == 0
    assert f"/#ticket/zoom/{ticket}" in down.stdout


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


COMMANDS = (("list",), ("list", "--json"), ("show", "41"), ("replay", "--all"), ("replay", "41"), ("drop", "--all"))
NOWHERE = "there is no work table at "


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_work_table_that_is_not_there_is_no_all_clear(run: Run, tmp_path: Path, command: tuple[str, ...]) -> None:
    ran = run("dead-letters", *command, INTERSPACE_ZAMMAD_URL="https://support.example")

    assert ran.returncode == 4
    assert ran.stdout == ""
    assert f"{NOWHERE}{tmp_path / 'interspace.sqlite3'}; INTERSPACE_DATABASE_URL" in ran.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_empty_postgresql_database_is_no_all_clear(run: Run, postgresql_url: str) -> None:
    separator = "&" if "?" in postgresql_url else "?"
    environment = {"INTERSPACE_DATABASE_URL": f"{postgresql_url}{separator}password=hunter2"}

    before = [run("dead-letters", "list", **environment) for _ in range(2)]
    WorkTable.open(postgresql_url).close()
    after = run("dead-letters", "list", **environment)

    assert [ran.returncode for ran in before] == [4, 4]
    assert all(NOWHERE in ran.stderr and "hunter2" not in ran.stderr for ran in before)
    assert after.stdout == "no dead letters\n"


def test_a_damaged_database_is_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "work.sqlite3").write_bytes(b"this is no database" * 100)

    ran = run("dead-letters", "list", INTERSPACE_DATABASE_URL=f"sqlite:///{tmp_path / 'work.sqlite3'}")

    assert ran.returncode == 4
    assert "work.sqlite3" in ran.stderr
    assert "Traceback" not in ran.stderr
    with pytest.raises(sqlite3.DatabaseError):
        sqlite3.connect(tmp_path / "work.sqlite3").execute("select * from sqlite_master")
