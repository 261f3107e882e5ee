"""Zammad's conditions, as searches, triggers, jobs and core workflows use them.

Plain, all must hold: `{"ticket.state_id": {"operator": "is", "value": ["1"]}}`.
Expert: `{"operator": "AND", "conditions": [{"name": "ticket.state_id", "operator": "has changed", "value": []}]}`
with AND, OR and NOT, nested (recordings 037, 073, 129-137, 306, 363).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from connector.sandbox.zammad.records import Record, parse_stamp, stamp
from connector.sandbox.zammad.seed import TICKET_COLUMNS
from connector.sandbox.zammad.world import World


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


def compiled(condition: Record, world: World, user_id: int, *, at_mask: bool = False) -> Test:
    """The condition as a function of a ticket (and the event, for triggers); `at_mask` it may be about the user, too.

    Raises UnknownFieldError.
    """
    if "name" in condition:
        return _test(condition["name"], condition, world, user_id, at_mask)
    if "conditions" in condition:
        tests = [compiled(part, world, user_id, at_mask=at_mask) for part in condition["conditions"]]
    else:
        tests = [_test(field, spec, world, user_id, at_mask) for field, spec in condition.items()]
    operator = _joined_by(condition)
    if operator == "OR":
        return lambda ticket, event: any(test(ticket, event) for test in tests)
    if operator == "NOT":
        return lambda ticket, event: not any(test(ticket, event) for test in tests)
    return tests[0] if len(tests) == 1 else lambda ticket, event: all(test(ticket, event) for test in tests)


def _joined_by(condition: Record) -> str:
    return str(condition.get("operator", "AND")).upper() if "conditions" in condition else "AND"


def fields(condition: Record, *, needed: bool = False) -> Iterator[tuple[str, Record]]:
    """Every field that a condition names with what it says about it; `needed`: those that must hold in any case."""
    if "conditions" in condition:
        for part in condition["conditions"] if not needed or _joined_by(condition) == "AND" else ():
            yield from fields(part, needed=needed)
    elif "name" in condition:
        yield condition["name"], condition
    else:
        yield from condition.items()


def bounds(name: str, condition: Record, world: World) -> tuple[str, str]:
    """The range of a time that a condition allows, as stamps; empty text means no limit."""
    low, high = "", ""
    for field, spec in fields(condition, needed=True):
        if field == name and spec["operator"] in _BOUNDS:
            least, most = _time_range(spec["operator"], spec, world)
            low = max(low, least)
            high = min(high, most) if high and most else high or most
    return low, high


def bounds_only(condition: Record) -> bool:
    """Whether a condition says nothing but bounds of `updated_at`; an empty one says nothing at all."""
    named = list(fields(condition))
    bounded = all(field == "ticket.updated_at" and spec["operator"] in _BOUNDS for field, spec in named)
    return bounded and len(named) == len(list(fields(condition, needed=True)))


def _test(field: str, spec: Record, world: World, user_id: int, at_mask: bool) -> Test:
    kind, _, name = field.partition(".")
    operator = str(spec.get("operator", "is"))
    if field in {"ticket.action", "article.action"}:
        wanted, action = operator == "is", str(spec.get("value"))
        return lambda _ticket, event: event is not None and (event.action == action) == wanted
    if kind == "session" and at_mask:
        holds = _session_holds(operator, name, spec, world, user_id)
        return lambda _ticket, _event: holds
    if field == "ticket.tags" and operator != "has changed":
        return _tag_test(operator, spec, world)
    known = kind in {"customer", "organization"} or (kind == "article" and operator != "has changed")
    if not known and not (kind == "ticket" and (name in TICKET_COLUMNS or name in world.attributes())):
        raise UnknownFieldError(f"column {kind}.{name} does not exist")
    if operator == "has changed":
        return lambda _ticket, event: event is not None and name in event.changes
    passes = _value_test(operator, spec, world, user_id)
    if kind == "article":
        return _article_test(name, passes, world)
    if kind == "ticket":
        return lambda ticket, _event: passes(ticket.get(name))
    table, key = world.table("User" if kind == "customer" else "Organization"), f"{kind}_id"
    return lambda ticket, _event: passes(table.get(ticket[key], {}).get(name))


def _session_holds(operator: str, name: str, spec: Record, world: World, user_id: int) -> bool:
    """A condition on the user at the mask: any id (`session.id`), role, permission or group."""
    user = world.tables["User"][user_id]
    if name == "permission_ids":
        has = [number for role_id in user["role_ids"] for number in world.tables["Role"][role_id]["permission_ids"]]
    elif name.startswith("group_ids"):
        has = [group_id for group_id, access in user["group_ids"].items() if "full" in access]
    else:
        has = user.get(name) or []
    return bool(texts(has) & texts(spec.get("value") or [])) != operator.endswith("not")


def texts(value: object) -> set[str]:
    """One value or several, as text."""
    return {str(item) for item in (value if isinstance(value, list | set | frozenset | tuple) else [value])}


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
        return found != operator.endswith("not")

    return test


def _value_test(operator: str, spec: Record, world: World, user_id: int) -> _ValueTest:
    value = {"current_user.id": user_id, "not_set": ["", "1"]}.get(str(spec.get("pre_condition")), spec.get("value"))
    if operator in {"is", "is not"}:
        return _is_one_of(value, wanted=operator == "is")
    if operator in {"is set", "not set"}:
        return _is_one_of(["", None], wanted=operator == "not set")
    if operator in _TEXT_TESTS:
        needle, test = str(spec.get("value", "")).lower(), _TEXT_TESTS[operator]
        return lambda actual: test("" if actual is None else str(actual).lower(), needle)
    low, high = _time_range(operator, spec, world)
    return lambda actual: isinstance(actual, str) and low <= actual and (not high or actual <= high)


_TEXT_TESTS: dict[str, Callable[[str, str], bool]] = {
    "contains": lambda text, needle: needle in text,
    "contains not": lambda text, needle: needle not in text,
    "starts with": str.startswith,
    "ends with": str.endswith,
}


def _is_one_of(value: object, *, wanted: bool) -> _ValueTest:
    items = value if isinstance(value, list) else [value]
    accepted = frozenset(_plain(item) for item in items)

    def test(actual: object) -> bool:
        if isinstance(actual, list):
            found = any(_plain(item) in accepted for item in actual) or (not actual and "" in accepted)
        else:
            found = _plain(actual) in accepted
        return found == wanted

    return test


def _plain(value: object) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


_BOUNDS = frozenset({"after (absolute)", "before (absolute)", "within last (relative)"})


def _time_range(operator: str, spec: Record, world: World) -> tuple[str, str]:
    """From and to, as stamps; empty text means no limit. Raises UnknownFieldError for no operator of times."""
    moment = parse_stamp(spec.get("value")) or ""
    if operator in {"after (absolute)", "before (absolute)"}:
        return (moment, "") if operator.startswith("after") else ("", moment)
    now, length = world.clock(), span(spec)
    today, past, coming = stamp(now), stamp(now - length), stamp(now + length)
    ranges = {
        "within last (relative)": (past, today),
        "within next (relative)": (today, coming),
        "before (relative)": ("", past),
        "after (relative)": (coming, ""),
        "till (relative)": ("", coming),
        "from (relative)": (past, ""),
        "has reached": ("", today),
        "today": (f"{today[:10]}T", f"{stamp(now + timedelta(days=1))[:10]}T"),
    }
    if operator not in ranges:
        raise UnknownFieldError(f"operator {operator!r} does not exist")
    return ranges[operator]


_UNITS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1),
          "month": timedelta(days=30), "year": timedelta(days=365)}  # fmt: skip


def span(spec: Record) -> timedelta:
    """The length of time that `{"value": "2", "range": "hour"}` names; minutes without a unit."""
    return _UNITS.get(str(spec.get("range")), timedelta(minutes=1)) * int(str(spec.get("value") or 0))
