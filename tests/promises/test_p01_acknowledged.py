"""P1: an answer 2xx means that the event is on disk: kill -9 of all processes at random moments loses nothing.

Real processes, real sockets, 32 senders. ``make chaos`` does the same with 50 kills. Whether an event was lost shows
on the helpdesk: its sweep finds nothing here, so that only an acknowledged delivery can have brought a change about.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.rounds import kill_and_restart
from tests.chaos.zammad import Zammad, zammad_process


@pytest.fixture(scope="module")
def helpdesk() -> Iterator[Zammad]:
    """One for all tests of this file."""
    with zammad_process() as running:
        yield running


def test_what_was_acknowledged_is_done_once_although_everything_was_killed(
    helpdesk: Zammad, database_url: str, tmp_path: Path
) -> None:
    survived = kill_and_restart(helpdesk, database_url, tmp_path, kills=2)

    assert (survived.evidence.lost, survived.evidence.twice) == ([], [])
    assert survived.refused > 0, "no sender noticed a kill"
    assert survived.evidence.steps.keys() >= {"level", "request", "rfo"}
    assert survived.evidence.tasks > 0
