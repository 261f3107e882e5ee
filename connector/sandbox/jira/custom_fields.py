"""`/field`: custom fields with their contexts and options. Data Center has neither of the latter in its REST API."""

from typing import Any

from connector.sandbox.jira import fields, seed, shapes
from connector.sandbox.jira.call import Call, answers, noun, page
from connector.sandbox.jira.configuration import task
from connector.sandbox.jira.errors import JiraError, not_found
from connector.sandbox.jira.kinds import Kind
from connector.sandbox.jira.records import CustomField, Json, Row

MOST_OPTIONS = 1000
_SEARCHERS = {"textfield": "textsearcher", "textarea": "textsearcher", "select": "multiselectsearcher"}
_SEARCHERS |= {"datetime": "datetimerange", "datepicker": "daterange", "float": "exactnumber"}


@noun("field")
def _field(call: Call, field_id: str) -> CustomField:
    """A custom field by id or number. Raises JiraError 404."""
    return call.world.custom_field(f"customfield_{field_id}" if field_id.isdecimal() else field_id)


@answers("POST field", admin=True)
def _create(call: Call) -> Json:
    """Names need not be unique: a second field of the same name is a new field."""
    name, kind = call.text("name"), call.text("type")
    if kind.removeprefix(seed.TYPE_PREFIX) not in fields.TAKEN_KINDS:
        raise JiraError(400, fields={"type": f"The custom field type '{kind}' was not found."})
    made = call.world.new_custom_field(name, kind, str(call.fields().get("description") or ""))
    return fields.described(call.world, made.id)


@answers("GET field/search", on="cloud", admin=True)
def _search(call: Call) -> Json:
    wanted, ids = call.query.get("query", "").lower(), set(call.words("id"))
    kinds = set(call.words("type")) or {"custom", "system"}
    system = [{"id": name, "name": held[0], "key": name} for name, held in seed.SYSTEM_FIELDS.items()]
    custom = [
        {"id": field.id, "key": field.id, "name": field.name, "description": field.description}
        | {
            "isLocked": field.type == seed.REQUEST_TYPE_FIELD,
            "schema": fields.described(call.world, field.id)["schema"],
        }
        | ({"searcherKey": seed.TYPE_PREFIX + _SEARCHERS[field.kind]} if field.kind in _SEARCHERS else {})
        for field in call.world.custom_fields.values()
    ]
    listed = (system if "system" in kinds else []) + (custom if "custom" in kinds else [])
    found = [held for held in listed if wanted in held["name"].lower() and (not ids or held["id"] in ids)]
    return page(call, found)


@answers("DELETE field/{field}", 303, on="cloud", admin=True)
def _trash(call: Call, field: CustomField) -> Json:
    """It is gone from lists, screens and issues."""
    world = call.world
    del world.custom_fields[field.id]
    for scheme in world.field_schemes.values():
        scheme.fields.discard(field.id)
    for tab in (tab for screen in world.screens.values() for tab in screen.tabs.values()):
        tab.fields = [name for name in tab.fields if name != field.id]
    return task(call)


@answers("POST field/{field}/trash", 200, on="cloud", admin=True)
def _move_to_trash(call: Call, field: CustomField) -> Json:
    _trash(call, field)
    return {}


@answers("DELETE customFields", 200, on="datacenter", admin=True)
def _delete_many(call: Call) -> Json:
    ids = call.words("ids")
    for field_id in ids:
        _trash(call, _field(call, field_id))
    return {"deletedCustomFields": ids, "notDeletedCustomFields": {}}


@answers("GET customFields/{field}/options", on="datacenter", admin=True)
def _all_options(_call: Call, field: CustomField) -> Json:
    shown = [{"id": int(option.id), "value": option.value, "disabled": False} for option in field.options]
    return {"total": len(shown), "options": shown}


def _detailed(call: Call, field: Any) -> dict[str, Json]:
    """As Data Center lists them."""
    told = shapes.linked(call.world, "customFields", field, "name", "description", "type", numericId=field.number)
    return told | {"isLocked": False, "isManaged": False, "isAllProjects": True}


Kind("custom_fields", _detailed)
"""On Cloud name and description can be changed, never the type."""


def _context(_call: Call, context: Row) -> dict[str, Json]:
    told = {"id": context.id, "name": context.name, "description": context.description}
    return {**told, "isGlobalContext": not context.projectIds, "isAnyIssueType": not context.issueTypeIds}


def _whole_context(_call: Call, context: Row) -> dict[str, Json]:
    return {name: getattr(context, name) for name in ("id", "name", "description", "projectIds", "issueTypeIds")}


def _check_places(call: Call, context: Row) -> None:
    context.projectIds = [str(number) for number in context.projectIds]
    context.issueTypeIds = [str(number) for number in context.issueTypeIds]
    if any(number not in call.world.projects for number in context.projectIds):
        raise not_found("The project")


CONTEXT = Kind(
    "contexts",
    _context,
    lambda call, field_id: call.world.custom_field(field_id).contexts,
    check=_check_places,
    clash=lambda one, other: (
        (not one.projectIds and not other.projectIds) or bool({*one.projectIds} & {*other.projectIds})
    ),
    made=_whole_context,
)


@answers("GET field/{field}/context/projectmapping", on="cloud", admin=True)
def _project_mapping(call: Call, field: CustomField) -> Json:
    """A line per project, or one for a global context."""
    lines: list[Json] = []
    for context in field.contexts.values():
        lines += [{"contextId": context.id, "projectId": number} for number in context.projectIds]
        lines += [] if context.projectIds else [{"contextId": context.id, "isGlobalContext": True}]
    return page(call, lines)


@answers("PUT field/*/context/*/project", on="cloud", admin=True)
def _assign_projects(call: Call, field_id: str, context_id: str) -> None:
    context = CONTEXT.row(call, field_id, context_id)
    for number in map(str, call.fields().get("projectIds") or ()):
        if number not in call.world.projects:
            raise not_found("The project")
        if number not in context.projectIds:
            context.projectIds.append(number)


def _option(_call: Call, option: Row) -> dict[str, Json]:
    return {"id": option.id, "value": option.value, "disabled": False}


Kind("options", _option, lambda call, *ids: CONTEXT.row(call, *ids).options)


@answers("POST field/*/context/*/option", 200, on="cloud", admin=True)
def _create_options(call: Call, field_id: str, context_id: str) -> Json:
    """Up to 1,000, none of them there already."""
    context = CONTEXT.row(call, field_id, context_id)
    wanted = call.fields().get("options") or []
    if len(wanted) > MOST_OPTIONS:
        raise JiraError(400, f"You cannot create more than {MOST_OPTIONS:,} options at once.")
    values = [str(item["value"]) for item in wanted]
    known = {option.value for option in context.options.values()}
    if known.intersection(values) or len(set(values)) < len(values):
        raise JiraError(400, "The options must be unique within the context.")
    return {"options": [_option(call, option) for option in call.world.add_options(context, values)]}
