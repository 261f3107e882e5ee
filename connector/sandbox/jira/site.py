"""What a client asks first: the server, itself, its permissions, and the lists of the configuration."""

import zlib

from connector.sandbox.jira import configuration, fields, seed
from connector.sandbox.jira.access import is_admin, is_project_admin, is_support, project_for, shown_user
from connector.sandbox.jira.call import Answer, Call, page
from connector.sandbox.jira.errors import JiraError
from connector.sandbox.jira.records import Json, Project
from connector.sandbox.jira.times import stamp
from connector.sandbox.jira.world import BASE_URL

CLOUD_VERSION, DATA_CENTER_VERSION = "1001.0.0-SNAPSHOT", "10.3.24"
_GLOBAL = ("ADMINISTER", "CREATE_SHARED_OBJECTS", "USER_PICKER", "BULK_CHANGE")
_OF_SUPPORT = (
    "BROWSE_PROJECTS",
    "CREATE_ISSUES",
    "EDIT_ISSUES",
    "TRANSITION_ISSUES",
    "ASSIGN_ISSUES",
    "ADD_COMMENTS",
    "EDIT_OWN_COMMENTS",
    "LINK_ISSUES",
    "MODIFY_REPORTER",
    "SCHEDULE_ISSUES",
    "SERVICEDESK_AGENT",
)
_OF_ADMINS = ("ADMINISTER_PROJECTS", "DELETE_ISSUES", "EDIT_ALL_COMMENTS", "DELETE_ALL_COMMENTS")


def server_info(call: Call) -> Answer:
    """`GET /serverInfo`, for anybody."""
    version = CLOUD_VERSION if call.world.cloud else DATA_CENTER_VERSION
    numbers = [int(part) for part in version.partition("-")[0].split(".")]
    return 200, {
        "baseUrl": BASE_URL,
        "version": version,
        "versionNumbers": numbers,
        "deploymentType": "Cloud" if call.world.cloud else "Server",
        "buildNumber": 100300,
        "buildDate": "2026-01-10T00:00:00.000+0000",
        "serverTime": stamp(call.world.now(), call.world.zone),
        "scmInfo": "0" * 40,
        "serverTitle": "Jira",
    }


def myself(call: Call) -> Answer:
    """`GET /myself`."""
    shown = dict(shown_user(call.world, call.user.id)) | {"locale": "en_US"}
    # A customer has no application of Jira, only the portal.
    shown["applicationRoles"] = {"size": 0 if call.user.kind == "customer" else 1, "items": []}
    groups = [
        {"name": name, "self": call.world.link_to(f"group?groupname={name}")} for name in sorted(call.user.groups)
    ]
    if "groups" in call.words("expand"):
        shown["groups"] = {"size": len(groups), "items": groups}
    return 200, shown


def user(call: Call) -> Answer:
    """`GET /user` by `accountId` or `username`."""
    wanted = call.query.get("accountId") or call.query.get("username") or call.query.get("key") or ""
    for found in call.world.users.values():
        if wanted == found.id or (not call.world.cloud and wanted == found.name):
            return 200, shown_user(call.world, found.id)
    raise JiraError(404, "Specified user does not exist or you do not have required permissions")


def find_users(call: Call) -> Answer:
    """`GET /user/search` by a part of name or address."""
    wanted = (call.query.get("query") or call.query.get("username") or "").lower()
    users = call.world.users.values()
    found = [held for held in users if wanted in held.email or wanted in held.display.lower() or wanted == held.name]
    start, size = call.number("startAt", 0), call.number("maxResults", 50)
    return 200, [shown_user(call.world, held.id) for held in found[start : start + size]]


def my_permissions(call: Call) -> Answer:
    """`GET /mypermissions`: Cloud wants to know which; a project or an issue gives the context."""
    project = _context(call)
    known = [*_GLOBAL, *_OF_SUPPORT, *_OF_ADMINS]
    asked = call.words("permissions") if call.world.cloud else known
    if not asked:
        raise JiraError(400, "The 'permissions' query parameter is required.")
    unknown = [name for name in asked if name not in known]
    if unknown:
        raise JiraError(400, f"Unrecognized permission keys: {', '.join(unknown)}")
    return 200, {"permissions": {name: _permission(call, project, name, known.index(name)) for name in asked}}


def _context(call: Call) -> Project | None:
    world = call.world
    for name in ("projectKey", "projectId"):
        if name in call.query:
            return project_for(call, call.query[name])
    for name in ("issueKey", "issueId"):
        if name in call.query:
            return world.projects[world.issue(call.query[name]).project_id]
    return None


def _permission(call: Call, project: Project | None, name: str, number: int) -> dict[str, Json]:
    world, user = call.world, call.user
    places = [project] if project else list(world.projects.values())
    if name in _GLOBAL:
        have = is_admin(user) if name == "ADMINISTER" else any(is_support(world, place, user) for place in places)
    elif name in _OF_SUPPORT:
        have = any(is_support(world, place, user) for place in places)
    else:
        have = any(is_project_admin(world, place, user) for place in places)
    kind = "GLOBAL" if name in _GLOBAL else "PROJECT"
    words = name.replace("_", " ").title()
    about = {"id": str(number), "key": name, "name": words, "type": kind, "description": words}
    return {**about, "havePermission": have}


def list_fields(call: Call) -> Answer:
    """`GET /field`."""
    names = [*seed.SYSTEM_FIELDS, *call.world.custom_fields]
    return 200, [fields.described(call.world, name) for name in names]


