"""Creating, editing and moving issues: what a request wants, checked, and then done in one go."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from connector.sandbox.jira import events, fields, seed
from connector.sandbox.jira.access import is_support
from connector.sandbox.jira.errors import JiraError, wrong_field
from connector.sandbox.jira.kinds import checked
from connector.sandbox.jira.records import Attachment, ChangeRecord, Comment, Issue, Json, Project, Row, User
from connector.sandbox.jira.world import World, named

_ON_CREATE = frozenset({"project", "issuetype"})


class NewComment(NamedTuple):
    """A comment to be added."""

    body: str
    properties: dict[str, Json]
    visibility: dict[str, Json] | None = None


@dataclass
class Wanted:
    """What a request wants of an issue."""

    values: dict[str, Any] = field(default_factory=dict)
    comments: list[NewComment] = field(default_factory=list)
    properties: dict[str, Json] = field(default_factory=dict)


def wanted(
    world: World, project: Project, body: dict[str, Json], issue: Issue | None, asked: Collection[str] = ()
) -> Wanted:
    """What the body of a create, an edit or a transition wants; a transition may ask for more than the screen has.

    Raises JiraError 400 with the messages of all fields that are wrong.
    """
    found = Wanted(properties=new_properties(body.get("properties")))
    given, operations = body.get("fields") or {}, body.get("update") or {}
    if not isinstance(given, dict) or not isinstance(operations, dict):
        raise JiraError(400, "fields and update must be JSON objects.")
    wrong: dict[str, str] = {}
    kind = issue.fields["issuetype"] if issue is not None else (given.get("issuetype") or {}).get("id")
    type_id = None if kind is None else str(kind)

    def collect(field_id: str, value: Json) -> None:
        if field_id not in asked and not _settable(world, project, field_id, type_id):
            # Jira does not tell apart what it does not know and what is not on the screen.
            text = f"Field '{field_id}' cannot be set. It is not on the appropriate screen, or unknown."
            wrong[field_id] = text
            return
        try:
            found.values[field_id] = fields.taken(world, field_id, value)
        except JiraError as refused:
            wrong.update(refused.fields)

    for field_id, value in given.items():
        if issue is not None or field_id not in _ON_CREATE:
            collect(field_id, value)
    for field_id, steps in operations.items():
        if field_id in given:
            wrong[field_id] = f"Field '{field_id}' cannot appear in both 'fields' and 'update'"
            continue
        if not isinstance(steps, list) or not all(isinstance(step, dict) and len(step) == 1 for step in steps):
            raise JiraError(400, "update takes lists of operations.")
        for step in steps:
            if field_id == "comment":
                found.comments.append(new_comment(step.get("add")))
            else:
                collect(field_id, _after(field_id, step, found, issue))
    if wrong:
        raise JiraError(400, fields=wrong)
    return found


def _settable(world: World, project: Project, field_id: str, type_id: str | None) -> bool:
    """Whether an issue of this type (its id) can be given a field."""
    custom = world.custom_fields.get(field_id)
    if custom is None and field_id not in fields.SETTABLE:
        return False
    if field_id != "issuetype" and field_id not in world.screens[project.screen_id].fields:
        return False
    if not world.belongs(field_id, project, type_id):
        return False
    # With field schemes a context only holds options and defaults.
    return (
        custom is None
        or (world.cloud and world.migrated)
        or any(not one.projectIds or project.id in one.projectIds for one in custom.contexts.values())
    )


def _after(field_id: str, step: dict[str, Json], found: Wanted, issue: Issue | None) -> Json:
    """The value of a field after one operation."""
    [(verb, value)] = step.items()
    if verb == "set":
        return value
    if field_id != "labels" or verb not in {"add", "remove"}:
        raise wrong_field(field_id, f"Operation '{verb}' is not supported for field '{field_id}'")
    current = found.values.get("labels", issue.fields.get("labels", ()) if issue else ())
    rest = [label for label in current if label != value]
    return [*rest, value] if verb == "add" else rest


def new_comment(given: Json) -> NewComment:
    """A comment of a request. Raises JiraError 400 without a text, or with one that is too long."""
    body = given.get("body") if isinstance(given, dict) else None
    if not isinstance(body, str) or not body.strip():
        raise wrong_field("comment", "Comment body can not be empty!")
    if len(body) > fields.LONG_TEXT:
        raise fields.too_long("comment", fields.LONG_TEXT)
    return NewComment(body, new_properties(given.get("properties")), given.get("visibility"))


def new_properties(given: Json) -> dict[str, Json]:
    """Properties by key. Raises JiraError 400 for keys and values that are too long."""
    if given is None:
        return {}
    if not isinstance(given, list) or not all(isinstance(item, dict) and "key" in item for item in given):
        raise JiraError(400, "properties must be a list of keys and values.")
    return {str(item["key"]): checked(str(item["key"]), item.get("value")) for item in given}


def create(world: World, project: Project, actor: User, type_id: str, wanted: Wanted) -> Issue:
    """A new issue."""
    if "summary" not in wanted.values:
        raise wrong_field("summary", "You must specify a summary of the issue.")
    now = world.now()
    priority = named(world.priorities, seed.DEFAULT_PRIORITY)
    values: dict[str, Any] = {
        "project": project.id,
        "issuetype": type_id,
        "status": next(iter(world.statuses)),
        "priority": priority.id if priority else next(iter(world.priorities)),
        "labels": (),
        **dict.fromkeys(("reporter", "creator"), actor.id),
        **dict.fromkeys(("created", "updated"), now),
        **wanted.values,
    }
    issue = Issue(world.next_id("issue"), f"{project.key}-{project.next_number}", project.id, values)
    project.next_number += 1
    world.issues[issue.id] = issue
    world.issue_ids[issue.key] = issue.id
    issue.properties |= wanted.properties
    for comment in wanted.comments:
        _add_comment(world, issue, actor, comment)
    world.index.changed(issue)
    events.about_issue(world, "created", issue, actor.id)
    return issue


def edit(world: World, issue: Issue, actor: User, wanted: Wanted) -> None:
    """Fields, comments and properties at once. What changes nothing leaves no trace."""
    held = issue.fields
    different = {name: value for name, value in wanted.values.items() if held.get(name) != value}
    items = [fields.history_item(world, name, held.get(name), value) for name, value in different.items()]
    held.update(different)
    change = note_change(world, issue, actor.id, items) if items else None
    issue.properties |= wanted.properties
    comments = [_add_comment(world, issue, actor, comment) for comment in wanted.comments]
    if change is not None or comments:
        tell(world, issue, actor, change, comments)


def tell(
    world: World,
    issue: Issue,
    actor: User,
    change: ChangeRecord | None,
    comments: tuple[Comment, ...] | list[Comment] = (),
) -> None:
    """The events of an edit: a comment is told twice, by itself and with its issue, in either order."""
    world.index.changed(issue)
    first = world.random.random() < 0.5
    for comment in comments if first else ():
        events.comment_changed(world, "comment_created", issue, comment)
    events.issue_updated(world, issue, actor.id, change, comments[0] if comments else None)
    for comment in () if first else comments:
        events.comment_changed(world, "comment_created", issue, comment)


def note_change(world: World, issue: Issue, actor: str, items: list[dict[str, Json]]) -> ChangeRecord:
    """An entry of the changelog; the issue counts as updated."""
    now = world.now()
    change = ChangeRecord(str(world.next_id("change")), actor, now, items)
    issue.changes.append(change)
    issue.fields["updated"] = now
    return change


def item(field_id: str, old: tuple[str | None, str | None], new: tuple[str | None, str | None]) -> dict[str, Json]:
    """What the changelog says of something that is no field: machine value and text of both sides."""
    sides = {"from": old[0], "fromString": old[1], "to": new[0], "toString": new[1]}
    return {"field": field_id, "fieldtype": "jira", **sides}


def _add_comment(world: World, issue: Issue, actor: User, new: NewComment) -> Comment:
    now = world.now()
    number = str(world.next_id("comment"))
    comment = Comment(number, actor.id, actor.id, new.body, now, now, dict(new.properties), new.visibility)
    issue.comments.append(comment)
    issue.fields["updated"] = now
    return comment


def publish(world: World, issue: Issue, author: User, new: NewComment) -> Comment:
    """A comment, told to everybody; a preset of the project may answer a customer's by moving the issue."""
    comment = _add_comment(world, issue, author, new)
    tell(world, issue, author, None, [comment])
    target = world.reopens.get(issue.fields["status"])
    if target and not comment.internal and not is_support(world, world.projects[issue.project_id], author):
        way = next((one for one in available(world, issue) if one.to == target), None)
        if way is not None:
            presets = next((user for user in world.users.values() if user.kind == "app"), None)
            presets = presets or world.add_user("", "Automation for Jira", kind="app")
            transition(world, issue, presets, way, Wanted())
    return comment


