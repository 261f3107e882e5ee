"""`/issue/{key}/comment` and comment properties. What nobody calls internal is public."""

from connector.sandbox.jira import changing, events, seed, shown
from connector.sandbox.jira.access import may_see, roles_of
from connector.sandbox.jira.call import Call, answers, noun
from connector.sandbox.jira.errors import JiraError, forbidden, not_found
from connector.sandbox.jira.kinds import serve_properties
from connector.sandbox.jira.records import Comment, Issue, Json

MOST_BY_ID = 1_000
DEFAULT_PAGE = {"cloud": 100, "datacenter": 50}


def _shown(call: Call, issue: Issue, held: Comment) -> Json:
    with_properties = "properties" in call.words("expand")
    return shown.comment(call.world, issue, held, call.user.zone, properties=with_properties)


@answers("GET issue/{issue}/comment")
def _index(call: Call, issue: Issue) -> Json:
    """Oldest first unless `orderBy=-created`."""
    start, size = call.number("startAt", 0), call.number("maxResults", DEFAULT_PAGE[call.world.flavour])
    held = issue.comments[:: -1 if call.query.get("orderBy") == "-created" else 1]
    found = [_shown(call, issue, one) for one in held[start : start + size]]
    return {"startAt": start, "maxResults": size, "total": len(held), "comments": found}


@answers("POST comment/list", 200, on="cloud")
def _listed(call: Call) -> Json:
    """By their ids, wherever they are; what the caller may not see is left out."""
    wanted = {str(number) for number in call.list("ids", MOST_BY_ID)}
    issues = [issue for issue in call.world.issues.values() if may_see(call.world, call.user, issue)]
    found = [_shown(call, issue, held) for issue in issues for held in issue.comments if held.id in wanted]
    return {"maxResults": MOST_BY_ID, "startAt": 0, "total": len(found), "isLast": True, "values": found}


@answers("GET issue/{issue}/comment/*")
def _show(call: Call, issue: Issue, comment_id: str) -> Json:
    return _shown(call, issue, _comment(issue, comment_id))


@answers("POST issue/{issue}/comment")
def _create(call: Call, issue: Issue) -> Json:
    made = changing.publish(call.world, issue, call.user, changing.new_comment(call.fields()))
    return shown.comment(call.world, issue, made, call.user.zone)


@answers("PUT issue/{issue}/comment/*", 200)
def _update(call: Call, issue: Issue, comment_id: str) -> Json:
    """The author, or an administrator of the project, who becomes its update author."""
    held = _comment(issue, comment_id)
    _require_own(call, held)
    new = changing.new_comment(call.fields())
    held.body, held.update_author, held.updated = new.body, call.user.id, call.world.now()
    held.properties |= new.properties
    issue.fields["updated"] = held.updated
    call.world.index.changed(issue)
    events.comment_changed(call.world, "comment_updated", issue, held)
    events.issue_updated(call.world, issue, call.user.id, None, held)
    return shown.comment(call.world, issue, held, call.user.zone)


@answers("DELETE issue/{issue}/comment/*")
def _delete(call: Call, issue: Issue, comment_id: str) -> None:
    """The changelog keeps its text."""
    held = _comment(issue, comment_id)
    _require_own(call, held)
    issue.comments.remove(held)
    item = changing.item("Comment", (held.id, held.body), (None, None))
    change = changing.note_change(call.world, issue, call.user.id, [item])
    call.world.index.changed(issue)
    events.comment_changed(call.world, "comment_deleted", issue, held)
    events.issue_updated(call.world, issue, call.user.id, change, None)


def _comment(issue: Issue, comment_id: str) -> Comment:
    found = next((comment for comment in issue.comments if comment.id == comment_id), None)
    if found is None:
        raise JiraError(404, f"Can not find a comment for the id: {comment_id}.")
    return found


@noun("comment")
def _anywhere(call: Call, comment_id: str) -> Comment:
    """Any that the caller may see."""
    for issue in call.world.issues.values():
        for held in issue.comments:
            if held.id == comment_id and may_see(call.world, call.user, issue):
                return held
    raise not_found("The comment")


def _require_own(call: Call, held: Comment) -> None:
    """Edit and delete: one's own, or anybody's as an administrator of the project."""
    project_id = next(issue.project_id for issue in call.world.issues.values() if held in issue.comments)
    roles = roles_of(call.world, call.world.projects[project_id], call.user)
    if seed.ADMIN_ROLE not in roles and (held.author != call.user.id or seed.TEAM_ROLE not in roles):
        raise forbidden("change this comment")


# This is how an internal comment can become public later.
serve_properties("comment/{comment}", _require_own, deletes=False)