def statuses(call: Call) -> Answer:
    """`GET /status`."""
    return 200, [fields.shown_status(call.world, status) for status in call.world.statuses.values()]


def issue_types(call: Call) -> Answer:
    """`GET /issuetype`."""
    return 200, [fields.shown_issue_type(call.world, kind) for kind in call.world.issue_types.values()]


def projects(call: Call) -> Answer:
    """`GET /project` and `GET /project/search`: those that the caller works in."""
    world = call.world
    found = [held for held in world.projects.values() if is_admin(call.user) or is_support(world, held, call.user)]
    wanted = call.query.get("query", "").lower()
    return 200, [_project(call, held) for held in found if wanted in held.name.lower() or wanted in held.key.lower()]


def search_projects(call: Call) -> Answer:
    """`GET /project/search`; Cloud only."""
    keys = set(call.words("keys"))
    found = [held for held in projects(call)[1] if not keys or held["key"] in keys]
    return 200, page(call, found)


def project(call: Call, key: str) -> Answer:
    """`GET /project/{key}` with its issue types and roles."""
    found = project_for(call, key)
    types = [fields.shown_issue_type(call.world, call.world.issue_types[number]) for number in found.issue_type_ids]
    more: dict[str, Json] = {"issueTypes": types, "roles": _roles(call, found)}
    if found.lead is not None:
        more["lead"] = shown_user(call.world, found.lead)
    return 200, _project(call, found) | more


def _project(call: Call, found: Project) -> dict[str, Json]:
    shown = fields.shown_project(call.world, found.id)
    if call.world.cloud:
        shown |= {"style": "classic", "simplified": False, "isPrivate": False}
    return shown


def project_statuses(call: Call, key: str) -> Answer:
    """`GET /project/{key}/statuses`: all issue types share one workflow."""
    found = project_for(call, key)
    types = (call.world.issue_types[number] for number in found.issue_type_ids)
    keys = ("self", "id", "name", "subtask")
    listed = statuses(call)[1]
    shown = (fields.shown_issue_type(call.world, kind) for kind in types)
    return 200, [{name: kind[name] for name in keys} | {"statuses": listed} for kind in shown]


def project_roles(call: Call, key: str) -> Answer:
    """`GET /project/{key}/role`: addresses by name."""
    return 200, _roles(call, project_for(call, key))


def _roles(call: Call, found: Project) -> dict[str, str]:
    roles = call.world.roles.values()
    return {role.name: call.world.link_to(f"project/{found.id}/role/{role.id}") for role in roles}


def project_role(call: Call, key: str, role_id: str) -> Answer:
    """`GET /project/{key}/role/{id}`: its users and groups."""
    found = project_for(call, key)
    shown = configuration.role(call, configuration.ROLE.row(call, role_id)) | {
        "self": call.world.link_to(f"project/{found.id}/role/{role_id}")
    }
    users = [_user_actor(call, user_id) for user_id in sorted(found.role_users.get(role_id, ()))]
    groups = [_group_actor(name) for name in sorted(found.role_groups.get(role_id, ()))]
    return 200, shown | {"actors": users + groups}


def held_properties(call: Call, key: str, *, write: bool) -> dict[str, Json]:
    """Of a project: for whoever may browse it, and to be written by administrators of site or project."""
    return (_administered(call, key) if write else project_for(call, key)).properties


def _administered(call: Call, key: str) -> Project:
    found = project_for(call, key)
    if not (is_admin(call.user) or is_project_admin(call.world, found, call.user)):
        raise JiraError(403, "You cannot edit the configuration of this project.")
    return found


def add_actors(call: Call, key: str, role_id: str) -> Answer:
    """`POST /project/{key}/role/{id}`: more users or groups, by administrators of site or project."""
    found = _administered(call, key)
    configuration.ROLE.row(call, role_id)
    body = call.fields()
    for name in body.get("user") or ():
        users = call.world.users.values()
        user = next((held for held in users if name in {held.id, None if call.world.cloud else held.name}), None)
        if user is None:
            raise JiraError(404, f"The user '{name}' does not exist.")
        found.role_users.setdefault(role_id, set()).add(user.id)
    found.role_groups.setdefault(role_id, set()).update(body.get("group") or body.get("groupId") or ())
    return project_role(call, key, role_id)


def _user_actor(call: Call, user_id: str) -> dict[str, Json]:
    user = call.world.users[user_id]
    shown: dict[str, Json] = {"id": _actor_number(user_id), "displayName": user.display}
    shown["type"] = "atlassian-user-role-actor"
    if call.world.cloud:
        return shown | {"actorUser": {"accountId": user.id}}
    return shown | {"name": user.name}


def _group_actor(name: str) -> dict[str, Json]:
    shown = {"id": _actor_number(name), "displayName": name, "type": "atlassian-group-role-actor", "name": name}
    return shown | {"actorGroup": {"name": name, "displayName": name}}


def group_members(call: Call) -> Answer:
    """`GET /group/member?groupname=`: those who are active, unless `includeInactiveUsers`."""
    name = call.query.get("groupname", call.query.get("groupId", ""))
    members = [held for held in call.world.users.values() if name in held.groups]
    if not members:
        raise JiraError(404, f"The group named '{name}' does not exist.")
    seen = [held for held in members if held.active or call.flag("includeInactiveUsers")]
    return 200, page(call, [shown_user(call.world, held.id) for held in seen])


def _actor_number(name: str) -> int:
    return 10000 + zlib.crc32(name.encode()) % 90000
