"""`/issue/createmeta`: what a new issue can be given."""

from connector.sandbox.jira import fields
from connector.sandbox.jira.access import project_for, require_support
from connector.sandbox.jira.call import Answer, Call
from connector.sandbox.jira.errors import not_found
from connector.sandbox.jira.records import Json, Project

_ALWAYS = ("project", "issuetype")
_REQUIRED = frozenset({*_ALWAYS, "summary", "reporter"})


def issue_types(call: Call, key: str) -> Answer:
    """`GET /issue/createmeta/{project}/issuetypes`."""
    project = project_for(call, key)
    require_support(call, project)
    types = [fields.shown_issue_type(call.world, call.world.issue_types[number]) for number in project.issue_type_ids]
    return 200, _page(call, "issueTypes", types)


def fields_of_type(call: Call, key: str, type_id: str) -> Answer:
    """`GET /issue/createmeta/{project}/issuetypes/{type}`: the fields of its screen, with what they may hold."""
    project = project_for(call, key)
    require_support(call, project)
    if type_id not in project.issue_type_ids:
        raise not_found("The issue type")
    screen = call.world.screens[project.screen_id]
    names = [*_ALWAYS, *(name for tab in screen.tabs.values() for name in tab.fields)]
    return 200, _page(call, "fields", [_field(call, project, name) for name in names])


def _field(call: Call, project: Project, name: str) -> dict[str, Json]:
    described = fields.described(call.world, name)
    shown: dict[str, Json] = {"fieldId": name, "name": described["name"], "schema": described["schema"]}
    if call.world.cloud:
        shown["key"] = name
    shown |= {"required": name in _REQUIRED, "hasDefaultValue": name == "priority", "operations": ["set"]}
    custom = call.world.custom_fields.get(name)
    if name == "priority":
        shown["allowedValues"] = [fields.shown_priority(call.world, one) for one in call.world.priorities.values()]
    elif custom is not None and custom.kind == "select":
        contexts = [one for one in custom.contexts.values() if project.id in one.project_ids]
        contexts = contexts or [one for one in custom.contexts.values() if not one.project_ids]
        held = [option for context in contexts for option in context.options.values()]
        shown["allowedValues"] = [
            {"self": call.world.link_to(f"customFieldOption/{one.id}"), "value": one.value, "id": one.id}
            for one in held
        ]
    return shown


def _page(call: Call, name: str, values: list[Json]) -> dict[str, Json]:
    start, size = call.number("startAt", 0), call.number("maxResults", 50)
    shown = values[start : start + size]
    keys: dict[str, Json] = {"startAt": start, "maxResults": size, "total": len(values)}
    if call.world.cloud:
        return keys | {name: shown}
    return keys | {"isLast": start + len(shown) >= len(values), "values": shown}
