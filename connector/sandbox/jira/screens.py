"""`/screens`, `/issue/createmeta` and `editmeta`: which fields can be set when an issue is created or edited."""

from connector.sandbox.jira import fields, seed, shapes
from connector.sandbox.jira.access import require_support
from connector.sandbox.jira.call import Call, answers, page
from connector.sandbox.jira.errors import JiraError, not_found
from connector.sandbox.jira.kinds import Kind
from connector.sandbox.jira.records import Issue, Json, Project

_ALWAYS = ("project", "issuetype")
_REQUIRED = frozenset({*_ALWAYS, "summary", "reporter"})


SCREEN = Kind("screens", lambda _call, screen: {"id": screen.id, "name": screen.name, "description": ""})
TAB = Kind(
    "tabs",
    lambda _call, tab: {"id": tab.id, "name": tab.name},
    lambda call, screen_id: SCREEN.row(call, screen_id).tabs,
)


@answers("GET screens", admin=True)
def _screens(call: Call) -> Json:
    """A page on Cloud, a plain list on Data Center."""
    told = page(call, [SCREEN.shown(call, one) for one in SCREEN.listed(call, by=("queryString", "search"))], 100)
    return told if call.world.cloud else told["values"]


@answers("GET screens/*/tabs/*/fields", admin=True)
def _on_tab(call: Call, screen_id: str, tab_id: str) -> Json:
    return [_field(call, name) for name in TAB.row(call, screen_id, tab_id).fields]


@answers("GET screens/*/availableFields", admin=True)
def _not_on_screen(call: Call, screen_id: str) -> Json:
    there = SCREEN.row(call, screen_id).fields
    return [_field(call, name) for name in _offered(call) if name not in there]


def _offered(call: Call) -> list[str]:
    return [*seed.SCREEN_FIELDS, *call.world.custom_fields]


def _field(call: Call, name: str) -> dict[str, Json]:
    custom = call.world.custom_fields.get(name)
    return {"id": name, "name": custom.name if custom else seed.SYSTEM_FIELDS[name][0]}


@answers("POST screens/*/tabs/*/fields", 200, admin=True)
def _put_on_tab(call: Call, screen_id: str, tab_id: str) -> Json:
    """A field is on a screen once."""
    name = call.text("fieldId")
    if name not in _offered(call):
        raise JiraError(404, f"The field '{name}' does not exist.")
    if name in SCREEN.row(call, screen_id).fields:
        raise JiraError(400, fields={"fieldId": f"The field with id '{name}' already exists on the screen."})
    TAB.row(call, screen_id, tab_id).fields.append(name)
    return _field(call, name)


@answers("DELETE screens/*/tabs/*/fields/*", admin=True)
def _take_off_tab(call: Call, screen_id: str, tab_id: str, name: str) -> None:
    tab = TAB.row(call, screen_id, tab_id)
    if name not in tab.fields:
        raise not_found("The field")
    tab.fields.remove(name)


@answers("GET issue/createmeta/{project}/issuetypes")
def _types(call: Call, project: Project) -> Json:
    require_support(call, project)
    world = call.world
    types = [shapes.issue_type(world, world.issue_types[number]) for number in project.issue_type_ids]
    return page(call, types, below="issueTypes" if world.cloud else "values")


@answers("GET issue/createmeta/{project}/issuetypes/*")
def _fields_of_type(call: Call, project: Project, type_id: str) -> Json:
    require_support(call, project)
    if type_id not in project.issue_type_ids:
        raise not_found("The issue type")
    names = [*_ALWAYS, *_on_screen(call, project, type_id)]
    described = [{"fieldId": name} | _described(call, project, name) for name in names]
    return page(call, described, below="fields" if call.world.cloud else "values")


@answers("GET issue/{issue}/editmeta")
def _fields_of_issue(call: Call, issue: Issue) -> Json:
    project = call.world.projects[issue.project_id]
    names = _on_screen(call, project, str(issue.fields["issuetype"]))
    told = {name: _described(call, project, name) for name in names}
    return {"fields": told if call.world.cloud else {name: {"fieldId": name} | told[name] for name in told}}


def _on_screen(call: Call, project: Project, type_id: str) -> list[str]:
    """The fields of the project's screen that belong to issues of this type."""
    screen = call.world.screens[project.screen_id]
    return [name for name in screen.fields if call.world.belongs(name, project, type_id)]


def _described(call: Call, project: Project, name: str) -> dict[str, Json]:
    world, described = call.world, fields.described(call.world, name)
    required = name in _REQUIRED or name in world.field_schemes[project.field_scheme_id].required
    told = {"name": described["name"], "schema": described["schema"], "required": required}
    told |= {"hasDefaultValue": name == "priority", "operations": ["set"]} | ({"key": name} if world.cloud else {})
    custom = world.custom_fields.get(name)
    if name == "priority":
        told["allowedValues"] = [shapes.priority(world, one) for one in world.priorities.values()]
    elif custom is not None and custom.kind == "select":
        contexts = [one for one in custom.contexts.values() if project.id in one.projectIds]
        contexts = contexts or [one for one in custom.contexts.values() if not one.projectIds]
        options = [option for context in contexts for option in context.options.values()]
        told["allowedValues"] = [shapes.option(world, one) for one in options]
    return told
