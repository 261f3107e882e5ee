"""How times, lengths, fields and persons read, in the reader's language and time zone."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import NamedTuple, Protocol

from connector.domain.labels import LABELS, Labels
from connector.domain.vocabulary import Actor


class Language(StrEnum):
    """The languages of internal notes. Customers are written to in English (R6)."""

    EN = "en"
    DE = "de"


class Length(Protocol):
    """A length of time as the policy gives it: fixed, or a number of working days."""

    fixed: timedelta
    working_days: int


class Reader(NamedTuple):
    """Who a text is for."""

    language: Language = Language.EN
    zone: tzinfo = UTC
    labels: Labels = LABELS
    """What this helpdesk's screens call the fields and their values."""


class _Words(NamedTuple):
    days: tuple[str, ...]
    months: tuple[str, ...]
    units: tuple[str, str, str, str]
    """Days, hours, minutes, seconds."""
    working_days: tuple[str, str]
    """One, and several."""
    persons: Mapping[Actor, str]
    empty: str


_WORDS = {
    Language.EN: _Words(
        ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
        ("d", "h", "min", "s"),
        ("working day", "working days"),
        {
            Actor.CUSTOMER: "the customer",
            Actor.AGENT: "an agent",
            Actor.MANAGER: "a manager",
            Actor.CONNECTOR: "the connector",
            Actor.OTHER_CONNECTOR: "another connector",
            Actor.SYSTEM: "the helpdesk",
            Actor.MACHINE: "a machine",
            Actor.STRANGER: "somebody who is not of this customer",
        },
        "empty",
    ),
    Language.DE: _Words(
        ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"),
        ("01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12"),
        ("Tage", "Std.", "Min.", "Sek."),
        ("Arbeitstag", "Arbeitstage"),
        {
            Actor.CUSTOMER: "der Kunde",
            Actor.AGENT: "ein Agent",
            Actor.MANAGER: "ein Manager",
            Actor.CONNECTOR: "der Connector",
            Actor.OTHER_CONNECTOR: "ein anderer Connector",
            Actor.SYSTEM: "das Helpdesk",
            Actor.MACHINE: "eine Maschine",
            Actor.STRANGER: "jemand, der nicht zu diesem Kunden gehört",
        },
        "leer",
    ),
}


def time(at: datetime, reader: Reader) -> str:
    """In the reader's zone, with UTC beside it unless that is the same.

    >>> from zoneinfo import ZoneInfo
    >>> at = datetime(2026, 11, 23, 23, 5, tzinfo=UTC)
    >>> time(at, Reader())
    'Mon 23 Nov 2026 23:05 UTC'
    >>> time(at, Reader(zone=ZoneInfo("Europe/Berlin")))
    'Tue 24 Nov 2026 00:05 CET (Mon 23:05 UTC)'
    >>> time(at, Reader(Language.DE, ZoneInfo("Europe/London")))
    'Mo 23.11.2026 23:05 GMT (23:05 UTC)'
    """
    words, local, utc = _WORDS[reader.language], at.astimezone(reader.zone), at.astimezone(UTC)
    day, month = words.days[local.weekday()], words.months[local.month - 1]
    join = "." if reader.language is Language.DE else " "
    name = local.tzname() or ""
    # Zones without a name of their own are called "+04" or "-0330".
    name = f"UTC{name}" if name[:1] in "+-" else name
    shown = f"{day} {local.day:02}{join}{month}{join}{local.year} {_clock(local)} {name}"
    if name == "UTC":
        return shown
    other_day = "" if utc.date() == local.date() else f"{words.days[utc.weekday()]} "
    return f"{shown} ({other_day}{_clock(utc)} UTC)"


def _clock(at: datetime) -> str:
    """``23:05``; quicker than ``strftime``, which many notes a second would wait for."""
    return f"{at.hour:02}:{at.minute:02}"


def duration(length: timedelta | Length, reader: Reader) -> str:
    """In whole minutes, with days from 48 hours on; below a minute in seconds; or in working days.

    >>> duration(timedelta(minutes=150), Reader()), duration(timedelta(hours=49), Reader(Language.DE))
    ('2 h 30 min', '2 Tage 1 Std.')
    """
    words = _WORDS[reader.language]
    if not isinstance(length, timedelta):
        if count := length.working_days:
            return f"{count} {words.working_days[count > 1]}"
        length = length.fixed
    day, hour, minute, second = words.units
    seconds = int(length.total_seconds())
    if seconds < 60:
        return f"{seconds} {second}"
    minutes = seconds // 60
    days, minutes = divmod(minutes, 1440) if minutes >= 2880 else (0, minutes)
    hours, minutes = divmod(minutes, 60)
    parts = [(days, day), (hours, hour), (minutes, minute)]
    return " ".join(f"{number} {unit}" for number, unit in parts if number)


def label(field: str | Iterable[str], reader: Reader) -> str | list[str]:
    """The field's name on the reader's screen; of several fields a list.

    :raises KeyError: there is no such field.
    """
    return reader.labels[field] if isinstance(field, str) else [reader.labels[each] for each in field]


def choice(value: object, reader: Reader, field: str = "") -> str:
    """A field's value: a word of a vocabulary, a time, a number, a text, or none at all.

    With ``field`` a word is what this field's choice is called on the screen, without it the word itself.
    """
    if value is None or value == "":
        return _WORDS[reader.language].empty
    if isinstance(value, datetime):
        return time(value, reader)
    if field:
        return reader.labels.choice(field, str(value))
    return str(value).replace("_", " ") if isinstance(value, StrEnum) else str(value)


def person(who: Actor | str, reader: Reader) -> str:
    """What somebody is to the ticket, or the name of the person itself."""
    return _WORDS[reader.language].persons[who] if isinstance(who, Actor) else who


def plain(value: object, reader: Reader) -> str:
    """Any data without a sentence around it, on one line.

    >>> plain({"who": Actor.CUSTOMER, "at": None, "passed": [{"after": timedelta(hours=2)}]}, Reader())
    'who: the customer, passed: after: 2 h'
    """
    if isinstance(value, Mapping):
        known = {name: part for name, part in value.items() if part not in (None, [])}
        return ", ".join(f"{name}: {plain(part, reader)}" for name, part in known.items())
    if isinstance(value, list | tuple):
        return ", ".join(plain(part, reader) for part in value)
    if isinstance(value, timedelta):
        return duration(value, reader)
    return " ".join((person(value, reader) if isinstance(value, Actor) else choice(value, reader)).split())
