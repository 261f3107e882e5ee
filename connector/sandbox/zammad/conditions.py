"""Zammad's conditions, as searches and triggers use them.

Plain, all must hold: `{"ticket.state_id": {"operator": "is", "value": ["1"]}}`.
Expert: `{"operator": "AND", "conditions": [{"name": "ticket.state_id", "operator": "has changed", "value": []}]}`
with AND, OR and NOT, nested (recordings 037, 073, 129-137, 306, 363).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from connector.sandbox.zammad.records import Record, moment_of, parse_stamp, stamp
from connector.sandbox.zammad.seed import TICKET_COLUMNS
from connector.sandbox.zammad.world import World

_BOUNDS = frozenset({"after (absolute)", "before (absolute)", "within last (relative)"})
_ACTIONS = frozenset({"ticket.action", "article.action"})


class UnknownFieldError(Exception):
    """A condition names a field that does not exist; Zammad accepts it and fails at run time (recordings 088, 095)."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a ticket, for triggers: `create` or `update`, with an article or not."""

    action: str
    ticket: Record
    article: Record | None
    changes: dict[str, tuple[object, object]]


Test = Callable[[Record, Event | None], bool]
_ValueTest = Callable[[object], bool]


def compiled(condition: Record, world: World, user_id: int) -> Test:
    """The condition as a function of a ticket (and the event, for triggers).

    Raises UnknownFieldError.
    """
    if "conditions" in condition:
        tests = [compiled(part, world, user_id) for part in condition["conditions"]]
        operator = str(condition.get("operator", "AND")).upper()
        if operator == "OR":
            return lambda ticket, event: any(test(ticket, event) for test in tests)
        if operator == "NOT":
            return lambda ticket, event: not any(test(ticket, event) for test in tests)
    elif "name" in condition:
        return _test(condition["name"], condition, world, user_id)
    else:
        tests = [_test(field, spec, world, user_id) for field, spec in condition.items()]
    if len(tests) == 1:
        return tests[0]
    return lambda ticket, event: all(test(ticket, event) for test in tests)


def fields(condition: Record) -> Iterator[tuple[str, Record]]:
    """Every field that a condition names with what it says about it."""
    if "conditions" in condition:
        for part in condition["conditions"]:
            yield from fields(part)
    elif "name" in condition:
        yield condition["name"], condition
    else:
        yield from condition.items()


def update_bounds(condition: Record, world: World) -> tuple[str, str]:
    """The range of `updated_at` that a condition allows, as stamps; empty text means no limit."""
    return _bounds("ticket.updated_at", condition, world)


def creation_bounds(condition: Record, world: World) -> tuple[str, str]:
    """The same of `created_at`."""
    return _bounds("ticket.created_at", condition, world)


def _bounds(name: str, condition: Record, world: World) -> tuple[str, str]:
    low, high = "", ""
    for field, spec in _needed(condition):
        if field != name:
            continue
        if spec["operator"] == "after (absolute)":
            low = max(low, parse_stamp(spec["value"]) or "")
        elif spec["operator"] == "within last (relative)":
            low = max(low, stamp(world.clock() - span(spec)))
        elif spec["operator"] == "before (absolute)":
            bound = parse_stamp(spec["value"]) or ""
            high = min(high, bound) if high else bound
    return low, high


def bounds_only(condition: Record) -> bool:
    """Whether a condition says nothing but what `update_bounds` tells; an empty one says nothing at all."""
    named = list(fields(condition))
    bounded = all(field == "ticket.updated_at" and spec["operator"] in _BOUNDS for field, spec in named)
    return bounded and len(named) == len(list(_needed(condition)))


def _needed(condition: Record) -> Iterator[tuple[str, Record]]:
    """The fields that must hold in any case: not those below OR or NOT."""
    if "conditions" not in condition:
        yield from fields(condition)
    elif str(condition.get("operator", "AND")).upper() == "AND":
        for part in condition["conditions"]:
            yield from _needed(part)


def _test(field: str, spec: Record, world: World, user_id: int) -> Test:
    kind, _, name = field.partition(".")
    operator = str(spec.get("operator", "is"))
    if field in _ACTIONS:
        return _action_test(operator, str(spec.get("value")))
    if operator == "has changed":
        _require_column(world, kind, name)
        return lambda _ticket, event: event is not None and name in event.changes
    if field == "ticket.tags":
        return _tag_test(operator, spec, world)
    passes = _value_test(operator, _with_pre_condition(spec, user_id), world)
    if kind == "article":
        return _article_test(name, passes, world)
    _require_column(world, kind, name)
    if kind == "ticket":
        return lambda ticket, _event: passes(ticket.get(name))
    model, key = ("User", "customer_id") if kind == "customer" else ("Organization", "organization_id")
    table = world.table(model)
    return lambda ticket, _event: passes(table.get(ticket[key], {}).get(name))


