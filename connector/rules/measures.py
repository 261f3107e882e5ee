"""Preventive measures as support writes them on an RFO task: one in a line, ``measure | owner | YYYY-MM-DD``, and
``| done`` behind it when it is done (R33)."""

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple


class Wrong(StrEnum):
    """What can be wrong with a text or with one line of it. The sentences stand in the message ``rfo_fault``."""

    MISSING = "missing"
    PLACEHOLDER = "placeholder"
    SHORT = "short"
    NO_OWNER = "no_owner"
    NO_DATE = "no_date"
    BAD_DATE = "bad_date"
    TOO_EARLY = "too_early"
    TOO_MANY = "too_many"
    NOT_DONE = "not_done"
    NAMES = "names"


class RfoFault(NamedTuple):
    """One thing that is wrong. ``line`` counts from 1; ``None``: it is about the whole field."""

    field: str
    wrong: Wrong
    line: int | None = None
    said: str = ""


class Measure(NamedTuple):
    """One sound line."""

    what: str
    owner: str
    due: date
    is_done: bool = False

    def ends(self, zone: tzinfo) -> datetime:
        """The end of its day there."""
        return datetime.combine(self.due + timedelta(days=1), time(), zone) - timedelta(minutes=1)

    @property
    def name(self) -> str:
        """What a mark calls it: another date or wording is another measure."""
        return sha256(repr(self[:3]).encode(errors="surrogatepass")).hexdigest()[:12]


_NOTHING_SAID = """
na n/a n.a. none nil nothing tbd tba tbc todo pending unknown unclear later open xxx ... … - -- ? k.a. keine nichts
offen unbekannt folgt
"""
_PLACEHOLDERS = frozenset(_NOTHING_SAID.split())
_BULLET = re.compile(r"^\s*(?:[-*•–]|\d{1,2}[.)])\s+")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DONE = frozenset({"done", "erledigt"})


def is_placeholder(text: str) -> bool:
    """Whether a text stands for one that is still to be written.

    >>> is_placeholder("n/a"), is_placeholder(" TBD. "), is_placeholder("the splice failed")
    (True, True, False)
    """
    said = " ".join(text.casefold().split())
    bare = said.strip(" .!()[]<>")
    return not bare or said in _PLACEHOLDERS or bare in _PLACEHOLDERS or bare.startswith(("to be ", "tbd ", "t.b."))


def letters(text: str) -> int:
    """How much a text says: its letters and digits."""
    return sum(map(str.isalnum, text))


def read_measures(
    field: str, text: str | None, *, shortest: int, restored: date | None
) -> tuple[tuple[Measure, ...], tuple[RfoFault, ...]]:
    """The sound lines and what is wrong with the others. ``restored``: no measure is due before that day.

    >>> from datetime import date
    >>> read_measures("preventive_measures", "A second path | Ada | 2027-02-01", shortest=9, restored=None)
    ((Measure(what='A second path', owner='Ada', due=datetime.date(2027, 2, 1), is_done=False),), ())
    """
    measures: list[Measure] = []
    faults: list[RfoFault] = []
    for number, line in enumerate((text or "").splitlines(), start=1):
        if not line.strip():
            continue
        parts = [part.strip() for part in _BULLET.sub("", line).split("|")]
        parts = parts[1:-1] if len(parts) > 4 and not parts[0] and not parts[-1] else parts
        found = [RfoFault(field, wrong, number, said) for wrong, said in _wrong(parts, shortest, restored)]
        faults += found
        if not found:
            is_done = len(parts) == 4
            measures.append(Measure(parts[0], parts[1], date.fromisoformat(parts[2]), is_done))
    return tuple(measures), tuple(faults)


def _wrong(parts: list[str], shortest: int, restored: date | None) -> Iterable[tuple[Wrong, str]]:
    what, owner, day, done = (*parts, "", "", "", "")[:4]
    if is_placeholder(what):
        yield Wrong.PLACEHOLDER, what
    elif letters(what) < shortest:
        yield Wrong.SHORT, what
    if is_placeholder(owner):
        yield Wrong.NO_OWNER, owner
    if not day:
        yield Wrong.NO_DATE, ""
    else:
        due = _day(day)
        if due is None:
            yield (Wrong.NO_DATE if is_placeholder(day) else Wrong.BAD_DATE), day
        elif restored is not None and due < restored:
            yield Wrong.TOO_EARLY, day
    if len(parts) > 4:
        yield Wrong.TOO_MANY, ""
    elif len(parts) == 4 and done.casefold() not in _DONE:
        yield Wrong.NOT_DONE, done


def _day(text: str) -> date | None:
    if not _DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
