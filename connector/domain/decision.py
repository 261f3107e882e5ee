"""What a rule decides, and what a reconcile writes."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple, overload

from pydantic import Field

from connector.domain.changes import Changes
from connector.domain.document import Document, File
from connector.domain.mark import Mark
from connector.domain.messages import MESSAGES, Audience
from connector.domain.model import Instant, Model, TicketId
from connector.domain.once import once
from connector.domain.past import OpenProblem, PlaceSearch
from connector.domain.vocabulary import TicketState

_NOTHING: Changes = {}

STATE, MESSAGE, CREATION = "state", "message", "new:"
"""Details of a write that a helpdesk may refuse, besides fields by their names: the state, the message to the customer,
a ticket to be created, by its key."""


def creation(key: str) -> str:
    """The name of the detail that a ticket with this key is created."""
    return CREATION + key


@dataclass(frozen=True)
class Notice:
    """Something that is true to say on a ticket: a message of the catalogue with the data it declares.

    :raises ValueError: it proves nothing, so it would be said again at every look.
    """

    message: str
    data: Mapping[str, Any]
    marks: frozenset[Mark]
    """The steps that it proves to be done. A notice whose marks all stand on the ticket has been said."""
    documents: tuple[Document, ...] = ()
    """What is sent with it."""

    def __post_init__(self) -> None:
        if not self.marks:
            raise ValueError(f"{self.message} needs a mark")

    @property
    def public(self) -> bool:
        """The customer gets it."""
        return MESSAGES[self.message] is Audience.CUSTOMER


class Note:
    """A message as the connector adds it to a ticket. Public notes go to the customer.

    ``words`` puts title and text into words when somebody reads them: of most looks nobody reads more than the marks.
    """

    def __init__(
        self,
        *,
        public: bool,
        title: str = "",
        text: str = "",
        words: Callable[[], tuple[str, str]] | None = None,
        marks: frozenset[Mark] = frozenset(),
        documents: tuple[Document, ...] = (),
        files: tuple[File, ...] = (),
        pages: frozenset[str] = frozenset(),
    ) -> None:
        self.public = public
        self.marks = marks
        """The steps this note proves to be done."""
        self.documents = documents
        """What is sent with it, as the rules say it."""
        self.files = files
        """The same as files: they are made right before the note is written."""
        self.pages = pages
        """Addresses of our own pages: where they stand in the text they are links, as nobody else's are."""
        self._words = words or (lambda: (title, text))

    @once
    def _worded(self) -> tuple[str, str]:
        return self._words()

    @property
    def title(self) -> str:
        """On one line."""
        return self._worded[0]

    @property
    def text(self) -> str:
        """Without the title."""
        return self._worded[1]

    def with_files(self, files: tuple[File, ...], marks: frozenset[Mark]) -> "Note":
        """The note with its documents as files, which ``marks`` prove besides."""
        title, text = self._worded
        return Note(
            public=self.public,
            title=title,
            text=text,
            marks=self.marks | marks,
            documents=self.documents,
            files=files,
            pages=self.pages,
        )

    def as_data(self) -> dict[str, Any]:
        """All of it by names, put into words."""
        return {
            "public": self.public,
            "title": self.title,
            "text": self.text,
            "marks": self.marks,
            "documents": self.documents,
            "files": self.files,
        }

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Note) and self.as_data() == other.as_data()

    def __hash__(self) -> int:
        return hash((self.public, self.marks))

    def __repr__(self) -> str:
        return f"Note({self.as_data()})"


