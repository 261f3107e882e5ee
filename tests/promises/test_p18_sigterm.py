"""P18: SIGTERM under load is clean: what has begun is finished, the rest given back, nothing is lost or done twice."""

import signal
from pathlib import Path

import pytest

from connector.policy.load import load_policy
from connector.policy.locate import MAPPINGS
from connector.work.table import WorkTable
from tests.chaos.connector_group import running, wait_until_alive
from tests.chaos.evidence import gather
from tests.chaos.helpdesks import HELPDESKS
from tests.chaos.policy import AGE, LAST_LEVEL_AFTER, quick_ladder
from tests.chaos.rounds import connector_settings
from tests.chaos.senders import Senders
from tests.ports import free_port
from tests.waiting import is_quiet, wait_until

pytestmark = pytest.mark.slow

TICKETS = 60


@pytest.mark.parametrize(("kind", "database"), [("zammad", "sqlite"), ("jira-cloud", "postgresql")])
def test_sigterm_under_load_loses_nothing_and_leaves_no_lease(
    kind: str, database: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    database_url = request.getfixturevalue(f"{database}_url")
    policy, port = quick_ladder(tmp_path), free_port()
    with HELPDESKS[kind]() as helpdesk:
        settings = connector_settings(helpdesk, database_url, policy, port)
        tickets = helpdesk.opens(TICKETS, AGE, LAST_LEVEL_AFTER)
        helpdesk.answers_in(0.02)
        senders = Senders(helpdesk, [("127.0.0.1", port)], seed=18)
        table = WorkTable.open(database_url)

        with running(["run"], settings, tmp_path / "first") as connector:
            wait_until_alive(connector, "127.0.0.1", port)
            senders.tell(tickets)
            wait_until(
                lambda: helpdesk.writes() >= 20 and table.counts()[helpdesk.name].leased > 0,
                "the worker is in the middle of its work",
            )
            connector.send(signal.SIGTERM)
            code = connector.exit_code()
            left = table.counts()[helpdesk.name]

        with running(["run"], settings, tmp_path / "second") as connector:
            wait_until_alive(connector, "127.0.0.1", port)
            senders.finish()
            wait_until(lambda: is_quiet(table, helpdesk.name), "all is done")
            connector.send(signal.SIGTERM)
            assert connector.exit_code() == 0
        table.close()
        evidence = gather(helpdesk, load_policy(policy, MAPPINGS / "services.yaml"), tickets)

    log = (tmp_path / "first").read_text()
    assert code == 0, log
    assert "worker stopped" in log
    for trouble in ("Traceback", "result refused", "[error"):
        assert trouble not in log
    assert left.leased == 0
    assert (evidence.lost, evidence.twice) == ([], [])
