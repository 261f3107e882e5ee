"""Several machines: any of them may die and the database may be cut off: nothing is lost, nothing is done twice.

Three receivers and three workers as separate processes on one PostgreSQL. ``make chaos`` does the same in network
namespaces with addresses of their own, and for longer.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.chaos.cluster import Cluster
from tests.chaos.sandbox import Sandbox
from tests.chaos.severable import way_to
from tests.chaos.zammad import zammad_process


@pytest.fixture(scope="module")
def helpdesk() -> Iterator[Sandbox]:
    """One for all tests of this file."""
    with zammad_process() as running:
        yield running


def test_deaths_and_a_cut_database_lose_nothing_and_double_nothing(
    helpdesk: Sandbox, postgresql_url: str, tmp_path: Path
) -> None:
    with ExitStack() as closing, way_to(postgresql_url) as way:
        cluster = Cluster(helpdesk, way, tmp_path, closing)
        cluster.kill_in_turn(pairs=1)
        many = cluster.senders.refused + 64
        cluster.without(way.refuse, way.accept, lambda: cluster.senders.wait_for_refusals(many))
        outcome = cluster.finish(postgresql_url)

    assert (outcome.evidence.lost, outcome.evidence.twice) == ([], [])
    assert outcome.evidence.steps.keys() >= {"level", "request", "rfo"}
    assert outcome.evidence.created > 0
