"""`/rest/servicedeskapi`: what customers do in the portal, and what agents read of service desks.

Only issues with a request type are requests. Customers see their own, and of those the public comments only.
"""

from connector.sandbox.jira import changing, comments, fields, seed
from connector.sandbox.jira.access import has_role, is_support, require_support, shown_user
from connector.sandbox.jira.call import Answer, Call
from connector.sandbox.jira.errors import JiraError, forbidden, not_found, wrong_field
from connector.sandbox.jira.matching import meaning
from connector.sandbox.jira.records import PUBLIC_PROPERTY, Comment, Issue, Json, Project, Row, User
from connector.sandbox.jira.search import find
from connector.sandbox.jira.shown import View
from connector.sandbox.jira.shown import issue as shown_issue
from connector.sandbox.jira.sla import cycles, date
from connector.sandbox.jira.world import BASE_URL, World

CHANNEL_PROPERTY = "request.channel.type"
DEFAULT_LIMIT = 50


def info(_call: Call) -> Answer:
    """`GET /info`, for anybody."""
    built = {"iso8601": "2026-01-10T00:00:00+0000", "jira": "2026-01-10T00:00:00.000+0000", "friendly": "10/Jan/26"}
    built_at: dict[str, Json] = {**built, "epochMillis": 1_767_999_600_000}
    versions = {"version": "10.3.24", "platformVersion": "10.3.24", "buildChangeSet": "0" * 40}
    return 200, {**versions, "buildDate": built_at, "isLicensedForUse": True, "_links": {"self": _address("info")}}


def service_desks(call: Call) -> Answer:
    """`GET /servicedesk`: those that the caller works in or is a customer of."""
    return 200, _page(call, "servicedesk", [_desk(held) for held in call.world.projects.values() if _opens(call, held)])


def opened(call: Call, desk_id: str) -> None:
    """Raises JiraError 404 for a service desk that the caller may not use."""
    _project(call, desk_id)


def service_desk(call: Call, desk_id: str) -> Answer:
    """`GET /servicedesk/{id}`."""
    return 200, _desk(_project(call, desk_id))


def members(call: Call, organization: str) -> Answer:
    """`GET /organization/{id}/user`: for agents."""
    if organization not in call.world.organizations:
        raise not_found("Organization")
    if not any(is_support(call.world, project, call.user) for project in call.world.projects.values()):
        raise forbidden("view this organization")
    held = [_account(call.world, user) for user in call.world.users.values() if user.organization == organization]
    return 200, _page(call, f"organization/{organization}/user", held)


def customers(call: Call, desk_id: str) -> Answer:
    """`GET /servicedesk/{id}/customer?query=`: by a part of name or address, for agents."""
    require_support(call, _project(call, desk_id))
    wanted = call.query.get("query", "").lower()
    users = (user for user in call.world.users.values() if user.kind == "customer")
    held = [_account(call.world, user) for user in users if wanted in user.email or wanted in user.display.lower()]
    return 200, _page(call, f"servicedesk/{desk_id}/customer", held)


def create_customer(call: Call) -> Answer:
    """`POST /customer`: an account for the portal. One that is there is refused."""
    if not any(is_support(call.world, project, call.user) for project in call.world.projects.values()):
        raise forbidden("create customers")
    email = call.text("email").lower()
    if call.world.user_with_email(email) is not None:
        raise JiraError(400, "An account already exists for this email address.")
    name = email.partition("@")[0]
    user = call.world.add_user(name, email, str(call.fields().get("displayName") or name), "UTC", "customer")
    return 201, _account(call.world, user)


def add_customers(call: Call, desk_id: str) -> Answer:
    """`POST /servicedesk/{id}/customer`: here every customer may use every service desk."""
    require_support(call, _project(call, desk_id))
    _named_users(call)
    return 204, None


def organizations(call: Call, desk_id: str) -> Answer:
    """`GET /servicedesk/{id}/organization`, for agents."""
    require_support(call, _project(call, desk_id))
    held = [{"id": number, "name": name} for number, name in call.world.organizations.items()]
    return 200, _page(call, f"servicedesk/{desk_id}/organization", [{**row, "_links": {}} for row in held])


