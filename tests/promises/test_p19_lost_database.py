"""P19: deleting the connector's database loses nothing: the sweep ends in the same tickets.

Tried, and red: resolved tickets are not listed; unresolved ones are not listed; notes are written although their marks
stand on the ticket; a request counts from the time of the look.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from connector.domain.vocabulary import TicketState
from connector.sandbox.stage import Stage
from connector.work.sweep import sweep
from connector.work.table import WorkTable
from tests.postgres import fresh_schema
from tests.promises.conftest import COMPLETE, Cast, Place, set_the_stage
from tests.promises.evidence import outcome

GONE = timedelta(minutes=30)
"""Without the database. More than a sweep of what has changed reads again, so only its other lists show the tickets."""


@pytest.fixture
def another_database(place: Place, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """An empty one of the same kind."""
    if place.database_url.startswith("sqlite"):
        yield f"sqlite:///{tmp_path / 'another.sqlite3'}"
    else:
        with fresh_schema(request.getfixturevalue("postgres_server")) as url:
            yield url


def several(cast: Cast) -> list[str]:
    """Tickets in different stages of their life."""
    stage = cast.stage
    asked = cast.customer.writes("Line slow", "It is slow.")
    down = cast.customer.writes("Line down", COMPLETE)
    solved, quiet = (cast.customer.writes(f"Line {n} dead", COMPLETE) for n in range(2))
    stage.settle()
    cast.agent.sets(solved, state=TicketState.CLOSED)
    cast.agent.sets(quiet, state=TicketState.CLOSED)
    cast.customer.replies(solved, "Please send us the RFO.")
    stage.advance(timedelta(minutes=70))
    return [asked, down, solved, quiet]


def lose_the_database(stage: Stage) -> None:
    """Nobody works, and webhooks are refused; also afterwards, so that the sweep alone can tell what they said."""
    stage.table.close()
    stage.post = lambda *_: 503
    stage.clock.advance(GONE)


def test_a_new_database_and_a_sweep_end_in_the_same_tickets(
    cast: Cast, place: Place, another_database: str, tmp_path: Path
) -> None:
    kept = set_the_stage(f"sqlite:///{tmp_path / 'kept.sqlite3'}", place.helpdesk)
    with kept.stage:
        tickets = several(kept)
        kept.customer.replies(tickets[-1], "Please send us the RFO.")
        kept.stage.advance(timedelta(days=8))
        expected = [outcome(kept.stage.ticket(ticket)) for ticket in tickets]

    stage = cast.stage
    assert several(cast) == tickets
    cast.customer.replies(tickets[-1], "Please send us the RFO.")
    lose_the_database(stage)
    assert stage.ticket(tickets[-1]).state is TicketState.CLOSED
    stage.table = WorkTable.open(another_database, stage.clock)
    stage.connect()

    found = sweep(stage.desk, stage.table, full=True)
    assert found.touched == found.listed
    stage.advance(timedelta(days=8) - GONE)

    assert [outcome(stage.ticket(ticket)) for ticket in tickets] == expected
    assert all(held["fields"]["rfo_due_at"] for held in expected[2:])
