"""Zammad as a helpdesk of the connector.

Reads: one request shows ticket, articles, links, users and roles (recording 009); the history is a second one, needed
only when somebody has changed the ticket since it was created or since it was last read here.
Writes: one PUT with attributes and article, atomic in both directions. There is no conflict detection and no
idempotency key, so every step is proved by what it leaves on the ticket.
"""

import threading
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from typing import Any

from cachetools import LRUCache
from pydantic import ValidationError

from connector.domain.changes import Changes
from connector.domain.decision import MESSAGE, NewTicket, Note
from connector.domain.ticket import LinkedTicket, OpenProblem, Ticket, incident_of
from connector.domain.vocabulary import Channel, ProblemState, TicketKind, TicketState
from connector.helpdesks.answer import parsed, unexpected
from connector.helpdesks.concurrency import Concurrency
from connector.helpdesks.errors import (
    ExposedNoteError,
    ForbiddenError,
    NotFoundError,
    OutOfReachError,
    PermanentError,
    RefusedError,
    UnavailableError,
)
from connector.helpdesks.helpdesk import HandOver, Listed
from connector.helpdesks.http import EndpointPauses
from connector.helpdesks.installed import Identity
from connector.helpdesks.long_answer import Rows
from connector.helpdesks.proofs import PROPERTY, Proofs, public_key
from connector.helpdesks.staff import Staff
from connector.helpdesks.zammad.answer import ArticleRow, History, TicketRow, UserRow, WholeTicket
from connector.helpdesks.zammad.client import ZammadClient
from connector.helpdesks.zammad.decode import Decoder, Merged
from connector.helpdesks.zammad.identity import identity, told_version
from connector.helpdesks.zammad.listing import Column, listed_problems, pages, search
from connector.helpdesks.zammad.mapping import ZammadMapping
from connector.helpdesks.zammad.names import Meanings, Names
from connector.helpdesks.zammad.people import People
from connector.helpdesks.zammad.refusal import explained
from connector.helpdesks.zammad.roles import Roles
from connector.helpdesks.zammad.values import encode

