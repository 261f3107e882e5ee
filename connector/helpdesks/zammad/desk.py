"""Zammad as a helpdesk of the connector.

Reads: one request shows ticket, articles, links, users and roles (recording 009); the history is a second one, needed
only when somebody has changed the ticket since it was created or since it was last read here.
Writes: one PUT with attributes and article, atomic in both directions. There is no conflict detection and no
idempotency key, so every step is proved by what it leaves on the ticket.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from pydantic import ValidationError

from connector.domain.changes import Changes
from connector.domain.connector_key import incident_of
from connector.domain.decision import NewTicket, Note
from connector.domain.model import TicketId
from connector.domain.past import MOST_FOUND, OpenProblem, PastTicket, PlaceSearch
from connector.domain.ticket import LinkedTicket, Ticket
from connector.domain.vocabulary import IntakeChannel, ProblemState, TicketKind, TicketState
from connector.helpdesks.answer import parsed, unexpected
from connector.helpdesks.concurrency import Concurrency
from connector.helpdesks.errors import (
    ForbiddenError,
    NotFoundError,
    OutOfReachError,
    PermanentError,
    UnavailableError,
)
from connector.helpdesks.helpdesk import HandOver, Listed
from connector.helpdesks.http import EndpointPauses
from connector.helpdesks.installed import Identity
from connector.helpdesks.on_behalf import Message, Opened, Reported, Request
from connector.helpdesks.proofs import Proofs, public_key
from connector.helpdesks.staff import Staff
from connector.helpdesks.zammad.answer import UserRow, WholeTicket
from connector.helpdesks.zammad.client import ZammadClient
from connector.helpdesks.zammad.creation import Creation
from connector.helpdesks.zammad.decode import Decoder
from connector.helpdesks.zammad.histories import Histories
from connector.helpdesks.zammad.identity import identity, told_version
from connector.helpdesks.zammad.listing import Column, listed_problems, newest, pages, search
from connector.helpdesks.zammad.mapping import ZammadMapping
from connector.helpdesks.zammad.names import Meanings, Names
from connector.helpdesks.zammad.on_behalf import OnBehalf
from connector.helpdesks.zammad.people import People
from connector.helpdesks.zammad.roles import Roles
from connector.helpdesks.zammad.write import MESSAGES, TicketWriter


class ZammadDesk:
    """See :class:`connector.helpdesks.helpdesk.Helpdesk`. Safe to use from many threads."""

    def __init__(
        self, client: ZammadClient, mapping: ZammadMapping, name: str = "zammad", *, proof_keys: Sequence[bytes] = ()
    ) -> None:
        self._client = client
        self._mapping = mapping
        self._name = name
        self._proof_keys = proof_keys
        self.pauses = EndpointPauses()
        """Always empty: Zammad has no limits for single endpoints."""
        self.staff = Staff()
        """Who was support when."""
        self._meanings = Meanings(mapping, Names(client))
        self._roles = Roles(client, mapping)
        self._histories = Histories(client, mapping, self._meanings)

    @property
    def name(self) -> str:
        """The key of this helpdesk in the work table."""
        return self._name

    @cached_property
    def bot_id(self) -> int:
        """The id of the user whose token the connector holds."""
        try:
            return parsed(UserRow, self._client.get("users/me"), "GET users/me").id
        except PermanentError as error:
            # It is not a ticket's fault: without a known bot no ticket can be worked.
            raise UnavailableError(str(error)) from error

    @cached_property
    def _decoder(self) -> Decoder:
        people = People(self._mapping, self._roles, self.bot_id, self.staff)
        return Decoder(self._name, self._mapping, self._meanings, people, self._proofs)

    @cached_property
    def _proofs(self) -> Proofs:
        # What was signed before a key was configured stays valid: nobody but the bot can write what counts here.
        return Proofs(self._name, (*self._proof_keys, *(public_key(self._name, each) for each in self._accounts)))

    @cached_property
    def _writer(self) -> TicketWriter:
        return TicketWriter(
            self._client, self._mapping, self._meanings, self._decoder, self._proofs, self._histories, self.bot_id
        )

    @cached_property
    def _creation(self) -> Creation:
        return Creation(self._client, self._mapping, self._writer, self._accounts)

    @cached_property
    def _on_behalf(self) -> OnBehalf:
        return OnBehalf(self._client, self._mapping, self._writer, self._creation)

    @cached_property
    def _accounts(self) -> list[str]:
        """The connector's users, that of today first."""
        return [str(account) for account in (self.bot_id, *sorted(self._mapping.former_accounts))]

    @cached_property
    def _in_scope(self) -> frozenset[str | None]:
        """Names of groups. A row that names none is looked at."""
        return frozenset({*self._mapping.groups_in_scope, None})

    @property
    def concurrency(self) -> Concurrency:
        """How much it can take, by its answers."""
        return self._client.concurrency

    def identity(self) -> Identity:
        """Two requests."""
        return identity(self._client)

    def version(self) -> str | None:
        """One request. Zammad tells it to whoever has the permission admin.version: not to us, as a rule."""
        return told_version(self._client)

    def probe(self) -> None:
        """One request."""
        self._client.get("users/me")

    def read(self, ticket_id: TicketId) -> Ticket:
        """One or two requests; one more, once, for each ticket that was merged into this one, and one for an RFO task
        whose incident was merged. An RFO task's incident, or the other way round, is as many again."""
        ticket = self._read(ticket_id)
        if (other := ticket.needed) is None:
            return ticket
        try:
            return ticket.model_copy(update={"related": self._read(other)})
        except (NotFoundError, OutOfReachError):
            return ticket

    def _read(self, ticket_id: TicketId) -> Ticket:
        path = f"tickets/{ticket_id}"
        try:
            whole = self._whole(path)
        except ForbiddenError as error:
            raise OutOfReachError(str(error)) from error
        history = self._histories.of(whole, self._decoder)
        try:
            ticket = self._decoder.ticket(whole, history, self._histories.merged(whole, history, self._decoder))
            siblings = self._siblings(ticket)
            return ticket.model_copy(update={"siblings": siblings}) if siblings else ticket
        except ValidationError as error:
            raise unexpected(WholeTicket, f"GET {path}", error) from error

    def id_of(self, number: str) -> TicketId:
        """The id of the ticket with this number. Raises NotFoundError if there is none."""
        rows = search(self._client, {"ticket.number": {"operator": "is", "value": number}}, {"limit": 1})
        if not rows:
            raise NotFoundError(f"Zammad has no ticket with number {number}")
        return TicketId(str(rows[0].id))

    def write(self, ticket: Ticket, changes: Changes, note: Note | None, state: TicketState | None = None) -> datetime:
        """One request. Its answer shows whether an internal note is internal; where it does not, a second one does."""
        return self._writer.write(ticket, changes, note, state)

    def ensure(self, new: NewTicket, incident: Ticket) -> TicketId:
        """Two requests, where Zammad links in the request that creates; else three."""
        return self._creation.ensure(new, incident)

    def handed_over(self, key: str) -> str | None:
        """One request, or two."""
        return self._creation.handed_over(key)

    def hand_over(self, new: HandOver) -> str:
        """Three requests."""
        return self._creation.hand_over(new)

    def opened(self, key: str) -> Opened | None:
        """See :class:`~connector.helpdesks.on_behalf.ActsForCustomers`."""
        return self._on_behalf.opened(key)

    def open(self, request: Request) -> Opened:
        """See :class:`~connector.helpdesks.on_behalf.ActsForCustomers`."""
        return self._on_behalf.open(request)

    def complete(self, opened: Opened, request: Request) -> None:
        """Nothing: one request makes a ticket with all that belongs to it."""

    def say(self, message: Message, ticket: Ticket) -> bool:
        """See :class:`~connector.helpdesks.on_behalf.ActsForCustomers`."""
        return self._on_behalf.say(message, ticket)

    def reported(self, services: Sequence[str], *, over: bool = False) -> list[Reported]:
        """See :class:`~connector.helpdesks.on_behalf.ActsForCustomers`."""
        return self._on_behalf.reported(services, over=over)

    def of_channel(self, channel: IntakeChannel) -> list[Listed]:
        """See :class:`~connector.helpdesks.on_behalf.ActsForCustomers`."""
        return self._on_behalf.of_channel(channel)

    @property
    def search_lag(self) -> timedelta:
        """None: a condition is answered from the database (``POST tickets/search``, recording 073)."""
        return timedelta()

    def open_problems(self) -> list[OpenProblem]:
        """One request for each page: those that are open, and those whose fix is to be reviewed.

        Up to 6.4 an agent cannot learn the id of a group that no ticket shows, but every record has a problem state,
        also one opened by hand, once the rules have seen it.
        """
        standing = [state.value for state in ProblemState if state is not ProblemState.CLOSED]
        state = f"ticket.{self._mapping.attribute('problem_state')}"
        condition = {state: {"operator": "is", "value": standing}}
        return [
            problem
            for row in listed_problems(self._client, condition)
            if self._mapping.kind_in(self._mapping.group(row.group or "")) is TicketKind.PROBLEM
            and (problem := self._decoder.open_problem(row)) is not None
        ]

    def past(self, search: PlaceSearch) -> list[PastTicket]:
        """One request."""
        service = f"ticket.{self._mapping.attribute('service_id')}"
        condition = {service: {"operator": "is", "value": [*search.services, *search.region]}}
        return [self._decoder.past(row) for row in newest(self._client, condition, search.since, MOST_FOUND)]

    def link(self, ticket_id: TicketId, incident: Ticket) -> None:
        """One request, unless the incident shows the link."""
        self._creation.link(ticket_id, incident)

    def changed_since(self, since: datetime) -> Iterator[list[Listed]]:
        """Pages ordered by time of update, the cursor being the time itself: a ticket that moves while we page
        turns up again, it never slips through."""
        return self._listed({}, "updated_at", since)

    def unresolved(self) -> Iterator[list[Listed]]:
        """Pages ordered by time of creation, which never changes."""
        return self._listed(self._unresolved("is"), "created_at", datetime(2000, 1, 1, tzinfo=UTC))

    def resolved_since(self, since: datetime) -> Iterator[list[Listed]]:
        """Pages ordered by time of update."""
        return self._listed(self._unresolved("is not"), "updated_at", since)

    def _listed(self, condition: dict[str, Any], column: Column, since: datetime) -> Iterator[list[Listed]]:
        for page in pages(self._client, condition, column, since):
            yield [Listed(TicketId(str(row.id)), row.updated_at) for row in page if row.group in self._in_scope]

    def _unresolved(self, operator: str) -> dict[str, Any]:
        return {"ticket.state_id": {"operator": operator, "value": self._meanings.unresolved()}}

    def _whole(self, path: str) -> WholeTicket:
        return parsed(WholeTicket, self._client.get(path, {"all": "true"}, MESSAGES), f"GET {path}")

    def _siblings(self, task: Ticket) -> tuple[LinkedTicket, ...]:
        """A merge takes the links along: a task hangs on the target then."""
        incidents = {link.id for link in task.links if link.kind is TicketKind.INCIDENT}
        of_another = bool(incidents) and incident_of(task.fields.connector_key) not in incidents
        if task.kind is not TicketKind.RFO_TASK or not of_another:
            return ()
        path = f"tickets/{min(incidents, key=int)}"
        whole = self._whole(path)
        linked = self._decoder.links(whole)
        return tuple(link for link in linked if link.kind is TicketKind.RFO_TASK and link.id != task.id)
