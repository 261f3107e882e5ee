"""Issues, comments, links and changelogs as the REST API and the webhooks show them."""

from collections.abc import Iterable, Mapping
from datetime import tzinfo
from typing import Any, NamedTuple

from connector.sandbox.jira import fields, seed, shapes
from connector.sandbox.jira.access import shown_user
from connector.sandbox.jira.call import Call
from connector.sandbox.jira.records import Attachment, ChangeRecord, Comment, Issue, Json, Link
from connector.sandbox.jira.times import stamp
from connector.sandbox.jira.world import World

SEARCHED_COMMENTS, SEARCHED_CHANGES = 20, 40
"""How many come with an issue of a search or a bulk read on Cloud."""
_BESIDE = ("comment", "issuelinks", "attachment")
_SHORT = ("summary", "status", "priority", "issuetype")


class View(NamedTuple):
    """What of an issue somebody wants to see. No `fields`: all of them."""

    zone: tzinfo
    fields: frozenset[str] | None = None
    without: frozenset[str] = frozenset()
    changelog: bool = False
    properties: tuple[str, ...] = ()
    comments: int = 5000
    changes: int = 5000

    def wants(self, field_id: str) -> bool:
        """Whether a field is to be shown."""
        return field_id not in self.without and (self.fields is None or field_id in self.fields)


def view_of(
    call: Call, wanted: Iterable[str], expand: Iterable[str], properties: Iterable[str], *, searched: bool = False
) -> View:
    """The view that a request asks for; `*all`, `*navigable` and `-field` as Jira reads them."""
    names = list(wanted)
    without = frozenset(name[1:] for name in names if name.startswith("-"))
    every = len(without) == len(names) or any(name in {"*all", "*navigable"} for name in names)
    comments, changes = call.world.embedded_comments, call.world.embedded_changes
    if searched and call.world.cloud:
        comments, changes = SEARCHED_COMMENTS, SEARCHED_CHANGES
    chosen = None if every else frozenset(names)
    return View(call.user.zone, chosen, without, "changelog" in set(expand), tuple(properties), comments, changes)


def issue(world: World, found: Issue, view: View, values: Mapping[str, Any] | None = None) -> dict[str, Json]:
    """An issue; with the values of the search index where they are given."""
    told: dict[str, Json] = {
        "expand": "renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations",
        **linked_issue(world, found),
    }
    if view.fields is None or view.fields:
        told["fields"] = _fields(world, found, found.fields if values is None else values, view)
    if view.changelog:
        told["changelog"] = _changelog(world, found, view)
    if view.properties:
        every = "*all" in view.properties
        held = found.properties.items()
        told["properties"] = {key: value for key, value in held if every or key in view.properties}
    return told


def linked_issue(world: World, found: Issue) -> dict[str, Json]:
    """Id, key and address."""
    return {"id": str(found.id), "key": found.key, "self": world.link_to(f"issue/{found.id}")}


def _fields(world: World, found: Issue, held: Mapping[str, Any], view: View) -> dict[str, Json]:
    names: Iterable[str] = [*seed.SYSTEM_FIELDS, *world.custom_fields]
    if view.fields is not None:
        names = [name for name in view.fields if name in seed.SYSTEM_FIELDS or name in world.custom_fields]
    shown: dict[str, Json] = {
        name: fields.shown(world, name, held.get(name), view.zone)
        for name in names
        if name not in _BESIDE and name not in view.without
    }
    if view.wants("issuelinks"):
        shown["issuelinks"] = [_link_seen_from(world, link, found) for link in found.links]
    if view.wants("attachment"):
        shown["attachment"] = [attachment(world, file, view.zone) for file in found.attachments]
    if view.wants("comment"):
        embedded = [comment(world, found, one, view.zone) for one in found.comments[: view.comments]]
        counts = {"startAt": 0, "maxResults": len(embedded), "total": len(found.comments)}
        shown["comment"] = {"comments": embedded, "self": world.link_to(f"issue/{found.id}/comment"), **counts}
    return shown


def comment(world: World, found: Issue, held: Comment, zone: tzinfo, *, properties: bool = False) -> dict[str, Json]:
    """A comment; its properties only if they are asked for, and whether it is public only on Cloud."""
    told: dict[str, Json] = {
        "self": world.link_to(f"issue/{found.id}/comment/{held.id}"),
        "id": held.id,
        "author": shown_user(world, held.author),
        "body": held.body,
        "updateAuthor": shown_user(world, held.update_author),
        "created": stamp(held.created, zone),
        "updated": stamp(held.updated, zone),
    }
    told |= {} if held.visibility is None else {"visibility": held.visibility}
    told |= {"jsdPublic": not held.internal} if world.cloud else {}
    if properties:
        told["properties"] = [{"key": key, "value": value} for key, value in held.properties.items()]
    return told


def attachment(world: World, held: Attachment, zone: tzinfo) -> dict[str, Json]:
    """A file."""
    return shapes.linked(world, "attachment", held, "filename") | {
        "author": shown_user(world, held.author),
        "created": stamp(held.created, zone),
        "size": len(held.content),
        "mimeType": "application/octet-stream",
        "content": world.link_to(f"attachment/content/{held.id}"),
    }


def _changelog(world: World, found: Issue, view: View) -> dict[str, Json]:
    """Cloud shows the newest entries, newest first; Data Center all of them, oldest first."""
    changes = list(reversed(found.changes))[: view.changes] if world.cloud else found.changes
    shown = [change(world, held, view.zone) for held in changes]
    return {"startAt": 0, "maxResults": len(shown), "total": len(found.changes), "histories": shown}


def change(world: World, held: ChangeRecord, zone: tzinfo) -> dict[str, Json]:
    """One entry of a changelog."""
    author, created = shown_user(world, held.author), stamp(held.created, zone)
    return {"id": held.id, "author": author, "created": created, "items": held.items}


def _link_seen_from(world: World, link: Link, found: Issue) -> dict[str, Json]:
    """A link as one of its issues shows it: the source sees the outward issue, and little of it."""
    outward = link.source == found.id
    other = world.issues[link.destination if outward else link.source]
    values = {name: fields.shown(world, name, other.fields.get(name), world.zone) for name in _SHORT}
    short = linked_issue(world, other) | {"fields": {name: one for name, one in values.items() if one is not None}}
    kind = shapes.link_type(world, world.link_types[link.type_id])
    return shapes.linked(world, "issueLink", link, type=kind) | {"outwardIssue" if outward else "inwardIssue": short}
