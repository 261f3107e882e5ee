"""What people with more rights do to what is there: rename, hide, move, clone, leave, delete an account.

Documented behaviour of Jira (Atlassian's support pages on each), not recorded.
"""

from connector.sandbox.jira import changing, events
from connector.sandbox.jira.links import connect
from connector.sandbox.jira.records import Issue, Json, Project, Row, User
from connector.sandbox.jira.world import World

CLONERS = ("Cloners", "is cloned by", "clones")
_COPIED = ("summary", "description", "priority", "labels", "assignee", "reporter", "duedate")


def clone(world: World, issue: Issue, actor: User) -> Issue:
    """A clone: all fields that can be set, custom ones too, and a link; no comments, no history, another status."""
    copied = {name: issue.fields[name] for name in (*_COPIED, *world.custom_fields) if name in issue.fields}
    copied["summary"] = f"CLONE - {copied['summary']}"
    project = world.projects[issue.project_id]
    made = changing.create(world, project, actor, issue.fields["issuetype"], changing.Wanted(copied))
    connect(world, actor, world.add_link_type(*CLONERS), made, issue)
    return made


def close_as_duplicate(world: World, issue: Issue, of: Issue, actor: User) -> None:
    """What agents do for want of a merge: a link that says so, and the last status with its resolution."""
    connect(world, actor, world.add_link_type("Duplicate", "is duplicated by", "duplicates"), issue, of)
    resolution = world.add(world.resolutions, "resolution", "Duplicate")
    way = next(one for one in changing.available(world, issue) if world.statuses[one.to].category == "done")
    changing.transition(world, issue, actor, way, changing.Wanted({"resolution": resolution.id}))


def rename(world: World, table: str, old: str, new: str) -> None:
    """Another name for a status, a priority or an option; ids stay, and so does what changelogs say.

    Raises KeyError if nothing has the name.
    """
    if table == "options":
        contexts = (context for held in world.custom_fields.values() for context in held.contexts.values())
        options = [option for context in contexts for option in context.options.values() if option.value == old]
        for option in options:
            option.value = new
        if not options:
            raise KeyError(old)
        return
    rows: dict[str, Row] = getattr(world, table)
    next(row for row in rows.values() if row.name == old).name = new
    for way in world.transitions.values() if table == "statuses" else ():
        way.name = new if way.name == old else way.name


def rename_project(world: World, project: Project, key: str) -> None:
    """Another key: all issues get new ones, and the old ones go on being understood. Nobody is told."""
    project.former_keys.append(project.key)
    project.key = key
    for issue in world.issues.values():
        if issue.project_id == project.id:
            _rekey(world, issue, f"{key}-{issue.key.rpartition('-')[2]}")
            world.index.changed(issue)


def move(world: World, issue: Issue, project: Project, actor: User) -> None:
    """Into another project, under another key; the old one leads there for those who may see it."""
    old = world.projects[issue.project_id]
    key = f"{project.key}-{project.next_number}"
    project.next_number += 1
    items: list[dict[str, Json]] = [
        {"field": "project", "fieldtype": "jira", "from": old.id, "fromString": old.name}
        | {"to": project.id, "toString": project.name},
        {"field": "Key", "fieldtype": "jira", "from": None, "fromString": issue.key, "to": None, "toString": key},
    ]
    _rekey(world, issue, key)
    issue.project_id = issue.fields["project"] = project.id
    change = changing.note_change(world, issue, actor.id, items)
    world.index.changed(issue)
    events.issue_updated(world, issue, actor.id, change, None)


def _rekey(world: World, issue: Issue, key: str) -> None:
    issue.key = key
    world.issue_ids[key] = issue.id


def take_off_screens(world: World, field_id: str) -> None:
    """A field that nobody can set any more."""
    for screen in world.screens.values():
        for tab in screen.tabs.values():
            tab.fields = [name for name in tab.fields if name != field_id]


def leave(world: World, user: User) -> None:
    """No role any more, directly or by a group; the account stays."""
    user.groups.clear()
    for project in world.projects.values():
        for members in project.role_users.values():
            members.discard(user.id)


def deactivate(user: User) -> None:
    """The account cannot log in; roles and groups keep it."""
    user.active = False
    user.shown.clear()


def delete(world: World, user: User) -> None:
    """What is left of a deleted account: its id, and a name that says nothing."""
    leave(world, user)
    deactivate(user)
    user.display, user.email = "Former user", ""
    world.tokens = {token: owner for token, owner in world.tokens.items() if owner is not user}
