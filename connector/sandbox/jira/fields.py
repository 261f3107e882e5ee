"""What the fields of an issue take, hold, show, and say in the changelog.

Each of these is a table by the field: the id of one of Jira's own, the kind of a custom one.
"""

from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import Any

from connector.sandbox.jira import seed, shapes
from connector.sandbox.jira.access import shown_user
from connector.sandbox.jira.errors import JiraError, wrong_field
from connector.sandbox.jira.records import Json, Row
from connector.sandbox.jira.times import date_of, moment_of, stamp
from connector.sandbox.jira.world import BASE_URL, World

SHORT_TEXT, LONG_TEXT = 255, 32_767
TABLES = {
    "status": "statuses",
    "priority": "priorities",
    "resolution": "resolutions",
    "issuetype": "issue_types",
}
"""Fields that hold the id of a row, and the tables of these."""
PEOPLE = frozenset({"creator", "reporter", "assignee"})
_SCHEMAS = {"textfield": "string", "textarea": "string", "select": "option", "datetime": "datetime", "float": "number"}
_SCHEMAS |= {"datepicker": "date", "vp-origin": "sd-customerrequesttype", "sd-customer-organizations": "array"}
Take = Callable[[World, str, Json], Any]


def key_of(world: World, field_id: str) -> str:
    """By what the tables know a field."""
    custom = world.custom_fields.get(field_id)
    return custom.kind if custom else field_id


def taken(world: World, field_id: str, given: Json) -> Any:
    """The raw value of a field for what a request gives it. Raises JiraError 400 with Jira's reason."""
    take = _TAKES.get(key_of(world, field_id))
    if take is None:
        raise wrong_field(field_id, "This field cannot be set by REST in the sandbox.")
    return None if given is None and field_id not in _NEVER_EMPTY else take(world, field_id, given)


def _text(longest: int) -> Take:
    def take(_world: World, field_id: str, given: Json) -> str | None:
        if not isinstance(given, str):
            raise wrong_field(field_id, "Operation value must be a string")
        if len(given) > longest:
            raise too_long(field_id, longest)
        return given or None

    return take


def too_long(field_id: str, longest: int) -> JiraError:
    """400 for a text."""
    return wrong_field(
        field_id, f"The entered text is too long. It exceeds the allowed limit of {longest:,} characters."
    )


def _summary(world: World, field_id: str, given: Json) -> str:
    text = None if given is None else _text(SHORT_TEXT)(world, field_id, given)
    if text is None or not text.strip():
        raise wrong_field("summary", "You must specify a summary of the issue.")
    if "\n" in text or "\r" in text:
        raise wrong_field("summary", "The summary is invalid because it contains newline characters.")
    return str(text)


def _number(_world: World, field_id: str, given: Json) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise wrong_field(field_id, "Operation value must be a number")
    return float(given)


def _parsed(parse: Callable[[object], Any]) -> Take:
    def take(_world: World, field_id: str, given: Json) -> Any:
        found = parse(given)
        if found is None:
            raise wrong_field(field_id, f"Error parsing date string: {given}")
        return found

    return take


def _option(world: World, field_id: str, given: Json) -> str:
    custom = world.custom_fields[field_id]
    if not isinstance(given, dict):
        raise wrong_field(field_id, "Specify a valid 'id' or 'name' for " + custom.name)
    if "id" in given and custom.option(given["id"]) is None:
        raise wrong_field(field_id, f"Option id '{given['id']}' is not valid")
    same = (str(option.id) for option in custom.options if option.value == given.get("value"))
    found = str(given["id"]) if "id" in given else next(same, None)
    if found is None:
        raise wrong_field(field_id, f"Option value '{given.get('value')}' is not valid")
    return found


def _labels(_world: World, _field_id: str, given: Json) -> tuple[str, ...]:
    if not isinstance(given, list) or not all(isinstance(label, str) for label in given):
        raise wrong_field("labels", "Labels must be a list of texts.")
    for label in given:
        if any(character.isspace() for character in label):
            raise wrong_field("labels", f"The label '{label}' contains spaces which is invalid.")
    return tuple(dict.fromkeys(given))


def _row(refusal: str) -> Take:
    def take(world: World, field_id: str, given: Json) -> str:
        rows: dict[str, Row] = getattr(world, TABLES[field_id])
        held = given if isinstance(given, dict) else {}
        wanted = str(held.get("name", "")).casefold()
        found = next((row for row in rows.values() if row.name.casefold() == wanted), None)
        found = rows.get(str(held["id"])) if "id" in held else found
        if found is None:
            raise wrong_field(field_id, refusal)
        return str(found.id)

    return take


def _person(world: World, field_id: str, given: Json) -> str:
    """`{"accountId": …}` on Cloud, `{"name": …}` on Data Center."""
    held = given if isinstance(given, dict) else {}
    user = world.user_called((held.get("accountId") or held.get("id")) if world.cloud else held.get("name"))
    if user is None:
        raise wrong_field(field_id, f"Specify a valid value for {field_id}")
    return user.id


