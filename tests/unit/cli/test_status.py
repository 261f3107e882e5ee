"""``interspace status``: what the operations page shows, in a terminal and as JSON."""

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from connector.work.health import Health
from connector.work.outlook import Outlook
from connector.work.table import Done, Failed, Key, WorkTable
from tests.unit.cli.conftest import Run

SOON = datetime.now(UTC) + timedelta(minutes=30)
SEEN = Outlook("41007", "P1", 2, SOON, "repair", SOON + timedelta(hours=1), "first response", SOON - timedelta(hours=2))


def filled(path: Path, *, dead: bool) -> dict[str, str]:
    """A work table with one incident, dead if so wanted; the settings that lead there."""
    url = f"sqlite:///{path / 'work.sqlite3'}"
    with closing(WorkTable.open(url)) as table:
        now = table.now()
        for again in range(1 + dead):
            table.touch([Key("zammad", "7")], now)
            (job,) = table.claim("zammad", 1, timedelta(minutes=1))
            if again:
                table.fail([Failed(job, "answered 500\x1b[2J", None)])
            else:
                table.finish([Done(job, SOON, now, SEEN)])
        table.health.tell(Health("zammad", now, now, now, None, None, None, "abc.def", None))
    return {"INTERSPACE_DATABASE_URL": url, "INTERSPACE_ZAMMAD_URL": "https://desk.example"}


def test_what_was_missed_is_named_and_what_comes_next_is_listed(run: Run, tmp_path: Path) -> None:
    settings = filled(tmp_path, dead=False)
    shown = run("status", **settings)
    told = json.loads(run("status", "--json", **settings).stdout)

    assert (shown.returncode, "All is well" in shown.stdout) == (0, False)
    assert shown.stdout.startswith("The connector works, but a promise was missed on 1 ticket in the last 24 hours.")
    missed = shown.stdout.partition("Missed in the last 24 hours")[2].partition("The next 24 hours")[0]
    assert "41007" in missed
    assert "first response" in missed
    assert "41007" in shown.stdout
    assert "abc.def" in shown.stdout
    (desk,) = told["helpdesks"]
    (row,) = desk["next_hour"]["tickets"]
    assert (row["number"], row["level"], row["level_at"], row["target"]) == ("41007", 2, SOON.isoformat(), "repair")
    assert row["link"] == "https://desk.example/#ticket/zoom/7"
    assert desk["missed_last_day"]["tickets"][0]["missed"] == "first response"
    assert desk["work"]["waiting"] == 1


def test_without_a_missed_promise_all_is_well(run: Run, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'work.sqlite3'}"
    with closing(WorkTable.open(url)) as table:
        now = table.now()
        table.health.tell(Health("zammad", now, now, now, None, None, None, "abc.def", None))
    shown = run("status", INTERSPACE_DATABASE_URL=url)

    assert (shown.returncode, shown.stdout.startswith("All is well.\n")) == (0, True)


def test_a_dead_letter_needs_a_person_and_tells_what_nobody_watches(run: Run, tmp_path: Path) -> None:
    settings = filled(tmp_path, dead=True)
    shown = run("status", **settings)
    told = json.loads(run("status", "--json", **settings).stdout)
    (listed,) = json.loads(run("dead-letters", "list", "--json", **settings).stdout)

    assert shown.returncode == 1
    assert "1 dead letter needs a person" in shown.stdout
    assert "\x1b" not in shown.stdout
    (letter,) = told["dead_letters"]
    assert (letter["number"], letter["level_at"]) == ("41007", SOON.isoformat())
    assert {name: listed[name] for name in letter} == letter, "page and command tell the same"


def test_without_a_work_table_that_is_said(run: Run, tmp_path: Path) -> None:
    ran = run("status", INTERSPACE_DATABASE_URL=f"sqlite:///{tmp_path / 'none.sqlite3'}")
    assert (ran.returncode, "interspace run makes it" in ran.stderr) == (4, True)
