"""Everything the sandbox knows: tables of records, sequences, and the indexes that keep lookups fast."""

import itertools
import secrets
from bisect import bisect_left, insort
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import uuid4

from connector.sandbox.zammad import seed
from connector.sandbox.zammad.errors import missing_record
from connector.sandbox.zammad.records import Record, stamp

FIRST_TICKET_NUMBER = 41001
_TOLD = {"5.5": "5.5.x", "6.4": "6.4.x", "7": "7.2.x"}
"""How a Zammad of each kind names its version (recording 005)."""
HTTP_LOG_LENGTH = 500


@dataclass(slots=True)
class Delivery:
    """A webhook that is on its way: which trigger and ticket, how often it was tried, when it is due."""

    trigger: str
    webhook_id: int
    ticket_id: int
    article_id: int | None
    due: datetime
    attempts: int = 0
    id: str = field(default_factory=lambda: str(uuid4()))


class Mail(NamedTuple):
    """An e-mail that a trigger or job sent: recipients with commas, and who sent it about which ticket."""

    to: str
    subject: str
    body: str
    ticket_id: int
    origin: str


class World:
    """The state of one helpdesk. It is not thread-safe by itself: the desk serialises access."""

    def __init__(self, clock: Callable[[], datetime], version: str) -> None:
        self.clock = clock
        self.version = _TOLD[version]
        self.newer = version != "5.5"
        """It has the rules of 6.4: what was changed in between."""
        self.newest = version == "7"
        """It has the rules and shapes of 7.0 to 7.2, as their source has them."""
        self.tables: dict[str, dict[int, Record]] = {}
        self.history: dict[int, list[Record]] = {}
        self.tags: dict[int, list[str]] = {}
        self.links: dict[int, list[Record]] = {}
        self.ticket_ids: dict[str, int] = {}
        self.article_ids: dict[int, list[int]] = {}
        self.time_accounting_ids: dict[int, list[int]] = {}
        self.attachments: dict[int, bytes] = {}
        self.tokens: dict[str, int] = {}
        self.expired_tokens: set[str] = set()
        self.token_ends: dict[str, str] = {}
        """Token → the day on which it ends, as Zammad writes it."""
        self.token_uses: dict[str, str] = {}
        self.token_limits: dict[str, frozenset[str]] = {}
        self.user_ids: dict[str, int] = {}
        self.staff: dict[int, Record] = {}
        self.members: dict[int, dict[int, Record]] = {}
        self.offered_states: set[int] = set()
        self.deliveries: list[Delivery] = []
        self.lost: list[Delivery] = []
        self.mails: list[Mail] = []
        self.http_log: deque[Record] = deque(maxlen=HTTP_LOG_LENGTH)
        self.log: list[str] = []
        self.health_issues: list[str] = []
        self.monitoring_token = secrets.token_urlsafe(40)
        self.worker_attributes: set[str] = set()
        self.in_worker = False
        self.crossing: dict[int, tuple[int, Record]] = {}
        """Ticket → who changes which attributes while somebody else's next write to it is under way."""
        self.acting: tuple[str, int, str] | None = None
        """The trigger or job that acts now: its model, id and name (`sourceable_…` of the history, from 6.4 on)."""
        self._attributes: dict[str, Record] | None = None
        self._by_update: list[tuple[str, int]] = []
        self._by_creation: list[tuple[str, int]] = []
        self._sequences: dict[str, Iterator[int]] = {}
        self._numbers = itertools.count(FIRST_TICKET_NUMBER)

    def now(self) -> str:
        """The clock's time as a stamp."""
        return stamp(self.clock())

    def table(self, model: str) -> dict[int, Record]:
        """All records of one model by id."""
        return self.tables.setdefault(model, {})

    def find(self, model: str, record_id: object) -> Record:
        """One record.

        Raises ApiError 404 with Zammad's text if there is none.
        """
        try:
            return self.tables[model][int(str(record_id))]
        except (KeyError, ValueError):
            raise missing_record(model, record_id) from None

    def next_id(self, model: str) -> int:
        """The next id of a model's sequence."""
        return next(self._sequences.setdefault(model, itertools.count(1)))

    def skip_to(self, model: str, next_id: int) -> None:
        """Let the model's next record get this id: Zammad's sequences have gaps where a create was rolled back."""
        self._sequences[model] = itertools.count(next_id)

    def skip_to_number(self, number: int) -> None:
        """Let the next ticket get this number."""
        self._numbers = itertools.count(number)

    def next_number(self) -> str:
        """The next ticket number."""
        return str(next(self._numbers))

    def insert(self, model: str, fields: Mapping[str, object], actor_id: int) -> Record:
        """A new record with id, author and times."""
        now = self.now()
        record: Record = {
            "id": self.next_id(model),
            **fields,
            "updated_by_id": actor_id,
            "created_by_id": actor_id,
            "created_at": now,
            "updated_at": now,
        }
        self.table(model)[record["id"]] = record
        if model == "Ticket":
            self.ticket_ids[record["number"]] = record["id"]
            insort(self._by_update, (now, record["id"]))
            insort(self._by_creation, (now, record["id"]))
        elif model == "User":
            self.remember_user(record)
        return record

    def remember_user(self, user: Record) -> None:
        """Keep the indexes of a new or changed user: by name, by access to groups, by organization."""
        for name in (user["login"], user["email"]):
            if name:
                self.user_ids[name.lower()] = user["id"]
        self.staff.pop(user["id"], None)
        if user["group_ids"]:
            self.staff[user["id"]] = user
        for members in self.members.values():
            members.pop(user["id"], None)
        if user["organization_id"] is not None:
            self.members.setdefault(user["organization_id"], {})[user["id"]] = user

    def forget_user(self, user: Record) -> None:
        """Remove a user with all tokens."""
        del self.tables["User"][user["id"]]
        self.user_ids = {name: number for name, number in self.user_ids.items() if number != user["id"]}
        self.tokens = {token: number for token, number in self.tokens.items() if number != user["id"]}
        self.staff.pop(user["id"], None)
        for members in self.members.values():
            members.pop(user["id"], None)

    def user_named(self, name: str) -> Record | None:
        """The user with this login or e-mail address, whatever its case."""
        user_id = self.user_ids.get(name.strip().lower())
        return None if user_id is None else self.tables["User"][user_id]

    def named(self, model: str, name: str) -> Record | None:
        """The record of a small table (states, priorities, groups, roles, organizations) with this name."""
        return next((record for record in self.table(model).values() if record["name"] == name), None)

    def new_token(self, user_id: int) -> str:
        """A fresh access token of the user."""
        token = secrets.token_urlsafe(32)
        self.tokens[token] = user_id
        return token

    def mark_updated(self, ticket: Record, when: str) -> None:
        """Set `updated_at` and keep the order of updates."""
        self._forget_update(ticket)
        ticket["updated_at"] = when
        insort(self._by_update, (when, ticket["id"]))

    def drop_ticket(self, ticket: Record) -> None:
        """Remove a ticket and all that hangs on it."""
        ticket_id = ticket["id"]
        self._forget_update(ticket)
        del self.tables["Ticket"][ticket_id]
        for article_id in self.article_ids.pop(ticket_id, []):
            del self.tables["TicketArticle"][article_id]
        self.history.pop(ticket_id, None)
        self.tags.pop(ticket_id, None)
        self.time_accounting_ids.pop(ticket_id, None)
        del self.ticket_ids[ticket["number"]]
        for link in list(self.links.get(ticket_id, ())):
            self.drop_link(link)

    def add_link(self, fields: Record) -> Record:
        """A new link, findable from both of its tickets."""
        now = self.now()
        link = {"id": self.next_id("Link"), **fields, "created_at": now, "updated_at": now}
        for ticket_id in _ends(link):
            self.links.setdefault(ticket_id, []).append(link)
        return link

    def drop_link(self, link: Record) -> None:
        """Remove a link from both of its tickets; one that is gone already is no error."""
        for ticket_id in _ends(link):
            if link in self.links.get(ticket_id, ()):
                self.links[ticket_id].remove(link)

    def updated_between(self, low: str, high: str, *, newest_first: bool, skip: int = 0) -> Iterator[Record]:
        """Tickets in the order of `updated_at`, from `low` to `high` inclusive; an empty `high` means no limit.

        The first `skip` tickets are left out at no cost.
        """
        tickets = self.table("Ticket")
        first = bisect_left(self._by_update, (low, 0))
        last = bisect_left(self._by_update, (high + "~", 0)) if high else len(self._by_update)
        positions = range(last - 1, first - 1, -1) if newest_first else range(first, last)
        return (tickets[self._by_update[position][1]] for position in positions[skip:])

    def created_from(self, low: str, *, newest_first: bool = False) -> Iterator[Record]:
        """Tickets in the order of `created_at`, from `low` on."""
        tickets, first, end = self.table("Ticket"), bisect_left(self._by_creation, (low, 0)), len(self._by_creation)
        positions = range(end - 1, first - 1, -1) if newest_first else range(first, end)
        ids = (self._by_creation[position][1] for position in positions)
        return (tickets[number] for number in ids if number in tickets)

    def attributes(self) -> dict[str, Record]:
        """The custom ticket attributes that are migrated, by name."""
        if self._attributes is None:
            self._attributes = {
                attribute["name"]: attribute
                for attribute in self.table("ObjectManagerAttribute").values()
                if attribute["editable"] and not attribute["to_create"] and attribute["name"] not in seed.TICKET_COLUMNS
            }
        return self._attributes

    def migrated(self) -> None:
        """Attributes came or went: look at them anew."""
        self._attributes = None

    def restart_worker(self) -> None:
        """From now on the background worker can store the attributes that are migrated."""
        self.worker_attributes = set(self.attributes())

    @contextmanager
    def acts(self, model: str, record: Record) -> Iterator[None]:
        """What happens inside is done by this trigger or job."""
        before, self.acting = self.acting, (model, record["id"], record["name"])
        try:
            yield
        finally:
            self.acting = before

    def lost_on_write(self, names: Iterable[str]) -> list[str]:
        """Which of these attributes the running process does not know yet, so that their values get lost."""
        if not self.in_worker:
            return []
        return [name for name in names if name not in seed.TICKET_COLUMNS and name not in self.worker_attributes]

    def _forget_update(self, ticket: Record) -> None:
        position = bisect_left(self._by_update, (ticket["updated_at"], ticket["id"]))
        del self._by_update[position]


def _ends(link: Record) -> set[int]:
    return {link["link_object_source_value"], link["link_object_target_value"]}
