"""`/screenscheme` and `/issuetypescreenscheme`: which screens a project uses; Cloud only.

Each project here has one issue type screen scheme with one screen scheme, which has one screen for everything.
"""

from connector.sandbox.jira.access import require_admin
from connector.sandbox.jira.call import Answer, Call, page
from connector.sandbox.jira.errors import not_found
from connector.sandbox.jira.records import Json, Project


def of_projects(call: Call) -> Answer:
    """`GET /issuetypescreenscheme/project?projectId=`."""
    require_admin(call)
    wanted = set(call.words("projectId"))
    held = [project for project in call.world.projects.values() if project.id in wanted]
    return 200, page(call, [{"issueTypeScreenScheme": _scheme(one), "projectIds": [one.id]} for one in held])


def projects_of(call: Call, scheme_id: str) -> Answer:
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
            users = [_scheme(one) for one in call.world.projects.values() if one.screen_id == project.screen_id]
            scheme["issueTypeScreenSchemes"] = page(call, users) | {"startAt": 0, "values": users}
        shown.append(scheme)
    return 200, page(call, shown)


def _scheme(project: Project) -> dict[str, Json]:
    return {"id": project.id, "name": f"{project.key}: Issue Type Screen Scheme"}
