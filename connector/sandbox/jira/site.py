"""What a client asks first: the server, itself, its permissions, and the lists of the configuration."""

import zlib

from connector.sandbox.jira import configuration, fields, seed, shapes
from connector.sandbox.jira.access import is_admin, is_project_admin, is_support, project_for, shown_user
from connector.sandbox.jira.call import Call, answers, page
from connector.sandbox.jira.errors import JiraError
from connector.sandbox.jira.kinds import serve_properties
from connector.sandbox.jira.records import Json, Project
from connector.sandbox.jira.times import stamp
from connector.sandbox.jira.world import BASE_URL

CLOUD_VERSION, DATA_CENTER_VERSION = "1001.0.0-SNAPSHOT", "10.3.24"
_GLOBAL, _OF_SUPPORT, _OF_ADMINS = (seed.FRESH[f"{of}_permissions"] for of in ("global", "support", "admin"))


@answers("GET serverInfo", public=True)
def _server_info(call: Call) -> Json:
    version = CLOUD_VERSION if call.world.cloud else DATA_CENTER_VERSION
    numbers = [int(part) for part in version.partition("-")[0].split(".")]
    kind, now = "Cloud" if call.world.cloud else "Server", stamp(call.world.now(), call.world.zone)
    told = {"baseUrl": BASE_URL, "version": version, "versionNumbers": numbers, "deploymentType": kind}
    return {**seed.FRESH["server_info"], **told, "serverTime": now}


@answers("GET myself")
def _myself(call: Call) -> Json:
    # A customer has no application of Jira, only the portal.
    applications: Json = {"size": 0 if call.user.kind == "customer" else 1, "items": []}
    told = shown_user(call.world, call.user.id) | {"locale": "en_US", "applicationRoles": applications}
    if "groups" in call.words("expand"):
        names = sorted(call.user.groups)
        groups = [{"name": name, "self": call.world.link_to(f"group?groupname={name}")} for name in names]
        told["groups"] = {"size": len(groups), "items": groups}
    return told


@answers("GET user")
def _user(call: Call) -> Json:
    wanted = call.query.get("accountId") or call.query.get("username") or call.query.get("key") or ""
    found = call.world.user_called(wanted)
    if found is None:
        raise JiraError(404, "Specified user does not exist or you do not have required permissions")
    return shown_user(call.world, found.id)


@answers("GET user/search")
def _find_users(call: Call) -> Json:
    """By a part of name or address."""
    wanted = (call.query.get("query") or call.query.get("username") or "").lower()
    users = call.world.users.values()
    found = [held for held in users if wanted in held.email or wanted in held.display.lower() or wanted == held.name]
    start, size = call.number("startAt", 0), call.number("maxResults", 50)
    return [shown_user(call.world, held.id) for held in found[start : start + size]]


@answers("GET mypermissions")
def _my_permissions(call: Call) -> Json:
    """Cloud wants to know which; a project or an issue gives the context."""
    project = _context(call)
    known = [*_GLOBAL, *_OF_SUPPORT, *_OF_ADMINS]
    asked = call.words("permissions") if call.world.cloud else known
    if not asked:
        raise JiraError(400, "The 'permissions' query parameter is required.")
    unknown = [name for name in asked if name not in known]
    if unknown:
        raise JiraError(400, f"Unrecognized permission keys: {', '.join(unknown)}")
    return {"permissions": {name: _permission(call, project, name, known.index(name)) for name in asked}}


def _context(call: Call) -> Project | None:
    key = call.query.get("projectKey") or call.query.get("projectId")
    if key:
        return project_for(call, key)
    issue = call.query.get("issueKey") or call.query.get("issueId")
    return call.world.projects[call.world.issue(issue).project_id] if issue else None


def _permission(call: Call, project: Project | None, name: str, number: int) -> dict[str, Json]:
    has = is_project_admin if name in _OF_ADMINS else is_support
    have = any(has(call.world, place, call.user) for place in ([project] if project else call.world.projects.values()))
    have = is_admin(call.user) if name == "ADMINISTER" else have
    words, kind = name.replace("_", " ").title(), "GLOBAL" if name in _GLOBAL else "PROJECT"
    told = {"id": str(number), "key": name, "name": words, "type": kind, "description": words}
    return {**told, "havePermission": have}


@answers("GET field")
def _fields(call: Call) -> Json:
    return [fields.described(call.world, name) for name in (*seed.SYSTEM_FIELDS, *call.world.custom_fields)]


