"""Which tickets, and which of their attributes (TM Forum's REST design guidelines, TMF630)."""

import operator as operator_of
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

ALWAYS = ("id", "href", "@type")
"""What the schema of an answer requires is there, whatever was asked for."""
MOST = 200
_BEYOND: Mapping[str, Callable[[Any, Any], bool]] = {
    "gt": operator_of.gt, "gte": operator_of.ge, "lt": operator_of.lt, "lte": operator_of.le,
}  # fmt: skip
"""The filters of TMF630, section 4.3, that compare; of the others one hears that they are not there."""
_REFUSED = frozenset({"ne", "eq", "regex", "in", "notin"})
_PAGING = frozenset({"fields", "offset", "limit", "sort", "before", "after", "filter"})


Fits = Callable[[Any], bool]


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
    wanted = [_wanted(path, values) for path, values in query.items() if path not in _PAGING]
    found = [ticket for ticket in tickets if all(_has(ticket, path, fits) for path, fits in wanted)]
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


def _wanted(path: str, texts: Sequence[str]) -> tuple[str, Fits]:
    """The path of an attribute and what its value has to be: one of these, or beyond one (``creationDate.gt``)."""
    attribute, _, operator = path.rpartition(".")
    if operator in _BEYOND and attribute:
        bound, beyond = _comparable(texts[-1]), _BEYOND[operator]
        return attribute, lambda value: _comparable(value)[0] == bound[0] and beyond(_comparable(value), bound)
    if operator in _REFUSED and attribute:
        raise QueryError(f"the filter .{operator} is not supported: {', '.join(f'.{name}' for name in _BEYOND)} are")
    whole = frozenset(texts)
    one_of = whole | {part for text in texts for part in text.split(",")}
    return path, lambda value: _shown(value) in one_of


def _comparable(value: Any) -> tuple[str, Any]:
    """Its kind and itself: times by their moment (a day begins in UTC), numbers by size, all else as text."""
    text = _shown(value)
    with suppress(ValueError):
        return "number", float(text)
    with suppress(ValueError, OverflowError):
        at = datetime.fromisoformat(text)
        return "time", (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    return "text", text


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _has(value: Any, path: str, fits: Fits) -> bool:
    """Whether the value at the path, ``note.author``, fits; of a list, whether one of it does."""
    if isinstance(value, list):
        return any(_has(item, path, fits) for item in value)
    if isinstance(value, Mapping):
        if path in value:
            return _is_one(value[path], fits)
        first, _, rest = path.partition(".")
        return bool(rest) and first in value and _has(value[first], rest, fits)
    return False


def _is_one(value: Any, fits: Fits) -> bool:
    if isinstance(value, list):
        return any(_is_one(item, fits) for item in value)
    return fits(value)
