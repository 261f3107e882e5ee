"""`/rest/servicedeskapi`, what is about service desks: their customers, organizations, kinds of request, queues."""

from collections.abc import Mapping

from connector.sandbox.jira import fields, shown
from connector.sandbox.jira.access import is_support, require_support, roles_of, shown_user
from connector.sandbox.jira.call import Call
from connector.sandbox.jira.endpoints import noun, portal
from connector.sandbox.jira.errors import JiraError, not_found
from connector.sandbox.jira.matching import meaning
from connector.sandbox.jira.records import Json, Project, Row, User
from connector.sandbox.jira.search import find
from connector.sandbox.jira.world import BASE_URL

DEFAULT_LIMIT = 50


def address(path: str) -> str:
    """Below the service desk API."""
    return f"{BASE_URL}/rest/servicedeskapi/{path}"


def page(call: Call, path: str, values: list[Json]) -> dict[str, Json]:
    """A page as the service desk API has it."""
    start, limit = call.number("start", 0), call.number("limit", DEFAULT_LIMIT)
    shown = values[start : start + limit]
    counts = {"size": len(shown), "start": start, "limit": limit, "isLastPage": start + len(shown) >= len(values)}
    return {**counts, "values": shown, "_links": {"self": address(path), "base": BASE_URL, "context": ""}}


@portal("GET info", public=True)
def _info(_call: Call) -> Json:
    built = {"iso8601": "2026-01-10T00:00:00+0000", "jira": "2026-01-10T00:00:00.000+0000", "friendly": "10/Jan/26"}
    versions = {"version": "10.3.24", "platformVersion": "10.3.24", "buildChangeSet": "0" * 40}
    built_at: Mapping[str, Json] = {**built, "epochMillis": 1_767_999_600_000}
    return {**versions, "buildDate": built_at, "isLicensedForUse": True, "_links": {"self": address("info")}}


@noun("desk")
def _project(call: Call, desk_id: str) -> Project:
    """The project of a service desk that the caller may use. Raises JiraError 404."""
    found = next((held for held in call.world.projects.values() if held.service_desk_id == desk_id), None)
    if found is None or not _opens(call, found):
        raise JiraError(404, f"Service Desk with ID '{desk_id}' does not exist.")
    return found


def _opens(call: Call, project: Project) -> bool:
    """Whether the caller works in a service desk, or may raise requests there: every customer may."""
    return call.user.kind == "customer" or bool(roles_of(call.world, project, call.user))


@noun("organization")
def _organization(call: Call, number: str) -> str:
    """For agents. Raises JiraError 404."""
    if number not in call.world.organizations:
        raise not_found("Organization")
    require_support(call)
    return number


@portal("GET servicedesk")
def _desks(call: Call) -> Json:
    return page(call, "servicedesk", [_desk(call, one) for one in call.world.projects.values() if _opens(call, one)])


@portal("GET servicedesk/{desk}")
def _desk(_call: Call, project: Project) -> Json:
    keys = {"id": project.service_desk_id, "projectId": project.id, "projectKey": project.key}
    links = {"self": address(f"servicedesk/{project.service_desk_id}")}
    return {**keys, "projectName": project.name, "_links": links}


@portal("POST customer")
def _create_customer(call: Call) -> Json:
    """An account for the portal. One that is there is refused."""
    require_support(call)
    email = call.text("email")
    if call.world.user_with_email(email) is not None:
        raise JiraError(400, "An account already exists for this email address.")
    return _account(call, call.world.add_user(email, str(call.fields().get("displayName") or "")))


@portal("GET servicedesk/{desk}/customer")
def _customers(call: Call, project: Project) -> Json:
    """By a part of name or address, for agents."""
    require_support(call, project)
    wanted = call.query.get("query", "").lower()
    users = (user for user in call.world.users.values() if user.kind == "customer")
    held = [_account(call, user) for user in users if wanted in user.email or wanted in user.display.lower()]
    return page(call, f"servicedesk/{project.service_desk_id}/customer", held)


@portal("POST servicedesk/{desk}/customer", 204)
def _add_customers(call: Call, project: Project) -> None:
    """Here every customer may use every service desk."""
    require_support(call, project)
    _named_users(call)


@portal("GET servicedesk/{desk}/organization")
def _organizations(call: Call, project: Project) -> Json:
    require_support(call, project)
    held = [{"id": number, "name": name, "_links": {}} for number, name in call.world.organizations.items()]
    return page(call, f"servicedesk/{project.service_desk_id}/organization", held)


