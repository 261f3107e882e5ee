"""Jira's webhooks: who may send them, and which issues a message is about.

There are two kinds of sender. An admin webhook signs its body with ``X-Hub-Signature: sha256=…``. The "Send web
request" of an Automation rule cannot sign; it shows an agreed token in ``Authorization: Bearer …`` or
``X-Interspace-Token``. The two secrets are separate settings, so that whoever may edit rules cannot sign webhooks.

Of a message only the id of the issue counts; what the issue holds is read from Jira, because payloads are partial and
their order is not promised. A comment, for example, arrives twice: as an event of its own and as an update of the
issue. Both mark the same row due.

Cloud tries again on 408, 409, 425, 429 and 5xx, five times at most, and on nothing else.

Sources: Atlassian, "Webhooks" (Cloud), section "Secure admin webhooks"; "Webhooks" (Data Center); "Send web request" of
Automation.
"""

import re

from connector.domain.model import TicketId
from connector.helpdesks.payload import Value, clean
from connector.helpdesks.sender import Event, Headers, Hook, Sender, is_signed, shows_token

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
"""Events that name the issue in ``issue.id``; comments of Data Center name it only in their own address."""

OF_A_LINK = frozenset({"issuelink_created", "issuelink_deleted"})
"""Events with the numeric ids of both sides. Two issues have changed for the rules, and no other event tells of it."""

# fmt: off
IGNORED = frozenset(
    {
        # An attachment and logged work also come as an update of the issue, and name no issue here.
        "attachment_created", "attachment_deleted", "worklog_created", "worklog_updated", "worklog_deleted",
        "jira:worklog_updated",
        # Nothing that the rules read.
        "board_configuration_changed", "board_created", "board_deleted", "board_updated", "filter_created",
        "filter_deleted", "filter_updated", "issuetype_created", "issuetype_deleted", "issuetype_updated",
        "jira:version_created", "jira:version_deleted", "jira:version_moved", "jira:version_released",
        "jira:version_unreleased", "jira:version_updated", "jira_expression_evaluation_failed",
        "option_attachments_changed", "option_issuelinks_changed", "option_subtasks_changed",
        "option_timetracking_changed", "option_timetracking_provider_changed", "option_unassigned_issues_changed",
        "option_voting_changed", "option_watching_changed", "project_archived", "project_created", "project_deleted",
        "project_restored_archived", "project_restored_deleted", "project_soft_deleted", "project_updated",
        "sprint_closed", "sprint_created", "sprint_deleted", "sprint_started", "sprint_updated", "user_created",
        "user_deleted", "user_updated",
    }
)
# fmt: on
"""Known events that change nothing for the rules. A webhook that is subscribed to more than is needed is no fault."""

AUTOMATION = "automation"
"""The name of a message without ``webhookEvent``: the "Send web request" of an Automation rule."""

_ISSUE_OF_COMMENT = re.compile(r"/rest/api/[\w.]+/issue/([1-9]\d{0,17})/comment/", re.ASCII)


def _verify(headers: Headers, body: bytes, hook: Hook) -> bool:
    signed = is_signed("sha256", hook.secrets, body, headers.get("X-Hub-Signature"))
    # Both are always looked at: how long it takes does not tell which of them was right (P5).
    shown = shows_token(hook.tokens, (headers.get("Authorization"), headers.get("X-Interspace-Token")))
    return signed or shown


def _event(_headers: Headers, payload: Value, bot: str | None) -> Event:
    """``bot``: accountId on Cloud, user name on Data Center. Raises PayloadError if it does not name its issue."""
    if not isinstance(payload.raw, dict) or "webhookEvent" not in payload.raw:
        return Event((_of_automation(payload),), AUTOMATION)
    name = str(payload.raw["webhookEvent"])
    if name in OF_A_LINK:
        link = payload["issueLink"]
        ends = (link[end].numeral() for end in ("sourceIssueId", "destinationIssueId"))
        return Event(tuple(TicketId(str(end)) for end in ends), name)
    if name in OF_AN_ISSUE:
        if _is_own(payload, name, bot):
            return Event(name=name, ignored="own change")
        return Event((_issue(payload),), name)
    if name in IGNORED:
        return Event(name=name, ignored="event of no interest")
    return Event(name=clean(name))


def _issue(payload: Value) -> TicketId:
    address = payload.find("comment", "self")
    if payload.find("issue", "id") is None and isinstance(address, str):
        # Data Center sends comments without their issue.
        match = _ISSUE_OF_COMMENT.search(address)
        if match:
            return TicketId(match[1])
    return TicketId(str(payload["issue"]["id"].numeral()))


def _of_automation(payload: Value) -> TicketId:
    """ "Issue data (Jira format)" has the issue in ``issue``; "(Automation format)" is the issue itself."""
    if payload.find("issue") is None and payload.find("id") is not None:
        return TicketId(str(payload["id"].numeral()))
    return TicketId(str(payload["issue"]["id"].numeral()))


def _is_own(payload: Value, event: str, bot: str | None) -> bool:
    """Whether the connector itself did this and nobody else: then there is nothing to learn from it.

    Only updates and new comments can be its own. An issue that it created must be looked at, and the author of a
    comment does not tell who deleted or changed it.
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


SENDER = Sender(
    secret_settings=("webhook_secret",),
    token_settings=("automation_secret",),
    bot_setting="bot",
    proof_headers=("X-Hub-Signature", "Authorization"),
    challenge='HMAC-SHA256 header="X-Hub-Signature", Bearer',
    delivery_header="X-Atlassian-Webhook-Identifier",
    delivery_id=re.compile(r"[\w.:-]{1,100}", re.ASCII),
    # Automation rules send no identifier.
    digest_for_id=True,
    attempt_headers={"retry": "X-Atlassian-Webhook-Retry", "flow": "X-Atlassian-Webhook-Flow"},
    verify=_verify,
    event=_event,
)
