"""`/issue`: create, read, edit, move and delete; and `/issueLink`."""

from connector.sandbox.jira import changing, events, fields, shapes, shown
from connector.sandbox.jira.access import is_project_admin, is_support, issue_for
from connector.sandbox.jira.call import Answer, Call, answers, page
from connector.sandbox.jira.errors import JiraError, forbidden, not_found, wrong_field
from connector.sandbox.jira.kinds import serve_properties
from connector.sandbox.jira.records import Issue, Json, Link, Row, User
from connector.sandbox.jira.world import World, named

MOST_FETCHED = 100
# For whoever may edit the issue; no event, no new time of update.
serve_properties("issue/{issue}")


@answers("GET issue/{issue}/properties")
def _properties(call: Call, issue: Issue) -> Json:
    base = f"issue/{issue.id}/properties/"
    return {"keys": [{"self": call.world.link_to(base + name), "key": name} for name in issue.properties]}


@answers("POST issue")
def _create(call: Call) -> Json:
    body = call.fields()
    given = body.get("fields") or {}
    place = given.get("project") or {}
    project = call.world.project(place.get("id") or place.get("key") or "")
    if project is None or not is_support(call.world, project, call.user):
        raise wrong_field("project", "Specify a valid project ID or key")
    type_id = str(fields.taken(call.world, "issuetype", given.get("issuetype")))
    if type_id not in project.issue_type_ids:
        raise wrong_field("issuetype", "Specify a valid issue type")
    wanted = changing.wanted(call.world, project, body, None)
    return shown.linked_issue(call.world, changing.create(call.world, project, call.user, type_id, wanted))


@answers("GET issue/{issue}")
def _show(call: Call, issue: Issue) -> Json:
    view = shown.view_of(call, call.words("fields"), call.words("expand"), call.words("properties"))
    return shown.issue(call.world, issue, view)


@answers("PUT issue/{issue}")
def _edit(call: Call, issue: Issue) -> Answer:
    """Cloud shows the issue if it is asked for it."""
    project = call.world.projects[issue.project_id]
    changing.edit(call.world, issue, call.user, changing.wanted(call.world, project, call.fields(), issue))
    returns = call.world.cloud and call.flag("returnIssue")
    return Answer(200, _show(call, issue)) if returns else Answer(204)


@answers("DELETE issue/{issue}")
def _delete(call: Call, issue: Issue) -> None:
    world = call.world
    if not is_project_admin(world, world.projects[issue.project_id], call.user):
        raise forbidden("delete issues in this project")
    for link in list(issue.links):
        _drop_link(world, link)
    world.hidden.discard(issue.id)
    del world.issues[issue.id], world.issue_ids[issue.key]
    world.index.removed(issue.id)
    events.about_issue(world, "deleted", issue, call.user.id)


@answers("GET issue/{issue}/changelog", on="cloud")
def _changelog(call: Call, issue: Issue) -> Json:
    """Oldest first."""
    return page(call, [shown.change(call.world, held, call.user.zone) for held in issue.changes], 100)


@answers("GET issue/{issue}/transitions")
def _transitions(call: Call, issue: Issue) -> Json:
    found = []
    for way in changing.available(call.world, issue):
        to = shapes.status(call.world, call.world.statuses[way.to])
        entry: dict[str, Json] = {"id": way.id, "name": way.name, "to": to}
        if call.world.cloud:
            entry |= {"hasScreen": bool(way.asks), "isGlobal": not way.sources, "isAvailable": True}
            entry |= {"isInitial": False, "isConditional": False}
        if "transitions.fields" in call.words("expand"):
            entry["fields"] = {name: _asked(call, name) for name in sorted(way.asks)}
        found.append(entry)
    return {"expand": "transitions", "transitions": found}


def _asked(call: Call, name: str) -> dict[str, Json]:
    described = fields.described(call.world, name)
    told: dict[str, Json] = {"name": described["name"], "schema": described["schema"], "key": name}
    told |= {"required": True, "hasDefaultValue": False, "operations": ["set"]}
    if name == "resolution":
        told["allowedValues"] = [{"id": held.id, "name": held.name} for held in call.world.resolutions.values()]
    return told


@answers("POST issue/{issue}/transitions", 204)
def _move(call: Call, issue: Issue) -> None:
    wanted_id = str((call.fields().get("transition") or {}).get("id", ""))
    way = next((way for way in changing.available(call.world, issue) if way.id == wanted_id), None)
    if way is None:
        text = "It seems that you have tried to perform an illegal workflow operation. The transition is not valid."
        raise JiraError(400, text)
    project = call.world.projects[issue.project_id]
    wanted = changing.wanted(call.world, project, call.fields(), issue, way.asks)
    changing.transition(call.world, issue, call.user, way, wanted)


@answers("POST issue/bulkfetch", 200, on="cloud")
def _fetch(call: Call) -> Json:
    """By id or key, each once; what is not there is left out."""
    body = call.fields()
    wanted = body.get("fields") or ["*navigable"]
    view = shown.view_of(call, wanted, body.get("expand") or (), body.get("properties") or (), searched=True)
    found: dict[int, Issue] = {}
    missing = []
    for key in call.list("issueIdsOrKeys", MOST_FETCHED):
        try:
            issue = issue_for(call, key)
            found[issue.id] = issue
        except JiraError:
            missing.append({"id": str(key), "errorMessage": "Issue does not exist or no permission to see it."})
    return {"issues": [shown.issue(call.world, issue, view) for issue in found.values()], "issueErrors": missing}


@answers("POST issueLink")
def _link(call: Call) -> None:
    """Empty, also for a link that is there already."""
    body = call.fields()
    wanted = body.get("type") or {}
    kind = named(call.world.link_types, str(wanted.get("id") or wanted.get("name") or ""))
    if kind is None:
        raise JiraError(404, f"No issue link type with name '{wanted.get('name')}' found.")
    ends = [body.get(side) or {} for side in ("inwardIssue", "outwardIssue")]
    source, destination = (issue_for(call, end.get("id") or end.get("key") or "") for end in ends)
    if source is destination:
        raise JiraError(400, "You cannot link an issue to itself.")
    connect(call.world, call.user, kind, source, destination)


def connect(world: World, actor: User, kind: Row, source: Issue, destination: Issue) -> None:
    """A link, unless it is there already."""
    wanted = (kind.id, source.id, destination.id)
    if any((link.type_id, link.source, link.destination) == wanted for link in source.links):
        return
    link = Link(str(world.next_id("link")), *wanted)
    for issue, other, words in ((source, destination, kind.outward), (destination, source, kind.inward)):
        issue.links.append(link)
        item = changing.item("Link", (None, None), (other.key, f"This issue {words} {other.key}"))
        changing.note_change(world, issue, actor.id, [item])
        world.index.changed(issue)
    events.link_changed(world, "issuelink_created", link)


@answers("DELETE issueLink/*")
def _unlink(call: Call, link_id: str) -> None:
    links = (link for issue in call.world.issues.values() for link in issue.links)
    found = next((link for link in links if link.id == link_id), None)
    if found is None:
        raise not_found("The issue link")
    for end in (found.source, found.destination):
        issue_for(call, end)
    _drop_link(call.world, found)
    events.link_changed(call.world, "issuelink_deleted", found)


def _drop_link(world: World, link: Link) -> None:
    """Remove a link from both of its issues."""
    for issue_id in (link.source, link.destination):
        world.issues[issue_id].links.remove(link)
