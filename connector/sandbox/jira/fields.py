"""What the fields of an issue take, hold, show, and say in the changelog."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

from connector.sandbox.jira import seed
from connector.sandbox.jira.access import shown_user, user_named
from connector.sandbox.jira.errors import wrong_field
from connector.sandbox.jira.records import CustomField, Json, Row
from connector.sandbox.jira.times import date_of, moment_of, stamp
from connector.sandbox.jira.world import BASE_URL, World

SHORT_TEXT, LONG_TEXT = 255, 32_767
_TEXTS = {"textfield": SHORT_TEXT, "textarea": LONG_TEXT}
_TYPES = {"textfield": "string", "textarea": "string", "select": "option", "datetime": "datetime", "float": "number"}
_TYPES |= {"datepicker": "date", "vp-origin": "sd-customerrequesttype", "sd-customer-organizations": "array"}
TAKEN_KINDS = frozenset({"textfield", "textarea", "select", "datetime", "datepicker", "float"})
"""Custom fields whose values can be set here."""


def taken(world: World, field_id: str, given: Json) -> Any:
    """The raw value of a field for what a request gives it.

    Raises JiraError 400 with Jira's reason.
    """
    custom = world.custom_fields.get(field_id)
    if custom is not None:
        return _custom_value(custom, given)
    return _SYSTEM[field_id](world, given)


def _custom_value(custom: CustomField, given: Json) -> Any:
    if given is None:
        return None
    kind = custom.kind
    if kind in _TEXTS:
        return _text(custom.id, given, _TEXTS[kind])
    if kind == "select":
        return _option(custom, given)
    if kind == "float":
        if isinstance(given, bool) or not isinstance(given, int | float):
            raise wrong_field(custom.id, "Operation value must be a number")
        return float(given)
    if kind == "datetime":
        moment = moment_of(given)
        if moment is None:
            raise wrong_field(custom.id, f"Error parsing date string: {given}")
        return moment
    if kind == "datepicker":
        return _date(custom.id, given)
    raise wrong_field(custom.id, "This field cannot be set by REST in the sandbox.")


def _text(field_id: str, given: Json, longest: int) -> str | None:
    if not isinstance(given, str):
        raise wrong_field(field_id, "Operation value must be a string")
    if len(given) > longest:
        raise wrong_field(
            field_id, f"The entered text is too long. It exceeds the allowed limit of {longest:,} characters."
        )
    return given or None


def _option(custom: CustomField, given: Json) -> str:
    if not isinstance(given, dict):
        raise wrong_field(custom.id, "Specify a valid 'id' or 'name' for " + custom.name)
    if "id" in given:
        option = custom.option(given["id"])
        if option is None:
            raise wrong_field(custom.id, f"Option id '{given['id']}' is not valid")
        return str(option.id)
    for context in custom.contexts.values():
        for option in context.options.values():
            if option.value == given.get("value"):
                return str(option.id)
    raise wrong_field(custom.id, f"Option value '{given.get('value')}' is not valid")


def _date(field_id: str, given: Json) -> str | None:
    if given is None:
        return None
    day = date_of(given)
    if day is None:
        raise wrong_field(field_id, f"Error parsing date string: {given}")
    return day


def _summary(_world: World, given: Json) -> str:
    text = _text("summary", given, SHORT_TEXT) if given is not None else None
    if text is None or not text.strip():
        raise wrong_field("summary", "You must specify a summary of the issue.")
    if "\n" in text or "\r" in text:
        raise wrong_field("summary", "The summary is invalid because it contains newline characters.")
    return text


def _labels(_world: World, given: Json) -> tuple[str, ...]:
    if not isinstance(given, list) or not all(isinstance(label, str) for label in given):
        raise wrong_field("labels", "Labels must be a list of texts.")
    for label in given:
        if any(character.isspace() for character in label):
            raise wrong_field("labels", f"The label '{label}' contains spaces which is invalid.")
    return tuple(dict.fromkeys(given))


def _named(table: str, field_id: str, text: str) -> Any:
    def value(world: World, given: Json) -> str:
        rows: dict[str, Row] = getattr(world, table)
        held = given if isinstance(given, dict) else {}
        if "id" in held:
            found = rows.get(str(held["id"]))
        else:
            wanted = str(held.get("name", "")).casefold()
            found = next((row for row in rows.values() if row.name.casefold() == wanted), None)
        if found is None:
            raise wrong_field(field_id, text)
        return str(found.id)

    return value


def _person(field_id: str) -> Any:
    def value(world: World, given: Json) -> str | None:
        user = user_named(world, given, field_id)
        if user is None and field_id == "reporter":
            raise wrong_field("reporter", "Reporter is required.")
        return user.id if user else None

    return value


_SYSTEM = {
    "summary": _summary,
    "description": lambda _world, given: None if given is None else _text("description", given, LONG_TEXT),
    "labels": _labels,
    "duedate": lambda _world, given: _date("duedate", given),
    "priority": _named("priorities", "priority", "The priority selected is invalid."),
    "resolution": _named("resolutions", "resolution", "The resolution selected is invalid."),
    "issuetype": _named("issue_types", "issuetype", "Specify a valid issue type"),
    "assignee": _person("assignee"),
    "reporter": _person("reporter"),
}
SETTABLE = frozenset(_SYSTEM)
"""System fields that a create or an edit may set."""


def shown(world: World, field_id: str, value: Any, zone: tzinfo) -> Json:
    """A raw value as the REST API shows it to somebody in this zone."""
    if field_id == world.organizations_field:
        return [_organization(world, number) for number in value or ()]
    if value is None:
        return None
    if isinstance(value, datetime):
        return stamp(value, zone)
    custom = world.custom_fields.get(field_id)
    if custom is not None:
        return _shown_custom(world, custom, value)
    if field_id in {"creator", "reporter", "assignee"}:
        return shown_user(world, value)
    if field_id in _SHOWN_ROWS:
        return _SHOWN_ROWS[field_id](world, value)
    return list(value) if isinstance(value, tuple) else value


def _organization(world: World, number: str) -> dict[str, Json]:
    links = {"self": f"{BASE_URL}/rest/servicedeskapi/organization/{number}"}
    return {"id": number, "name": world.organizations[number], "_links": links}


def _shown_custom(world: World, custom: CustomField, value: Any) -> Json:
    if custom.id == world.request_type_field:
        kind = world.request_types[value]
        about = {"id": kind.id, "name": kind.name, "issueTypeId": kind.issue_type_id}
        return {"requestType": {**about, "serviceDeskId": kind.service_desk_id}}
    return _shown_option(world, custom, value) if custom.kind == "select" else value


def _shown_option(world: World, custom: CustomField, option_id: str) -> Json:
    option = custom.option(option_id)
    if option is None:
        return None
    return {"self": world.link_to(f"customFieldOption/{option.id}"), "value": option.value, "id": option.id}


def shown_status(world: World, status: Row) -> dict[str, Json]:
    """A status with its category."""
    number, name, colour = seed.CATEGORIES[status.category]
    category = {
        "self": world.link_to(f"statuscategory/{number}"),
        "id": number,
        "key": status.category,
        "colorName": colour,
        "name": name,
    }
    return {
        "self": world.link_to(f"status/{status.id}"),
        "description": status.description,
        "iconUrl": f"{BASE_URL}/images/icons/status.png",
        "name": status.name,
        "id": status.id,
        "statusCategory": category,
    }


def shown_priority(world: World, priority: Row) -> dict[str, Json]:
    """A priority."""
    icon = f"{BASE_URL}/images/icons/priorities/medium.svg"
    return {"self": world.link_to(f"priority/{priority.id}"), "iconUrl": icon, "name": priority.name, "id": priority.id}


def described_priority(world: World, priority: Row) -> dict[str, Json]:
    """A priority as the list of priorities has it."""
    about = {"description": priority.description, "statusColor": priority.colour or "#cccccc"}
    return shown_priority(world, priority) | about


def shown_issue_type(world: World, kind: Row) -> dict[str, Json]:
    """An issue type."""
    return {
        "self": world.link_to(f"issuetype/{kind.id}"),
        "id": kind.id,
        "description": kind.description,
        "iconUrl": f"{BASE_URL}/images/icons/issuetype.png",
        "name": kind.name,
        "subtask": False,
    }


def shown_project(world: World, project_id: str) -> dict[str, Json]:
    """A project as issues show it."""
    project = world.projects[project_id]
    shown_keys = {"self": world.link_to(f"project/{project.id}"), "id": project.id, "key": project.key}
    return {**shown_keys, "name": project.name, "projectTypeKey": "service_desk"}


def _shown_resolution(world: World, resolution_id: str) -> dict[str, Json]:
    found = world.resolutions[resolution_id]
    shown_keys = {"self": world.link_to(f"resolution/{found.id}"), "id": found.id}
    return {**shown_keys, "description": found.description, "name": found.name}


_SHOWN_ROWS = {
    "status": lambda world, value: shown_status(world, world.statuses[value]),
    "priority": lambda world, value: shown_priority(world, world.priorities[value]),
    "issuetype": lambda world, value: shown_issue_type(world, world.issue_types[value]),
    "resolution": _shown_resolution,
    "project": shown_project,
}


def history_item(world: World, field_id: str, old: Any, new: Any) -> dict[str, Json]:
    """The changelog's words for a change."""
    custom = world.custom_fields.get(field_id)
    name = custom.name if custom else field_id
    item: dict[str, Json] = {"field": name, "fieldtype": "custom" if custom else "jira"}
    if world.cloud:
        item["fieldId"] = field_id
    (item["from"], item["fromString"]), (item["to"], item["toString"]) = (
        _history_value(world, field_id, value) for value in (old, new)
    )
    return item


