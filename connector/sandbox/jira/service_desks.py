"""`/rest/servicedeskapi`, what is about service desks: their customers, organizations, kinds of request, queues."""

from datetime import datetime, tzinfo

from connector.sandbox.jira import fields, shown
from connector.sandbox.jira.access import is_support, require_support, roles_of, shown_user
from connector.sandbox.jira.call import PORTAL, Call, noun, portal
from connector.sandbox.jira.errors import JiraError, not_found
from connector.sandbox.jira.matching import meaning
from connector.sandbox.jira.records import Json, Project, Row, User
from connector.sandbox.jira.search import find
from connector.sandbox.jira.seed import FRESH
from connector.sandbox.jira.times import epoch_millis, stamp
from connector.sandbox.jira.world import BASE_URL

DEFAULT_LIMIT = 50


def address(path: str) -> dict[str, Json]:
    """The links of something below the service desk API."""
    return {"_links": {"self": f"{BASE_URL}{PORTAL}{path}"}}


def page(call: Call, values: list[Json]) -> dict[str, Json]:
    """A page as the service desk API has it."""
    start, limit = call.number("start", 0), call.number("limit", DEFAULT_LIMIT)
    held = values[start : start + limit]
    counts = {"size": len(held), "start": start, "limit": limit, "isLastPage": start + len(held) >= len(values)}
    return {**counts, "values": held, "_links": {"self": BASE_URL + call.path, "base": BASE_URL, "context": ""}}


def date(moment: datetime, zone: tzinfo) -> dict[str, Json]:
    """A time in all the ways of the service desk API."""
    local = moment.astimezone(zone)
    ways = {"iso8601": f"{local:%Y-%m-%dT%H:%M:%S%z}", "jira": stamp(moment, zone)}
    return {**ways, "friendly": f"{local:%d/%b/%y %I:%M %p}", "epochMillis": epoch_millis(moment)}


@portal("GET info", public=True)
def _info(_call: Call) -> Json:
    return {**FRESH["portal_info"], **address("info")}


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


@noun("agents")
def _agents_project(call: Call, desk_id: str) -> Project:
    """The same for agents only. Raises JiraError 403."""
    project = _project(call, desk_id)
    require_support(call, project)
    return project


@noun("organization")
def _organization(call: Call, number: str) -> str:
    """For agents. Raises JiraError 404."""
    if number not in call.world.organizations:
        raise not_found("Organization")
    require_support(call)
    return number


@portal("GET servicedesk", shape=page)
def _desks(call: Call) -> Json:
    return [_desk(call, held) for held in call.world.projects.values() if _opens(call, held)]


@portal("GET servicedesk/{desk}")
def _desk(_call: Call, project: Project) -> Json:
    keys = {"id": project.service_desk_id, "projectId": project.id, "projectKey": project.key}
    return {**keys, "projectName": project.name, **address(f"servicedesk/{project.service_desk_id}")}


@portal("POST customer")
def _create_customer(call: Call) -> Json:
    """An account for the portal. One that is there is refused."""
    require_support(call)
    email = call.text("email")
    if call.world.user_with_email(email) is not None:
        raise JiraError(400, "An account already exists for this email address.")
    return _account(call, call.world.add_user(email, str(call.fields().get("displayName") or "")))


@portal("GET servicedesk/{agents}/customer", shape=page)
def _customers(call: Call, _project: Project) -> Json:
    """By a part of name or address."""
    wanted = call.query.get("query", "").lower()
    users = (user for user in call.world.users.values() if user.kind == "customer")
    return [_account(call, user) for user in users if wanted in user.email or wanted in user.display.lower()]


@portal("POST servicedesk/{agents}/customer", 204)
def _add_customers(call: Call, _project: Project) -> None:
    """Here every customer may use every service desk."""
    _named_users(call)


@portal("GET servicedesk/{agents}/organization", shape=page)
def _organizations(call: Call, _project: Project) -> Json:
    return [{"id": number, "name": name, "_links": {}} for number, name in call.world.organizations.items()]


@portal("GET organization/{organization}/user", shape=page)
def _members(call: Call, organization: str) -> Json:
    return [_account(call, user) for user in call.world.users.values() if user.organization == organization]


@portal("POST organization/{organization}/user", 204)
def _add_members(call: Call, organization: str) -> None:
    for user in _named_users(call):
        user.organization = organization


def _account(call: Call, user: User) -> Json:
    left_out = ("self", "avatarUrls", "accountType")
    return {key: value for key, value in shown_user(call.world, user.id).items() if key not in left_out}


def _named_users(call: Call) -> list[User]:
    key = "accountIds" if call.world.cloud else "usernames"
    found = [call.world.user_called(name) for name in call.fields().get(key) or ()]
    if not found or None in found:
        raise JiraError(400, f"{key} must name users that exist.")
    return [user for user in found if user]


@portal("GET servicedesk/{desk}/requesttype", shape=page)
def _types(call: Call, project: Project) -> Json:
    desk_id = project.service_desk_id
    more = {"serviceDeskId": desk_id, "portalId": desk_id, "description": "", "helpText": "", "groupIds": []}
    return [
        {"id": kind.id, "name": kind.name, "issueTypeId": kind.issue_type_id, **more}
        | address(f"servicedesk/{desk_id}/requesttype/{kind.id}")
        for kind in call.world.request_types.values()
        if kind.service_desk_id == desk_id
    ]


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
    for_others = is_support(call.world, project, call.user)
    asked = []
    for name, required in kind.fields.items():
        custom, described = call.world.custom_fields.get(name), fields.described(call.world, name)
        told = {"fieldId": name, "name": described["name"], "description": custom.description if custom else ""}
        told |= {"required": required, "visible": True, "defaultValues": [], "presetValues": []}
        options = [{"value": one.id, "label": one.value, "children": []} for one in (custom.options if custom else ())]
        asked.append(told | {"validValues": options, "jiraSchema": described["schema"]})
    return {"requestTypeFields": asked, "canRaiseOnBehalfOf": for_others, "canAddRequestParticipants": for_others}


@portal("GET servicedesk/{agents}/queue", shape=page)
def _queues(call: Call, project: Project) -> Json:
    """Counted if asked."""
    listed = []
    for queue in call.world.queues.values():
        if queue.service_desk_id == project.service_desk_id:
            told = {"id": queue.id, "name": queue.name, "jql": queue.jql, "fields": ["issuekey", "summary", "status"]}
            counted = {"issueCount": len(_queued(call, queue))} if call.flag("includeCount") else {}
            listed.append(told | address(f"queue/{queue.id}") | counted)
    return listed


@portal("GET servicedesk/{agents}/queue/*/issue", shape=page)
def _queue(call: Call, project: Project, queue_id: str) -> Json:
    queue, world = call.world.queues.get(queue_id), call.world
    if queue is None or queue.service_desk_id != project.service_desk_id:
        raise not_found("The queue")
    view = shown.View(call.user.zone, frozenset({"summary", "status"}))
    return [shown.issue(world, world.issues[number], view) for number in _queued(call, queue) if number in world.issues]


def _queued(call: Call, queue: Row) -> list[int]:
    """By the search index, so as late as every search."""
    return [row.id for row in find(call.world, call.user, meaning(call.world, call.user, queue.jql))]
