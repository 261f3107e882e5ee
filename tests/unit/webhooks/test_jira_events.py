"""What each event of Jira means: which issues are marked due, what is ignored, what nobody knows."""

import pytest
from structlog.typing import EventDict
from werkzeug.test import Client

from connector.helpdesks.jira.webhook import IGNORED, OF_A_LINK, OF_AN_ISSUE
from tests.unit.webhooks.deliveries import Ledger, detail
from tests.unit.webhooks.jira_deliveries import (
    CLOUD_BOT,
    DC_BOT,
    FIXTURES,
    IDENTIFIER,
    deliver,
    jira_client,
    jira_hook,
    payload,
)

DUE = {
    "cloud-issue-created": ["10041"],
    "cloud-issue-created-by-bot": ["10042"],
    "cloud-issue-updated": ["10041"],
    "cloud-issue-updated-by-bot": ["10041"],
    "cloud-issue-updated-by-rule": ["10041"],
    "cloud-issue-deleted": ["10041"],
    "cloud-comment-created": ["10041"],
    "cloud-comment-created-by-bot": ["10041"],
    "cloud-comment-created-edited-by-other": ["10041"],
    "cloud-comment-updated": ["10041"],
    "cloud-comment-deleted": ["10041"],
    "cloud-issue-property-set": ["10041"],
    "cloud-issuelink-created": ["10041", "10042"],
    "cloud-issuelink-deleted": ["10041", "10042"],
    "automation-jira-format": ["10041"],
    "automation-automation-format": ["10041"],
    "automation-custom-data": ["10041"],
    "automation-legacy": ["10041"],
    "dc-issue-created": ["10041"],
    "dc-issue-updated": ["10041"],
    "dc-issue-updated-by-bot": ["10041"],
    "dc-issue-deleted": ["10041"],
    "dc-comment-created": ["10041"],
    "dc-comment-created-by-bot": ["10041"],
    "dc-comment-updated": ["10041"],
    "dc-comment-deleted": ["10041"],
    "dc-issuelink-created": ["10041", "10042"],
}
OF_NO_INTEREST = [
    "cloud-attachment-created",
    "cloud-worklog-created",
    "cloud-user-updated",
    "cloud-board-created",
    "dc-project-updated",
]
OWN = {
    CLOUD_BOT: {"cloud-issue-updated-by-bot", "cloud-comment-created-by-bot"},
    DC_BOT: {"dc-issue-updated-by-bot", "dc-comment-created-by-bot"},
}


@pytest.fixture
def jira(ledger: Ledger) -> Client:
    return jira_client(ledger)


def test_every_captured_payload_is_tested() -> None:
    assert {file.stem for file in FIXTURES.glob("*.json")} == {*DUE, *OF_NO_INTEREST, "cloud-unknown-event"}


@pytest.mark.parametrize(("name", "issues"), DUE.items(), ids=DUE)
def test_an_event_of_an_issue_marks_it_due(jira: Client, ledger: Ledger, name: str, issues: list[str]) -> None:
    answer = deliver(jira, payload(name))
    assert answer.status_code == 202
    assert answer.get_json()["tickets"] == issues
    assert {key.helpdesk for key, _ in ledger.stored} == {"jira"}
    assert ledger.tickets == issues


@pytest.mark.parametrize("name", OF_NO_INTEREST)
def test_a_known_event_of_no_interest_is_accepted_and_ignored(jira: Client, ledger: Ledger, name: str) -> None:
    answer = deliver(jira, payload(name))
    assert answer.status_code == 202
    event = payload(name)["webhookEvent"]
    assert answer.get_json() == {"ignored": "event of no interest", "event": event, "delivery": IDENTIFIER}
    assert ledger.stored == []


def test_an_unknown_event_is_accepted_so_that_nobody_sends_it_again_and_told_once(
    jira: Client, ledger: Ledger, log: list[EventDict]
) -> None:
    answer = deliver(jira, payload("cloud-unknown-event"))
    assert answer.status_code == 202
    assert answer.get_json() == {"ignored": "unknown event", "event": "issue_teleported", "delivery": IDENTIFIER}
    assert ledger.stored == []
    (line,) = log
    assert (line["log_level"], line["event"], line["webhook_event"]) == ("warning", "unknown event", "issue_teleported")


@pytest.mark.parametrize("event", [None, 17, ["x"], {"a": 1}, "", "\n\x1b[31mforged", "x" * 5000, "Jira:Issue_Updated"])
def test_an_odd_event_is_unknown_and_cannot_forge_a_line(
    jira: Client, ledger: Ledger, log: list[EventDict], event: object
) -> None:
    answer = deliver(jira, {"webhookEvent": event, "issue": {"id": "17"}})
    assert answer.get_json()["ignored"] == "unknown event"
    assert ledger.stored == []
    assert log[0]["webhook_event"].isprintable()
    assert len(log[0]["webhook_event"]) < 100


@pytest.mark.parametrize("bot", OWN)
@pytest.mark.parametrize("name", DUE)
def test_only_updates_and_new_comments_of_the_bot_are_own(ledger: Ledger, bot: str, name: str) -> None:
    answer = deliver(jira_client(ledger, jira_hook(bot)), payload(name))
    assert answer.status_code == 202
    if name in OWN[bot]:
        assert answer.get_json()["ignored"] == "own change"
        assert ledger.stored == []
    else:
        assert ledger.tickets == DUE[name]


@pytest.mark.parametrize("user", [None, CLOUD_BOT, [CLOUD_BOT], {"displayName": CLOUD_BOT}, {"key": CLOUD_BOT}])
def test_who_only_looks_like_the_bot_is_not(ledger: Ledger, user: object) -> None:
    sent = payload("cloud-issue-updated") | {"user": user}
    assert deliver(jira_client(ledger, jira_hook(CLOUD_BOT)), sent).status_code == 202
    assert ledger.tickets == ["10041"]


@pytest.mark.parametrize(
    ("sent", "place"),
    [
        ([], "body: expected an object"),
        ({}, "issue: missing"),
        ({"issue": None}, "issue: expected an object"),
        ({"id": "x"}, "id: expected a positive integer"),
        ({"webhookEvent": "jira:issue_updated"}, "issue: missing"),
        ({"webhookEvent": "jira:issue_updated", "issue": {"key": "ISP-1"}}, "issue.id: missing"),
        *(
            ({"webhookEvent": "jira:issue_updated", "issue": {"id": odd}}, "issue.id: expected a positive integer")
            for odd in ("", "0", "-1", "1.0", " 17", "17\n", "\u0661", "9" * 19, "9" * 400, True, 0, -1, 2**63, None)
        ),
        ({"webhookEvent": "issuelink_created"}, "issueLink: missing"),
        ({"webhookEvent": "issuelink_created", "issueLink": {"sourceIssueId": 1}}, "issueLink.destinationIssueId"),
        ({"webhookEvent": "comment_created", "comment": {"self": "https://x/rest/api/2/issue/a/comment/1"}}, "issue"),
        ({"webhookEvent": "comment_created", "comment": {"self": ["/issue/1/comment/"]}}, "issue: missing"),
    ],
)
def test_an_event_that_names_no_issue_is_400_with_the_place(
    jira: Client, ledger: Ledger, sent: object, place: str
) -> None:
    assert detail(deliver(jira, sent), 400).startswith(place)
    assert ledger.stored == []


def test_the_kinds_of_events_do_not_overlap() -> None:
    assert not OF_AN_ISSUE & OF_A_LINK
    assert not (OF_AN_ISSUE | OF_A_LINK) & IGNORED
