"""``interspace pauses``: what is left alone can be seen and ended; what a person has to look at cannot."""

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from connector.work.table import WorkTable
from tests.unit.cli.conftest import Run


def test_pauses_are_listed_and_lifted(run: Run, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'work.sqlite3'}"
    until = datetime.now(UTC) + timedelta(minutes=10)
    with closing(WorkTable.open(url)) as table:
        table.pause("zammad", until, "answered 429\x1b[2J")
        table.pause("jira", until, "answered 429", "PUT issue")
    settings = {"INTERSPACE_DATABASE_URL": url}

    listed = run("pauses", "list", **settings)
    (one,) = json.loads(run("pauses", "list", "--helpdesk", "jira", "--json", **settings).stdout)
    lifted = run("pauses", "lift", "--helpdesk", "zammad", **settings)
    left = json.loads(run("pauses", "list", "--json", **settings).stdout)

    assert "everything" in listed.stdout
    assert "\x1b" not in listed.stdout
    assert one == {"helpdesk": "jira", "what": "PUT issue", "until": until.isoformat(), "cause": "answered 429"}
    assert lifted.stdout == "lifted: zammad: everything\n"
    assert left == [one]


def test_a_helpdesk_that_was_stopped_stays_stopped(run: Run, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'work.sqlite3'}"
    with closing(WorkTable.open(url)) as table:
        table.helpdesks.set_stopped("zammad", "an internal note is public")

    lifted = run("pauses", "lift", INTERSPACE_DATABASE_URL=url)

    assert lifted.returncode == 1
    assert "zammad stays stopped: an internal note is public" in lifted.stderr
    with closing(WorkTable.open(url)) as table:
        assert table.paused_until("zammad") is not None