def add_members(call: Call, organization: str) -> Answer:
    """`POST /organization/{id}/user`, for agents."""
    if organization not in call.world.organizations:
        raise not_found("Organization")
    if not any(is_support(call.world, project, call.user) for project in call.world.projects.values()):
        raise forbidden("change this organization")
    for user in _named_users(call):
        user.organization = organization
    return 204, None


def _named_users(call: Call) -> list[User]:
    body = call.fields()
    key = "accountIds" if call.world.cloud else "usernames"
    named = body.get(key)
    if not isinstance(named, list) or not named:
        raise JiraError(400, f"{key} must name users.")
    found = [user for user in call.world.users.values() if (user.id if call.world.cloud else user.name) in named]
    if len(found) != len(named):
        raise JiraError(400, "A user does not exist.")
    return found


def request_types(call: Call, desk_id: str) -> Answer:
    """`GET /servicedesk/{id}/requesttype`."""
    _project(call, desk_id)
    held = [_type(one) for one in call.world.request_types.values() if one.service_desk_id == desk_id]
    return 200, _page(call, f"servicedesk/{desk_id}/requesttype", held)


def request_type_fields(call: Call, desk_id: str, type_id: str) -> Answer:
    """`GET /servicedesk/{id}/requesttype/{type}/field`: what the portal asks for."""
    project = _project(call, desk_id)
    kind = _type_of(call, desk_id, type_id)
    asked = []
    for name, required in kind.fields.items():
        custom = call.world.custom_fields.get(name)
        described = fields.described(call.world, name)
        contexts = custom.contexts.values() if custom else ()
        options = [option for context in contexts for option in context.options.values()]
        asked.append(
            {
                "fieldId": name,
                "name": described["name"],
                "description": custom.description if custom else "",
                "required": required,
                "visible": True,
                "defaultValues": [],
                "presetValues": [],
                "validValues": [{"value": option.id, "label": option.value, "children": []} for option in options],
                "jiraSchema": described["schema"],
            }
        )
    acts_for_others = is_support(call.world, project, call.user)
    permissions = {"canRaiseOnBehalfOf": acts_for_others, "canAddRequestParticipants": acts_for_others}
    return 200, {"requestTypeFields": asked, **permissions}


def queues(call: Call, desk_id: str) -> Answer:
    """`GET /servicedesk/{id}/queue`, for agents; counted if asked."""
    require_support(call, _project(call, desk_id))
    listed = []
    for queue in call.world.queues.values():
        if queue.service_desk_id != desk_id:
            continue
        shown: dict[str, Json] = {"id": queue.id, "name": queue.name, "jql": queue.jql}
        shown |= {"fields": ["issuekey", "summary", "status"], "_links": {"self": _address(f"queue/{queue.id}")}}
        if call.flag("includeCount"):
            shown["issueCount"] = len(_queued(call, queue.jql))
        listed.append(shown)
    return 200, _page(call, f"servicedesk/{desk_id}/queue", listed)


def queued(call: Call, desk_id: str, queue_id: str) -> Answer:
    """`GET /servicedesk/{id}/queue/{queue}/issue`: by the search index, so as late as every search."""
    require_support(call, _project(call, desk_id))
    queue = call.world.queues.get(queue_id)
    if queue is None or queue.service_desk_id != desk_id:
        raise not_found("The queue")
    view = View(call.user.zone, frozenset({"summary", "status"}))
    rows = [row for row in _queued(call, queue.jql) if row in call.world.issues]
    shown = [shown_issue(call.world, call.world.issues[number], view) for number in rows]
    return 200, _page(call, f"servicedesk/{desk_id}/queue/{queue_id}/issue", shown)


def _queued(call: Call, jql: str) -> list[int]:
    return [row.id for row in find(call.world, call.user, meaning(call.world, call.user, jql))]


