"""What people and programs do to a ticket, by name: the words of tests that play any sequence of events."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

from connector.domain.model import TicketId
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Impact, Priority, PrioritySource, TicketKind, TicketState
from tests.builders import T0
from tests.promises.conftest import Cast

Happening = Callable[[Cast, str], None]
"""Does something to the ticket with this id."""


def seen(cast: Cast, ticket: str) -> Ticket:
    """By a desk of its own: the connector's keeps what it reads, and the clock stands still between two happenings."""
    return cast.stage.house.open_desk(None).read(TicketId(ticket))


def _says(text: str, cast: Cast, ticket: str) -> None:
    cast.customer.replies(ticket, text)


def _moves(fields: dict[str, Any], cast: Cast, ticket: str) -> None:
    """Somebody who is not support overwrites fields through the helpdesk's own API (P20)."""
    cast.outsider.sets(ticket, **fields)


def _does(fields: dict[str, Any], cast: Cast, ticket: str) -> None:
    cast.agent.sets(ticket, **fields)


def _turns(state: TicketState, cast: Cast, ticket: str) -> None:
    """Support changes the state, if it is another one and the helpdesk's workflow has a way there."""
    if seen(cast, ticket).state is not state:
        with suppress(StopIteration):
            cast.agent.sets(ticket, state=state)


def _answers(cast: Cast, ticket: str) -> None:
    cast.agent.replies(ticket, "We are on it.")


def _notes(cast: Cast, ticket: str) -> None:
    cast.agent.replies(ticket, "Fibre cut near Hamburg.", internal=True)


def _orders(cast: Cast, ticket: str) -> None:
    cast.manager.sets(ticket, escalation_request="The customer's board has called")


def _delivers(cast: Cast, ticket: str) -> None:
    """Somebody closes the RFO tasks that are there."""
    for link in seen(cast, ticket).links:
        if seen(cast, link.id).kind is TicketKind.RFO_TASK:
            _turns(TicketState.CLOSED, cast, link.id)


HAPPENINGS: dict[str, Happening] = {
    "the customer names the service": partial(_says, "Service ID: SVC-1005"),
    "the customer names the impact": partial(_says, "Impact: service affecting\nUrgency: high"),
    "the customer is less in a hurry": partial(_says, "Urgency: low"),
    "the customer names an unreadable time": partial(_says, "Start time: 02/03"),
    "the customer asks for escalation": partial(_says, "Please escalate this ticket."),
    "the customer asks for an RFO": partial(_says, "Please send us the RFO."),
    "an outsider lowers the level": partial(_moves, {"escalation_level": 1}),
    "an outsider sets the priority": partial(_moves, {"priority": Priority.P1}),
    "an outsider moves the next escalation": partial(_moves, {"next_escalation_at": T0 + timedelta(days=1000)}),
    "an agent answers": _answers,
    "an agent writes a note": _notes,
    "an agent corrects the impact": partial(_does, {"impact": Impact.DEGRADATION}),
    "an agent chooses the priority": partial(_does, {"priority": Priority.P3}),
    "an agent hands the priority back": partial(_does, {"priority_source": PrioritySource.MATRIX}),
    "an agent escalates": partial(_does, {"escalation_request": "No progress"}),
    "an agent requests an RFO": partial(_does, {"rfo_requested": True}),
    "an agent waits for the customer": partial(_turns, TicketState.PENDING_CUSTOMER),
    "an agent goes on": partial(_turns, TicketState.OPEN),
    "an agent closes": partial(_turns, TicketState.CLOSED),
    "an agent delivers the RFO": _delivers,
    "a manager escalates": _orders,
    "a bot resets a field": partial(_does, {"next_escalation_at": None}),
}
