"""Everything the sandbox knows: tables of records, sequences, and the indexes that keep lookups fast."""

import itertools
import secrets
from bisect import bisect_left, insort
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple
from uuid import uuid4

from connector.sandbox.zammad import seed
from connector.sandbox.zammad.errors import missing_record
from connector.sandbox.zammad.records import Record, stamp

Version = Literal["5.5", "6.4", "7"]
_TOLD: dict[Version, str] = {"5.5": "5.5.x", "6.4": "6.4.x", "7": "7.2.x"}
"""How a Zammad of each kind names its version (recording 005)."""
FIRST_TICKET_NUMBER = 41001
HTTP_LOG_LENGTH = 500
SOURCE, TARGET = "link_object_source_value", "link_object_target_value"
"""The ends of a link."""


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


class ByTime:
    """Ticket ids in the order of a time of theirs, a stamp."""

    def __init__(self) -> None:
        self._held: list[tuple[str, int]] = []

    def add(self, when: str, number: int) -> None:
        """A ticket has this time now."""
        insort(self._held, (when, number))

    def drop(self, when: str, number: int) -> None:
        """It has it no more."""
        del self._held[bisect_left(self._held, (when, number))]

    def between(self, low: str, high: str, *, newest_first: bool, skip: int = 0) -> Iterator[int]:
        """From `low` to `high` inclusive (empty: no limit), without the first `skip`, which cost nothing."""
        first = bisect_left(self._held, (low, 0))
        last = bisect_left(self._held, (high + "~", 0)) if high else len(self._held)
        positions = range(last - 1, first - 1, -1) if newest_first else range(first, last)
        return (self._held[position][1] for position in positions[skip:])


