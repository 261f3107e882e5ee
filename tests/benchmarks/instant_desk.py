"""A helpdesk in this process's memory that answers at once, and a log that is silent."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import structlog

from connector.domain.changes import Changes
from connector.domain.decision import NewTicket, Note
from connector.domain.model import TicketId
from connector.domain.past import OpenProblem, PastTicket, PlaceSearch
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import TicketState
from connector.helpdesks.errors import NotFoundError
from connector.helpdesks.helpdesk import Listed
from connector.helpdesks.http import EndpointPauses
from tests.benchmarks.tickets import fresh

DESK = "instant"


class InstantDesk:
    """A helpdesk of incidents in work that only the rules change. It remembers what it was asked."""

    def __init__(self) -> None:
        self.reads: list[str] = []
        self.written = 0
        self.escalated: dict[str, datetime] = {}
        """When each ticket was given level 2."""
        self.tickets: dict[str, Ticket] = {}
        self.name = DESK
        self.pauses = EndpointPauses()

    def probe(self) -> None:
        """It always works."""

    def read(self, ticket_id: TicketId) -> Ticket:
        """Each time as a read gives it: nothing about it has been computed yet."""
        self.reads.append(ticket_id)
        return fresh(self.tickets[ticket_id])

    def write(self, ticket: Ticket, changes: Changes, note: Note | None, state: TicketState | None = None) -> datetime:
        """Keeps the changes of fields."""
        now = datetime.now(UTC)
        if changes.get("escalation_level") == 2:
            self.escalated.setdefault(ticket.id, now)
        self.tickets[ticket.id] = ticket.with_changes(changes)
        self.written += 1
        return now

    search_lag = timedelta()

    def id_of(self, number: str) -> TicketId:
        raise NotFoundError(f"there is no ticket {number}")

    def open_problems(self) -> list[OpenProblem]:
        """None."""
        return []

    def past(self, search: PlaceSearch) -> list[PastTicket]:
        """Nothing has been there before."""
        return []

    def link(self, ticket_id: TicketId, incident: Ticket) -> None:
        """Is not needed."""
        raise AssertionError("nobody looks for a cause here")

    def ensure(self, new: NewTicket, incident: Ticket) -> TicketId:
        """Is not needed."""
        raise AssertionError("nobody asks for an RFO here")

    def changed_since(self, since: datetime) -> Iterator[list[Listed]]:
        """A sweep finds nothing."""
        return iter(())

    def unresolved(self) -> Iterator[list[Listed]]:
        """A sweep finds nothing."""
        return iter(())

    def resolved_since(self, since: datetime) -> Iterator[list[Listed]]:
        """A sweep finds nothing."""
        return iter(())


@contextmanager
def quiet() -> Iterator[None]:
    """No log lines: a screen is slower than the work."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    try:
        yield
    finally:
        structlog.configure(**before)