def create(call: Call) -> Answer:
    """`POST /request`: a customer for himself, an agent also on behalf of one. The ids are texts."""
    body = call.fields()
    desk_id, type_id = call.text("serviceDeskId"), call.text("requestTypeId")
    project, kind = _project(call, desk_id), _type_of(call, desk_id, type_id)
    reporter = _on_behalf(call, project, body.get("raiseOnBehalfOf"))
    given = body.get("requestFieldValues") or {}
    _require_asked(kind, given)
    wanted = changing.wanted(call.world, project, {"fields": given}, None)
    wanted.values["reporter"] = reporter.id
    issue = submit(call.world, kind, call.user, "portal" if reporter is call.user else "api", wanted)
    return 201, _request(call, issue)


def _on_behalf(call: Call, project: Project, named: Json) -> User:
    if named is None:
        return call.user
    require_support(call, project)
    users = call.world.users
    found = users.get(str(named)) or next((user for user in users.values() if user.name == named), None)
    if found is None or (call.world.cloud and found.id != named):
        raise JiraError(400, f"The user '{named}' does not exist.")
    return found


def _require_asked(kind: Row, given: dict[str, Json]) -> None:
    hidden = next((name for name in given if name not in kind.fields), None)
    if hidden is not None:
        raise wrong_field(hidden, f"Field '{hidden}' is not part of this request type.")
    for name, required in kind.fields.items():
        if required and given.get(name) in (None, "", []):
            raise wrong_field(name, f"Your request could not be created: '{name}' is required.")


def submit(world: World, kind: Row, actor: User, channel: str, wanted: changing.Wanted) -> Issue:
    """A customer's request becomes an issue; `wanted` says who reports it."""
    project = next(held for held in world.projects.values() if held.service_desk_id == kind.service_desk_id)
    wanted.values[world.request_type_field] = kind.id
    organization = world.users[wanted.values["reporter"]].organization
    if organization is not None:
        wanted.values[world.organizations_field] = (organization,)
    wanted.properties[CHANNEL_PROPERTY] = {"value": channel}
    return changing.create(world, project, actor, kind.issue_type_id, wanted)


def show(call: Call, key: str) -> Answer:
    """`GET /request/{key}`."""
    return 200, _request(call, request_of(call, key))


def list_comments(call: Call, key: str) -> Answer:
    """`GET /request/{key}/comment`; customers get the public ones."""
    issue = request_of(call, key)
    internal_too = is_support(call.world, call.world.projects[issue.project_id], call.user)
    internal_too = internal_too and call.query.get("internal", "true") == "true"
    public_too = call.query.get("public", "true") == "true"
    held = [one for one in issue.comments if (internal_too if one.internal else public_too)]
    return 200, _page(call, f"request/{issue.id}/comment", [comment(call, issue, one) for one in held])


def add_comment(call: Call, key: str) -> Answer:
    """`POST /request/{key}/comment`: public unless an agent says otherwise."""
    issue = request_of(call, key)
    public = call.fields().get("public", True)
    if not public and not is_support(call.world, call.world.projects[issue.project_id], call.user):
        raise forbidden("add internal comments")
    new = changing.NewComment(call.text("body"), {PUBLIC_PROPERTY: {"internal": not public}})
    return 201, comment(call, issue, comments.publish(call, issue, new))


def slas(call: Call, key: str) -> Answer:
    """`GET /request/{key}/sla`, for agents."""
    issue = request_of(call, key)
    require_support(call, call.world.projects[issue.project_id])
    shown = []
    for number, sla in call.world.slas.items():
        address = _address(f"request/{issue.id}/sla/{number}")
        about = {"id": number, "name": sla.name, "_links": {"self": address}, "slaDisplayFormat": "NEW_SLA_FORMAT"}
        shown.append(about | cycles(call.world, issue, sla, call.user.zone))
    return 200, _page(call, f"request/{issue.id}/sla", shown)


def request_of(call: Call, key: str) -> Issue:
    """A request that the caller may see.

    Raises JiraError 404, also for issues without a request type.
    """
    issue = call.world.issue(key)
    own = issue.fields["reporter"] == call.user.id
    seen = own or is_support(call.world, call.world.projects[issue.project_id], call.user)
    if not seen or issue.fields.get(call.world.request_type_field) is None:
        raise JiraError(404, "The request you are trying to view does not exist.")
    return issue


def _project(call: Call, desk_id: str) -> Project:
    found = next((held for held in call.world.projects.values() if held.service_desk_id == desk_id), None)
    if found is None or not _opens(call, found):
        raise JiraError(404, f"Service Desk with ID '{desk_id}' does not exist.")
    return found


