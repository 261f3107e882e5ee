"""Jira's webhooks: who may send them, and what each event means."""

import json
from typing import Any

import pytest

from connector.domain.model import TicketId
from connector.helpdesks.jira.webhook import IGNORED, OF_A_LINK, OF_AN_ISSUE, SENDER
from connector.helpdesks.payload import PayloadError, Value
from connector.helpdesks.sender import Event, Hook, is_signed
from tests.unit.helpdesks.jira.deliveries import (
    CLOUD_BOT,
    DC_BOT,
    FIXTURES,
    IDENTIFIER,
    OLD_TOKEN,
    PREVIOUS,
    SECRET,
    TOKEN,
    jira_hook,
    payload,
    signature,
)

BODY = json.dumps(payload("cloud-issue-updated")).encode()

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


def event(sent: object, bot: str | None = None) -> Event:
    return SENDER.event({}, Value(sent, ""), bot)


def test_every_captured_payload_is_tested() -> None:
    assert {file.stem for file in FIXTURES.glob("*.json")} == {*DUE, *OF_NO_INTEREST, "cloud-unknown-event"}


@pytest.mark.parametrize(("name", "issues"), DUE.items(), ids=DUE)
def test_an_event_of_an_issue_is_about_it(name: str, issues: list[TicketId]) -> None:
    sent = payload(name)
    assert event(sent) == Event(tuple(issues), sent.get("webhookEvent", "automation"))


@pytest.mark.parametrize("name", OF_NO_INTEREST)
def test_a_known_event_of_no_interest_is_ignored(name: str) -> None:
    assert event(payload(name)) == Event((), payload(name)["webhookEvent"], "event of no interest")


def test_an_unknown_event_has_neither_issue_nor_reason() -> None:
    assert event(payload("cloud-unknown-event")) == Event((), "issue_teleported", None)


@pytest.mark.parametrize("odd", [None, 17, ["x"], {"a": 1}, "", "\n\x1b[31mforged", "x" * 5000, "Jira:Issue_Updated"])
def test_an_odd_event_is_unknown_and_its_name_is_safe_to_show(odd: object) -> None:
    seen = event({"webhookEvent": odd, "issue": {"id": "17"}})
    assert (seen.tickets, seen.ignored) == ((), None)
    assert seen.name is not None
    assert seen.name.isprintable()
    assert len(seen.name) < 100


@pytest.mark.parametrize("bot", OWN)
@pytest.mark.parametrize("name", DUE)
def test_only_updates_and_new_comments_of_the_bot_are_own(bot: str, name: str) -> None:
    seen = event(payload(name), bot)
    if name in OWN[bot]:
        assert (seen.tickets, seen.ignored) == ((), "own change")
    else:
        assert seen.tickets == tuple(DUE[name])


@pytest.mark.parametrize("user", [None, CLOUD_BOT, [CLOUD_BOT], {"displayName": CLOUD_BOT}, {"key": CLOUD_BOT}])
def test_who_only_looks_like_the_bot_is_not(user: object) -> None:
    assert event(payload("cloud-issue-updated") | {"user": user}, CLOUD_BOT).tickets == ("10041",)


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
def test_an_event_that_names_no_issue_is_refused_with_the_place(sent: object, place: str) -> None:
    with pytest.raises(PayloadError) as refused:
        event(sent)
    assert str(refused.value).startswith(place)


def test_the_kinds_of_events_do_not_overlap() -> None:
    assert not OF_AN_ISSUE & OF_A_LINK
    assert not (OF_AN_ISSUE | OF_A_LINK) & IGNORED


def verified(headers: dict[str, str], hook: Hook | None = None) -> bool:
    return SENDER.verify(headers, BODY, hook or jira_hook())


def test_the_published_test_vector_is_accepted() -> None:
    header = "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"
    assert is_signed("sha256", (b"It's a Secret to Everybody",), b"Hello World!", header)
    assert not is_signed("sha256", (b"It's a Secret to Nobody",), b"Hello World!", header)


