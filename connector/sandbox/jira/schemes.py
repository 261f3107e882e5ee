"""Which screens and which fields a project has; Cloud only.

Each project here has one issue type screen scheme with one screen scheme, which has one screen for everything.

Since 1 January 2026 a field that was made by REST belongs to no project. Before a site's migration `/field/association`
gives it to the field configuration of a project; afterwards `/config/fieldschemes` to its field scheme. Each half is
refused on the other kind of site: nothing documents that it would do there what it says.
"""

from connector.sandbox.jira import fields
from connector.sandbox.jira.call import Answer, Call, answers, noun, page
from connector.sandbox.jira.errors import JiraError, not_found
from connector.sandbox.jira.records import FieldScheme, Json, Project
from connector.sandbox.jira.world import World

MOST_FIELDS, MOST_PROJECTS = 50, 100
"""Of one association."""


@answers("PUT field/association", on="cloud", admin=True)
def _associate(call: Call) -> None:
    """Fields with projects, and with all that share their field configuration."""
    world = call.world
    if world.migrated:
        raise JiraError(400, "This site has field schemes.")
    ids = _identifiers(call, "fields", "FIELD_ID", MOST_FIELDS)
    projects = [
        world.projects.get(one) for one in _identifiers(call, "associationContexts", "PROJECT_ID", MOST_PROJECTS)
    ]
    for field_id in set(ids).difference(fields.SETTABLE):
        world.custom_field(field_id)
    for project in projects:
        if project is None:
            raise not_found("The project")
        world.field_schemes[project.field_scheme_id].fields.update(ids)


def _identifiers(call: Call, name: str, kind: str, most: int) -> list[str]:
    given = call.fields().get(name) or ()
    if not 0 < len(given) <= most or any(one.get("type") != kind for one in given):
        raise JiraError(400, f"1 to {most} {name} of type {kind} are needed.")
    return [str(one["identifier"]) for one in given]


@answers("GET config/fieldschemes/projects", on="cloud", admin=True)
def _schemes_of(call: Call) -> Json:
    """Which scheme each project has."""
    _require_migrated(call)
    if not call.words("projectId"):
        raise JiraError(400, "projectId is required.")
    held = _projects(call, "projectId")
    return page(call, [{"projectId": int(one.id), "schemeId": one.field_scheme_id} for one in held])


def _projects(call: Call, parameter: str) -> list[Project]:
    """Those whose ids a parameter names; all if it names none."""
    wanted = call.words(parameter)
    return [one for one in call.world.projects.values() if not wanted or one.id in wanted]


@noun("scheme")
def _scheme(call: Call, scheme_id: str) -> FieldScheme:
    _require_migrated(call)
    scheme = call.world.field_schemes.get(int(scheme_id)) if scheme_id.isdecimal() else None
    if scheme is None:
        raise not_found("The field scheme")
    return scheme


@answers("GET config/fieldschemes/{scheme}/fields", on="cloud", admin=True)
def _fields_of(call: Call, scheme: FieldScheme) -> Json:
    only = {name: {"restrictedToWorkTypes": sorted(types)} for name, types in scheme.restricted.items()}
    told = [
        {"fieldId": name, "allowedOperations": ["REMOVE"], "parameters": {"isRequired": name in scheme.required}}
        for name in sorted(scheme.fields)
    ]
    return page(call, [one | only.get(str(one["fieldId"]), {}) for one in told])


@answers("GET config/fieldschemes/{scheme}/projects", on="cloud", admin=True)
def _projects_of(call: Call, scheme: FieldScheme) -> Json:
    held = [one for one in call.world.projects.values() if one.field_scheme_id == scheme.id]
    return page(call, [{"id": one.id, "name": one.name} for one in held])


@answers("PUT config/fieldschemes/fields", on="cloud", admin=True)
def _update(call: Call) -> Answer:
    """207 tells of each field that could not be added."""
    _require_migrated(call)
    results = [
        _added(call.world, field_id, int(number), set(map(str, item.get("restrictedToWorkTypes") or ())))
        for field_id, items in call.fields().items()
        for item in items
        for number in item["schemeIds"]
    ]
    done = [one["success"] for one in results]
    return Answer(200 if all(done) else 207 if any(done) else 400, {"results": results})


def _added(world: World, field_id: str, number: int, only: set[str]) -> dict[str, Json]:
    """Work types replace those that a field was restricted to; without any it has no restriction."""
    scheme = world.field_schemes.get(number)
    told: dict[str, Json] = {"fieldId": field_id, "schemeId": number, "workTypeIds": sorted(map(int, only))}
    if scheme is None or field_id not in world.custom_fields:
        missing = f"Scheme {number}" if scheme is None else f"Field {field_id}"
        return told | {"success": False, "error": f"{missing} doesn't exist"}
    scheme.fields.add(field_id)
    scheme.restricted.pop(field_id, None)
    scheme.restricted |= {field_id: only} if only else {}
    return told | {"success": True}


@answers("GET projects/fields", on="cloud")
def _available(call: Call) -> Json:
    """What work items of these projects and types have, for whoever works in them."""
    types, wanted = call.words("workTypeId"), call.words("fieldId")
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
    return page(call, rows)


def _require_migrated(call: Call) -> None:
    if not call.world.migrated:
        raise not_found("The resource")


@answers("GET issuetypescreenscheme/project", on="cloud", admin=True)
def _screen_schemes_of(call: Call) -> Json:
    held = [project for project in call.world.projects.values() if project.id in call.words("projectId")]
    return page(call, [{"issueTypeScreenScheme": _screens_of(one), "projectIds": [one.id]} for one in held])


@answers("GET issuetypescreenscheme/*/project", on="cloud", admin=True)
def _screen_projects(call: Call, scheme_id: str) -> Json:
    held = [project for project in call.world.projects.values() if project.id == scheme_id]
    if not held:
        raise not_found("The issue type screen scheme")
    more = {"projectTypeKey": "service_desk", "simplified": False}
    return page(call, [{"id": one.id, "key": one.key, "name": one.name, **more} for one in held])


@answers("GET issuetypescreenscheme/mapping", on="cloud", admin=True)
def _mappings(call: Call) -> Json:
    """One line for all issue types."""
    held = _projects(call, "issueTypeScreenSchemeId")
    line = {"issueTypeId": "default"}
    return page(call, [{"issueTypeScreenSchemeId": one.id, **line, "screenSchemeId": one.id} for one in held])


@answers("GET screenscheme", on="cloud", admin=True)
def _screen_schemes(call: Call) -> Json:
    """With the issue type screen schemes that use each if `expand` asks for them."""
    told: list[Json] = []
    for project in _projects(call, "id"):
        scheme: dict[str, Json] = {"id": int(project.id), "name": f"{project.key}: Screen Scheme"}
        scheme["screens"] = {"default": project.screen_id}
        if "issueTypeScreenSchemes" in call.words("expand"):
            users = [_screens_of(one) for one in call.world.projects.values() if one.screen_id == project.screen_id]
            scheme["issueTypeScreenSchemes"] = page(call, users) | {"startAt": 0, "values": users}
        told.append(scheme)
    return page(call, told)


def _screens_of(project: Project) -> dict[str, Json]:
    return {"id": project.id, "name": f"{project.key}: Issue Type Screen Scheme"}
