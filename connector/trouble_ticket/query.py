"""Which tickets, and which of their attributes (TM Forum's REST design guidelines, TMF630)."""

from collections.abc import Mapping, Sequence
from typing import Any

ALWAYS = ("id", "href", "@type")
"""What the schema of an answer requires is there, whatever was asked for."""
MOST = 200
_PAGING = frozenset({"fields", "offset", "limit", "sort", "before", "after", "filter"})


class QueryError(Exception):
    """The query cannot be read."""


def chosen(ticket: Mapping[str, Any], fields: str | None) -> dict[str, Any]:
    """The attributes of the first level that were asked for; all without ``fields``."""
    if fields is None or not (names := {name.strip() for name in fields.split(",") if name.strip()}):
        return dict(ticket)
    return {name: value for name, value in ticket.items() if name in names or name in ALWAYS}


def fitting(tickets: Sequence[Mapping[str, Any]], query: Mapping[str, Sequence[str]]) -> list[Mapping[str, Any]]:
    """The tickets whose attributes have one of the values asked for, in the order that was asked for.

    :raises QueryError: a filter that is not supported.
    """
    if "filter" in query:
        raise QueryError("filter (JSONPath) is not supported: filter by attributes, as in ?severity=Critical")
    wanted = {path: _values(values) for path, values in query.items() if path not in _PAGING}
    found = [ticket for ticket in tickets if all(_has(ticket, path, values) for path, values in wanted.items())]
    for key in reversed([key.strip() for text in query.get("sort", ()) for key in text.split(",") if key.strip()]):
        name = key.lstrip("+-")
        found.sort(key=lambda ticket: str(ticket.get(name, "")), reverse=key.startswith("-"))
    return found


def page(tickets: Sequence[Any], query: Mapping[str, Sequence[str]]) -> Sequence[Any]:
    """From ``offset`` on, ``limit`` at most.

    :raises QueryError: they are no numbers.
    """
    offset, limit = _number(query, "offset", 0), _number(query, "limit", MOST)
    return tickets[offset : offset + limit]


def _number(query: Mapping[str, Sequence[str]], name: str, otherwise: int) -> int:
    text = query[name][-1] if query.get(name) else str(otherwise)
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise QueryError(f"{name} has to be a whole number, 0 or more")
    return int(text)


def _values(texts: Sequence[str]) -> frozenset[str]:
    whole = frozenset(texts)
    return whole | {part for text in texts for part in text.split(",")}


def _has(value: Any, path: str, wanted: frozenset[str]) -> bool:
    """Whether the value at the path, ``note.author``, is one of those; of a list, whether one of it has it."""
    if isinstance(value, list):
        return any(_has(item, path, wanted) for item in value)
    if isinstance(value, Mapping):
        if path in value:
            return _is_one(value[path], wanted)
        first, _, rest = path.partition(".")
        return bool(rest) and first in value and _has(value[first], rest, wanted)
    return False


def _is_one(value: Any, wanted: frozenset[str]) -> bool:
    if isinstance(value, list):
        return any(_is_one(item, wanted) for item in value)
    shown = str(value).lower() if isinstance(value, bool) else str(value)
    return shown in wanted
