"""Which screens and which fields a project has; Cloud only.

Each project here has one issue type screen scheme with one screen scheme, which has one screen for everything.

Since 1 January 2026 a field that was made by REST belongs to no project. Before a site's migration `/field/association`
gives it to the field configuration of a project; afterwards `/config/fieldschemes` to its field scheme. Each half is
refused on the other kind of site: nothing documents that it would do there what it says.
"""

from connector.sandbox.jira import fields
from connector.sandbox.jira.access import require_admin
from connector.sandbox.jira.call import Answer, Call, page
from connector.sandbox.jira.errors import JiraError, not_found
from connector.sandbox.jira.records import FieldScheme, Json, Project
from connector.sandbox.jira.world import World

MOST_FIELDS, MOST_PROJECTS = 50, 100
"""Of one association."""


def associate(call: Call) -> Answer:
    """`PUT /field/association`: fields with projects, and with all that share their field configuration."""
    require_admin(call)
    if call.world.migrated:
        raise JiraError(400, "This site has field schemes.")
    ids = _identifiers(call, "fields", "FIELD_ID", MOST_FIELDS)
    schemes = [_scheme_of(call.world, number) for number in _projects(call)]
    for field_id in ids:
        _known(call.world, field_id)
    for scheme in schemes:
        scheme.fields.update(ids)
    return 204, None


def _projects(call: Call) -> list[str]:
    return _identifiers(call, "associationContexts", "PROJECT_ID", MOST_PROJECTS)


def _identifiers(call: Call, name: str, kind: str, most: int) -> list[str]:
    given = call.fields().get(name) or ()
    if not 0 < len(given) <= most or any(one.get("type") != kind for one in given):
        raise JiraError(400, f"1 to {most} {name} of type {kind} are needed.")
    return [str(one["identifier"]) for one in given]


def projects(call: Call) -> Answer:
    """`GET /config/fieldschemes/projects`: which scheme each project has."""
    _require_migrated(call)
    wanted = set(call.words("projectId"))
    if not wanted:
        raise JiraError(400, "projectId is required.")
    held = [one for one in call.world.projects.values() if one.id in wanted]
    return 200, page(call, [{"projectId": int(one.id), "schemeId": one.field_scheme_id} for one in held])


def fields_of(call: Call, scheme_id: str) -> Answer:
    """`GET /config/fieldschemes/{id}/fields`."""
    _require_migrated(call)
    scheme = call.world.field_schemes.get(int(scheme_id)) if scheme_id.isdecimal() else None
    if scheme is None:
        raise not_found("The field scheme")
    return 200, page(call, [_shown(scheme, name) for name in sorted(scheme.fields)])


def field_projects(call: Call, scheme_id: str) -> Answer:
    """`GET /config/fieldschemes/{id}/projects`."""
    _require_migrated(call)
    held = [one for one in call.world.projects.values() if str(one.field_scheme_id) == scheme_id]
    return 200, page(call, [{"id": one.id, "name": one.name} for one in held])


def _shown(scheme: FieldScheme, name: str) -> dict[str, Json]:
    shown = {"fieldId": name, "allowedOperations": ["REMOVE"], "parameters": {"isRequired": name in scheme.required}}
    only = scheme.restricted.get(name)
    return shown | ({"restrictedToWorkTypes": sorted(only)} if only else {})


def update(call: Call) -> Answer:
    """`PUT /config/fieldschemes/fields`: 207 tells of each field that could not be added."""
    _require_migrated(call)
    results = [
        _added(call.world, field_id, int(number), set(map(str, item.get("restrictedToWorkTypes") or ())))
        for field_id, items in call.fields().items()
        for item in items
        for number in item["schemeIds"]
    ]
    if all(one["success"] for one in results):
        return 200, {"results": results}
    return (207 if any(one["success"] for one in results) else 400), {"results": results}


