"""What people with more rights do to what is there: clone, close as a duplicate, rename, leave, delete an account.

Documented behaviour of Jira (Atlassian's support pages on each), not recorded.
"""

from connector.sandbox.jira import changing
from connector.sandbox.jira.issues import connect
from connector.sandbox.jira.records import Issue, Row, User
from connector.sandbox.jira.world import World

_COPIED = ("summary", "description", "priority", "labels", "assignee", "reporter", "duedate")


def clone(world: World, issue: Issue, actor: User) -> Issue:
    """A clone: all fields that can be set, custom ones too, and a link; no comments, no history, another status."""
    copied = {name: issue.fields[name] for name in (*_COPIED, *world.custom_fields) if name in issue.fields}
    copied["summary"] = f"CLONE - {copied['summary']}"
    project = world.projects[issue.project_id]
    made = changing.create(world, project, actor, issue.fields["issuetype"], changing.Wanted(copied))
    connect(world, actor, world.add("link_types", "Cloners", inward="is cloned by", outward="clones"), made, issue)
    return made


def close_as_duplicate(world: World, issue: Issue, of: Issue, actor: User) -> None:
    """What agents do for want of a merge: a link that says so, and the last status with its resolution."""
    kind = world.add("link_types", "Duplicate", inward="is duplicated by", outward="duplicates")
    connect(world, actor, kind, issue, of)
    resolution = world.add("resolutions", "Duplicate")
    way = next(one for one in changing.available(world, issue) if world.statuses[one.to].category == "done")
    changing.transition(world, issue, actor, way, changing.Wanted({"resolution": resolution.id}))


def rename(world: World, table: str, old: str, new: str) -> None:
    """Another name for a status, a priority or an option; ids stay, and so does what changelogs say.

    Raises KeyError if nothing has the name.
    """
    named, attribute = list[Row](getattr(world, table, {}).values()), "name"
    if table == "options":
        named, attribute = [option for held in world.custom_fields.values() for option in held.options], "value"
    if table == "statuses":
        named += world.transitions.values()
    found = [row for row in named if getattr(row, attribute) == old]
    if not found:
        raise KeyError(old)
    for row in found:
        setattr(row, attribute, new)


def leave(world: World, user: User) -> None:
    """No role any more, directly or by a group; the account stays."""
    user.groups.clear()
    for project in world.projects.values():
        for members in project.role_users.values():
            members.discard(user.id)


def delete(world: World, user: User) -> None:
    """What is left of a deleted account: its id, and a name that says nothing."""
    leave(world, user)
    user.active, user.display, user.email = False, "Former user", ""
    user.shown.clear()
    world.tokens = {token: owner for token, owner in world.tokens.items() if owner is not user}
