"""Kinds of values in the files: time zones, clock times, dates, names, patterns."""

import re
from datetime import date, time
from functools import lru_cache
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, WithJsonSchema

_ADDRESS = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;]+")


def is_address(text: str) -> bool:
    """Whether a text is an e-mail address and nothing else."""
    return _ADDRESS.fullmatch(text) is not None


@lru_cache(maxsize=1024)
def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"{name[:60]!r} is not an IANA time zone (example: Europe/Berlin)") from error
    return name


def _clock_time(value: Any) -> Any:
    if isinstance(value, time):
        return value
    if not isinstance(value, str) or not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value, re.ASCII):
        raise ValueError("expected a time of day from 00:00 to 23:59, with two digits (example: 09:00)")
    return value


def _calendar_date(value: Any) -> Any:
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
        raise ValueError("expected a date as year-month-day (example: 2026-12-24)")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError(f"there is no day {value}") from None


def _contact(text: str) -> str:
    if "@" in text[1:] and not is_address(text):
        raise ValueError(f"{text[:60]!r} is no e-mail address (example: shift@isp.example)")
    return text


def _pattern(text: str) -> str:
    try:
        compiled = re.compile(text)
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError(f"is not a regular expression: {error}") from error
    if compiled.match(""):
        raise ValueError("the regular expression fits an empty text")
    return text


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
"""A text with at least one character."""
Contact = Annotated[Name, AfterValidator(_contact)]
"""Whom a level tells: an e-mail address, or a name for people to read, as ``@shift`` is one."""
ZoneName = Annotated[str, AfterValidator(_known_zone)]
"""A name of the IANA time zone database."""
ClockTime = Annotated[
    time,
    BeforeValidator(_clock_time),
    WithJsonSchema({"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d$"}),
]
"""A local time of day, hours and minutes."""
Day = Annotated[date, BeforeValidator(_calendar_date), Field(json_schema_extra={"examples": ["2026-12-24"]})]
"""A day of the calendar."""
Pattern = Annotated[Name, AfterValidator(_pattern)]
"""A regular expression that does not fit the empty text."""
