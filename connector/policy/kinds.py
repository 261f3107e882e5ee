"""Kinds of values in the files: time zones, clock times, dates, lengths of time, names, patterns."""

import re
from datetime import date, timedelta
from functools import lru_cache
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import core_schema

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


_CLOCK_TIME = r"([01]\d|2[0-3]):[0-5]\d"
MIDNIGHT = timedelta(days=1)
"""24:00, the end of a day."""


def _clock_time(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str) or not re.fullmatch(_CLOCK_TIME, value, re.ASCII):
        raise ValueError("expected a time of day from 00:00 to 23:59, with two digits (example: 09:00)")
    hours, minutes = value.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))


def _closing_time(value: Any) -> Any:
    return MIDNIGHT if value == "24:00" else _clock_time(value)


def clock_time(since_midnight: timedelta) -> str:
    """A local time of day as people write it, ``09:00`` or ``24:00``."""
    return "{:02}:{:02}".format(*divmod(since_midnight // timedelta(minutes=1), 60))


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


def _address(text: str) -> str:
    if not is_address(text):
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


class Shaped:
    """A text of a certain form. Whoever writes another one reads what is expected, not a regular expression."""

    def __init__(self, pattern: str, expected: str) -> None:
        self._pattern = pattern
        self._expected = expected

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_after_validator_function(self._checked, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return handler(schema) | {"pattern": self._pattern}

    def _checked(self, text: str) -> str:
        if not re.fullmatch(self._pattern, text):
            raise ValueError(f"{text[:60]!r} is no {self._expected}")
        return text


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
"""A text with at least one character."""
PhoneNumber = Annotated[Name, Shaped(r"^\+?[0-9][0-9 ()/.-]{3,30}$", "phone number (example: +49 30 5550 0101)")]
"""As people write one."""
Address = Annotated[Name, AfterValidator(_address)]
"""An e-mail address."""
Contact = Annotated[Name, AfterValidator(_contact)]
"""Whom a level tells: an e-mail address, or a name for people to read, as ``@shift`` is one."""
ZoneName = Annotated[str, AfterValidator(_known_zone)]
"""A name of the IANA time zone database."""
ClockTime = Annotated[
    timedelta, BeforeValidator(_clock_time), WithJsonSchema({"type": "string", "pattern": f"^{_CLOCK_TIME}$"})
]
"""A local time of day in hours and minutes, as the time that the clock shows since midnight."""
ClosingTime = Annotated[
    timedelta, BeforeValidator(_closing_time), WithJsonSchema({"type": "string", "pattern": f"^({_CLOCK_TIME}|24:00)$"})
]
"""The same, or 24:00."""
Day = Annotated[date, BeforeValidator(_calendar_date), Field(json_schema_extra={"examples": ["2026-12-24"]})]
"""A day of the calendar."""
Pattern = Annotated[Name, AfterValidator(_pattern)]
"""A regular expression that does not fit the empty text."""


_SHARE = r"([1-9][0-9]?) ?%"
_PATTERN = r"0|(\d{1,6}) ?(s|min|h|days?|working days?)"
_FIXED = {
    "s": timedelta(seconds=1),
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "day": timedelta(days=1),
    "days": timedelta(days=1),
}
_EXAMPLES = ["15 min", "4 h", "2 days", "5 working days"]


class Span:
    """A length of time as people write it (``15 min``, ``5 working days``): ``fixed``, or a number of
    ``working_days`` whose length depends on the calendar.

    ``ValueError`` for any text that is not a whole number and a unit (``0`` needs no unit).
    """

    __slots__ = ("fixed", "text", "working_days")

    def __init__(self, text: str) -> None:
        match = re.fullmatch(_PATTERN, text, re.ASCII)
        if match is None:
            raise ValueError(f"{text[:40]!r} is not a length of time (examples: {', '.join(_EXAMPLES)})")
        amount, unit = int(match[1] or 0), match[2] or "s"
        self.text = text
        self.working_days = 0 if unit in _FIXED else amount
        self.fixed = amount * _FIXED[unit] if unit in _FIXED else timedelta()

    def duration(self, working_day: timedelta) -> timedelta:
        """The length, where one working day lasts ``working_day``."""
        return self.fixed + self.working_days * working_day

    def __repr__(self) -> str:
        return f"Span({self.text!r})"

    def __str__(self) -> str:
        return self.text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Span) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __bool__(self) -> bool:
        """Whether it lasts at all."""
        return bool(self.fixed or self.working_days)

    @property
    def _value(self) -> tuple[timedelta, int]:
        return self.fixed, self.working_days

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls._parsed, serialization=core_schema.to_string_ser_schema()
        )

    @classmethod
    def _parsed(cls, value: Any) -> "Span":
        if isinstance(value, cls):
            return value
        if not isinstance(value, str):
            raise ValueError(f"expected a length of time (examples: {', '.join(_EXAMPLES)})")  # noqa: TRY004 - pydantic reports a ValueError
        return cls(value)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        text = {"type": "string", "pattern": f"^({_PATTERN})$", "examples": _EXAMPLES}
        return {"anyOf": [text, {"const": 0}]}


def _share(value: Any) -> Any:
    if isinstance(value, float):
        return value
    match = re.fullmatch(_SHARE, value, re.ASCII) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f"{str(value)[:40]!r} is not a share from 1 % to 99 % (example: 80 %)")
    return int(match[1]) / 100


def _without_working_days(span: Span) -> Span:
    if span.working_days:
        raise ValueError(f"'{span}': no calendar counts here; give minutes, hours or days")
    return span


def _longer_than_nothing(span: Span) -> Span:
    if not span:
        raise ValueError(f"'{span}': must be longer than nothing")
    return span


_NOT_NOTHING = r"^0{0,5}[1-9]\d{0,5} ?(s|min|h|days?|working days?)$"

Length = Annotated[
    Span,
    AfterValidator(_longer_than_nothing),
    WithJsonSchema({"type": "string", "pattern": _NOT_NOTHING, "examples": _EXAMPLES}),
]
"""A length of time that is not 0."""
FixedLength = Annotated[Length, AfterValidator(_without_working_days)]
"""A length of time that is not 0, and that no calendar stretches: all of it is in ``fixed``."""
Share = Annotated[
    float,
    BeforeValidator(_share),
    PlainSerializer(lambda share: f"{share:.0%}", return_type=str),
    WithJsonSchema({"type": "string", "pattern": f"^{_SHARE}$", "examples": ["80 %"]}),
]
"""A part of a length of time, as people write it: ``80 %``."""
