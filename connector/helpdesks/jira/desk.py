"""Jira Service Management as a helpdesk of the connector.

Reads: one request shows the issue with fields, comments, changelog, links and our memory; a second one the linked
issues that matter. Writes: one PUT with fields, comment and memory; a change of status is a transition right after it,
which the next reconcile repeats if it is missing. Every step is proved by what it leaves on the issue.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple
from urllib.parse import quote, urlencode

from pydantic import ValidationError

from connector.domain.changes import Changes
from connector.domain.decision import NewTicket, Note
from connector.domain.model import TicketId
from connector.domain.past import PAST_FIELDS, OpenProblem, PastTicket, PlaceSearch
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Actor, IntakeChannel, TicketState
from connector.helpdesks.answer import parsed, unexpected
from connector.helpdesks.concurrency import Concurrency
from connector.helpdesks.errors import NotFoundError
from connector.helpdesks.helpdesk import HandOver, Listed
from connector.helpdesks.http import EndpointPauses
from connector.helpdesks.installed import Identity
from connector.helpdesks.jira.answer import IdRow, IssueRow, ProjectRow
from connector.helpdesks.jira.client import Connection, JiraClient
from connector.helpdesks.jira.creation import VISIBLE_AFTER, Creation
from connector.helpdesks.jira.decode import CHANNEL, Decoder
from connector.helpdesks.jira.files import Files
from connector.helpdesks.jira.flavour import Flavour
from connector.helpdesks.jira.hand_over import HandOvers
from connector.helpdesks.jira.histories import Histories
from connector.helpdesks.jira.identity import identity, told_version
from connector.helpdesks.jira.linked import Linked
from connector.helpdesks.jira.listing import Listing
from connector.helpdesks.jira.mapping import JiraMapping
from connector.helpdesks.jira.meanings import Meanings
from connector.helpdesks.jira.memory import MARKS, Memory
from connector.helpdesks.jira.notifying import Notifier
from connector.helpdesks.jira.on_behalf import OnBehalf
from connector.helpdesks.jira.organizations import Organizations
from connector.helpdesks.jira.roles import Actors
from connector.helpdesks.jira.site import Site
from connector.helpdesks.jira.sla import Sla, read_slas
from connector.helpdesks.jira.spoken import PANEL
from connector.helpdesks.jira.write import IssueWriter
from connector.helpdesks.on_behalf import Message, Opened, Reported, Request
from connector.helpdesks.proofs import Proofs, public_key
from connector.helpdesks.staff import Staff

_NATIVE = "summary description project issuetype status resolution priority creator reporter assignee created updated"
_BESIDE = "comment issuelinks attachment"


class _Parts(NamedTuple):
    """The parts that can be made only once the site is known."""

    flavour: Flavour
    decoder: Decoder
    histories: Histories
    linked: Linked
    writer: IssueWriter
    creation: Creation
    on_behalf: OnBehalf
    hand_overs: HandOvers
    query: str


class JiraDesk:
    """See :class:`connector.helpdesks.helpdesk.Helpdesk`. Safe to use from many threads. Nothing is sent before the
    first call."""

    name = "jira"
    """The key of this helpdesk in the work table."""

    def __init__(
        self,
        connection: Connection,
        mapping: JiraMapping,
        clock: Callable[[], datetime],
        *,
        proof_keys: Sequence[bytes] = (),
    ) -> None:
        self.pauses = EndpointPauses()
        """Kinds of requests that have to wait, as this process knows them."""
        self.client = JiraClient(connection, clock, self.pauses)
        self.site = Site(connection, mapping, clock)
        self._mapping = mapping
        self._clock = clock
        self._proof_keys = proof_keys
        self.staff = Staff()
        """Who was support when."""
        self._memory = Memory(proof_keys, connection.token)
        self._actors = Actors(self.site, self.client, mapping, clock, self.staff)
        self._listing = Listing(self.client, self.site, mapping, clock)

    @property
    def concurrency(self) -> Concurrency:
        """How much it can take, by its answers."""
        return self.client.concurrency

    def identity(self) -> Identity:
        """Three requests."""
        return identity(self.client, self.site, self._mapping)

    def version(self) -> str:
        """One request."""
        return told_version(self.client)

    def probe(self) -> None:
        """One request. To a bot that may not see the project any more Jira says that no issue exists."""
        self.client.get(f"api/2/project/{self.site.project_id}")

    def read(self, ticket_id: TicketId) -> Ticket:
        """One or two requests; one more where the comments have to prove what the memory does not, and on Data Center
        for a comment of which it is not known who may see it. An RFO task's incident, or the other way round, is as
        many again."""
        ticket = self._read(ticket_id)
        if (other := ticket.needed) is None:
            return ticket
        try:
            return ticket.model_copy(update={"related": self._read(other)})
        except NotFoundError:
            return ticket

    def _read(self, ticket_id: TicketId) -> Ticket:
        row = self._issue(ticket_id)
        parts = self._parts
        remembered = self._memory.opened(MARKS, row.id, row.properties.get(MARKS))
        changes = parts.histories.changelog(row)
        comments = parts.histories.comments(row, remembered.comments if remembered else 0)
        others = parts.linked.of(row, parts.decoder.kind(row))
        try:
            return parts.decoder.ticket(row, changes, comments, others, remembered)
        except ValidationError as error:
            raise unexpected(IssueRow, f"GET issue/{ticket_id}", error) from error

    def id_of(self, number: str) -> TicketId:
        """The id of the issue with this key. Raises NotFoundError if there is none."""
        path = f"api/2/issue/{quote(number, safe='')}"
        return parsed(IdRow, self.client.get(path, "fields=issuetype"), f"GET {path}").id

    def write(self, ticket: Ticket, changes: Changes, note: Note | None, state: TicketState | None = None) -> datetime:
        """One request, and one more to read the time of update on Data Center; a change of status takes two more."""
        return self._parts.writer.write(ticket, changes, note, state)

    def ensure(self, new: NewTicket, incident: Ticket) -> TicketId:
        """Up to five requests. A crash between them is repaired by a later call."""
        return self._parts.creation.ensure(new, incident)

    def opened(self, key: str) -> Opened | None:
        """See :class:`~connector.helpdesks.on_behalf.ActsForCustomers`."""
        return self._parts.on_behalf.opened(key)

    def open(self, request: Request) -> Opened:
        """See :class:`~connector.helpdesks.on_behalf.ActsForCustomers`."""
        return self._parts.on_behalf.open(request)

    def complete(self, opened: Opened, request: Request) -> None:
        """See :class:`~connector.helpdesks.on_behalf.ActsForCustomers`."""
        self._parts.on_behalf.complete(opened, request)

    def say(self, message: Message, ticket: Ticket) -> bool:
        """See :class:`~connector.helpdesks.on_behalf.ActsForCustomers`."""
        return self._parts.on_behalf.say(message, ticket)

    def reported(self, services: Sequence[str], *, over: bool = False) -> list[Reported]:
        """See :class:`~connector.helpdesks.on_behalf.ActsForCustomers`."""
        return self._parts.on_behalf.reported(services, over=over)

    @property
    def mails_contacts(self) -> bool:
        """See :class:`~connector.helpdesks.helpdesk.MailsContacts`."""
        return self._mapping.mail_contacts

    def mail(self, ticket: TicketId, address: str, subject: str, text: str) -> bool:
        """See :class:`~connector.helpdesks.helpdesk.MailsContacts`."""
        return Notifier(self.client, self.site).mail(ticket, address, subject, text)

    def handed_over(self, key: str) -> str | None:
        """See :class:`~connector.helpdesks.helpdesk.HandsOver`."""
        return self._parts.hand_overs.handed_over(key)

    def hand_over(self, new: HandOver) -> str:
        """See :class:`~connector.helpdesks.helpdesk.HandsOver`."""
        return self._parts.hand_overs.hand_over(new)

    def of_channel(self, channel: IntakeChannel) -> list[Listed]:
        """See :class:`~connector.helpdesks.on_behalf.ActsForCustomers`."""
        return self._parts.on_behalf.of_channel(channel)

    @property
    def search_lag(self) -> timedelta:
        """The index of issues follows their changes by seconds, seldom by minutes."""
        return VISIBLE_AFTER

    def open_problems(self) -> list[OpenProblem]:
        """One request for each page; what was created or changed a moment ago may be missing."""
        ids = self.site.fields.ids
        shown = ("service_id", "affected_services", "problem_start", "problem_state")
        rows = self._listing.problems(["status", *(ids[field] for field in shown)])
        return [problem for row in rows if (problem := self._parts.decoder.open_problem(row)) is not None]

    def past(self, search: PlaceSearch) -> list[PastTicket]:
        """One request; what was created or changed a moment ago may be missing."""
        ids = self.site.fields.ids
        own = ("status", "issuetype", "priority", "resolution", "resolutiondate", "created")
        shown = [*own, *(ids[field] for field in (*PAST_FIELDS, "group"))]
        rows = self._listing.newest(ids["service_id"], search, shown)
        return [past for row in rows if (past := self._parts.decoder.past(row)) is not None]

    def link(self, ticket_id: TicketId, incident: Ticket) -> None:
        """One request."""
        self._parts.creation.link(ticket_id, incident)

    def changed_since(self, since: datetime) -> Iterator[list[Listed]]:
        """Pages of issues updated at or after ``since`` (UTC), and of some updated before: search lags behind."""
        return self._listing.changed_since(since)

    def unresolved(self) -> Iterator[list[Listed]]:
        """Pages of all issues that are not done."""
        return self._listing.unresolved()

    def resolved_since(self, since: datetime) -> Iterator[list[Listed]]:
        """Pages of issues that are done and were updated at or after ``since`` (UTC)."""
        return self._listing.resolved_since(since)

    def slas(self, ticket_id: TicketId) -> tuple[Sla, ...]:
        """What Service Management's own SLAs say. One request; for ``explain`` only."""
        return read_slas(self.client, ticket_id)

    def _issue(self, ticket_id: TicketId) -> IssueRow:
        if not (ticket_id.isascii() and ticket_id.isdigit()):
            raise NotFoundError(f"{ticket_id[:80]!r} is not the id of a Jira issue")
        path = f"api/2/issue/{ticket_id}"
        row = parsed(
            IssueRow, self.client.get(path, self._parts.query, self._parts.histories.rows_of_issue), f"GET {path}"
        )
        if not self._is_ours(project := row.fields.project):
            raise NotFoundError(
                f"Jira {row.key} is in project {project.key}: none of the connector's (mappings/jira.yaml)"
            )
        return row

    def _is_ours(self, project: ProjectRow) -> bool:
        """A project is the same under another key; only where the key differs the id has to be known."""
        return project.key == self._mapping.project or project.id == self.site.project_id

    @cached_property
    def _parts(self) -> _Parts:
        flavour, fields = self.site.flavour, self.site.fields
        histories = Histories(self.client, self._clock, flavour, self._actors, fields)
        # Who may edit all comments could sign with the public key: it counts only where there is no other.
        accounts = (self.site.bot.id, *sorted(self._mapping.former_accounts))
        proofs = Proofs(self.name, self._proof_keys or tuple(public_key(self.name, each) for each in accounts))
        files = Files(
            self.client, lambda user: self._actors.actor(user) is Actor.CONNECTOR, lambda: self.site.project_id
        )
        meanings = Meanings(self._mapping, self.site)
        writer = IssueWriter(
            self.client,
            self.site,
            self._mapping,
            self._memory,
            meanings=meanings,
            proofs=proofs,
            histories=histories,
            files=files,
            clock=self._clock,
        )
        names = [*_NATIVE.split(), *_BESIDE.split(), *fields.ids.values()]
        names += [fields.organizations] if fields.organizations else []
        asked = {"fields": ",".join(names), "expand": "changelog", "properties": f"{MARKS},{CHANNEL},{PANEL}"}
        on_behalf = OnBehalf(
            self.client,
            self.site,
            self._mapping,
            listing=self._listing,
            meanings=meanings,
            proofs=proofs,
            files=files,
            is_ours=lambda user: self._actors.actor(user) is Actor.CONNECTOR,
            encode=writer.encoded,
            clock=self._clock,
        )
        return _Parts(
            flavour=flavour,
            decoder=Decoder(
                self.name,
                self._mapping,
                meanings,
                fields,
                actors=self._actors,
                organizations=Organizations(self.client, self._actors.id_of, self._clock),
                proofs=proofs,
                rich=flavour.rich_fields,
            ),
            histories=histories,
            linked=Linked(self.client, self._listing, self._mapping, fields, flavour),
            writer=writer,
            creation=Creation(
                client=self.client,
                listing=self._listing,
                mapping=self._mapping,
                memory=self._memory,
                clock=self._clock,
                key_field=fields.ids["connector_key"],
                is_ours=lambda user: self._actors.actor(user) is Actor.CONNECTOR,
                encode=lambda changes: {**writer.encoded(changes), **writer.due_date(changes)},
                project=lambda: self.site.project_id,
                details=writer.details,
            ),
            on_behalf=on_behalf,
            hand_overs=HandOvers(
                client=self.client,
                listing=self._listing,
                mapping=self._mapping,
                files=files,
                project=lambda: self.site.project_id,
                account=on_behalf.account,
                is_ours=lambda user: self._actors.actor(user) is Actor.CONNECTOR,
                move=writer.move,
            ),
            query=urlencode(asked),
        )
