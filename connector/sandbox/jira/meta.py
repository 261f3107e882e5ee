"""`/issue/createmeta` and `editmeta`: what an issue can be given."""

from connector.sandbox.jira import fields
from connector.sandbox.jira.access import issue_for, project_for, require_support
from connector.sandbox.jira.call import Answer, Call
from connector.sandbox.jira.errors import not_found
from connector.sandbox.jira.records import Json, Project
from connector.sandbox.jira.world import World

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
    names = [*_ALWAYS, *_on_screen(call.world, project, type_id)]
    return 200, _page(call, "fields", [_field(call, project, name) for name in names])


def fields_of_issue(call: Call, key: str) -> Answer:
    """`GET /issue/{key}/editmeta`: the fields of its screen; none for whoever may not edit it."""
    issue = issue_for(call, key)
    project = call.world.projects[issue.project_id]
    shown = {
        name: _field(call, project, name) for name in _on_screen(call.world, project, str(issue.fields["issuetype"]))
    }
    if call.world.cloud:
        for described in shown.values():
            del described["fieldId"]
    return 200, {"fields": shown}


def _on_screen(world: World, project: Project, type_id: str) -> list[str]:
    """The fields of the project's screen that belong to issues of this type."""
    on_tabs = (name for tab in world.screens[project.screen_id].tabs.values() for name in tab.fields)
    return [name for name in on_tabs if world.belongs(name, project, type_id)]


def _field(call: Call, project: Project, name: str) -> dict[str, Json]:
    described = fields.described(call.world, name)
    shown: dict[str, Json] = {"fieldId": name, "name": described["name"], "schema": described["schema"]}
    if call.world.cloud:
        shown["key"] = name
    scheme = call.world.field_schemes[project.field_scheme_id]
    required = name in _REQUIRED or name in scheme.required
    shown |= {"required": required, "hasDefaultValue": name == "priority", "operations": ["set"]}
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
