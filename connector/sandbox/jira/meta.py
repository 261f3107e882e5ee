"""`/issue/createmeta` and `editmeta`: what an issue can be given."""

from connector.sandbox.jira import fields, shapes
from connector.sandbox.jira.access import require_support
from connector.sandbox.jira.call import Call
from connector.sandbox.jira.endpoints import answers
from connector.sandbox.jira.errors import not_found
from connector.sandbox.jira.records import Issue, Json, Project

_ALWAYS = ("project", "issuetype")
_REQUIRED = frozenset({*_ALWAYS, "summary", "reporter"})


@answers("GET issue/createmeta/{project}/issuetypes")
def _types(call: Call, project: Project) -> Json:
    require_support(call, project)
    world = call.world
    types = [shapes.issue_type(world, world.issue_types[number]) for number in project.issue_type_ids]
    return _page(call, "issueTypes", types)


@answers("GET issue/createmeta/{project}/issuetypes/*")
def _fields_of_type(call: Call, project: Project, type_id: str) -> Json:
    require_support(call, project)
    if type_id not in project.issue_type_ids:
        raise not_found("The issue type")
    names = [*_ALWAYS, *_on_screen(call, project, type_id)]
    return _page(call, "fields", [{"fieldId": name} | _field(call, project, name) for name in names])


@answers("GET issue/{issue}/editmeta")
def _fields_of_issue(call: Call, issue: Issue) -> Json:
    project = call.world.projects[issue.project_id]
    names = _on_screen(call, project, str(issue.fields["issuetype"]))
    told = {name: _field(call, project, name) for name in names}
    return {"fields": told if call.world.cloud else {name: {"fieldId": name} | told[name] for name in told}}


def _on_screen(call: Call, project: Project, type_id: str) -> list[str]:
    """The fields of the project's screen that belong to issues of this type."""
    screen = call.world.screens[project.screen_id]
    return [name for name in screen.fields if call.world.belongs(name, project, type_id)]


def _field(call: Call, project: Project, name: str) -> dict[str, Json]:
    world, described = call.world, fields.described(call.world, name)
    required = name in _REQUIRED or name in world.field_schemes[project.field_scheme_id].required
    told = {"name": described["name"], "schema": described["schema"], "required": required}
    told |= {"hasDefaultValue": name == "priority", "operations": ["set"]} | ({"key": name} if world.cloud else {})
    custom = world.custom_fields.get(name)
    if name == "priority":
        told["allowedValues"] = [shapes.priority(world, one) for one in world.priorities.values()]
    elif custom is not None and custom.kind == "select":
        contexts = [one for one in custom.contexts.values() if project.id in one.project_ids]
        contexts = contexts or [one for one in custom.contexts.values() if not one.project_ids]
        options = [option for context in contexts for option in context.options.values()]
        told["allowedValues"] = [shapes.option(world, one) for one in options]
    return told


def _page(call: Call, name: str, values: list[Json]) -> dict[str, Json]:
    start, size = call.number("startAt", 0), call.number("maxResults", 50)
    shown = values[start : start + size]
    keys: dict[str, Json] = {"startAt": start, "maxResults": size, "total": len(values)}
    last = {"isLast": start + len(shown) >= len(values), "values": shown}
    return keys | ({name: shown} if call.world.cloud else last)
