"""Rows of the helpdesk's tables as they come."""

from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]
Id = int | str
Ids = Mapping[tuple[str, str], Id]
"""The ids of objects by table and name."""


def value_at(row: Any, path: Sequence[str]) -> Any:
    """The value below nested keys; ``None`` where there is none."""
    for key in path:
        row = row.get(key) if isinstance(row, Mapping) else None
    return row


def with_value(row: Row, path: Sequence[str], value: Any) -> dict[str, Any]:
    """A copy of the row with another value below nested keys."""
    key, *rest = path
    return {**row, key: with_value(row.get(key) or {}, rest, value) if rest else value}
