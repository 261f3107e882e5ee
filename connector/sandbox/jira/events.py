"""What happens is told to webhooks: one body for each event, made at once, delivered later."""

from typing import Literal

from connector.sandbox.jira import fields, shown
from connector.sandbox.jira.access import shown_user
from connector.sandbox.jira.call import to_json
from connector.sandbox.jira.matching import matches
from connector.sandbox.jira.records import ChangeRecord, Comment, Delivery, Issue, Json, Link, Row
from connector.sandbox.jira.times import epoch_millis
from connector.sandbox.jira.world import World

CommentEvent = Literal["comment_created", "comment_updated", "comment_deleted"]
_SIX = ("summary", "issuetype", "project", "assignee", "priority", "status")


def about_issue(
    world: World,
    what: Literal["created", "updated", "deleted"],
    issue: Issue,
    actor: str,
    kind: str = "",
    **more: Json,
) -> None:
    """`jira:issue_created` and the like; ``kind`` is what else an update is."""
    event = f"jira:issue_{what}"
    listeners = _listeners(world, event, issue)
    if listeners:
        view = shown.View(world.zone, without=frozenset({"comment"}))
        about = {"user": shown_user(world, actor), "issue": shown.issue(world, issue, view)}
        _send(world, listeners, event, about | {"issue_event_type_name": kind or f"issue_{what}"} | more)


def issue_updated(world: World, issue: Issue, actor: str, change: ChangeRecord | None, comment: Comment | None) -> None:
    """`jira:issue_updated`, the only one with a changelog; a comment alone has none, but comes along."""
    more: dict[str, Json] = {}
    kind = "issue_commented" if comment else "issue_updated"
    if comment is not None:
        more["comment"] = shown.comment(world, issue, comment, world.zone)
    if change is not None:
        kind = "issue_generic" if "status" in {item["field"] for item in change.items} else "issue_updated"
        more["changelog"] = {"id": change.id, "items": change.items}
    about_issue(world, "updated", issue, actor, kind, **more)


def comment_changed(world: World, event: CommentEvent, issue: Issue, comment: Comment) -> None:
    """`comment_created` and the like: six fields of the issue, and nobody named as the user."""
    listeners = _listeners(world, event, issue)
    if listeners:
        six = {name: fields.shown(world, name, issue.fields.get(name), world.zone) for name in _SIX}
        short = shown.linked_issue(world, issue) | {"fields": six}
        told = shown.comment(world, issue, comment, world.zone)
        _send(world, listeners, event, {"comment": told, "issue": short, "eventType": "primaryAction"})


def link_changed(world: World, event: Literal["issuelink_created", "issuelink_deleted"], link: Link) -> None:
    """`issuelink_created` and `issuelink_deleted`: numbers only."""
    held = world.link_types[link.type_id]
    kind = {"id": int(held.id), "name": held.name, "outwardName": held.outward, "inwardName": held.inward}
    kind |= {"isSubTaskLinkType": False, "isSystemLinkType": False}
    ends = {"sourceIssueId": link.source, "destinationIssueId": link.destination}
    about = {"id": int(link.id), **ends, "issueLinkType": kind, "systemLink": False}
    _send(world, _listeners(world, event, None), event, {"issueLink": about})


def _listeners(world: World, event: str, issue: Issue | None) -> list[Row]:
    return [
        webhook
        for webhook in world.webhooks.values()
        if webhook.enabled
        and event in webhook.events
        and (issue is None or not webhook.filter or matches(world, webhook.filter, issue))
    ]


def _send(world: World, listeners: list[Row], event: str, about: dict[str, Json]) -> None:
    now = world.now()
    body = to_json({"timestamp": epoch_millis(now), "webhookEvent": event, **about})
    for webhook in listeners:
        identifier = f"{world.random.getrandbits(128):032x}"
        content = b"" if webhook.exclude_body else body
        world.deliveries[identifier] = Delivery(identifier, webhook.id, content, now)
