"""What a JQL query means: a test of index rows, bounds of `updated`, and an order."""

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any, NamedTuple

from connector.sandbox.jira import jql, seed
from connector.sandbox.jira.errors import JiraError
from connector.sandbox.jira.index import Row
from connector.sandbox.jira.records import CustomField, Issue, User
from connector.sandbox.jira.world import World, named

Test = Callable[[Row], bool]
_EQUALITY = frozenset({"=", "!=", "in", "not in", "is", "is not"})
_ORDER = frozenset({"=", "!=", ">", ">=", "<", "<=", "in", "not in", "is", "is not"})
_TEXT = frozenset({"~", "!~", "is", "is not"})
_COMPARISONS = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le}
_ALIASES = {"issuekey": "key", "issue": "key", "type": "issuetype", "due": "duedate", "resolved": "resolutiondate"}
_NAMED = {"status": "statuses", "priority": "priorities", "issuetype": "issue_types", "resolution": "resolutions"}
_MOMENTS = frozenset({"updated", "created", "resolutiondate"})
_PEOPLE = frozenset({"reporter", "creator", "assignee"})
_PERIOD = re.compile(r"([+-]?)((?:\d+[wdhm]\s*)+)")
_UNITS = {"w": timedelta(weeks=1), "d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}
_FORMATS = ("%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d", "%Y/%m/%d")


@dataclass
class Meaning:
    """A query made ready: what passes, between which times of update, in which order."""

    test: Test
    order: list[tuple[str, bool]]
    bounded: bool
    low: datetime | None = None
    high: datetime | None = None


@dataclass
class _Reader:
    """Knows whose words they are."""

    world: World
    user: User | None
    zone: tzinfo
    low: datetime | None = None
    high: datetime | None = None

    def bound(self, operator: str, moment: datetime) -> None:
        """What must hold of the time of update in any case."""
        if operator in {">", ">="}:
            self.low = max(moment, self.low or moment)
        elif operator in {"<", "<="}:
            self.high = min(moment, self.high or moment)


def meaning(world: World, user: User, text: str) -> Meaning:
    """The meaning of a query for a user, whose time zone its times are in.

    Raises JiraError 400 for fields, operators and values that Jira refuses.
    """
    query = jql.parse(text)
    reader = _Reader(world, user, user.zone)
    test = _condition(reader, query.condition, top=True) if query.condition else _everything
    order = [(_sort_field(reader, name), descending) for name, descending in query.order]
    return Meaning(test, order, query.condition is not None, reader.low, reader.high)


def matches(world: World, text: str, issue: Issue) -> bool:
    """Whether an issue as it is now passes the filter of a webhook; a filter that cannot be read lets nothing pass."""
    test = world.compiled_filters.get(text)
    if test is None:
        try:
            query = jql.parse(text)
            reader = _Reader(world, None, world.zone)
            test = _condition(reader, query.condition) if query.condition else _everything
        except JiraError:
            return False
        world.compiled_filters[text] = test
    return test(Row(issue.id, issue.key, issue.fields))


def _everything(_row: Row) -> bool:
    return True


def _condition(reader: _Reader, part: jql.Clause | jql.Group, *, top: bool = False) -> Test:
    if isinstance(part, jql.Clause):
        return _clause(reader, part, top=top)
    tests = [_condition(reader, inner, top=top and part.word == "and") for inner in part.parts]
    if part.word == "not":
        return lambda row: not tests[0](row)
    if part.word == "and":
        return lambda row: all(test(row) for test in tests)
    return lambda row: any(test(row) for test in tests)


class _Field(NamedTuple):
    """What a field can be asked: by which operators, what a value in the query means, and what a row holds of it."""

    operators: frozenset[str]
    read: Callable[[jql.Value], Any]
    held: Callable[[Row], tuple[Any, ...]]


def _clause(reader: _Reader, clause: jql.Clause, *, top: bool) -> Test:
    found = _system_field(reader, clause) or _custom_field(reader, clause)
    if clause.operator not in found.operators:
        raise JiraError(400, f"The operator '{clause.operator}' is not supported by the '{clause.field}' field.")
    if found.operators is _TEXT:
        return _text_test(clause, lambda row: " ".join(str(value or "") for value in found.held(row)))
    wanted = [None if value.kind == "empty" else found.read(value) for value in clause.values]
    if top and clause.field.lower() == "updated" and wanted[0] is not None:
        reader.bound(clause.operator, wanted[0])
    return (
        _set_test(clause, wanted, found.held) if clause.operator in _EQUALITY else _compared(clause, wanted, found.held)
    )


def _system_field(reader: _Reader, clause: jql.Clause) -> _Field | None:
    name = _known_as(clause.field)
    own = _held(name)
    if name in _MOMENTS:
        return _Field(_ORDER, lambda value: _moment(reader, clause, value), own)
    if name in {"key", "id"}:
        return _Field(_EQUALITY, lambda value: _issue_id(reader, clause, value), lambda row: (row.id,))
    if name == "labels":
        return _Field(_EQUALITY, _as_written, lambda row: row.fields.get("labels") or (None,))
    if name == "statuscategory":
        statuses = reader.world.statuses
        return _Field(_EQUALITY, _category, lambda row: (statuses[row.fields["status"]].category,))
    if name == "project":
        return _Field(_EQUALITY, lambda value: _project_id(reader, value), own)
    if name in _NAMED:
        return _Field(_EQUALITY, lambda value: _named_id(reader, name, value), own)
    if name in _PEOPLE:
        return _Field(_EQUALITY, lambda value: _user_id(reader, name, value), own)
    if name in {"summary", "description", "text"}:
        return _Field(_TEXT, _as_written, _held("summary", "description") if name == "text" else own)
    return _Field(_ORDER, _as_written, own) if name == "duedate" else None


def _custom_field(reader: _Reader, clause: jql.Clause) -> _Field:
    custom = _custom_named(reader, clause.field)
    own = _held(custom.id)
    if custom.kind in {"textfield", "textarea"}:
        return _Field(_TEXT, _as_written, own)
    if custom.kind == "datetime":
        return _Field(_ORDER, lambda value: _moment(reader, clause, value), own)
    if custom.kind == "float":
        return _Field(_ORDER, lambda value: _number(clause, value), own)
    options = [option for context in custom.contexts.values() for option in context.options.values()]

    def option_id(value: jql.Value) -> Any:
        found = next((option for option in options if value.text in {option.value, option.id}), None)
        if found is None:
            raise _no_value(value.text, clause.field)
        return found.id

    return _Field(_EQUALITY, option_id, own)


def _custom_named(reader: _Reader, name: str) -> CustomField:
    wanted = name.lower()
    for custom in reader.world.custom_fields.values():
        if wanted in {f"cf[{custom.number}]", custom.name.lower(), custom.id}:
            return custom
    raise JiraError(400, f"Field '{name}' does not exist or you do not have permission to view it.")


def _known_as(name: str) -> str:
    return _ALIASES.get(name.lower(), name.lower())


def _held(*names: str) -> Callable[[Row], tuple[Any, ...]]:
    return lambda row: tuple(row.fields.get(name) for name in names)


def _as_written(value: jql.Value) -> str:
    return value.text


def _no_value(text: str, name: str) -> JiraError:
    return JiraError(400, f"The value '{text}' does not exist for the field '{name}'.")


def _set_test(clause: jql.Clause, wanted: list[Any], held: Callable[[Row], tuple[Any, ...]]) -> Test:
    """Equality. What is empty is found by `is EMPTY` only, never by a negation."""
    if any(value.kind == "empty" for value in clause.values):
        empty = clause.operator in {"=", "is", "in"}
        return lambda row: (held(row)[0] is None) == empty
    values = frozenset(wanted)
    if clause.operator in {"=", "in", "is"}:
        return lambda row: not values.isdisjoint(held(row))
    return lambda row: held(row)[0] is not None and values.isdisjoint(held(row))


def _compared(clause: jql.Clause, wanted: list[Any], held: Callable[[Row], tuple[Any, ...]]) -> Test:
    [limit], check = wanted, _COMPARISONS[clause.operator]

    def passes(row: Row) -> bool:
        [value] = held(row)
        return value is not None and bool(check(value, limit))

    return passes


def _moment(reader: _Reader, clause: jql.Clause, value: jql.Value) -> datetime:
    """A time to the minute in the user's zone, or a period before now."""
    now = reader.world.now()
    if value.kind == "function" and value.text.lower() == "now":
        return now
    period = _PERIOD.fullmatch(value.text.strip())
    if period:
        length = sum((_UNITS[part[-1]] * int(part[:-1]) for part in re.findall(r"\d+[wdhm]", period[2])), timedelta())
        return now - length if period[1] == "-" else now + length
    for form in _FORMATS:
        try:
            return datetime.strptime(value.text, form).replace(tzinfo=reader.zone)
        except ValueError:
            continue
    raise JiraError(
        400,
        f"Date value '{value.text}' for field '{clause.field}' is invalid. Valid formats include: "
        "'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'.",
    )


def _number(clause: jql.Clause, value: jql.Value) -> float:
    try:
        return float(value.text)
    except ValueError:
        raise _no_value(value.text, clause.field) from None


def _issue_id(reader: _Reader, clause: jql.Clause, value: jql.Value) -> int:
    """An issue that must exist, else the whole query is refused."""
    text = value.text.upper()
    number = int(text) if text.isdecimal() else reader.world.issue_ids.get(text, 0)
    if number not in reader.world.issues:
        raise JiraError(400, f"An issue with key '{value.text}' does not exist for field '{clause.field}'.")
    return number


def _project_id(reader: _Reader, value: jql.Value) -> str:
    projects = reader.world.projects.values()
    known = reader.world.project(value.text)
    found = known or next((project for project in projects if project.name.lower() == value.text.lower()), None)
    if found is None:
        raise _no_value(value.text, "project")
    return found.id


def _named_id(reader: _Reader, name: str, value: jql.Value) -> str | None:
    if name == "resolution" and value.text.lower() == "unresolved":
        return None
    found = named(getattr(reader.world, _NAMED[name]), value.text)
    if found is None:
        raise _no_value(value.text, name)
    return str(found.id)


def _category(value: jql.Value) -> str:
    for key, (number, name, _) in seed.CATEGORIES.items():
        if value.text.lower() in {key, str(number), name.lower()}:
            return key
    raise _no_value(value.text, "statusCategory")


def _user_id(reader: _Reader, name: str, value: jql.Value) -> str | None:
    if value.kind == "function" and value.text.lower() == "currentuser":
        return reader.user.id if reader.user else None
    for user in reader.world.users.values():
        if value.text in {user.id, user.email} or (not reader.world.cloud and value.text == user.name):
            return user.id
    raise _no_value(value.text, name)


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

    if clause.operator == "~":
        return found
    return lambda row: bool(held(row)) and not found(row)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _sort_field(reader: _Reader, name: str) -> str:
    known = _known_as(name)
    return known if known in {"key", "id"} or known in seed.SYSTEM_FIELDS else _custom_named(reader, name).id
