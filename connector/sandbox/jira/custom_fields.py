"""`/field`: custom fields with their contexts and options. Data Center has neither of the latter in its REST API."""

from dataclasses import replace
from typing import Any

from connector.sandbox.jira import fields, seed
from connector.sandbox.jira.access import require_admin
from connector.sandbox.jira.call import Answer, Call, page
from connector.sandbox.jira.configuration import task
from connector.sandbox.jira.errors import JiraError, not_found
from connector.sandbox.jira.kinds import Kind, nothing
from connector.sandbox.jira.records import CustomField, Json, Row, new_context

MOST_OPTIONS = 1000
_SEARCHERS = {
    "textfield": "textsearcher",
    "textarea": "textsearcher",
    "select": "multiselectsearcher",
    "datetime": "datetimerange",
    "datepicker": "daterange",
    "float": "exactnumber",
}


def create(call: Call) -> Answer:
    """`POST /field`. Names need not be unique: a second field of the same name is a new field."""
    require_admin(call)
    name, kind = call.text("name"), call.text("type")
    if kind.removeprefix(seed.TYPE_PREFIX) not in fields.TAKEN_KINDS:
        raise JiraError(400, fields={"type": f"The custom field type '{kind}' was not found."})
    made = call.world.new_custom_field(name, kind, str(call.fields().get("description") or ""))
    return 201, fields.described(call.world, made.id)


def search(call: Call) -> Answer:
    """`GET /field/search`; Cloud only."""
    require_admin(call)
    wanted = call.query.get("query", "").lower()
    ids = set(call.words("id"))
    kinds = set(call.words("type")) or {"custom", "system"}
    system = [{"id": name, "name": held[0], "key": name} for name, held in seed.SYSTEM_FIELDS.items()]
    custom = [_found(call, field) for field in call.world.custom_fields.values()]
    listed = (system if "system" in kinds else []) + (custom if "custom" in kinds else [])
    return 200, page(
        call, [held for held in listed if wanted in held["name"].lower() and (not ids or held["id"] in ids)]
    )


def _found(call: Call, field: CustomField) -> dict[str, Json]:
    described = fields.described(call.world, field.id)
    shown = {"id": field.id, "name": field.name, "key": field.id, "schema": described["schema"]}
    searcher = _SEARCHERS.get(field.kind)
    more = {"description": field.description, "isLocked": field.type == seed.REQUEST_TYPE_FIELD}
    return shown | more | ({"searcherKey": seed.TYPE_PREFIX + searcher} if searcher else {})


def trash(call: Call, field_id: str) -> Answer:
    """`DELETE /field/{id}`: Cloud answers 303 with a task; the field is gone from lists, screens and issues."""
    require_admin(call)
    field = call.world.custom_field(field_id)
    del call.world.custom_fields[field.id]
    for scheme in call.world.field_schemes.values():
        scheme.fields.discard(field.id)
    for screen in call.world.screens.values():
        for tab in screen.tabs.values():
            if field.id in tab.fields:
                tab.fields.remove(field.id)
    return 303, task(call)


def move_to_trash(call: Call, field_id: str) -> Answer:
    """`POST /field/{id}/trash`; Cloud only."""
    trash(call, field_id)
    return 200, {}


def _detailed(call: Call, field: Any) -> dict[str, Json]:
    """As Data Center lists them."""
    about = {"id": field.id, "name": field.name, "description": field.description, "type": field.type}
    more = {"self": call.world.link_to(f"customFields/{field.id}"), "numericId": field.number}
    return about | more | {"isLocked": False, "isManaged": False, "isAllProjects": True}


FIELD = Kind("The custom field", lambda call: call.world.custom_fields, _detailed)
"""On Cloud name and description can be changed, never the type."""


def all_options(call: Call, field_id: str) -> Answer:
    """`GET /customFields/{id}/options` by the number of the field; Data Center only."""
    require_admin(call)
    field = call.world.custom_field(field_id if field_id.startswith("customfield_") else f"customfield_{field_id}")
    held = [option for context in field.contexts.values() for option in context.options.values()]
    shown = [{"id": int(option.id), "value": option.value, "disabled": False} for option in held]
    return 200, {"total": len(shown), "options": shown}