def available(world: World, issue: Issue) -> list[Row]:
    """The transitions that lead from the issue's status to another one."""
    status, ways = issue.fields["status"], world.transitions.values()
    return [way for way in ways if way.to != status and (not way.sources or status in way.sources)]


def transition(world: World, issue: Issue, actor: User, way: Row, wanted: Wanted) -> None:
    """Move an issue; statuses of the category done set the resolution, others clear it."""
    lacking = [name for name in sorted(way.asks) if wanted.values.get(name, issue.fields.get(name)) in (None, "")]
    if lacking:
        names = {name: fields.described(world, name)["name"] for name in lacking}
        raise JiraError(400, fields={name: f"{label} is required." for name, label in names.items()})
    over = world.statuses[way.to].category == "done"
    was = issue.fields.get("resolution")
    now = world.now() if was is None else issue.fields.get("resolutiondate")
    moved = {"status": way.to, "resolution": (was or next(iter(world.resolutions))) if over else None}
    moved |= {"resolutiondate": now if over else None}
    edit(world, issue, actor, Wanted({**moved, **wanted.values}, wanted.comments, wanted.properties))


def attach(world: World, issue: Issue, actor: User, filename: str, content: bytes) -> Attachment:
    """Add a file, which the changelog tells."""
    number = str(world.next_id("attachment"))
    held = Attachment(number, actor.id, filename, world.now(), content)
    issue.attachments.append(held)
    change = note_change(world, issue, actor.id, [item("Attachment", (None, None), (number, filename))])
    tell(world, issue, actor, change)
    return held