@answers("GET status")
def _statuses(call: Call) -> Json:
    return [shapes.status(call.world, status) for status in call.world.statuses.values()]


@answers("GET issuetype")
def _issue_types(call: Call) -> Json:
    return [shapes.issue_type(call.world, kind) for kind in call.world.issue_types.values()]


@answers("GET project")
def _projects(call: Call) -> list[Json]:
    """Those that the caller works in."""
    world, user = call.world, call.user
    found = [held for held in world.projects.values() if is_admin(user) or is_support(world, held, user)]
    wanted = call.query.get("query", "").lower()
    return [_project(call, held) for held in found if wanted in held.name.lower() or wanted in held.key.lower()]


@answers("GET project/search", on="cloud")
def _search_projects(call: Call) -> Json:
    keys = call.words("keys")
    return page(call, [held for held in _projects(call) if not keys or held["key"] in keys])


@answers("GET project/{project}")
def _whole_project(call: Call, found: Project) -> Json:
    types = [shapes.issue_type(call.world, call.world.issue_types[number]) for number in found.issue_type_ids]
    lead = {} if found.lead is None else {"lead": shown_user(call.world, found.lead)}
    return _project(call, found) | {"issueTypes": types, "roles": _roles(call, found)} | lead


def _project(call: Call, found: Project) -> dict[str, Json]:
    more = {"style": "classic", "simplified": False, "isPrivate": False} if call.world.cloud else {}
    return shapes.project(call.world, found.id) | more


@answers("GET project/{project}/statuses")
def _project_statuses(call: Call, found: Project) -> Json:
    """All issue types share one workflow."""
    types = [shapes.issue_type(call.world, call.world.issue_types[number]) for number in found.issue_type_ids]
    keys = ("self", "id", "name", "subtask")
    return [{name: kind[name] for name in keys} | {"statuses": _statuses(call)} for kind in types]


@answers("GET project/{project}/role")
def _roles(call: Call, found: Project) -> Json:
    """Addresses by name."""
    roles = call.world.roles.values()
    return {role.name: call.world.link_to(f"project/{found.id}/role/{role.id}") for role in roles}


@answers("GET project/{project}/role/*")
def _role(call: Call, found: Project, role_id: str) -> Json:
    """With its users and groups."""
    told = configuration.role(call, configuration.ROLE.row(call, role_id))
    actors = []
    for user in map(call.world.users.__getitem__, sorted(found.role_users.get(role_id, ()))):
        more = {"actorUser": {"accountId": user.id}} if call.world.cloud else {"name": user.name}
        actors.append(_actor(user.id, "user", user.display, more))
    for name in sorted(found.role_groups.get(role_id, ())):
        actors.append(_actor(name, "group", name, {"name": name, "actorGroup": {"name": name, "displayName": name}}))
    return told | {"self": call.world.link_to(f"project/{found.id}/role/{role_id}"), "actors": actors}


@answers("POST project/{project}/role/*", 200)
def _add_actors(call: Call, found: Project, role_id: str) -> Json:
    _require_administration(call, found)
    configuration.ROLE.row(call, role_id)
    body = call.fields()
    for name in body.get("user") or ():
        user = call.world.user_called(name)
        if user is None:
            raise JiraError(404, f"The user '{name}' does not exist.")
        found.role_users.setdefault(role_id, set()).add(user.id)
    found.role_groups.setdefault(role_id, set()).update(body.get("group") or body.get("groupId") or ())
    return _role(call, found, role_id)


def _require_administration(call: Call, found: Project) -> None:
    """Raises JiraError 403 for who administers neither the site nor the project."""
    if not (is_admin(call.user) or is_project_admin(call.world, found, call.user)):
        raise JiraError(403, "You cannot edit the configuration of this project.")


serve_properties("project/{project}", _require_administration)


def _actor(key: str, kind: str, name: str, more: dict[str, Json]) -> dict[str, Json]:
    """``kind``: *user* or *group*."""
    number = 10000 + zlib.crc32(key.encode()) % 90000
    return {"id": number, "displayName": name, "type": f"atlassian-{kind}-role-actor", **more}


@answers("GET group/member")
def _group_members(call: Call) -> Json:
    """Those who are active, unless `includeInactiveUsers`."""
    name = call.query.get("groupname", call.query.get("groupId", ""))
    members = [held for held in call.world.users.values() if name in held.groups]
    if not members:
        raise JiraError(404, f"The group named '{name}' does not exist.")
    seen = [held for held in members if held.active or call.flag("includeInactiveUsers")]
    return page(call, [shown_user(call.world, held.id) for held in seen])
