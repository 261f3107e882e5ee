"""Marks: what a note of the connector proves to be done, as the ticket itself carries it (P2, P20)."""

import re
from functools import lru_cache
from hashlib import sha256
from typing import Any, Literal, cast, final, get_args

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from connector.domain.model import TicketId

MarkName = Literal[
    "already-reported", "asked", "caller", "cause-asked", "change-untold", "complete", "contested", "customer-hears",
    "customer-said", "customer-told", "deferral-asked", "deferral-cancelled", "deferral-ended", "deferral-offered",
    "deferral-refused", "deferral-told", "deferred", "document", "doubt", "duplicate", "duplicate-noted",
    "duplicate-proposed", "duplicate-told", "duplicate-unknown", "english-only", "left-out", "left-scope", "level",
    "level-elsewhere", "measure-late", "measures-open", "not-told", "older", "older-merged", "opened-again",
    "parent-confirmed", "parent-held", "parent-maybe", "parent-proposed", "parent-update", "part-of", "phone-receipt",
    "priority", "priority-kept", "problem-back", "problem-effective", "problem-incidents", "problem-linked",
    "problem-overdue", "problem-reminder", "problem-reopened", "receipt", "refused", "refused-told", "reminded",
    "repaired", "request", "request-late", "request-told", "request-top", "restated", "rfo-again", "rfo-common",
    "rfo-declined", "rfo-declined-by-us", "rfo-draft", "rfo-due", "rfo-elsewhere", "rfo-faults", "rfo-late",
    "rfo-no-reason", "rfo-not-released", "rfo-noted", "rfo-released", "rfo-reminder", "rfo-reopened", "rfo-sent",
    "rfo-sent-told", "rfo-withdrawn", "service", "state-unknown", "told", "unclear", "understood", "unproved",
    "unwritten", "update-missed", "warned", "workaround", "worse",
]  # fmt: skip
"""Every step that is done once on a ticket. Tickets carry these names: one that was ever written stays here."""

_OF_A_MESSAGE: frozenset[MarkName] = frozenset(
    {
        "deferral-cancelled",
        "doubt",
        "left-out",
        "refused",
        "refused-told",
        "request",
        "request-late",
        "request-told",
        "request-top",
        "restated",
        "rfo-again",
        "rfo-declined",
        "rfo-noted",
        "unclear",
        "worse",
    }
)
_AN_ID = re.compile(r"[ah]?[0-9]+", re.ASCII)
_AT_CREATION = "created"
_UNSAFE = re.compile(r"[^\w.:-]+", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,3}")
_NAMES = "|".join(sorted(get_args(MarkName), key=len, reverse=True))
_MARK = re.compile(rf"({_NAMES})(?:-(.*))?", re.DOTALL)
"""The longest name that fits wins."""


@final
class Mark(str):
    """The name of a step and what it was about: ``Mark("level", 3)`` stands on a ticket as ``level-3``.

    It is a string, because that is what tickets carry. The rules look at ``name`` and ``parts``, never at the text.
    """

    __slots__ = ("name", "number", "parts")
    name: MarkName | None
    """``None``: nothing that this version knows. Such a mark is kept and never acted on."""
    number: int | None
    """The only part, where it is a number: the level of ``level-3``."""
    parts: tuple[str, ...]
    """What the step was about, e.g. a level or the id of a message. A part that holds a dash is read as two."""

    def __new__(cls, name: MarkName, *parts: object) -> "Mark":
        """The mark of a step. What a mark cannot hold becomes ``_``, and a short hash tells such parts apart."""
        return _made(name, *parts)

    @staticmethod
    def before(name: MarkName, *parts: object) -> "Mark":
        """The step as version 0.1.0 wrote it on tickets: without the hash, so that several steps share one mark."""
        return _parsed("-".join((name, *(_UNSAFE.sub("_", str(part)) for part in parts))))

    @staticmethod
    def parse(text: str) -> "Mark":
        """A mark as it stands on a ticket; never fails.

        >>> Mark.parse("rfo-reminder-3-20261201T1000").parts
        ('3', '20261201T1000')
        """
        return _parsed(text)

    def carried(self, ticket_id: TicketId) -> "Mark | None":
        """What this mark of another ticket, ``ticket_id``, proves where a merge has brought it to: that a message or an
        entry of a history was answered, wherever that stands now. ``None``: nothing, it speaks of that ticket.

        >>> Mark("request", "a41").carried("7"), Mark("level", 3).carried("7"), Mark("request", "created").carried("7")
        ('request-a41', None, 'request-created7')
        """
        if self.name not in _OF_A_MESSAGE:
            return None
        if self.parts == (_AT_CREATION,):
            return Mark(self.name, _AT_CREATION + ticket_id)
        return self if len(self.parts) == 1 and _AN_ID.fullmatch(self.parts[0]) else None

    def __reduce__(self) -> tuple[Any, ...]:
        return _parsed, (str(self),)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(cls.parse, core_schema.str_schema())


@lru_cache(maxsize=4096)
def _made(name: MarkName, *parts: object) -> Mark:
    return _parsed("-".join((name, *(_part(str(part)) for part in parts))))


def _part(text: str) -> str:
    safe = _UNSAFE.sub("_", text)
    return safe if safe == text else f"{safe}.{sha256(text.encode(errors='surrogatepass')).hexdigest()[:8]}"


@lru_cache(maxsize=4096)
def _parsed(text: str) -> Mark:
    mark = str.__new__(Mark, text)
    known = _MARK.fullmatch(text)
    mark.name = cast(MarkName, known[1]) if known else None
    mark.parts = tuple(known[2].split("-")) if known and known[2] is not None else ()
    mark.number = int(mark.parts[0]) if len(mark.parts) == 1 and _NUMBER.fullmatch(mark.parts[0]) else None
    return mark