class World:
    """The state of one helpdesk. It is not thread-safe by itself: the desk serialises access."""

    def __init__(self, clock: Callable[[], datetime], version: Version) -> None:
        self.clock = clock
        self.version = _TOLD[version]
        self.newer = version != "5.5"
        """It has the rules of 6.4: what was changed in between."""
        self.newest = version == "7"
        """It has the rules and shapes of 7.0 to 7.2, as their source has them."""
        self.tables: dict[str, dict[int, Record]] = defaultdict(dict)
        self.history: dict[int, list[Record]] = defaultdict(list)
        self.tags: dict[int, list[str]] = defaultdict(list)
        self.links: dict[int, list[Record]] = defaultdict(list)
        self.article_ids: dict[int, list[int]] = defaultdict(list)
        self.time_accounting_ids: dict[int, list[int]] = defaultdict(list)
        self.ticket_ids: dict[str, int] = {}
        self.user_ids: dict[str, int] = {}
        self.attachments: dict[int, bytes] = {}
        self.tokens: dict[str, int] = {}
        self.token_ends: dict[str, str] = {}
        """Token → the day on which it ends, as Zammad writes it."""
        self.token_uses: dict[str, str] = {}
        self.token_limits: dict[str, frozenset[str]] = {}
        self.expired_tokens: set[str] = set()
        self.offered_states: set[int] = set()
        self.deliveries: list[Delivery] = []
        self.lost: list[Delivery] = []
        self.mails: list[Mail] = []
        self.http_log: deque[Record] = deque(maxlen=HTTP_LOG_LENGTH)
        self.log: list[str] = []
        self.health_issues: list[str] = []
        self.monitoring_token = secrets.token_urlsafe(40)
        self.worker_attributes: set[str] = set()
        """What the background worker can store: the attributes that were migrated when it started."""
        self.in_worker = False
        self.crossing: dict[int, tuple[int, Record]] = {}
        """Ticket → who changes which attributes while somebody else's next write to it is under way."""
        self.acting: tuple[str, int, str] | None = None
        """The trigger or job that acts now: its model, id and name (`sourceable_…` of the history, from 6.4 on)."""
        self.by_update, self.by_creation = ByTime(), ByTime()
        self._attributes: dict[str, Record] | None = None
        self._sequences: dict[str, Iterator[int]] = defaultdict(lambda: itertools.count(1))
        self.skip_to_number(FIRST_TICKET_NUMBER)

    def now(self) -> str:
        """The clock's time as a stamp."""
        return stamp(self.clock())

    def table(self, model: str) -> dict[int, Record]:
        """All records of one model by id."""
        return self.tables[model]

    def find(self, model: str, record_id: object) -> Record:
        """One record. Raises ApiError 404 with Zammad's text if there is none."""
        try:
            return self.tables[model][int(str(record_id))]
        except (KeyError, ValueError):
            raise missing_record(model, record_id) from None

    def next_id(self, model: str) -> int:
        """The next id of a model's sequence."""
        return next(self._sequences[model])

    def skip_to(self, model: str, next_id: int) -> None:
        """Let the model's next record get this id: Zammad's sequences have gaps where a create was rolled back."""
        self._sequences[model] = itertools.count(next_id)

    def skip_to_number(self, number: int) -> None:
        """The same for ticket numbers."""
        self.skip_to("Ticket number", number)

    def insert(self, model: str, fields: Mapping[str, object], actor_id: int) -> Record:
        """A new record with id, author and times."""
        now, number = self.now(), self.next_id(model)
        record: Record = {"id": number, **fields, "updated_by_id": actor_id, "created_by_id": actor_id}
        record |= {"created_at": now, "updated_at": now}
        self.tables[model][number] = record
        if model == "Ticket":
            self.ticket_ids[record["number"]] = number
            self.by_update.add(now, number)
            self.by_creation.add(now, number)
        elif model == "User":
            self.remember_user(record)
        return record

    def remember_user(self, user: Record) -> None:
        """Let a new or changed user be found by login and address."""
        self.user_ids.update({name.lower(): user["id"] for name in (user["login"], user["email"]) if name})

    def forget_user(self, user: Record) -> None:
        """Remove a user with all tokens."""
        del self.tables["User"][user["id"]]
        self.user_ids = {name: number for name, number in self.user_ids.items() if number != user["id"]}
        self.tokens = {token: number for token, number in self.tokens.items() if number != user["id"]}

    def user_named(self, name: str) -> Record | None:
        """The user with this login or e-mail address, whatever its case."""
        return self.tables["User"].get(self.user_ids.get(name.strip().lower(), 0))

    def named(self, model: str, name: str) -> Record | None:
        """The record of a small table (states, priorities, groups, roles, organizations) with this name."""
        return next((record for record in self.tables[model].values() if record["name"] == name), None)

    def new_token(self, user_id: int) -> str:
        """A fresh access token of the user."""
        token = secrets.token_urlsafe(32)
        self.tokens[token] = user_id
        return token

    def mark_updated(self, ticket: Record) -> None:
        """Set `updated_at` and keep the order of updates."""
        self.by_update.drop(ticket["updated_at"], ticket["id"])
        ticket["updated_at"] = self.now()
        self.by_update.add(ticket["updated_at"], ticket["id"])

    def drop_ticket(self, ticket: Record) -> None:
        """Remove a ticket and all that hangs on it."""
        number = ticket["id"]
        self.by_update.drop(ticket["updated_at"], number)
        self.by_creation.drop(ticket["created_at"], number)
        for article_id in self.article_ids.pop(number, []):
            del self.tables["TicketArticle"][article_id]
        for link in list(self.links[number]):
            self.drop_link(link)
        for held in (self.history, self.tags, self.time_accounting_ids):
            held.pop(number, None)
        del self.tables["Ticket"][number]
        del self.ticket_ids[ticket["number"]]

    def add_link(self, fields: Record) -> Record:
        """A new link, findable from both of its tickets."""
        link = {"id": self.next_id("Link"), **fields, "created_at": self.now(), "updated_at": self.now()}
        self.tables["Link"][link["id"]] = link
        for end in {link[SOURCE], link[TARGET]}:
            self.links[end].append(link)
        return link

    def drop_link(self, link: Record) -> None:
        """Remove a link; one that is gone already is no error."""
        if self.tables["Link"].pop(link["id"], None) is not None:
            for end in {link[SOURCE], link[TARGET]}:
                self.links[end].remove(link)

    def attributes(self) -> dict[str, Record]:
        """The custom ticket attributes that are migrated, by name."""
        if self._attributes is None:
            rows = {row["name"]: row for row in self.tables["ObjectManagerAttribute"].values() if not row["to_create"]}
            built_in = seed.TICKET_COLUMNS | seed.FRESH["attributes"].keys()
            self._attributes = {name: row for name, row in rows.items() if name not in built_in}
        return self._attributes

    def migrated(self) -> None:
        """Attributes came or went: look at them anew."""
        self._attributes = None

    def lost_on_write(self, names: Iterable[str]) -> list[str]:
        """Which of these attributes the running process does not know yet, so that their values get lost."""
        known = seed.TICKET_COLUMNS | self.worker_attributes
        return [name for name in names if name not in known] if self.in_worker else []

    @contextmanager
    def worker(self) -> Iterator[None]:
        """What happens inside is done by the background worker, with the attributes it knows."""
        self.in_worker = True
        try:
            yield
        finally:
            self.in_worker = False

    @contextmanager
    def acts(self, model: str, record: Record) -> Iterator[None]:
        """What happens inside is done by this trigger or job."""
        before, self.acting = self.acting, (model, record["id"], record["name"])
        try:
            yield
        finally:
            self.acting = before