@pytest.mark.parametrize("secret", [SECRET, PREVIOUS])
def test_an_admin_webhook_signs(secret: bytes) -> None:
    assert verified({"X-Hub-Signature": signature(BODY, secret)})


@pytest.mark.parametrize("token", [TOKEN.decode(), OLD_TOKEN.decode()])
@pytest.mark.parametrize(
    "form", [("Authorization", "Bearer {}"), ("Authorization", "bearer  {}"), ("X-Interspace-Token", "{}")]
)
def test_an_automation_rule_shows_its_token(token: str, form: tuple[str, str]) -> None:
    name, value = form
    assert verified({name: value.format(token)})


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Hub-Signature": ""},
        {"X-Hub-Signature": "sha256="},
        {"X-Hub-Signature": signature(BODY).removeprefix("sha256=")},
        {"X-Hub-Signature": signature(BODY).upper()},
        {"X-Hub-Signature": signature(BODY)[:-1]},
        {"X-Hub-Signature": signature(BODY) + "0"},
        {"X-Hub-Signature": signature(BODY).replace("sha256", "sha1")},
        {"X-Hub-Signature": signature(BODY).replace("sha256", "sha512")},
        {"X-Hub-Signature": signature(BODY).replace("sha256", "none")},
        {"X-Hub-Signature": signature(BODY, b"another secret of someone")},
        {"X-Hub-Signature": signature(BODY, TOKEN)},
        {"X-Hub-Signature": signature(b"")},
        {"X-Hub-Signature": f"{signature(BODY)},{signature(BODY)}"},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer "},
        {"Authorization": f"Bearer {SECRET.decode()}"},
        {"Authorization": f"Bearer {TOKEN.decode()}x"},
        {"Authorization": f"Basic {TOKEN.decode()}"},
        {"Authorization": f"Bearer {TOKEN.decode()} {TOKEN.decode()}"},
        {"Authorization": "Bearer \u00fc"},
        {"X-Interspace-Token": ""},
        {"X-Interspace-Token": SECRET.decode()},
        {"X-Interspace-Token": TOKEN.decode()[:-1]},
    ],
)
def test_who_neither_signs_nor_shows_a_token_is_nobody(headers: dict[str, str]) -> None:
    assert not verified(headers)


def test_a_hook_knows_only_the_senders_it_was_set_up_for() -> None:
    only_signed, only_rules = Hook("jira", (SECRET,)), Hook("jira", (), (TOKEN,))
    signed, shown = {"X-Hub-Signature": signature(BODY)}, {"X-Interspace-Token": TOKEN.decode()}
    assert verified(signed, only_signed)
    assert verified(shown, only_rules)
    assert not verified(shown, only_signed)
    assert not verified({"Authorization": "Bearer "}, only_signed)
    assert not verified(signed, only_rules)


def test_every_secret_and_token_is_always_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[bytes] = []

    def compare(ours: bytes, given: bytes) -> bool:
        compared.append(ours)
        return ours == given

    monkeypatch.setattr("connector.helpdesks.sender.hmac.compare_digest", compare)
    for secret in (SECRET, PREVIOUS):
        compared.clear()
        assert verified({"X-Hub-Signature": signature(BODY, secret)})
        assert compared.count(TOKEN) == compared.count(OLD_TOKEN) == 2
        assert len(compared) == 6


@pytest.mark.parametrize("odd", [None, "", "a b", "x" * 101, "a\u00e9"])
def test_an_odd_identifier_is_none(odd: str | None) -> None:
    sent: dict[str, Any] = {} if odd is None else {"X-Atlassian-Webhook-Identifier": odd}
    assert SENDER.delivery(sent) is None
    assert SENDER.delivery({"X-Atlassian-Webhook-Identifier": IDENTIFIER}) == IDENTIFIER
