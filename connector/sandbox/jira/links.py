"""`/issueLink`."""

from connector.sandbox.jira import changing, events
from connector.sandbox.jira.access import issue_for
from connector.sandbox.jira.call import Call
from connector.sandbox.jira.endpoints import answers
from connector.sandbox.jira.errors import JiraError, not_found
from connector.sandbox.jira.records import Issue, Json, Link, Row, User
from connector.sandbox.jira.world import World, named


@answers("POST issueLink")
def _create(call: Call) -> None:
    """Empty, also for a link that is there already."""
    body = call.fields()
    wanted = body.get("type") or {}
    kind = named(call.world.link_types, str(wanted.get("id") or wanted.get("name") or ""))
    if kind is None:
        raise JiraError(404, f"No issue link type with name '{wanted.get('name')}' found.")
    source, destination = (_end(call, body.get(side)) for side in ("inwardIssue", "outwardIssue"))
    if source is destination:
        raise JiraError(400, "You cannot link an issue to itself.")
    connect(call.world, call.user, kind, source, destination)


def _end(call: Call, given: Json) -> Issue:
    held = given if isinstance(given, dict) else {}
    return issue_for(call, held.get("id") or held.get("key") or "")


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
def _delete(call: Call, link_id: str) -> None:
    links = (link for issue in call.world.issues.values() for link in issue.links)
    found = next((link for link in links if link.id == link_id), None)
    if found is None:
        raise not_found("The issue link")
    for end in (found.source, found.destination):
        issue_for(call, end)
    drop_link(call.world, found)
    events.link_changed(call.world, "issuelink_deleted", found)


def drop_link(world: World, link: Link) -> None:
    """Remove a link from both of its issues."""
    for issue_id in (link.source, link.destination):
        world.issues[issue_id].links.remove(link)
