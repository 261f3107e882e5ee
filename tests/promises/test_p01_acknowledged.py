"""P1: an answer 2xx means that the event is on disk: kill -9 of all processes at random moments loses nothing.

Real processes, real sockets, 32 senders. ``make chaos`` does it with 50 kills on each helpdesk and each database.
Whether an event was lost shows on the helpdesk: its sweep finds nothing here, so that only an acknowledged delivery can
have brought a change about.
"""

from pathlib import Path

import pytest

from tests.chaos.helpdesks import HELPDESKS
from tests.chaos.rounds import kill_and_restart

pytestmark = pytest.mark.slow

PLACES = [("zammad", "sqlite"), ("jira-cloud", "postgresql")]


@pytest.mark.parametrize(("kind", "database"), PLACES)
def test_what_was_acknowledged_is_done_once_although_everything_was_killed(
    kind: str, database: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    database_url = request.getfixturevalue(f"{database}_url")
    with HELPDESKS[kind]() as helpdesk:
        survived = kill_and_restart(helpdesk, database_url, tmp_path, kills=2)

    assert (survived.evidence.lost, survived.evidence.twice) == ([], [])
    assert survived.refused > 0, "no sender noticed a kill"
    assert survived.evidence.steps.keys() >= {"level", "request", "rfo"}
    assert survived.evidence.created > 0
