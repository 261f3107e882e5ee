"""Who is installed where: refused at every door, shown, moved and resumed."""

from datetime import UTC, datetime

import pytest

from connector.work.table import Home, WorkTable
from tests.unit.cli.conftest import TOKEN, Live, LiveJira, Run

SINCE = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.mark.parametrize("command", [("work",), ("explain", "1"), ("installation", "show")])
def test_a_customers_token_is_refused(run: Run, live: Live, command: tuple[str, ...]) -> None:
    _table(live.environment).close()

    ran = run(*command, **{**live.environment, TOKEN: live.customer})

    assert ran.returncode == 3
    assert "who is no agent: internal notes would be public" in ran.stderr


def test_a_customers_token_passes_no_init(run: Run, live: Live) -> None:
    url = live.environment["INTERSPACE_ZAMMAD_URL"]

    ran = run("init", "zammad", "--url", url, **{TOKEN: live.customer})

    assert ran.returncode == 1
    assert "is no agent" in ran.stdout + ran.stderr


def test_a_table_of_another_helpdesk_is_refused_until_somebody_says_that_it_has_moved(run: Run, live: Live) -> None:
    table = _table(live.environment)
    table.helpdesks.set_home("zammad", Home("https://old.example.com", "3", None, SINCE))

    refused = run("work", **live.environment)
    assert (refused.returncode, "that of https://old.example.com" in refused.stderr) == (4, True)
    shown = run("installation", "show", **live.environment).stdout
    assert "fault: The work table is that of https://old.example.com" in shown

    moved = run("installation", "move", **live.environment)

    assert moved.returncode == 0, moved.stderr
    home = table.helpdesks.home("zammad")
    assert home is not None
    assert (home.address, home.since) == (live.environment["INTERSPACE_ZAMMAD_URL"], SINCE)
    assert "fault" not in run("installation", "show", **live.environment).stdout
    table.close()


def test_stopped_work_begins_again_only_when_somebody_says_so(run: Run, live_jira: LiveJira) -> None:
    table = _table(live_jira.environment)
    table.helpdesks.set_stopped("jira", "the internal comment 7 is public")

    refused = run("work", **live_jira.environment)
    assert (refused.returncode, "the internal comment 7 is public" in refused.stderr) == (4, True)
    assert table.paused_until("jira") is not None

    resumed = run("installation", "resume", **live_jira.environment)

    assert "Work goes on" in resumed.stdout
    assert table.helpdesks.stopped("jira") is None
    assert table.paused_until("jira") is None
    table.close()


def _table(environment: dict[str, str]) -> WorkTable:
    return WorkTable.open(environment["INTERSPACE_DATABASE_URL"])
