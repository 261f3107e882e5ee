"""`/issue/{key}/comment` and comment properties. What nobody calls internal is public."""

from connector.sandbox.jira import changing, events, seed, shown
from connector.sandbox.jira.access import has_role, is_project_admin, issue_for, may_see
from connector.sandbox.jira.call import Answer, Call
from connector.sandbox.jira.errors import JiraError, forbidden, not_found
from connector.sandbox.jira.records import Comment, Issue, Json

MOST_BY_ID = 1_000
DEFAULT_PAGE = {"cloud": 100, "datacenter": 50}


def index(call: Call, key: str) -> Answer:
    """`GET …/comment`, oldest first unless `orderBy=-created`; without `maxResults` 100 on Cloud, else 50."""
    issue = issue_for(call, key)
    found = list(issue.comments)
    if call.query.get("orderBy") == "-created":
        found.reverse()
    start = call.number("startAt", 0)
    size = call.number("maxResults", DEFAULT_PAGE[call.world.flavour])
    with_properties = "properties" in call.words("expand")
    zone = call.user.zone
    comments = [
        shown.comment(call.world, issue, held, zone, properties=with_properties) for held in found[start : start + size]
    ]
    return 200, {"startAt": start, "maxResults": size, "total": len(found), "comments": comments}


def listed(call: Call) -> Answer:
    """`POST /comment/list`: comments by their ids, wherever they are; what the caller may not see is left out."""
    ids = call.fields().get("ids")
    if not isinstance(ids, list) or len(ids) > MOST_BY_ID:
        raise JiraError(400, f"ids must be a list of {MOST_BY_ID} ids at most.")
    wanted = {str(comment_id) for comment_id in ids}
    with_properties = "properties" in call.words("expand")
    found = [
        shown.comment(call.world, issue, held, call.user.zone, properties=with_properties)
        for issue in call.world.issues.values()
        if may_see(call.world, call.user, issue)
        for held in issue.comments
        if held.id in wanted
    ]
    return 200, {"maxResults": MOST_BY_ID, "startAt": 0, "total": len(found), "isLast": True, "values": found}


def show(call: Call, key: str, comment_id: str) -> Answer:
    """`GET …/comment/{id}`."""
    issue = issue_for(call, key)
    with_properties = "properties" in call.words("expand")
    held = _comment(issue, comment_id)
    return 200, shown.comment(call.world, issue, held, call.user.zone, properties=with_properties)


def create(call: Call, key: str) -> Answer:
    """`POST …/comment`."""
    issue = issue_for(call, key)
    comment = publish(call, issue, changing.new_comment(call.fields()))
    return 201, shown.comment(call.world, issue, comment, call.user.zone)


def publish(call: Call, issue: Issue, new: changing.NewComment) -> Comment:
    """Add a comment and tell about it."""
    return changing.publish(call.world, issue, call.user, new)


def update(call: Call, key: str, comment_id: str) -> Answer:
    """`PUT …/comment/{id}`: the author, or an administrator of the project, who becomes its update author."""
    issue = issue_for(call, key)
    held = _comment(issue, comment_id)
    _require_own(call, issue, held, "edit")
    new = changing.new_comment(call.fields())
    held.body, held.update_author, held.updated = new.body, call.user.id, call.world.now()
    held.properties |= new.properties
    issue.fields["updated"] = held.updated
    call.world.index.changed(issue)
    events.comment_changed(call.world, "comment_updated", issue, held)
    events.issue_updated(call.world, issue, call.user.id, None, held)
    return 200, shown.comment(call.world, issue, held, call.user.zone)


def delete(call: Call, key: str, comment_id: str) -> Answer:
    """`DELETE …/comment/{id}`: the changelog keeps its text."""
    issue = issue_for(call, key)
    held = _comment(issue, comment_id)
    _require_own(call, issue, held, "delete")
    issue.comments.remove(held)
    item = {"field": "Comment", "fieldtype": "jira", "from": held.id, "fromString": held.body, "to": None}
    change = changing.note_change(call.world, issue, call.user.id, [{**item, "toString": None}])
    call.world.index.changed(issue)
    events.comment_changed(call.world, "comment_deleted", issue, held)
    events.issue_updated(call.world, issue, call.user.id, change, None)
    return 204, None


def held_properties(call: Call, comment_id: str, *, write: bool) -> dict[str, Json]:
    """This is how an internal comment can become public later."""
    issue, held = _anywhere(call, comment_id)
    if write:
        _require_own(call, issue, held, "edit")
    return held.properties


def _comment(issue: Issue, comment_id: str) -> Comment:
    found = next((comment for comment in issue.comments if comment.id == comment_id), None)
    if found is None:
        raise JiraError(404, f"Can not find a comment for the id: {comment_id}.")
    return found


def _anywhere(call: Call, comment_id: str) -> tuple[Issue, Comment]:
    for issue in call.world.issues.values():
        for comment in issue.comments:
            if comment.id == comment_id and may_see(call.world, call.user, issue):
                return issue, comment
    raise not_found("The comment")


def _require_own(call: Call, issue: Issue, held: Comment, verb: str) -> None:
    """Edit and delete: one's own, or anybody's as an administrator of the project."""
    project = call.world.projects[issue.project_id]
    team = {role.id for role in call.world.roles.values() if role.name == seed.TEAM_ROLE}
    own = held.author == call.user.id and any(has_role(project, call.user, role_id) for role_id in team)
    if not own and not is_project_admin(call.world, project, call.user):
        raise forbidden(f"{verb} this comment")
