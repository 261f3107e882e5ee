"""P19: deleting the connector's database loses nothing: the sweep ends in the same tickets."""

from datetime import timedelta
from pathlib import Path

from connector.domain.vocabulary import TicketState
from connector.work.sweep import sweep
from connector.work.table import WorkTable
from tests.promises.conftest import COMPLETE, Cast, set_the_stage
from tests.promises.evidence import outcome


def several(cast: Cast) -> list[str]:
    """Tickets in different stages of their life."""
    stage = cast.stage
    asked = cast.customer.writes("Line slow", "It is slow.")
    down = cast.customer.writes("Line down", COMPLETE)
    solved = cast.customer.writes("Line dead", COMPLETE)
    stage.settle()
    cast.agent.sets(solved, state=TicketState.CLOSED)
    cast.customer.replies(solved, "Please send us the RFO.")
    stage.advance(timedelta(minutes=70))
    return [asked, down, solved]


def test_a_new_database_and_a_sweep_end_in_the_same_tickets(tmp_path: Path) -> None:
    kept = set_the_stage(f"sqlite:///{tmp_path / 'kept.sqlite3'}")
    with kept.stage:
        tickets = several(kept)
        kept.stage.advance(timedelta(days=8))
        expected = [outcome(kept.stage.ticket(ticket)) for ticket in tickets]

    lost = set_the_stage(f"sqlite:///{tmp_path / 'lost.sqlite3'}")
    with lost.stage as stage:
        several(lost)
        stage.table.close()
        stage.table = WorkTable.open(f"sqlite:///{tmp_path / 'new.sqlite3'}", stage.clock)
        stage.connect()

        found = sweep(stage.desk, stage.table, full=True)
        assert found.touched == found.listed
        stage.advance(timedelta(days=8))

        assert [outcome(stage.ticket(ticket)) for ticket in tickets] == expected
