"""What a JQL query means: a test of index rows, bounds of `updated`, and an order."""

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
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
    order: list[tuple[str, bool]] | None = None
    bounded: bool = False
    low: datetime | None = None
    high: datetime | None = None


class _Field(NamedTuple):
    """What a field can be asked: by which operators, what a value in the query means, and what a row holds of it."""

    operators: frozenset[str]
    read: Callable[[Meaning, str, jql.Value], Any]
    held: Held


def meaning(world: World, user: User | None, text: str) -> Meaning:
    """The meaning of a query for a user, whose time zone its times are in; of a webhook's filter for nobody.

    Raises JiraError 400 for fields, operators and values that Jira refuses.
    """
    query = jql.parse(text)
    found = Meaning(world, user, user.zone if user else world.zone)
    if query.condition:
        found.test, found.bounded = _condition(found, query.condition, top=True), True
    found.order = [(_sort_field(world, name), descending) for name, descending in query.order]
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
    wanted = [found.read(meant, clause.field, value) for value in clause.values if value.kind != "empty"]
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
    operators, read = _ASKED.get(custom.kind if custom else known, (_EQUALITY, _option_id))
    special: dict[str, Held] = {
        "key": lambda row: (row.id,),
        "labels": lambda row: row.fields.get("labels") or (None,),
        "statuscategory": lambda row: (world.statuses[row.fields["status"]].category,),
        "text": lambda row: (row.fields.get("summary"), row.fields.get("description")),
    }
    field_id = custom.id if custom else known
    return _Field(operators, read, special.get(field_id, lambda row: (row.fields.get(field_id),)))


def _custom(world: World, name: str) -> CustomField:
    wanted = name.lower()
    for custom in world.custom_fields.values():
        if wanted in {f"cf[{custom.number}]", custom.name.lower(), custom.id}:
            return custom
    raise JiraError(400, f"Field '{name}' does not exist or you do not have permission to view it.")


def _known_as(name: str) -> str:
    return _ALIASES.get(name.lower(), name.lower())


def _sort_field(world: World, name: str) -> str:
    known = _known_as(name)
    return known if known == "key" or known in seed.SYSTEM_FIELDS else _custom(world, name).id


def _no_value(text: str, name: str) -> JiraError:
    return JiraError(400, f"The value '{text}' does not exist for the field '{name}'.")


def _as_written(_meant: Meaning, _name: str, value: jql.Value) -> str:
    return value.text


def _moment(meant: Meaning, name: str, value: jql.Value) -> datetime:
    """A time to the minute in the user's zone, or a period before now."""
    now = meant.world.now()
    if value.kind == "function" and value.text.lower() == "now":
        return now
    period = _PERIOD.fullmatch(value.text.strip())
    if period:
        length = sum((_UNITS[part[-1]] * int(part[:-1]) for part in re.findall(r"\d+[wdhm]", period[2])), timedelta())
        return now - length if period[1] == "-" else now + length
    for form in _FORMATS:
        try:
            return datetime.strptime(value.text, form).replace(tzinfo=meant.zone)
        except ValueError:
            continue
    raise JiraError(
        400,
        f"Date value '{value.text}' for field '{name}' is invalid. Valid formats include: "
        "'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'.",
    )


def _number(_meant: Meaning, name: str, value: jql.Value) -> float:
    try:
        return float(value.text)
    except ValueError:
        raise _no_value(value.text, name) from None


def _issue_id(meant: Meaning, name: str, value: jql.Value) -> int:
    """An issue that must exist, else the whole query is refused."""
    text = value.text.upper()
    number = int(text) if text.isdecimal() else meant.world.issue_ids.get(text, 0)
    if number not in meant.world.issues:
        raise JiraError(400, f"An issue with key '{value.text}' does not exist for field '{name}'.")
    return number


def _project_id(meant: Meaning, name: str, value: jql.Value) -> str:
    projects = meant.world.projects.values()
    called = next((project for project in projects if project.name.lower() == value.text.lower()), None)
    found = meant.world.project(value.text) or called
    if found is None:
        raise _no_value(value.text, name)
    return found.id


def _row_id(meant: Meaning, name: str, value: jql.Value) -> str | None:
    known = _known_as(name)
    if known == "resolution" and value.text.lower() == "unresolved":
        return None
    found = named(getattr(meant.world, TABLES[known]), value.text)
    if found is None:
        raise _no_value(value.text, name)
    return str(found.id)


def _option_id(meant: Meaning, name: str, value: jql.Value) -> str:
    for option in _custom(meant.world, name).options:
        if value.text in {option.value, option.id}:
            return str(option.id)
    raise _no_value(value.text, name)


def _category(_meant: Meaning, name: str, value: jql.Value) -> str:
    for key, (number, label, _) in seed.CATEGORIES.items():
        if value.text.lower() in {key, str(number), label.lower()}:
            return key
    raise _no_value(value.text, name)


def _user_id(meant: Meaning, name: str, value: jql.Value) -> str | None:
    if value.kind == "function" and value.text.lower() == "currentuser":
        return meant.user.id if meant.user else None
    found = meant.world.user_called(value.text) or meant.world.user_with_email(value.text)
    if found is None:
        raise _no_value(value.text, name)
    return found.id


_ASKED: dict[str, tuple[frozenset[str], Callable[[Meaning, str, jql.Value], Any]]] = {
    "key": (_EQUALITY, _issue_id),
    "project": (_EQUALITY, _project_id),
    "labels": (_EQUALITY, _as_written),
    "statuscategory": (_EQUALITY, _category),
    "duedate": (_ORDER, _as_written),
    "float": (_ORDER, _number),
    **dict.fromkeys(("updated", "created", "resolutiondate", "datetime"), (_ORDER, _moment)),
    **dict.fromkeys(("summary", "description", "text", "textfield", "textarea"), (_TEXT, _as_written)),
    **dict.fromkeys(TABLES, (_EQUALITY, _row_id)),
    **dict.fromkeys(PEOPLE, (_EQUALITY, _user_id)),
}
"""By what operators a field can be asked, and how a value is read."""
_OWN = frozenset(_ASKED) & {*seed.SYSTEM_FIELDS, "key", "statuscategory", "text"}
