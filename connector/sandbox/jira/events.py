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


def issue_created(world: World, issue: Issue, actor: str) -> None:
    """`jira:issue_created`."""
    _about_issue(world, "jira:issue_created", issue, actor, {"issue_event_type_name": "issue_created"})


def issue_deleted(world: World, issue: Issue, actor: str) -> None:
    """`jira:issue_deleted`."""
    _about_issue(world, "jira:issue_deleted", issue, actor, {"issue_event_type_name": "issue_deleted"})


def issue_updated(world: World, issue: Issue, actor: str, change: ChangeRecord | None, comment: Comment | None) -> None:
    """`jira:issue_updated`, the only one with a changelog; a comment alone has none, but comes along."""
    more: dict[str, Json] = {}
    kind = "issue_updated"
    if comment is not None:
        kind = "issue_commented"
        more["comment"] = shown.comment(world, issue, comment, world.zone)
    if change is not None:
        changed = {item["field"] for item in change.items}
        kind = "issue_generic" if "status" in changed else "issue_updated"
        more["changelog"] = {"id": change.id, "items": change.items}
    _about_issue(world, "jira:issue_updated", issue, actor, {"issue_event_type_name": kind, **more})


def comment_changed(world: World, event: CommentEvent, issue: Issue, comment: Comment) -> None:
    """`comment_created` and the like: six fields of the issue, and nobody named as the user."""
    listeners = _listeners(world, event, issue)
    if not listeners:
        return
    six = {name: fields.shown(world, name, issue.fields.get(name), world.zone) for name in _SIX}
    short = {"id": str(issue.id), "self": world.link_to(f"issue/{issue.id}"), "key": issue.key, "fields": six}
    about = {"comment": shown.comment(world, issue, comment, world.zone), "issue": short}
    _send(world, listeners, event, {**about, "eventType": "primaryAction"})


def link_changed(world: World, event: Literal["issuelink_created", "issuelink_deleted"], link: Link) -> None:
    """`issuelink_created` and `issuelink_deleted`: numbers only."""
    held = world.link_types[link.type_id]
    kind = {
        "id": int(held.id),
        "name": held.name,
        "outwardName": held.outward,
        "inwardName": held.inward,
        "isSubTaskLinkType": False,
        "isSystemLinkType": False,
    }
    about = {
        "id": int(link.id),
        "sourceIssueId": link.source,
        "destinationIssueId": link.destination,
        "issueLinkType": kind,
        "systemLink": False,
    }
    _send(world, _listeners(world, event, None), event, {"issueLink": about})


def _about_issue(world: World, event: str, issue: Issue, actor: str, about_it: dict[str, Json]) -> None:
    listeners = _listeners(world, event, issue)
    if not listeners:
        return
    view = shown.View(world.zone, without=frozenset({"comment"}))
    about = {
        "user": shown_user(world, actor),
        "issue": shown.issue(world, issue, view),
        **about_it,
    }
    _send(world, listeners, event, about)


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
