"""Lengths of time as people write them in a policy: ``15 min``, ``4 h``, ``2 days``, ``5 working days``."""

import re
from datetime import timedelta
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import core_schema

_PATTERN = re.compile(r"(\d+) ?(s|min|h|days?|working days?)")
_SECONDS = {"s": 1, "min": 60, "h": 3600, "day": 86400}


class Span:
    """A length of time, or a number of working days whose length depends on the calendar."""

    __slots__ = ("fixed", "text", "working_days")

    def __init__(self, text: str) -> None:
        match = _PATTERN.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is not a length of time (15 min, 4 h, 2 days, 5 working days)")
        number, unit = int(match[1]), match[2].removesuffix("s") if match[2] != "s" else "s"
        self.text = text
        self.working_days = number if unit == "working day" else 0
        self.fixed = timedelta() if self.working_days or unit == "working day" else (
            timedelta(seconds=number * _SECONDS[unit])
        )

    def duration(self, working_day: timedelta) -> timedelta:
        """The length, where one working day lasts ``working_day``."""
        return self.fixed + self.working_days * working_day

    def is_shorter_than(self, other: "Span") -> bool:
        """Order within one unit; lengths of different units cannot be ordered without a calendar."""
        eight_hours = timedelta(hours=8)
        return self.duration(eight_hours) < other.duration(eight_hours)

    def __repr__(self) -> str:
        return f"Span({self.text!r})"

    def __str__(self) -> str:
        return self.text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Span) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.union_schema(
            [
                core_schema.is_instance_schema(cls),
                core_schema.no_info_after_validator_function(cls, core_schema.str_schema()),
            ],
            serialization=core_schema.to_string_ser_schema(),
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"type": "string", "pattern": f"^{_PATTERN.pattern}$", "examples": ["15 min", "5 working days"]}