def _history_value(world: World, field_id: str, value: Any) -> tuple[str | None, str | None]:
    """Machine value and text of one side of a change."""
    custom = world.custom_fields.get(field_id)
    if value is None:
        return None, None
    if field_id == "labels":
        return None, " ".join(value)
    if isinstance(value, datetime):
        return stamp(value), f"{value:%d/%b/%y %I:%M %p}"
    if isinstance(value, float):
        return None, f"{value:g}"
    if custom is not None:
        option = custom.option(value) if custom.kind == "select" else None
        return (option.id, option.value) if option else (None, str(value))
    if field_id in {"reporter", "assignee"}:
        return value, world.users[value].display
    if field_id == "duedate":
        return value, f"{value} 00:00:00.0"
    tables: dict[str, Mapping[str, Row]] = {
        "status": world.statuses,
        "priority": world.priorities,
        "resolution": world.resolutions,
        "issuetype": world.issue_types,
    }
    return (value, tables[field_id][value].name) if field_id in tables else (None, str(value))


def described(world: World, field_id: str) -> dict[str, Json]:
    """A field as `GET /field` lists it."""
    custom = world.custom_fields.get(field_id)
    if custom is None:
        name, kind = seed.SYSTEM_FIELDS[field_id]
        schema: dict[str, Json] = {"type": kind, "system": field_id}
        names = [field_id]
    else:
        name, kind = custom.name, _TYPES.get(custom.kind, "any")
        schema = {"type": kind, "custom": custom.type, "customId": custom.number}
        names = [f"cf[{custom.number}]", custom.name]
    if kind == "array":
        schema["items"] = "string"
    found = {"id": field_id, "name": name, "custom": custom is not None, "orderable": True, "navigable": True}
    keys = {"key": field_id} if world.cloud else {}
    return {**found, **keys, "searchable": True, "clauseNames": names, "schema": schema}
