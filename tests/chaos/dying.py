"""Parts of a worker that end, or stop, their own process at a named point of the work. Only tests use them."""

import re
import signal
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from threading import get_ident, local
from typing import Any, NamedTuple

import requests
from requests.adapters import HTTPAdapter

from connector.domain.changes import Changes
from connector.domain.decision import NewTicket, Note
from connector.domain.model import TicketId
from connector.domain.past import OpenProblem, PastTicket, PlaceSearch
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import IntakeChannel, TicketState
from connector.helpdesks.helpdesk import Helpdesk, Listed
from connector.helpdesks.http import EndpointPauses
from connector.helpdesks.on_behalf import ActsForCustomers, Message, Opened, Reported, Request
from connector.work.opening import open_database
from connector.work.table import Done, Job, WorkTable


class Point(StrEnum):
    """Where a worker may die, in the order of the work on one ticket."""

    CLAIMED = "after claim"
    BEFORE_OPEN = "before a panel's report is opened"
    OPENED = "after a panel's report is opened, before that is recorded"
    READ = "after read"
    BEFORE_ENSURE = "before ensure"
    INTENDED = "after the intent to create, before create"
    CREATED = "after create, before its answer"
    BEFORE_LINK = "after create, before link"
    LINKED = "after link, before its answer"
    BEFORE_WRITE = "before write"
    WRITTEN = "after write, before the answer"
    BEFORE_MOVE = "after write, before the transition"
    MOVED = "after the transition, before its answer"
    ANSWERED = "after the answer, before done"
    BEFORE_DONE = "before done is stored"
    DONE = "after done is stored"


_CALLS = {
    ("after", "POST", "/api/v1/tickets"): Point.CREATED,
    ("before", "POST", "/api/v1/links/add"): Point.BEFORE_LINK,
    ("after", "POST", "/api/v1/links/add"): Point.LINKED,
    ("after", "PUT", "/api/v1/tickets/*"): Point.WRITTEN,
    ("after", "PUT", "/rest/api/2/issue/*/properties/interspace-created"): Point.INTENDED,
    ("after", "POST", "/rest/api/2/issue"): Point.CREATED,
    ("after", "POST", "/rest/servicedeskapi/request"): Point.CREATED,
    ("before", "POST", "/rest/api/2/issueLink"): Point.BEFORE_LINK,
    ("after", "POST", "/rest/api/2/issueLink"): Point.LINKED,
    ("after", "PUT", "/rest/api/2/issue/*"): Point.WRITTEN,
    ("before", "POST", "/rest/api/2/issue/*/transitions"): Point.BEFORE_MOVE,
    ("after", "POST", "/rest/api/2/issue/*/transitions"): Point.MOVED,
}
"""The points that lie within a call to Zammad or to Jira, by its path without ids."""

_ID = re.compile(r"(?<=/)(?<!/api/)[0-9]+(?=/|$)")


class Death(NamedTuple):
    """What happens where: once, however many processes come there. ``witness`` tells that it did."""

    point: Point
    ticket: str
    witness: Path
    by: signal.Signals = signal.SIGKILL


class Deaths:
    """All that a process is to die of. Each thread works on one ticket at a time."""

    def __init__(self, deaths: Sequence[Death]) -> None:
        self._by_place = {(death.point, death.ticket): death for death in deaths}
        self._work = local()

    def begin(self, ticket: str) -> None:
        """This thread works on this ticket from now on."""
        self._work.ticket = ticket
        self.at(Point.CLAIMED)

    def at(self, point: Point, ticket: str | None = None) -> None:
        """Does not return if this is a place to die that nobody has died at before."""
        worked: str = getattr(self._work, "ticket", "")
        death = self._by_place.get((point, ticket or worked))
        if death is None:
            return
        try:
            death.witness.touch(exist_ok=False)
        except FileExistsError:
            return
        # To this very thread: another one would let it run on for a moment.
        signal.pthread_kill(get_ident(), death.by)