def _require_column(world: World, kind: str, name: str) -> None:
    known = kind in {"customer", "organization"} or (
        kind == "ticket" and (name in TICKET_COLUMNS or name in world.attributes())
    )
    if not known:
        raise UnknownFieldError(f"column {kind}.{name} does not exist")


def _action_test(operator: str, action: str) -> Test:
    wanted = operator == "is"
    return lambda _ticket, event: event is not None and (event.action == action) == wanted


def _article_test(name: str, passes: _ValueTest, world: World) -> Test:
    table = world.table("TicketArticle")

    def test(ticket: Record, event: Event | None) -> bool:
        if event is not None and event.article is not None:
            return passes(event.article.get(name))
        return any(passes(table[article_id].get(name)) for article_id in world.article_ids.get(ticket["id"], ()))

    return test


def _tag_test(operator: str, spec: Record, world: World) -> Test:
    value = spec.get("value") or ""
    items = value if isinstance(value, list) else str(value).split(",")
    wanted = {str(item).strip() for item in items} - {""}

    def test(ticket: Record, _event: Event | None) -> bool:
        has = set(world.tags.get(ticket["id"], ()))
        found = wanted <= has if "all" in operator else bool(wanted & has)
        return not found if operator.endswith("not") else found

    return test


def _with_pre_condition(spec: Record, user_id: int) -> Record:
    kind = str(spec.get("pre_condition") or "")
    if kind == "current_user.id":
        return {**spec, "value": user_id}
    if kind == "not_set":
        return {**spec, "value": ["", "1"]}
    return spec


def _value_test(operator: str, spec: Record, world: World) -> _ValueTest:
    if operator in {"is", "is not"}:
        return _is_one_of(spec.get("value"), wanted=operator == "is")
    if operator in {"is set", "not set"}:
        return _is_one_of(["", None], wanted=operator == "not set")
    if operator in {"contains", "contains not", "starts with", "ends with"}:
        return _text_test(operator, str(spec.get("value", "")).lower())
    return _time_test(operator, spec, world)


def _is_one_of(value: object, *, wanted: bool) -> _ValueTest:
    items = value if isinstance(value, list) else [value]
    accepted = frozenset("" if item is None else _plain(item) for item in items)

    def test(actual: object) -> bool:
        if isinstance(actual, str):
            return (actual in accepted) == wanted
        if isinstance(actual, list):
            found = any(_plain(item) in accepted for item in actual) or (not actual and "" in accepted)
        else:
            found = ("" if actual is None else _plain(actual)) in accepted
        return found == wanted

    return test


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _text_test(operator: str, needle: str) -> _ValueTest:
    def test(actual: object) -> bool:
        text = "" if actual is None else str(actual).lower()
        if operator == "starts with":
            return text.startswith(needle)
        if operator == "ends with":
            return text.endswith(needle)
        return (needle in text) == (operator == "contains")

    return test


def _time_test(operator: str, spec: Record, world: World) -> _ValueTest:
    if operator in {"after (absolute)", "before (absolute)"}:
        low, high = parse_stamp(spec.get("value")) or "", ""
        if operator == "before (absolute)":
            low, high = "", low
    else:
        low, high = _relative_range(operator, spec, world)
    return lambda actual: isinstance(actual, str) and low <= actual and (not high or actual <= high)


def _relative_range(operator: str, spec: Record, world: World) -> tuple[str, str]:
    now, length = world.clock(), span(spec)
    ranges = {
        "within last (relative)": (stamp(now - length), stamp(now)),
        "within next (relative)": (stamp(now), stamp(now + length)),
        "before (relative)": ("", stamp(now - length)),
        "after (relative)": (stamp(now + length), ""),
        "till (relative)": ("", stamp(now + length)),
        "from (relative)": (stamp(now - length), ""),
        "has reached": ("", stamp(now)),
        "today": (f"{stamp(now)[:10]}T", f"{stamp(moment_of(stamp(now)) + timedelta(days=1))[:10]}T"),
    }
    if operator not in ranges:
        raise UnknownFieldError(f"operator {operator!r} does not exist")
    return ranges[operator]


_SPANS = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
    "month": timedelta(days=30),
    "year": timedelta(days=365),
}


def span(spec: Record) -> timedelta:
    """The length of time that `{"value": "2", "range": "hour"}` names; minutes without a unit."""
    return _SPANS.get(str(spec.get("range", "minute")), _SPANS["minute"]) * int(str(spec.get("value") or 0))