def delete_many(call: Call) -> Answer:
    """`DELETE /customFields?ids=`; Data Center only."""
    require_admin(call)
    ids = call.words("ids")
    for field_id in ids:
        trash(call, field_id)
    return 200, {"deletedCustomFields": ids, "notDeletedCustomFields": {}}


def _context(_call: Call, context: Row) -> dict[str, Json]:
    about = {"id": context.id, "name": context.name, "description": context.description}
    return {**about, "isGlobalContext": not context.project_ids, "isAnyIssueType": not context.issue_type_ids}


def whole_context(_call: Call, context: Row) -> dict[str, Json]:
    """As the answer to its creation shows it."""
    about = {"id": context.id, "name": context.name, "description": context.description}
    return {**about, "projectIds": context.project_ids, "issueTypeIds": context.issue_type_ids}


def _check_places(call: Call, context: Row) -> None:
    context.project_ids = [str(number) for number in context.project_ids]
    context.issue_type_ids = [str(number) for number in context.issue_type_ids]
    if any(number not in call.world.projects for number in context.project_ids):
        raise not_found("The project")


CONTEXT = Kind(
    "The custom field context",
    lambda call, field_id: call.world.custom_field(field_id).contexts,
    _context,
    new=lambda _call: new_context(""),
    sequence="context",
    columns={
        "name": "name",
        "description": "description",
        "projectIds": "project_ids",
        "issueTypeIds": "issue_type_ids",
    },
    clash=lambda one, other: bool(
        set(one.project_ids) & set(other.project_ids) or not (one.project_ids or other.project_ids)
    ),
    taken=lambda _name: JiraError(409, "A context of this custom field already applies to this project or globally."),
    check=_check_places,
)
NAMED_CONTEXT = replace(CONTEXT, columns={"name": "name", "description": "description"}, check=nothing)
"""What an update of one takes."""


def project_mapping(call: Call, field_id: str) -> Answer:
    """`GET /field/{id}/context/projectmapping`: a line per project, or one for a global context."""
    require_admin(call)
    lines: list[Json] = []
    for context in call.world.custom_field(field_id).contexts.values():
        lines += [{"contextId": context.id, "projectId": number} for number in context.project_ids]
        if not context.project_ids:
            lines.append({"contextId": context.id, "isGlobalContext": True})
    return 200, page(call, lines)


def assign_projects(call: Call, field_id: str, context_id: str) -> Answer:
    """`PUT /field/{id}/context/{context}/project`."""
    require_admin(call)
    context = CONTEXT.row(call, field_id, context_id)
    for number in call.fields().get("projectIds") or ():
        if str(number) not in call.world.projects:
            raise not_found("The project")
        if str(number) not in context.project_ids:
            context.project_ids.append(str(number))
    return 204, None


def _option(_call: Call, option: Row) -> dict[str, Json]:
    return {"id": option.id, "value": option.value, "disabled": False}


OPTION = Kind("", lambda call, *ids: CONTEXT.row(call, *ids).options, _option)


def create_options(call: Call, field_id: str, context_id: str) -> Answer:
    """`POST /field/{id}/context/{context}/option`: up to 1,000, none of them there already."""
    require_admin(call)
    context = CONTEXT.row(call, field_id, context_id)
    wanted = call.fields().get("options") or []
    if len(wanted) > MOST_OPTIONS:
        raise JiraError(400, f"You cannot create more than {MOST_OPTIONS:,} options at once.")
    values = [str(item["value"]) for item in wanted]
    known = {option.value for option in context.options.values()}
    if known.intersection(values) or len(set(values)) < len(values):
        raise JiraError(400, "The options must be unique within the context.")
    made = call.world.add_options(context, values)
    return 200, {"options": [_option(call, option) for option in made]}
