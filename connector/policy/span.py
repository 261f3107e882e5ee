"""Lengths of time as people write them in a policy: ``15 min``, ``4 h``, ``2 days``, ``5 working days``."""

import re
from datetime import timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import core_schema

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
    """A length of time: ``fixed``, or a number of ``working_days`` whose length depends on the calendar.

    ``ValueError`` for any text that is not a whole number and a unit (``0`` needs no unit).
    """

    __slots__ = ("fixed", "text", "working_days")

    def __init__(self, text: str) -> None:
        match = re.fullmatch(_PATTERN, text, re.ASCII)
        if match is None:
            raise ValueError(f"{text[:40]!r} is not a length of time (examples: {', '.join(_EXAMPLES)})")
        number, unit = int(match[1] or 0), match[2] or "s"
        self.text = text
        self.working_days = 0 if unit in _FIXED else number
        self.fixed = number * _FIXED[unit] if unit in _FIXED else timedelta()

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


def _without_working_days(span: Span) -> Span:
    if span.working_days:
        raise ValueError(f"'{span}': no calendar counts here; give minutes, hours or days")
    return span


FixedSpan = Annotated[Span, AfterValidator(_without_working_days)]
"""A length of time that no calendar stretches: all of it is in ``fixed``."""
