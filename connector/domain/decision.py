"""What a rule decides, and what a reconcile writes."""

import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from connector.domain.model import Model
from connector.domain.vocabulary import TicketState

_UNSAFE_IN_MARK = re.compile(r"[^\w.:-]+", re.ASCII)
_NOTHING: Mapping[str, Any] = {}


@lru_cache(maxsize=4096)
def mark(*parts: object) -> str:
    """The name of a step, as a note of the connector carries it: ``mark("level", 3)`` is ``level-3``."""
    return "-".join(_UNSAFE_IN_MARK.sub("_", str(part)) for part in parts)


class Note(Model):
    """A message the connector adds to a ticket. Public notes go to the customer."""

    public: bool
    title: str
    text: str
    marks: frozenset[str] = frozenset()
    """The steps this note proves to be done, made by :func:`mark`."""


class NewTicket(Model):
    """A ticket to be found by its key, else created, and linked to the ticket being reconciled."""

    key: str
    title: str
    text: str
    group: str
    fields: Mapping[str, Any] = {}


class Outcome(NamedTuple):
    """One rule's word on one ticket. Nothing in it means: all is as it should be."""

    rule: str
    changes: Mapping[str, Any] = _NOTHING
    """Names of ``Fields`` to the values they should have."""
    state: TicketState | None = None
    """The state the ticket should have; ``None`` leaves it to people."""
    notes: tuple[Note, ...] = ()
    creates: tuple[NewTicket, ...] = ()
    touches: tuple[str, ...] = ()
    """Ids of tickets that have to be looked at again because of this one."""
    reasons: tuple[str, ...] = ()
    """What the rule saw and why it decided so, for ``explain`` and the log."""
    due: datetime | None = None
    """UTC. The next moment at which this rule may decide otherwise without any event."""
    again: bool = False
    """Other rules will decide otherwise once the ticket's history tells of these changes: reconcile again at once."""


class Decision(NamedTuple):
    """The difference between what a ticket is and what it should be."""

    outcomes: tuple[Outcome, ...]
    changes: Mapping[str, Any] = _NOTHING
    state: TicketState | None = None
    note: Note | None = None
    """At most one message travels with the changes, in the same request."""
    creates: tuple[NewTicket, ...] = ()
    touches: tuple[str, ...] = ()
    unfinished: bool = False
    """A second message waits, or the history does: reconcile again at once."""
    due: datetime | None = None

    @property
    def writes_nothing(self) -> bool:
        """The ticket is as it should be."""
        return not (self.changes or self.state or self.note or self.creates)
