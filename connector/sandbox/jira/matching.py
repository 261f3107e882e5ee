"""What a JQL query means: a test of index rows, bounds of `updated`, and an order."""

import operator
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Any, NamedTuple

from connector.sandbox.jira import jql, seed
from connector.sandbox.jira.errors import JiraError
from connector.sandbox.jira.fields import PEOPLE, TABLES
from connector.sandbox.jira.index import Row
from connector.sandbox.jira.records import CustomField, Issue, User
from connector.sandbox.jira.world import World, named

Test = Callable[[Row], bool]
Held = Callable[[Row], tuple[Any, ...]]
_EQUALITY = frozenset({"=", "!=", "in", "not in", "is", "is not"})
_ORDER = _EQUALITY | {">", ">=", "<", "<="}
_TEXT = frozenset({"~", "!~", "is", "is not"})
_COMPARISONS = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le}
_ALIASES = {"issuekey": "key", "issue": "key", "id": "key", "type": "issuetype", "due": "duedate"}
_ALIASES |= {"resolved": "resolutiondate"}
_PERIOD = re.compile(r"([+-]?)((?:\d+[wdhm]\s*)+)")
_UNITS = {"w": timedelta(weeks=1), "d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}
_FORMATS = ("%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d", "%Y/%m/%d")


@dataclass
class Meaning:
    """A query made ready: what passes, in which order, between which times of update; and whose words they are."""

    world: World
    user: User | None
    zone: tzinfo
    test: Test = lambda _row: True
    order: list[tuple[str, bool]] = field(default_factory=list)
    bounded: bool = False
    low: datetime | None = None
    high: datetime | None = None


Read = Callable[[Meaning, jql.Value], Sequence[Any]]
"""What a value in a query means: nothing if Jira does not know it."""


class _Field(NamedTuple):
    """What a field can be asked: by which operators, what a value in the query means, and what a row holds of it."""

    operators: frozenset[str]
    read: Read
    held: Held


def meaning(world: World, user: User | None, text: str) -> Meaning:
    """The meaning of a query for a user, whose time zone its times are in; of a webhook's filter for nobody.

    Raises JiraError 400 for fields, operators and values that Jira refuses.
    """
    query = jql.parse(text)
    found = Meaning(world, user, user.zone if user else world.zone)
    if query.condition:
        found.test, found.bounded = _condition(found, query.condition, top=True), True
    for name, descending in query.order:
        known = _known_as(name)
        is_own = known == "key" or known in seed.SYSTEM_FIELDS
        found.order.append((known if is_own else _custom(world, name).id, descending))
    return found


def matches(world: World, text: str, issue: Issue) -> bool:
    """Whether an issue as it is now passes the filter of a webhook; a filter that cannot be read lets nothing pass."""
    if text not in world.compiled_filters:
        try:
            world.compiled_filters[text] = meaning(world, None, text).test
        except JiraError:
            return False
    return world.compiled_filters[text](Row(issue.id, issue.key, issue.fields))


def _condition(meant: Meaning, tree: jql.Condition, *, top: bool = False) -> Test:
    """``top``: it must hold in any case."""
    if tree.data == "clause":
        return _clause(meant, jql.clause(tree), top=top)
    parts = [part for part in tree.children if not isinstance(part, str)]
    tests = [_condition(meant, part, top=top and tree.data == "all") for part in parts]
    if tree.data == "not":
        return lambda row: not tests[0](row)
    every = all if tree.data == "all" else any
    return lambda row: every(test(row) for test in tests)


def _clause(meant: Meaning, clause: jql.Clause, *, top: bool) -> Test:
    found = _field(meant.world, clause.field)
    if clause.operator not in found.operators:
        raise JiraError(400, f"The operator '{clause.operator}' is not supported by the '{clause.field}' field.")
    if found.operators is _TEXT:
        return _text_test(clause, lambda row: " ".join(str(value or "") for value in found.held(row)))
    empty = any(value.kind == "empty" for value in clause.values)
    wanted = [_known(found.read(meant, value), clause, value) for value in clause.values if value.kind != "empty"]
    if top and clause.field.lower() == "updated" and wanted:
        # What must hold of the time of update in any case.
        if clause.operator in {">", ">="}:
            meant.low = max(wanted[0], meant.low or wanted[0])
        elif clause.operator in {"<", "<="}:
            meant.high = min(wanted[0], meant.high or wanted[0])
    if clause.operator in _EQUALITY:
        return _set_test(clause.operator in {"=", "is", "in"}, None if empty else frozenset(wanted), found.held)
    [limit], check = wanted, _COMPARISONS[clause.operator]
    return lambda row: (value := found.held(row)[0]) is not None and bool(check(value, limit))


def _known(meanings: Sequence[Any], clause: jql.Clause, value: jql.Value) -> Any:
    """What is not known makes the whole query refused."""
    if not meanings:
        raise JiraError(400, f"The value '{value.text}' does not exist for the field '{clause.field}'.")
    return meanings[0]


def _set_test(positive: bool, wanted: frozenset[Any] | None, held: Held) -> Test:
    """Equality; None is EMPTY. What is empty is found by `is EMPTY` only, never by a negation."""
    if wanted is None:
        return lambda row: (held(row)[0] is None) == positive
    if positive:
        return lambda row: not wanted.isdisjoint(held(row))
    return lambda row: held(row)[0] is not None and wanted.isdisjoint(held(row))


def _text_test(clause: jql.Clause, held: Callable[[Row], str]) -> Test:
    """Words, not characters: `rfo:10041` is found by `10041` but not by `1004`; inner quotes keep their order."""
    if clause.operator in {"is", "is not"}:
        empty = clause.operator == "is"
        return lambda row: (not held(row)) == empty
    wanted = clause.values[0].text
    words = _words(wanted)
    is_phrase = wanted.startswith('"') and wanted.endswith('"')
    phrase = f" {' '.join(words)} "

    def found(row: Row) -> bool:
        there = _words(held(row))
        return phrase in f" {' '.join(there)} " if is_phrase else set(words) <= set(there)

    return found if clause.operator == "~" else lambda row: bool(held(row)) and not found(row)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _field(world: World, name: str) -> _Field:
    """One of Jira's own fields by its id, or else a custom one by its name, id or number."""
    known = _known_as(name)
    custom = None if known in _OWN else _custom(world, name)
    field_id, options = (custom.id, custom.options) if custom else (known, [])

    def offered(_meant: Meaning, value: jql.Value) -> list[str]:
        return [one.id for one in options if value.text in {one.value, one.id}]

    operators, read = _ASKED.get(custom.kind if custom else known, (_EQUALITY, offered))
    special: dict[str, Held] = {
        "key": lambda row: (row.id,),
        "labels": lambda row: row.fields.get("labels") or (None,),
        "statuscategory": lambda row: (world.statuses[row.fields["status"]].category,),
        "text": lambda row: (row.fields.get("summary"), row.fields.get("description")),
    }
    return _Field(operators, read, special.get(field_id, lambda row: (row.fields.get(field_id),)))


def _custom(world: World, name: str) -> CustomField:
    wanted = name.lower()
    for custom in world.custom_fields.values():
        if wanted in {f"cf[{custom.number}]", custom.name.lower(), custom.id}:
            return custom
    raise JiraError(400, f"Field '{name}' does not exist or you do not have permission to view it.")


def _known_as(name: str) -> str:
    return _ALIASES.get(name.lower(), name.lower())


def _written(_meant: Meaning, value: jql.Value) -> list[str]:
    return [value.text]


def _moments(meant: Meaning, value: jql.Value) -> list[datetime]:
    """A time to the minute in the user's zone, or a period before now."""
    now = meant.world.now()
    if value.kind == "function" and value.text.lower() == "now":
        return [now]
    period = _PERIOD.fullmatch(value.text.strip())
    if period:
        length = sum((_UNITS[part[-1]] * int(part[:-1]) for part in re.findall(r"\d+[wdhm]", period[2])), timedelta())
        return [now - length if period[1] == "-" else now + length]
    for form in _FORMATS:
        with suppress(ValueError):
            return [datetime.strptime(value.text, form).replace(tzinfo=meant.zone)]
    return []


def _numbers(_meant: Meaning, value: jql.Value) -> list[float]:
    with suppress(ValueError):
        return [float(value.text)]
    return []


def _issues(meant: Meaning, value: jql.Value) -> list[int]:
    text = value.text.upper()
    number = int(text) if text.isdecimal() else meant.world.issue_ids.get(text, 0)
    return [number] if number in meant.world.issues else []


def _projects(meant: Meaning, value: jql.Value) -> list[str]:
    projects = meant.world.projects.values()
    called = (project for project in projects if project.name.lower() == value.text.lower())
    found = meant.world.project(value.text) or next(called, None)
    return [found.id] if found else []


def _rows(table: str) -> Read:
    def read(meant: Meaning, value: jql.Value) -> list[str | None]:
        if table == "resolutions" and value.text.lower() == "unresolved":
            return [None]
        found = named(getattr(meant.world, table), value.text)
        return [found.id] if found else []

    return read


def _categories(_meant: Meaning, value: jql.Value) -> list[str]:
    text, known = value.text.lower(), seed.CATEGORIES.items()
    return [key for key, (number, label, _) in known if text in {key, str(number), label.lower()}]


def _users(meant: Meaning, value: jql.Value) -> list[str | None]:
    if value.kind == "function" and value.text.lower() == "currentuser":
        return [meant.user.id if meant.user else None]
    found = meant.world.user_called(value.text) or meant.world.user_with_email(value.text)
    return [found.id] if found else []


_ASKED: dict[str, tuple[frozenset[str], Read]] = {
    "key": (_EQUALITY, _issues),
    "project": (_EQUALITY, _projects),
    "labels": (_EQUALITY, _written),
    "statuscategory": (_EQUALITY, _categories),
    "duedate": (_ORDER, _written),
    "float": (_ORDER, _numbers),
    **dict.fromkeys(("updated", "created", "resolutiondate", "datetime"), (_ORDER, _moments)),
    **dict.fromkeys(("summary", "description", "text", "textfield", "textarea"), (_TEXT, _written)),
    **{name: (_EQUALITY, _rows(table)) for name, table in TABLES.items()},
    **dict.fromkeys(PEOPLE, (_EQUALITY, _users)),
}
"""By what operators a field can be asked, and what a value means: by the id of Jira's own, the kind of a custom one."""
_OWN = frozenset(_ASKED) & {*seed.SYSTEM_FIELDS, "key", "statuscategory", "text"}
