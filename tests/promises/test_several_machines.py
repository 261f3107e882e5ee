"""Several machines: any of them may die and the database may be cut off: nothing is lost, nothing is done twice.

Three receivers and three workers as separate processes on one PostgreSQL. ``make chaos`` does the same in network
namespaces with addresses of their own, and for longer.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.chaos.cluster import Cluster
from tests.chaos.helpdesks import HELPDESKS
from tests.chaos.sandbox import Sandbox
from tests.chaos.severable import way_to

pytestmark = pytest.mark.slow


@pytest.fixture(params=["zammad", "jira-cloud"])
def helpdesk(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """In a process of its own."""
    with HELPDESKS[request.param]() as running:
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