class DyingDesk:
    """A helpdesk as the worker sees it, with the points around its methods."""

    def __init__(self, desk: Helpdesk, deaths: Deaths) -> None:
        self._desk = desk
        self._deaths = deaths

    @property
    def name(self) -> str:
        """See ``Helpdesk``."""
        return self._desk.name

    @property
    def pauses(self) -> EndpointPauses:
        """See ``Helpdesk``."""
        return self._desk.pauses

    def probe(self) -> None:
        """See ``Helpdesk``."""
        self._desk.probe()

    def read(self, ticket_id: TicketId) -> Ticket:
        """See ``Helpdesk``."""
        self._deaths.begin(ticket_id)
        ticket = self._desk.read(ticket_id)
        self._deaths.at(Point.READ)
        return ticket

    def write(self, ticket: Ticket, changes: Changes, note: Note | None, state: TicketState | None = None) -> datetime:
        """See ``Helpdesk``."""
        self._deaths.at(Point.BEFORE_WRITE)
        seen = self._desk.write(ticket, changes, note, state)
        self._deaths.at(Point.ANSWERED)
        return seen

    @property
    def search_lag(self) -> timedelta:
        """See ``Helpdesk``."""
        return self._desk.search_lag

    def id_of(self, number: str) -> TicketId:
        """See ``Helpdesk``."""
        return self._desk.id_of(number)

    def open_problems(self) -> list[OpenProblem]:
        """See ``Helpdesk``."""
        return self._desk.open_problems()

    def past(self, search: PlaceSearch) -> list[PastTicket]:
        """See ``Helpdesk``."""
        return self._desk.past(search)

    def link(self, ticket_id: TicketId, incident: Ticket) -> None:
        """See ``Helpdesk``."""
        self._desk.link(ticket_id, incident)

    def ensure(self, new: NewTicket, incident: Ticket) -> TicketId:
        """See ``Helpdesk``."""
        self._deaths.at(Point.BEFORE_ENSURE)
        return self._desk.ensure(new, incident)

    def opened(self, key: str) -> Opened | None:
        """See ``ActsForCustomers``."""
        self._deaths.begin(key)
        return self._on_behalf.opened(key)

    def open(self, request: Request) -> Opened:
        """See ``ActsForCustomers``."""
        self._deaths.at(Point.BEFORE_OPEN)
        opened = self._on_behalf.open(request)
        self._deaths.at(Point.OPENED)
        return opened

    def complete(self, opened: Opened, request: Request) -> None:
        """See ``ActsForCustomers``."""
        self._on_behalf.complete(opened, request)

    def say(self, message: Message, ticket: Ticket) -> bool:
        """See ``ActsForCustomers``."""
        return self._on_behalf.say(message, ticket)

    def reported(self, services: Sequence[str], *, over: bool = False) -> list[Reported]:
        """See ``ActsForCustomers``."""
        return self._on_behalf.reported(services, over=over)

    def of_channel(self, channel: IntakeChannel) -> list[Listed]:
        """See ``ActsForCustomers``."""
        return self._on_behalf.of_channel(channel)

    @property
    def _on_behalf(self) -> ActsForCustomers:
        assert isinstance(self._desk, ActsForCustomers)
        return self._desk

    def changed_since(self, since: datetime) -> Iterator[list[Listed]]:
        """See ``Helpdesk``."""
        return self._desk.changed_since(since)

    def unresolved(self) -> Iterator[list[Listed]]:
        """See ``Helpdesk``."""
        return self._desk.unresolved()

    def resolved_since(self, since: datetime) -> Iterator[list[Listed]]:
        """See ``Helpdesk``."""
        return self._desk.resolved_since(since)


class DyingTransport(HTTPAdapter):
    """The network, with the points that lie within a call: the helpdesk has done it, and nobody hears the answer."""

    def __init__(self, deaths: Deaths) -> None:
        super().__init__(pool_connections=1, pool_maxsize=32)
        self._deaths = deaths

    def send(self, request: requests.PreparedRequest, *given: Any, **options: Any) -> requests.Response:
        """One call."""
        self._pass("before", request)
        response = super().send(request, *given, **options)
        self._pass("after", request)
        return response

    def _pass(self, side: str, request: requests.PreparedRequest) -> None:
        path = _ID.sub("*", request.path_url.partition("?")[0])
        point = _CALLS.get((side, request.method or "", path))
        if point is not None:
            self._deaths.at(point)


class DyingTable(WorkTable):
    """The work table, with the points around the end of a job."""

    def __init__(self, url: str, clock: Callable[[], datetime], deaths: Deaths) -> None:
        super().__init__(open_database(url), clock)
        self._deaths = deaths

    def finish(self, done: Sequence[Done]) -> list[Job]:
        """See ``WorkTable``."""
        for one in done:
            self._deaths.at(Point.BEFORE_DONE, one.job.key.ticket)
        refused = super().finish(done)
        for one in done:
            self._deaths.at(Point.DONE, one.job.key.ticket)
        return refused