def _added(world: World, field_id: str, number: int, only: set[str]) -> dict[str, Json]:
    """Work types replace those that a field was restricted to; without any it has no restriction."""
    scheme = world.field_schemes.get(number)
    told: dict[str, Json] = {"fieldId": field_id, "schemeId": number, "workTypeIds": sorted(map(int, only))}
    if scheme is None or field_id not in world.custom_fields:
        missing = f"Scheme {number}" if scheme is None else f"Field {field_id}"
        return told | {"success": False, "error": f"{missing} doesn't exist"}
    scheme.fields.add(field_id)
    scheme.restricted |= {field_id: only} if only else {}
    if not only:
        scheme.restricted.pop(field_id, None)
    return told | {"success": True}


def available(call: Call) -> Answer:
    """`GET /projects/fields`: what work items of these projects and types have, for whoever works in them."""
    types, wanted = call.words("workTypeId"), set(call.words("fieldId"))
    rows: list[Json] = []
    for number in call.words("projectId"):
        project = call.world.project(number)
        if project is None:
            raise not_found("The project")
        scheme = call.world.field_schemes[project.field_scheme_id]
        names = [name for name in (*fields.SETTABLE, *sorted(scheme.fields)) if not wanted or name in wanted]
        rows += [
            {
                "fieldId": name,
                "projectId": int(project.id),
                "workTypeId": int(kind),
                "isRequired": name in scheme.required,
            }
            for kind in types
            if kind in project.issue_type_ids
            for name in names
            if name not in scheme.fields or scheme.has(name, kind)
        ]
    return 200, page(call, rows)


def _require_migrated(call: Call) -> None:
    require_admin(call)
    if not call.world.migrated:
        raise not_found("The resource")


def _scheme_of(world: World, project_id: str) -> FieldScheme:
    project = world.projects.get(project_id)
    if project is None:
        raise not_found("The project")
    return world.field_schemes[project.field_scheme_id]


def _known(world: World, field_id: str) -> None:
    if field_id not in fields.SETTABLE:
        world.custom_field(field_id)


def screens_of_projects(call: Call) -> Answer:
    """`GET /issuetypescreenscheme/project?projectId=`."""
    require_admin(call)
    wanted = set(call.words("projectId"))
    held = [project for project in call.world.projects.values() if project.id in wanted]
    return 200, page(call, [{"issueTypeScreenScheme": _screens_of(one), "projectIds": [one.id]} for one in held])


def screen_projects(call: Call, scheme_id: str) -> Answer:
    """`GET /issuetypescreenscheme/{id}/project`."""
    require_admin(call)
    held = [project for project in call.world.projects.values() if project.id == scheme_id]
    if not held:
        raise not_found("The issue type screen scheme")
    shown = [
        {"id": one.id, "key": one.key, "name": one.name, "projectTypeKey": "service_desk", "simplified": False}
        for one in held
    ]
    return 200, page(call, shown)


def mappings(call: Call) -> Answer:
    """`GET /issuetypescreenscheme/mapping?issueTypeScreenSchemeId=`: one line for all issue types."""
    require_admin(call)
    wanted = set(call.words("issueTypeScreenSchemeId"))
    lines: list[Json] = [
        {"issueTypeScreenSchemeId": one.id, "issueTypeId": "default", "screenSchemeId": one.id}
        for one in call.world.projects.values()
        if not wanted or one.id in wanted
    ]
    return 200, page(call, lines)


def screen_schemes(call: Call) -> Answer:
    """`GET /screenscheme`, with the issue type screen schemes that use each if `expand` asks for them."""
    require_admin(call)
    wanted, expand = set(call.words("id")), call.words("expand")
    shown = []
    for project in call.world.projects.values():
        if wanted and project.id not in wanted:
            continue
        scheme: dict[str, Json] = {"id": int(project.id), "name": f"{project.key}: Screen Scheme"}
        scheme["screens"] = {"default": project.screen_id}
        if "issueTypeScreenSchemes" in expand:
            users = [_screens_of(one) for one in call.world.projects.values() if one.screen_id == project.screen_id]
            scheme["issueTypeScreenSchemes"] = page(call, users) | {"startAt": 0, "values": users}
        shown.append(scheme)
    return 200, page(call, shown)


def _screens_of(project: Project) -> dict[str, Json]:
    return {"id": project.id, "name": f"{project.key}: Issue Type Screen Scheme"}