_SAME_REQUEST = timedelta(seconds=2)
_ROWS_KEPT = 25_000
"""Rows of histories that are kept, of 1.6 KB each."""
_ROWS_OF_ASSETS = 5
"""What comes with each history takes as much as so many rows."""
_MESSAGES: Rows = {
    ("assets", "TicketArticle"): partial(parsed, ArticleRow, where="GET tickets: article"),
    ("assets", "User"): partial(parsed, UserRow, where="GET tickets: user"),
}
_MOST_MERGED = 50
_MOST_OPEN = 20


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
        self._lock = threading.Lock()
        self._histories: LRUCache[str, tuple[datetime, History]] = LRUCache(
            _ROWS_KEPT, lambda kept: len(kept[1].history) + _ROWS_OF_ASSETS
        )
        self._history_rows: Rows = {
            ("history",): lambda raw: raw if self._matters(raw) else None,
            ("assets", "User"): partial(parsed, UserRow, where="GET ticket_history: user"),
        }

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

    def read(self, ticket_id: str) -> Ticket:
        """One or two requests; one more, once, for each ticket that was merged into this one, and one for an RFO task
        whose incident was merged. An RFO task's incident, or the other way round, is as many again."""
        ticket = self._read(ticket_id)
        if (other := ticket.needed) is None:
            return ticket
        try:
            return ticket.model_copy(update={"related": self._read(other)})
        except (NotFoundError, OutOfReachError):
            return ticket

    def _read(self, ticket_id: str) -> Ticket:
        path = f"tickets/{ticket_id}"
        try:
            whole = self._whole(path)
        except ForbiddenError as error:
            raise OutOfReachError(str(error)) from error
        history = self._history(whole)
        try:
            ticket = self._decoder.ticket(whole, history, self._merged(whole, history))
            siblings = self._siblings(ticket)
            return ticket.model_copy(update={"siblings": siblings}) if siblings else ticket
        except ValidationError as error:
            raise unexpected(WholeTicket, f"GET {path}", error) from error

    def id_of(self, number: str) -> str:
        """The id of the ticket with this number. Raises NotFoundError if there is none."""
        rows = search(self._client, {"ticket.number": {"operator": "is", "value": number}}, {"limit": 1})
        if not rows:
            raise NotFoundError(f"Zammad has no ticket with number {number}")
        return str(rows[0].id)

    def write(self, ticket: Ticket, changes: Changes, note: Note | None, state: TicketState | None = None) -> datetime:
        """One request. Its answer shows whether an internal note is internal; where it does not, a second one does."""
        body = self._attributes(changes)
        if state is not None:
            body["state"] = self._mapping.state_names(state)[0]
        if note is not None:
            body["article"] = self._article(ticket, note)
        path = f"tickets/{ticket.id}"
        is_internal = note is not None and not note.public
        try:
            answer = self._client.put(path, body, {"all": "true"} if is_internal else None, _MESSAGES)
        except RefusedError as error:
            raise explained(error, body, self._mapping) from error
        with self._lock:
            # Two writes may have one time of update, where Zammad's clock was put back.
            self._histories.pop(ticket.id, None)
        row = self._internal(ticket, answer) if is_internal else parsed(TicketRow, answer, f"PUT {path}")
        self._stored(row, changes, f"PUT {path}")
        # Of what crossed this write nobody will tell: as if it had not been seen, so that the next sweep finds it.
        return ticket.updated_at if self._crossed(ticket, changes, note, row) else row.updated_at

    def _internal(self, ticket: Ticket, answer: Any) -> TicketRow:
        """The ticket after a note, which nobody but support may read.

        :raises ExposedNoteError: it came back public.
        """
        path = f"tickets/{ticket.id}"
        if not (isinstance(answer, dict) and "assets" in answer):
            answer = self._client.get(path, {"all": "true"}, _MESSAGES)
        whole = parsed(WholeTicket, answer, f"PUT {path}")
        ours = [row for row in whole.assets.TicketArticle.values() if row.created_by_id == self.bot_id]
        written = max(ours, key=lambda row: row.id, default=None)
        if written is not None and not written.internal:
            raise ExposedNoteError(
                f"Zammad ticket {ticket.number}: the internal note (article {written.id}) is public. Check that the "
                "token is that of the connector's own user with the role Agent, and make the note internal"
            )
        row = whole.assets.Ticket.get(whole.ticket_id)
        if row is None:
            raise PermanentError(f"Zammad PUT {path}: the answer holds no such ticket")
        return row

    def ensure(self, new: NewTicket, incident: Ticket) -> str:
        """Two requests, where Zammad links in the request that creates; else three. A crash between them is repaired by
        the next call."""
        found = self._find(new.key)
        ticket_id, is_linked = (found, False) if found else self._create(new, incident)
        if not is_linked:
            self.link(str(ticket_id), incident)
        return str(ticket_id)

    def handed_over(self, key: str) -> str | None:
        """One request, or two."""
        found = self._find(key)
        if found is None:
            return None
        whole = self._whole(f"tickets/{found}")
        row = whole.assets.Ticket.get(whole.ticket_id)
        sent = any(not article.internal and article.attachments for article in whole.assets.TicketArticle.values())
        return row.number if row is not None and sent else None

    def hand_over(self, new: HandOver) -> str:
        """Three requests: a ticket that begins with a note of ours, so that it is known to be no customer's, then mail,
        file and state in one. A crash between them is repaired by the next call."""
        found = self._find(new.key)
        if found is None:
            begin = Note(public=False, title=new.title, text=new.title)
            body = {
                "title": new.title,
                "group": self._mapping.group_name(new.group),
                "customer_id": f"guess:{new.email}",
                self._mapping.attribute("connector_key"): new.key,
                "article": {**self._written(begin), "type": "note"},
            }
            row = parsed(TicketRow, self._client.post("tickets", body), f"POST tickets ({new.key})")
            try:
                self._stored(row, {"connector_key": new.key}, "POST tickets")
            except RefusedError as error:
                raise PermanentError(str(error)) from error
            found = row.id
        mail = self._written(Note(public=True, title=new.title, text=new.text, files=(new.file,)))
        closed = {
            "state": self._mapping.state_names(TicketState.CLOSED)[0],
            "article": {**mail, "type": "email", "sender": "System", "to": new.email},
        }
        path = f"tickets/{found}"
        return parsed(TicketRow, self._client.put(path, closed), f"PUT {path}").number

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
            self._decoder.open_problem(row)
            for row in listed_problems(self._client, condition)
            if self._mapping.kind_in(self._mapping.group(row.group or "")) is TicketKind.PROBLEM
        ]

    def open_incidents(self, service_id: str) -> list[str]:
        """One request."""
        attribute = f"ticket.{self._mapping.attribute('service_id')}"
        spelled = list(dict.fromkeys((service_id, service_id.lower(), service_id.upper())))
        condition = {**self._unresolved("is"), attribute: {"operator": "is", "value": spelled}}
        rows = search(self._client, condition, {"sort_by": "id", "order_by": "asc", "limit": _MOST_OPEN})
        return [str(row.id) for row in rows if row.group in self._in_scope]

    def link(self, ticket_id: str, incident: Ticket) -> None:
        """One request, unless the incident shows the link: in the other direction it would be made a second time."""
        if ticket_id not in {link.id for link in incident.links}:
            self._link(int(ticket_id), incident)

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
            yield [Listed(str(row.id), row.updated_at) for row in page if row.group in self._in_scope]

    def _unresolved(self, operator: str) -> dict[str, Any]:
        return {"ticket.state_id": {"operator": operator, "value": self._meanings.unresolved()}}

    def _history(self, whole: WholeTicket) -> History | None:
        row = whole.assets.Ticket.get(whole.ticket_id)
        if row is None:
            return None
        if self._decoder.is_elsewhere(row, whole.assets):
            # Another department's ticket costs no second request.
            if not self._decoder.was_ours(row, whole):
                return None
        elif _is_untouched(row, len(whole.ticket_article_ids)):
            return None
        key = str(row.id)
        with self._lock:
            kept = self._histories.get(key)
        if kept is not None and kept[0] == row.updated_at:
            return kept[1]
        return self._read_history(key, row.updated_at)

    def _read_history(self, key: str, updated_at: datetime | None = None) -> History:
        """``updated_at``: when the ticket had been changed, as it was read; else as its history shows it."""
        path = f"ticket_history/{key}"
        answer = self._client.get(path, rows=self._history_rows)
        if isinstance(answer, dict) and isinstance(answer.get("history"), list):
            answer["history"] = [row for row in answer["history"] if self._matters(row)]
        history = parsed(History, answer, f"GET {path}")
        row = history.assets.Ticket.get(int(key))
        if (seen := updated_at or (row.updated_at if row else None)) is None:
            return history
        with self._lock, suppress(ValueError):
            # One that is longer than all that is kept is read again each time.
            self._histories[key] = (seen, history)
        return history

    def _matters(self, row: Any) -> bool:
        """Whether anybody looks at this row of a history: most tell of notifications and attachments."""
        if not isinstance(row, dict):
            return True
        kind, what = row.get("object"), row.get("type")
        if kind == "Ticket":
            is_known = what == "updated" and self._mapping.field(str(row.get("attribute"))) is not None
            return is_known or what in ("received_merge", "merged_into")
        return kind == "Ticket::Article" and what == "created"

    def _whole(self, path: str) -> WholeTicket:
        return parsed(WholeTicket, self._client.get(path, {"all": "true"}, _MESSAGES), f"GET {path}")

    def _merged(self, whole: WholeTicket, history: History | None) -> list[Merged]:
        """The tickets that were merged into this one, directly or by way of another. One that is deleted or lies where
        the connector may not look is left out."""
        found: dict[int, Merged] = {}
        if history is None:
            return []
        ticket_id, waiting = whole.ticket_id, history.merged
        # A merge takes links along: a task of another incident hangs here. Somebody may also have linked it by hand.
        linked = [one for one in self._decoder.incidents_of_linked(whole) if one not in waiting]
        waiting += linked
        while waiting and len(found) < _MOST_MERGED:
            one = waiting.pop(0)
            if one in found or one == ticket_id:
                continue
            with self._lock:
                kept = self._histories.get(str(one))
            try:
                its = kept[1] if kept and kept[1].merged_into else self._read_history(str(one))
            except (NotFoundError, ForbiddenError):
                continue
            row = its.assets.Ticket.get(one)
            if row is None or (one in linked and not self._meanings.is_merged(row.state_id)):
                continue
            found[one] = (row, its)
            waiting += its.merged
        return list(found.values())

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

    def _attributes(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        body: dict[str, Any] = {}
        for field, value in changes.items():
            if field == "priority" and value is not None:
                body["priority"] = self._mapping.priority_name(value)
            elif field == "group" and value is not None:
                body["group"] = self._mapping.group_name(value)
            elif field not in ("priority", "group"):
                body[self._mapping.attribute(field)] = encode(value)
        return body

    def _written(self, note: Note) -> dict[str, Any]:
        article: dict[str, Any] = {
            "subject": _subject(note.title),
            "body": note.text,
            "content_type": "text/plain",
            "internal": not note.public,
            "preferences": {PROPERTY: {}},
        }
        if note.files:
            article["attachments"] = [
                {"filename": file.name, "data": b64encode(file.content).decode(), "mime-type": file.media_type}
                for file in note.files
            ]
        return article

    def _article(self, ticket: Ticket, note: Note) -> dict[str, Any]:
        article = self._written(note) | {"preferences": {PROPERTY: self._proofs.sealed(ticket.id, note.marks)}}
        if not note.public or self._mapping.articles.public is not Channel.EMAIL:
            return article | {"type": "note"}
        if ticket.customer.email:
            # As the system's, a mail is no first response and leaves a new ticket new.
            return article | {"type": "email", "sender": "System", "to": ticket.customer.email}
        if ticket.channel is Channel.WEB:
            return article | {"type": "note"}
        raise RefusedError("the customer has no e-mail address", details=frozenset({MESSAGE}))

    def _stored(self, row: TicketRow, changes: Mapping[str, Any], where: str) -> None:
        """Zammad ignores unknown attributes and turns bad values into null, both with 200 (recordings 065, 072)."""
        stored = self._decoder.fields_of(row.model_extra or {})
        lost = [field for field, value in changes.items() if field in stored and stored[field] != value]
        if lost:
            names = ", ".join(self._mapping.attribute(field) for field in sorted(lost))
            raise RefusedError(
                f"Zammad {where}: answered with success but did not store {names}. Check these attributes in the "
                "object manager: type, options, length, and that the migrations have run",
                details=frozenset(lost),
                written=True,
            )

    def _crossed(self, ticket: Ticket, changes: Mapping[str, Any], note: Note | None, row: TicketRow) -> bool:
        """Whether the answer shows what somebody else has changed or written since the ticket was read. We are the last
        who changed it then, so that no trigger of ours fires for it."""
        custom = self._decoder.fields_of(row.model_extra or {})
        now = {**custom, "priority": self._meanings.priority(row.priority_id)}
        if any(getattr(ticket.fields, field) != value for field, value in now.items() if field not in changes):
            return True
        known = max((int(article.id) for article in ticket.articles), default=0)
        written = [number for number in (row.model_extra or {}).get("article_ids", ()) if number > known]
        return len(written) > (note is not None)

    @cached_property
    def _accounts(self) -> list[str]:
        """The connector's users, that of today first."""
        return [str(account) for account in (self.bot_id, *sorted(self._mapping.former_accounts))]

    def _with_key(self, key: str) -> dict[str, Any]:
        return {
            f"ticket.{self._mapping.attribute('connector_key')}": {"operator": "is", "value": key},
            "ticket.created_by_id": {"operator": "is", "pre_condition": "specific", "value": self._accounts},
        }

    def _find(self, key: str) -> int | None:
        rows = search(self._client, self._with_key(key), {"sort_by": "id", "order_by": "asc", "limit": 1})
        return rows[0].id if rows else None

    def _create(self, new: NewTicket, incident: Ticket) -> tuple[int, bool]:
        """The new ticket's id, and whether its answer shows that it is linked."""
        body = {
            "title": new.title,
            "group": self._mapping.group_name(new.group),
            "customer_id": self.bot_id,
            self._mapping.attribute("connector_key"): new.key,
            **self._attributes(new.fields),
            "article": {
                "subject": _subject(new.title),
                "body": new.text,
                "type": "note",
                "internal": True,
                "preferences": {PROPERTY: {}},
            },
            "links": {"Ticket": {"normal": [int(incident.id)]}},
        }
        where, linked = f"POST tickets ({new.key})", False
        answer = self._client.post("tickets", body, {"all": "true"})
        if isinstance(answer, dict) and "assets" in answer:
            whole = parsed(WholeTicket, answer, where)
            linked = any(str(link.link_object_value) == incident.id for link in whole.links)
            answer = whole.assets.Ticket.get(whole.ticket_id)
        row = answer if isinstance(answer, TicketRow) else parsed(TicketRow, answer, where)
        try:
            self._stored(row, {"connector_key": new.key, **new.fields}, "POST tickets")
        except RefusedError as error:
            if "connector_key" in error.details:
                # Without its key it would never be found again, and created anew each time.
                raise PermanentError(str(error)) from error
            raise
        return row.id, linked

    def _link(self, ticket_id: int, incident: Ticket) -> None:
        body = {
            "link_type": "normal",
            "link_object_target": "Ticket",
            "link_object_target_value": ticket_id,
            "link_object_source": "Ticket",
            "link_object_source_number": incident.number,
        }
        try:
            self._client.post("links/add", body)
        except PermanentError as error:
            if "already exists" not in str(error):
                raise


def _subject(title: str) -> str:
    """A title may hold a customer's words, which must not be read as a proof of version 0.1.0, whatever becomes of the
    article's preferences."""
    return title.replace("[ref:", "(ref:")


def _is_untouched(row: TicketRow, articles: int) -> bool:
    """Nobody else has changed the ticket since it was created: there is no history worth a request.

    Should its creator have been that quick, nothing is lost by it: what the connector had set counts as not set and
    is set again, and what it had told was told in an article.
    """
    at_once = row.updated_at - row.created_at <= _SAME_REQUEST and row.updated_by_id == row.created_by_id
    return at_once and articles <= 1