def _opens(call: Call, project: Project) -> bool:
    """Whether the caller works in a service desk, or may raise requests there: every customer may."""
    customers = [role.id for role in call.world.roles.values() if role.name == seed.CUSTOMER_ROLE]
    invited = call.user.kind == "customer" or any(has_role(project, call.user, number) for number in customers)
    return invited or is_support(call.world, project, call.user)


def _type_of(call: Call, desk_id: str, type_id: str) -> Row:
    found = call.world.request_types.get(type_id)
    if found is None or found.service_desk_id != desk_id:
        raise JiraError(404, f"Request type with ID '{type_id}' does not exist.")
    return found


def _address(path: str) -> str:
    return f"{BASE_URL}/rest/servicedeskapi/{path}"


def _page(call: Call, path: str, values: list[Json]) -> dict[str, Json]:
    start, limit = call.number("start", 0), call.number("limit", DEFAULT_LIMIT)
    shown = values[start : start + limit]
    counts = {"size": len(shown), "start": start, "limit": limit, "isLastPage": start + len(shown) >= len(values)}
    return {**counts, "values": shown, "_links": {"self": _address(path), "base": BASE_URL, "context": ""}}


def _account(world: World, user: User) -> Json:
    """As the portal names accounts."""
    shown = shown_user(world, user.id)
    left_out = ("self", "avatarUrls", "accountType")
    return {key: value for key, value in shown.items() if key not in left_out} if isinstance(shown, dict) else shown


def _desk(project: Project) -> dict[str, Json]:
    keys = {"id": project.service_desk_id, "projectId": project.id, "projectKey": project.key}
    links = {"self": _address(f"servicedesk/{project.service_desk_id}")}
    return {**keys, "projectName": project.name, "_links": links}


def _type(kind: Row) -> dict[str, Json]:
    desk_id = kind.service_desk_id
    keys = {"id": kind.id, "name": kind.name, "issueTypeId": kind.issue_type_id, "serviceDeskId": desk_id}
    links = {"self": _address(f"servicedesk/{desk_id}/requesttype/{kind.id}")}
    return {**keys, "portalId": desk_id, "description": "", "helpText": "", "groupIds": [], "_links": links}


def _user(call: Call, user_id: str) -> dict[str, Json]:
    shown = dict(shown_user(call.world, user_id))
    links = {"jiraRest": shown.pop("self"), "avatarUrls": shown.pop("avatarUrls")}
    shown.pop("accountType", None)
    return shown | {"_links": links}


def comment(call: Call, issue: Issue, held: Comment) -> dict[str, Json]:
    links = {"self": _address(f"request/{issue.id}/comment/{held.id}")}
    about = {"id": held.id, "body": held.body, "public": not held.internal, "author": _user(call, held.author)}
    return {**about, "created": date(held.created, call.user.zone), "_links": links}


def _request(call: Call, issue: Issue) -> dict[str, Json]:
    world = call.world
    kind = world.request_types[issue.fields[world.request_type_field]]
    status = world.statuses[issue.fields["status"]]
    links = {"self": _address(f"request/{issue.id}"), "jiraRest": world.link_to(f"issue/{issue.id}")}
    links |= {"web": f"{BASE_URL}/servicedesk/customer/portal/{kind.service_desk_id}/{issue.key}"}
    changed = issue.fields["updated"]
    current = {"status": status.name, "statusCategory": status.category.upper()}
    return {
        "issueId": str(issue.id),
        "issueKey": issue.key,
        "summary": issue.fields["summary"],
        "requestTypeId": kind.id,
        "serviceDeskId": kind.service_desk_id,
        "createdDate": date(issue.fields["created"], call.user.zone),
        "reporter": _user(call, issue.fields["reporter"]),
        "requestFieldValues": [
            {
                "fieldId": name,
                "label": fields.described(world, name)["name"],
                "value": fields.shown(world, name, issue.fields.get(name), call.user.zone),
            }
            for name in kind.fields
        ],
        "currentStatus": {**current, "statusDate": date(changed, call.user.zone)},
        "_links": links,
    }
