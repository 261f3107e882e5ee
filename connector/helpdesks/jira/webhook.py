"""What a message of Jira means to the connector: which issues have to be looked at, or why none.

A message is a hint. Its only word that counts is the issue's id; what the issue holds is read from Jira (payloads are
partial, and their order is not promised). A comment, for example, arrives twice: as an event of its own and as an
update of the issue. Both mark the same row due.

Sources: Atlassian, "Webhooks" (Cloud) and "Webhooks" (Data Center); "Send web request" of Automation.
"""

import re
from typing import NamedTuple

from connector.helpdesks.payload import Value
from webhooks.problem import clean

OF_AN_ISSUE = frozenset(
    {
        "jira:issue_created",
        "jira:issue_updated",
        "jira:issue_deleted",
        "comment_created",
        "comment_updated",
        "comment_deleted",
        "issue_property_set",
        "issue_property_deleted",
    }
)
"""Names the issue in ``issue.id``; a comment on Data Center only in its own address."""

OF_A_LINK = frozenset({"issuelink_created", "issuelink_deleted"})
"""Numeric ids of both sides. Two issues have changed for the rules, and no other event tells of it."""

IGNORED = frozenset(
    {
        # An attachment and logged work also come as an update of the issue, and name no issue here.
        "attachment_created",
        "attachment_deleted",
        "worklog_created",
        "worklog_updated",
        "worklog_deleted",
        "jira:worklog_updated",
        # Nothing that the rules read.
        "board_configuration_changed",
        "board_created",
        "board_deleted",
        "board_updated",
        "filter_created",
        "filter_deleted",
        "filter_updated",
        "issuetype_created",
        "issuetype_deleted",
        "issuetype_updated",
        "jira:version_created",
        "jira:version_deleted",
        "jira:version_moved",
        "jira:version_released",
        "jira:version_unreleased",
        "jira:version_updated",
        "jira_expression_evaluation_failed",
        "option_attachments_changed",
        "option_issuelinks_changed",
        "option_subtasks_changed",
        "option_timetracking_changed",
        "option_timetracking_provider_changed",
        "option_unassigned_issues_changed",
        "option_voting_changed",
        "option_watching_changed",
        "project_archived",
        "project_created",
        "project_deleted",
        "project_restored_archived",
        "project_restored_deleted",
        "project_soft_deleted",
        "project_updated",
        "sprint_closed",
        "sprint_created",
        "sprint_deleted",
        "sprint_started",
        "sprint_updated",
        "user_created",
        "user_deleted",
        "user_updated",
    }
)
"""A webhook that is subscribed to more than is needed is no fault."""

AUTOMATION = "automation"
"""The name of a message without ``webhookEvent``: the "Send web request" of an Automation rule."""

_ISSUE_OF_COMMENT = re.compile(r"/rest/api/[\w.]+/issue/([1-9]\d{0,17})/comment/", re.ASCII)


class Meaning(NamedTuple):
    """What follows from a message. With no ``issues`` there is a reason in ``ignored``, or nobody knows the event."""

    event: str
    issues: tuple[str, ...] = ()
    ignored: str | None = None


def meaning(payload: Value, bot: str | None) -> Meaning:
    """Reads a message. ``bot`` is the connector's own account: accountId on Cloud, user name on Data Center.

    Raises ``Refusal`` (400) if an event of an issue does not name the issue.
    """
    if not isinstance(payload.raw, dict) or "webhookEvent" not in payload.raw:
        return Meaning(AUTOMATION, (_of_automation(payload),))
    event = str(payload.raw["webhookEvent"])
    if event in OF_A_LINK:
        link = payload["issueLink"]
        ends = (link[end].numeral() for end in ("sourceIssueId", "destinationIssueId"))
        return Meaning(event, tuple(str(end) for end in ends))
    if event in OF_AN_ISSUE:
        if _is_own(payload, event, bot):
            return Meaning(event, ignored="own change")
        return Meaning(event, (_issue(payload),))
    if event in IGNORED:
        return Meaning(event, ignored="event of no interest")
    return Meaning(clean(event))


def _issue(payload: Value) -> str:
    address = payload.find("comment", "self")
    if payload.find("issue", "id") is None and isinstance(address, str):
        # Data Center sends comments without their issue.
        match = _ISSUE_OF_COMMENT.search(address)
        if match:
            return match[1]
    return str(payload["issue"]["id"].numeral())


def _of_automation(payload: Value) -> str:
    """ "Issue data (Jira format)" has the issue in ``issue``; "(Automation format)" is the issue itself."""
    if payload.find("issue") is None and payload.find("id") is not None:
        return str(payload["id"].numeral())
    return str(payload["issue"]["id"].numeral())


def _is_own(payload: Value, event: str, bot: str | None) -> bool:
    """Whether the connector itself did this and nobody else: then there is nothing to learn from it.

    Only its updates and new comments. What it creates must be looked at, and who deleted or changed a comment of its
    own is not told by the comment's author.
    """
    if bot is None:
        return False
    if event == "jira:issue_updated":
        return _is(payload, bot, "user")
    return (
        event == "comment_created"
        and _is(payload, bot, "comment", "author")
        and _is(payload, bot, "comment", "updateAuthor")
    )


def _is(payload: Value, bot: str, *way: str) -> bool:
    return bot in (payload.find(*way, "accountId"), payload.find(*way, "name"))
