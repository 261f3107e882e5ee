"""`/issueLink` and `/issueLinkType`."""

from connector.sandbox.jira import changing, events
from connector.sandbox.jira.access import issue_for
from connector.sandbox.jira.call import Answer, Call
from connector.sandbox.jira.errors import JiraError, not_found
from connector.sandbox.jira.records import Issue, Json, Link, Row, User
from connector.sandbox.jira.world import World


def create(call: Call) -> Answer:
    """`POST /issueLink`: an empty 201, also for a link that is there already."""
    body = call.fields()
    kind = _type_of(call.world, body.get("type") or {})
    source, destination = (_end(call, body.get(side)) for side in ("inwardIssue", "outwardIssue"))
    if source is destination:
        raise JiraError(400, "You cannot link an issue to itself.")
    connect(call.world, call.user, kind, source, destination)
    return 201, None


def connect(world: World, actor: User, kind: Row, source: Issue, destination: Issue) -> None:
    """A link, unless it is there already."""
    for link in source.links:
        if (link.type_id, link.source, link.destination) == (kind.id, source.id, destination.id):
            return
    link = Link(str(world.next_id("link")), kind.id, source.id, destination.id)
    for issue, other, words in ((source, destination, kind.outward), (destination, source, kind.inward)):
        issue.links.append(link)
        item = {"field": "Link", "fieldtype": "jira", "from": None, "fromString": None}
        text = f"This issue {words} {other.key}"
        changing.note_change(world, issue, actor.id, [{**item, "to": other.key, "toString": text}])
        world.index.changed(issue)
    events.link_changed(world, "issuelink_created", link)


def _end(call: Call, named: Json) -> Issue:
    held = named if isinstance(named, dict) else {}
    return issue_for(call, held.get("id") or held.get("key") or "")


def _type_of(world: World, named: dict[str, Json]) -> Row:
    found = world.link_types.get(str(named.get("id")))
    name = str(named.get("name", "")).casefold()
    found = found or next((kind for kind in world.link_types.values() if kind.name.casefold() == name), None)
    if found is None:
        raise JiraError(404, f"No issue link type with name '{named.get('name')}' found.")
    return found


def delete(call: Call, link_id: str) -> Answer:
    """`DELETE /issueLink/{id}`."""
    links = (link for issue in call.world.issues.values() for link in issue.links)
    found = next((link for link in links if link.id == link_id), None)
    if found is None:
        raise not_found("The issue link")
    for end in (found.source, found.destination):
        issue_for(call, end)
    drop_link(call.world, found)
    events.link_changed(call.world, "issuelink_deleted", found)
    return 204, None


def drop_link(world: World, link: Link) -> None:
    """Remove a link from both of its issues."""
    for issue_id in (link.source, link.destination):
        world.issues[issue_id].links.remove(link)