@portal("GET organization/{organization}/user")
def _members(call: Call, organization: str) -> Json:
    held = [_account(call, user) for user in call.world.users.values() if user.organization == organization]
    return page(call, f"organization/{organization}/user", held)


@portal("POST organization/{organization}/user", 204)
def _add_members(call: Call, organization: str) -> None:
    for user in _named_users(call):
        user.organization = organization


def _account(call: Call, user: User) -> Json:
    left_out = ("self", "avatarUrls", "accountType")
    return {key: value for key, value in shown_user(call.world, user.id).items() if key not in left_out}


def _named_users(call: Call) -> list[User]:
    key = "accountIds" if call.world.cloud else "usernames"
    named = call.fields().get(key)
    if not isinstance(named, list) or not named:
        raise JiraError(400, f"{key} must name users.")
    found = [user for name in named if (user := call.world.user_called(name)) is not None]
    if len(found) != len(named):
        raise JiraError(400, "A user does not exist.")
    return found


@portal("GET servicedesk/{desk}/requesttype")
def _types(call: Call, project: Project) -> Json:
    desk_id = project.service_desk_id
    held = [_type(one) for one in call.world.request_types.values() if one.service_desk_id == desk_id]
    return page(call, f"servicedesk/{desk_id}/requesttype", held)


def _type(kind: Row) -> dict[str, Json]:
    desk_id = kind.service_desk_id
    keys = {"id": kind.id, "name": kind.name, "issueTypeId": kind.issue_type_id, "serviceDeskId": desk_id}
    links = {"self": address(f"servicedesk/{desk_id}/requesttype/{kind.id}")}
    return {**keys, "portalId": desk_id, "description": "", "helpText": "", "groupIds": [], "_links": links}


def type_of(call: Call, desk_id: str, type_id: str) -> tuple[Project, Row]:
    """The project of a service desk, and one of its kinds of request. Raises JiraError 404."""
    project, found = _project(call, desk_id), call.world.request_types.get(type_id)
    if found is None or found.service_desk_id != desk_id:
        raise JiraError(404, f"Request type with ID '{type_id}' does not exist.")
    return project, found


@portal("GET servicedesk/*/requesttype/*/field")
def _type_fields(call: Call, desk_id: str, type_id: str) -> Json:
    """What the portal asks for."""
    project, kind = type_of(call, desk_id, type_id)
    asked = [_asked(call, name, required) for name, required in kind.fields.items()]
    for_others = is_support(call.world, project, call.user)
    return {"requestTypeFields": asked, "canRaiseOnBehalfOf": for_others, "canAddRequestParticipants": for_others}


def _asked(call: Call, name: str, required: Json) -> dict[str, Json]:
    custom, described = call.world.custom_fields.get(name), fields.described(call.world, name)
    options = custom.options if custom else []
    told = {"fieldId": name, "name": described["name"], "description": custom.description if custom else ""}
    told |= {"required": required, "visible": True, "defaultValues": [], "presetValues": []}
    told["validValues"] = [{"value": option.id, "label": option.value, "children": []} for option in options]
    return told | {"jiraSchema": described["schema"]}


@portal("GET servicedesk/{desk}/queue")
def _queues(call: Call, project: Project) -> Json:
    """For agents; counted if asked."""
    require_support(call, project)
    listed = []
    for queue in call.world.queues.values():
        if queue.service_desk_id == project.service_desk_id:
            told = {"id": queue.id, "name": queue.name, "jql": queue.jql, "fields": ["issuekey", "summary", "status"]}
            told |= {"_links": {"self": address(f"queue/{queue.id}")}}
            listed.append(told | ({"issueCount": len(_queued(call, queue))} if call.flag("includeCount") else {}))
    return page(call, f"servicedesk/{project.service_desk_id}/queue", listed)


@portal("GET servicedesk/{desk}/queue/*/issue")
def _queue(call: Call, project: Project, queue_id: str) -> Json:
    require_support(call, project)
    queue, world = call.world.queues.get(queue_id), call.world
    if queue is None or queue.service_desk_id != project.service_desk_id:
        raise not_found("The queue")
    view = shown.View(call.user.zone, frozenset({"summary", "status"}))
    found = [
        shown.issue(world, world.issues[number], view) for number in _queued(call, queue) if number in world.issues
    ]
    return page(call, f"servicedesk/{project.service_desk_id}/queue/{queue_id}/issue", found)


def _queued(call: Call, queue: Row) -> list[int]:
    """By the search index, so as late as every search."""
    return [row.id for row in find(call.world, call.user, meaning(call.world, call.user, queue.jql))]