_TAKES: dict[str, Take] = {
    "summary": _summary,
    "description": _text(LONG_TEXT),
    "labels": _labels,
    "duedate": _parsed(date_of),
    "priority": _row("The priority selected is invalid."),
    "resolution": _row("The resolution selected is invalid."),
    "issuetype": _row("Specify a valid issue type"),
    "assignee": _person,
    "reporter": _person,
    "textfield": _text(SHORT_TEXT),
    "textarea": _text(LONG_TEXT),
    "select": _option,
    "datetime": _parsed(moment_of),
    "datepicker": _parsed(date_of),
    "float": _number,
}
_NEVER_EMPTY = frozenset({"summary", "labels", "priority", "resolution", "issuetype", "reporter"})
SETTABLE = tuple(name for name in _TAKES if name in seed.SYSTEM_FIELDS)
"""System fields that a create or an edit may set."""
TAKEN_KINDS = frozenset(_TAKES) - frozenset(SETTABLE)
"""Custom fields whose values can be set here."""


def shown(world: World, field_id: str, value: Any, zone: tzinfo) -> Json:
    """A raw value as the REST API shows it to somebody in this zone."""
    if field_id == world.organizations_field:
        return [_organization(world, number) for number in value or ()]
    if value is None:
        return None
    if isinstance(value, datetime):
        return stamp(value, zone)
    if field_id in PEOPLE:
        return shown_user(world, value)
    if field_id in TABLES:
        shape: Callable[[World, Row], Json] = _SHAPES[field_id]
        return shape(world, getattr(world, TABLES[field_id])[value])
    if field_id == "project":
        return shapes.project(world, value)
    if field_id == world.request_type_field:
        kind = world.request_types[value]
        about = {"id": kind.id, "name": kind.name, "issueTypeId": kind.issue_type_id}
        return {"requestType": {**about, "serviceDeskId": kind.service_desk_id}}
    custom = world.custom_fields.get(field_id)
    if custom is not None and custom.kind == "select":
        option = custom.option(value)
        return shapes.option(world, option) if option else None
    return list(value) if isinstance(value, tuple) else value


_SHAPES = {
    "status": shapes.status,
    "priority": shapes.priority,
    "resolution": shapes.resolution,
    "issuetype": shapes.issue_type,
}


def _organization(world: World, number: str) -> dict[str, Json]:
    links = {"self": f"{BASE_URL}/rest/servicedeskapi/organization/{number}"}
    return {"id": number, "name": world.organizations[number], "_links": links}


def history_item(world: World, field_id: str, old: Any, new: Any) -> dict[str, Json]:
    """The changelog's words for a change."""
    custom = world.custom_fields.get(field_id)
    item: dict[str, Json] = {"field": custom.name if custom else field_id, "fieldtype": "custom" if custom else "jira"}
    if world.cloud:
        item["fieldId"] = field_id
    (item["from"], item["fromString"]), (item["to"], item["toString"]) = (
        _told(world, field_id, value) for value in (old, new)
    )
    return item


def _told(world: World, field_id: str, value: Any) -> tuple[str | None, str | None]:
    """Machine value and text of one side of a change."""
    if value is None:
        return None, None
    if field_id == "labels":
        return None, " ".join(value)
    if isinstance(value, datetime):
        return stamp(value), f"{value:%d/%b/%y %I:%M %p}"
    if isinstance(value, float):
        return None, f"{value:g}"
    if field_id in PEOPLE:
        return value, world.users[value].display
    if field_id == "duedate":
        return value, f"{value} 00:00:00.0"
    if field_id in TABLES:
        return value, getattr(world, TABLES[field_id])[value].name
    custom = world.custom_fields.get(field_id)
    option = custom.option(value) if custom and custom.kind == "select" else None
    return (option.id, option.value) if option else (None, str(value))


def described(world: World, field_id: str) -> dict[str, Json]:
    """A field as `GET /field` lists it."""
    custom = world.custom_fields.get(field_id)
    schema: dict[str, Json]
    if custom is None:
        name, kind = seed.SYSTEM_FIELDS[field_id]
        names, schema = [field_id], {"system": field_id}
    else:
        name, kind = custom.name, _SCHEMAS.get(custom.kind, "any")
        names, schema = [f"cf[{custom.number}]", name], {"custom": custom.type, "customId": custom.number}
    schema |= {"type": kind} | ({"items": "string"} if kind == "array" else {})
    told = {"id": field_id, "name": name, "custom": custom is not None, "schema": schema, "clauseNames": names}
    keys = {"key": field_id} if world.cloud else {}
    return told | keys | {"orderable": True, "navigable": True, "searchable": True}
