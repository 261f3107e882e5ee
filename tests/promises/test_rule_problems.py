"""R28, R30: a resolved critical or major incident gets one problem record, open until root cause and fix are stated."""

from datetime import timedelta

from connector.domain.ticket import LinkedTicket
from connector.domain.vocabulary import TicketKind, TicketState
from tests.promises.conftest import COMPLETE, Cast
from tests.promises.evidence import notes


def resolved(cast: Cast) -> tuple[str, LinkedTicket]:
    """A resolved P1 and its problem record."""
    ticket = cast.customer.writes("Line down", COMPLETE)
    cast.stage.settle()
    cast.agent.sets(ticket, state=TicketState.CLOSED)
    cast.stage.settle()
    (record,) = (link for link in cast.stage.ticket(ticket).links if link.kind is TicketKind.PROBLEM)
    return ticket, record


def test_one_record_however_often_the_incident_is_resolved(cast: Cast) -> None:
    ticket, record = resolved(cast)
    for state in (TicketState.OPEN, TicketState.CLOSED):
        cast.agent.sets(ticket, state=state)
        cast.stage.advance(timedelta(hours=1))

    assert [link.id for link in cast.stage.ticket(ticket).links] == [record.id]
    assert cast.stage.ticket(record.id).fields.group == "problems"


def test_a_record_without_cause_is_opened_again_once_and_then_left_to_people(cast: Cast) -> None:
    _, record = resolved(cast)

    cast.agent.sets(record.id, state=TicketState.CLOSED, root_cause="A digger cut the fibre.")
    cast.stage.settle()
    seen = cast.stage.ticket(record.id)
    assert seen.state is TicketState.OPEN
    assert notes(seen).count("Problem record opened again") == 1

    cast.agent.sets(record.id, state=TicketState.CLOSED)
    cast.stage.settle()
    seen = cast.stage.ticket(record.id)
    assert seen.state is TicketState.CLOSED
    assert notes(seen).count("Problem record opened again") == 1


def test_a_record_with_cause_and_fix_stays_closed(cast: Cast) -> None:
    _, record = resolved(cast)

    cast.agent.sets(
        record.id, state=TicketState.CLOSED, root_cause="A digger cut the fibre.", permanent_fix="A second path."
    )
    cast.stage.settle()

    assert cast.stage.ticket(record.id).state is TicketState.CLOSED
