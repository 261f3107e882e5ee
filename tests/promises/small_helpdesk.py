"""A helpdesk in memory, for promises about many tickets or about limits that the sandboxes do not have."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from connector.domain.changes import Changes
from connector.domain.decision import Decision, NewTicket, Note
from connector.domain.model import TicketId
from connector.domain.past import OpenProblem, PastTicket, PlaceSearch
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import TicketState
from connector.helpdesks.errors import EndpointLimitedError, NotFoundError, TicketWaitsError
from connector.helpdesks.helpdesk import Listed
from connector.helpdesks.http import EndpointPauses
from connector.sandbox.clock import SteppedClock
from connector.work.table import WorkTable
from connector.work.worker import Worker
from tests.unit.rules.passes import with_values, written

READ, WRITE = "GET issue", "PUT issue"


class Asked(NamedTuple):
    """A request that reached the helpdesk."""

    at: datetime
    endpoint: str
    ticket: str


class SmallHelpdesk:
    """The server: its tickets, its limits, and what it was asked."""

    def __init__(self, clock: Callable[[], datetime], tickets: Iterable[Ticket]) -> None:
        self.clock = clock
        self.tickets = {ticket.id: ticket for ticket in tickets}
        self.limited: dict[str, datetime] = {}
        """Endpoints, or ids of tickets that cannot be written, and until when."""
        self.asked: list[Asked] = []

    def ask(self, endpoint: str, ticket: str) -> None:
        """Counts; raises what a client makes of a 429."""
        now = self.clock()
        self.asked.append(Asked(now, endpoint, ticket))
        if (until := self.limited.get(endpoint, now)) > now:
            raise EndpointLimitedError(f"{endpoint}: answered 429", until, endpoint)
        if endpoint == WRITE and (until := self.limited.get(ticket, now)) > now:
            raise TicketWaitsError(f"{endpoint} {ticket}: answered 429", until)

    def writes(self, *tickets: str) -> list[datetime]:
        """When these tickets were written, or asked to be."""
        return [asked.at for asked in self.asked if asked.endpoint == WRITE and asked.ticket in tickets]


class Client:
    """One worker's way to it; see :class:`connector.helpdesks.helpdesk.Helpdesk`."""

    name = "small"

    def __init__(self, server: SmallHelpdesk) -> None:
        self._server = server
        self.pauses = EndpointPauses()

    def probe(self) -> None:
        """It always works as a whole."""

    def read(self, ticket_id: TicketId) -> Ticket:
        self._ask(READ, ticket_id)
        return self._server.tickets[ticket_id]

    def write(self, ticket: Ticket, changes: Changes, note: Note | None, state: TicketState | None = None) -> datetime:
        self._ask(WRITE, ticket.id)
        now = self._server.clock()
        decision = Decision(outcomes=(), changes=changes, note=note, state=state)
        self._server.tickets[ticket.id] = with_values(written(ticket, decision, now), updated_at=now)
        return now

    search_lag = timedelta()

    def id_of(self, number: str) -> TicketId:
        raise NotFoundError(f"there is no ticket {number}")

    def open_problems(self) -> list[OpenProblem]:
        return []

    def past(self, search: PlaceSearch) -> list[PastTicket]:
        return []

    def link(self, ticket_id: TicketId, incident: Ticket) -> None:
        raise AssertionError("no ticket here is linked to another one")

    def ensure(self, new: NewTicket, incident: Ticket) -> TicketId:
        raise AssertionError("no ticket here has a reason for another one")

    def changed_since(self, since: datetime) -> Iterator[list[Listed]]:
        return iter(())

    def unresolved(self) -> Iterator[list[Listed]]:
        yield [Listed(ticket.id, ticket.updated_at) for ticket in self._server.tickets.values()]

    def resolved_since(self, since: datetime) -> Iterator[list[Listed]]:
        return iter(())

    def _ask(self, endpoint: str, ticket: str) -> None:
        self.pauses.check(endpoint, self._server.clock())
        self._server.ask(endpoint, ticket)


def work(clock: SteppedClock, table: WorkTable, *workers: Worker, until: datetime) -> None:
    """Time passes second by second, and the workers do what is due."""
    while clock() < until:
        for worker in workers:
            worker.run_due()
        clock.advance(timedelta(seconds=1))