class Shared(Model):
    """What an incident has in common with others of one outage, whose problem record is one (R28). Service IDs are in
    small letters."""

    services: frozenset[str]
    """Its own service and those on the same circuit: their open problem is its problem."""
    nearby: frozenset[str] = frozenset()
    """Services of the same region: only what began at the same time is one outage."""
    began: Instant
    within: timedelta
    """Outages that began no further apart began at the same time."""
    places: tuple[str, ...]
    """What names the outage's place, in order: nobody else opens a record there meanwhile."""

    def record(self, problems: Iterable[OpenProblem]) -> OpenProblem | None:
        """The one of these that the incident belongs to: one for its service before one for its region, the eldest."""
        eldest_first = sorted(problems, key=lambda problem: (len(problem.id), problem.id))
        own = (problem for problem in eldest_first if problem.services & self.services)
        near = (problem for problem in eldest_first if problem.services & self.nearby and self._at_once(problem))
        return next(own, None) or next(near, None)

    def _at_once(self, problem: OpenProblem) -> bool:
        return problem.began is not None and abs(problem.began - self.began) <= self.within


class NewTicket(Model):
    """A ticket to be found by its key, else created, and linked to the ticket being reconciled."""

    key: str
    title: str
    text: str
    group: str
    fields: Changes = Field(default_factory=Changes)
    shared: Shared | None = None
    """Of a problem record: an open one of the same outage is linked instead."""


class Asked(NamedTuple):
    """Other tickets that a rule has to see before it can decide."""

    numbers: tuple[str, ...] = ()
    """Those with these numbers, as people see them."""
    tickets: tuple[TicketId, ...] = ()
    place: PlaceSearch | None = None
    """Open incidents of this place."""


class Reasons(Sequence[str]):
    """Reasons that are put into words when somebody reads them: nobody reads those of most looks."""

    def __init__(self, words: Callable[[], Iterable[str]]) -> None:
        self._words = words

    @once
    def _all(self) -> tuple[str, ...]:
        return tuple(self._words())

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[str, ...]: ...
    def __getitem__(self, at: int | slice) -> str | tuple[str, ...]:
        return self._all[at]

    def __len__(self) -> int:
        return len(self._all)

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __eq__(self, other: object) -> bool:
        return self._all == (other._all if isinstance(other, Reasons) else other)

    def __hash__(self) -> int:
        return hash(self._all)

    def __repr__(self) -> str:
        return repr(self._all)


class Outcome(NamedTuple):
    """One rule's word on one ticket. Nothing in it means: all is as it should be."""

    rule: str
    changes: Changes = _NOTHING
    state: TicketState | None = None
    """The state the ticket should have; ``None`` leaves it to people."""
    notices: tuple[Notice, ...] = ()
    creates: tuple[NewTicket, ...] = ()
    touches: tuple[TicketId, ...] = ()
    """Tickets that have to be looked at again because of this one."""
    search: PlaceSearch | None = None
    """What has been at the incident's place before is to be counted now: one search (R31)."""
    reasons: Sequence[str] = ()
    """What the rule saw and why it decided so, for ``explain`` and the log."""
    due: datetime | None = None
    """UTC. The next moment at which this rule may decide otherwise without any event."""
    asks: Asked | None = None
    """What the rule cannot decide yet without other tickets: they are read, and all rules run once more."""
    links: tuple[TicketId, ...] = ()
    """Tickets that this one has to be linked to."""
    ends: bool = False
    """No rule about incidents holds for the ticket any more."""
    again: bool = False
    """Other rules will decide otherwise once the ticket's history tells of these changes: reconcile again at once."""

    @property
    def acts(self) -> bool:
        """Whether anything is done because of it."""
        return bool(self.changes or self.state or self.notices or self.creates or self.links or self.touches)


class Decision(NamedTuple):
    """The difference between what a ticket is and what it should be."""

    outcomes: tuple[Outcome, ...]
    changes: Changes = _NOTHING
    state: TicketState | None = None
    note: Note | None = None
    """At most one message travels with the changes, in the same request."""
    creates: tuple[NewTicket, ...] = ()
    links: tuple[TicketId, ...] = ()
    touches: tuple[TicketId, ...] = ()
    asks: tuple[Asked, ...] = ()
    search: PlaceSearch | None = None
    unfinished: bool = False
    """A second message waits, or the history does: reconcile again at once."""
    due: datetime | None = None

    @property
    def writes_nothing(self) -> bool:
        """The ticket is as it should be."""
        return not (self.changes or self.state or self.note or self.creates or self.links)
