"""Issues, comments, links and changelogs as the REST API and the webhooks show them."""

from collections.abc import Iterable, Mapping
from datetime import tzinfo
from typing import Any, NamedTuple

from connector.sandbox.jira import fields, seed
from connector.sandbox.jira.access import shown_user
from connector.sandbox.jira.call import Call
from connector.sandbox.jira.records import Attachment, ChangeRecord, Comment, Issue, Json, Link, Row
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


def view_of(call: Call, wanted: Iterable[str], expand: Iterable[str], properties: Iterable[str]) -> View:
    """The view that a request asks for; `*all`, `*navigable` and `-field` as Jira reads them."""
    names = list(wanted)
    everything = not names or any(name in {"*all", "*navigable"} for name in names)
    without = frozenset(name[1:] for name in names if name.startswith("-"))
    only_without = all(name.startswith("-") for name in names)
    chosen = None if everything or only_without else frozenset(names)
    asked = frozenset(expand)
    return View(
        call.user.zone,
        chosen,
        without,
        changelog="changelog" in asked,
        properties=tuple(properties),
        comments=call.world.embedded_comments,
        changes=call.world.embedded_changes,
    )


def issue(world: World, found: Issue, view: View, values: Mapping[str, Any] | None = None) -> dict[str, Json]:
    """An issue; with the values of the search index where they are given."""
    held = found.fields if values is None else values
    shown: dict[str, Json] = {
        "expand": "renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations",
        "id": str(found.id),
        "self": world.link_to(f"issue/{found.id}"),
        "key": found.key,
    }
    if view.fields is None or view.fields:
        shown["fields"] = _fields(world, found, held, view)
    if view.changelog:
        shown["changelog"] = _changelog(world, found, view)
    if view.properties:
        wanted = set(view.properties)
        every = "*all" in wanted
        shown["properties"] = {key: value for key, value in found.properties.items() if every or key in wanted}
    return shown


def _fields(world: World, found: Issue, held: Mapping[str, Any], view: View) -> dict[str, Json]:
    if view.fields is None:
        names: Iterable[str] = [*seed.SYSTEM_FIELDS, *world.custom_fields]
    else:
        names = [name for name in view.fields if name in seed.SYSTEM_FIELDS or name in world.custom_fields]
    shown: dict[str, Json] = {}
    for name in names:
        if name in _BESIDE or name in view.without:
            continue
        shown[name] = fields.shown(world, name, held.get(name), view.zone)
    if view.wants("issuelinks"):
        shown["issuelinks"] = [_link_seen_from(world, link, found) for link in found.links]
    if view.wants("attachment"):
        shown["attachment"] = [attachment(world, held_file, view.zone) for held_file in found.attachments]
    if view.wants("comment"):
        shown["comment"] = _embedded_comments(world, found, view)
    return shown


def _embedded_comments(world: World, found: Issue, view: View) -> dict[str, Json]:
    shown = [comment(world, found, held, view.zone) for held in found.comments[: view.comments]]
    return {
        "comments": shown,
        "self": world.link_to(f"issue/{found.id}/comment"),
        "maxResults": len(shown),
        "total": len(found.comments),
        "startAt": 0,
    }


def comment(world: World, found: Issue, held: Comment, zone: tzinfo, *, properties: bool = False) -> dict[str, Json]:
    """A comment; its properties only if they are asked for, and whether it is public only on Cloud."""
    shown: dict[str, Json] = {
        "self": world.link_to(f"issue/{found.id}/comment/{held.id}"),
        "id": held.id,
        "author": shown_user(world, held.author),
        "body": held.body,
        "updateAuthor": shown_user(world, held.update_author),
        "created": stamp(held.created, zone),
        "updated": stamp(held.updated, zone),
    }
    if held.visibility is not None:
        shown["visibility"] = held.visibility
    if world.cloud:
        shown["jsdPublic"] = not held.internal
    if properties:
        shown["properties"] = [{"key": key, "value": value} for key, value in held.properties.items()]
    return shown


def attachment(world: World, held: Attachment, zone: tzinfo) -> dict[str, Json]:
    """A file."""
    return {
        "self": world.link_to(f"attachment/{held.id}"),
        "id": held.id,
        "filename": held.filename,
        "author": shown_user(world, held.author),
        "created": stamp(held.created, zone),
        "size": len(held.content),
        "mimeType": "application/octet-stream",
        "content": world.link_to(f"attachment/content/{held.id}"),
    }


def _changelog(world: World, found: Issue, view: View) -> dict[str, Json]:
    """Cloud shows the newest entries, newest first; Data Center all of them, oldest first."""
    changes = found.changes
    if world.cloud:
        changes = list(reversed(changes))[: view.changes]
    shown = [change(world, held, view.zone) for held in changes]
    return {"startAt": 0, "maxResults": len(shown), "total": len(found.changes), "histories": shown}


def change(world: World, held: ChangeRecord, zone: tzinfo) -> dict[str, Json]:
    """One entry of a changelog."""
    author, created = shown_user(world, held.author), stamp(held.created, zone)
    return {"id": held.id, "author": author, "created": created, "items": held.items}


def link_type(world: World, held: Row) -> dict[str, Json]:
    """A kind of link."""
    return {
        "id": held.id,
        "name": held.name,
        "inward": held.inward,
        "outward": held.outward,
        "self": world.link_to(f"issueLinkType/{held.id}"),
    }


def _link_seen_from(world: World, link: Link, found: Issue) -> dict[str, Json]:
    """A link as one of its issues shows it: the source sees the outward issue."""
    outward = link.source == found.id
    other = world.issues[link.destination if outward else link.source]
    return {
        "id": link.id,
        "self": world.link_to(f"issueLink/{link.id}"),
        "type": link_type(world, world.link_types[link.type_id]),
        "outwardIssue" if outward else "inwardIssue": linked_issue(world, other),
    }


def linked_issue(world: World, other: Issue) -> dict[str, Json]:
    """The little that a link tells about the issue at its other end."""
    values = {name: fields.shown(world, name, other.fields.get(name), world.zone) for name in _SHORT}
    return {
        "id": str(other.id),
        "key": other.key,
        "self": world.link_to(f"issue/{other.id}"),
        "fields": {name: value for name, value in values.items() if value is not None},
    }
