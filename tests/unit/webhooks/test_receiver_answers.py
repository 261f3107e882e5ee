"""What a delivery is answered, and what is logged and counted of it. Jira's, because they can mean anything: one issue,
two, something of no interest, something unknown."""

import hashlib
import json
from datetime import timedelta

import pytest
from structlog.typing import EventDict
from werkzeug.test import Client, TestResponse

from connector.work.jobs import Key
from tests.unit.helpdesks.jira.deliveries import (
    CLOUD_BOT,
    IDENTIFIER,
    PATH,
    PREVIOUS,
    SECRET,
    TOKEN,
    deliver,
    jira_client,
    jira_hook,
    payload,
    signed,
)
from tests.unit.webhooks.deliveries import NOW, Ledger, detail
from tests.unit.webhooks.deliveries import client as zammad_client

BODY = json.dumps(payload("cloud-issue-updated")).encode()
RULE = json.dumps(payload("automation-jira-format")).encode()


@pytest.fixture
def jira(ledger: Ledger) -> Client:
    return jira_client(ledger)


def post(to: Client, body: bytes, **headers: str) -> TestResponse:
    sent = {"Content-Type": "application/json"} | {name.replace("_", "-"): value for name, value in headers.items()}
    return to.post(PATH, data=body, headers=sent)


@pytest.mark.parametrize("secret", [SECRET, PREVIOUS])
def test_a_signed_delivery_marks_its_issue_due_after_the_settling_time(
    jira: Client, ledger: Ledger, secret: bytes
) -> None:
    answer = deliver(jira, BODY, secret)
    assert answer.status_code == 202
    assert answer.get_json() == {"tickets": ["10041"], "event": "jira:issue_updated", "delivery": IDENTIFIER}
    assert ledger.stored == [(Key("jira", "10041"), NOW + timedelta(seconds=1))]


def test_an_automation_rule_marks_its_issue_due(jira: Client, ledger: Ledger) -> None:
    answer = post(jira, RULE, X_Interspace_Token=TOKEN.decode())
    assert answer.status_code == 202
    assert answer.get_json()["event"] == "automation"
    assert ledger.stored == [(Key("jira", "10041"), NOW + timedelta(seconds=1))]


@pytest.mark.parametrize("headers", [{}, {"Authorization": f"Bearer {SECRET.decode()}"}])
def test_who_neither_signs_nor_shows_a_token_is_401(jira: Client, ledger: Ledger, headers: dict[str, str]) -> None:
    answer = post(jira, BODY, **headers)
    assert detail(answer, 401) == "X-Hub-Signature, Authorization: missing or not valid for this hook"
    assert answer.headers["WWW-Authenticate"] == 'HMAC-SHA256 header="X-Hub-Signature", Bearer'
    assert ledger.stored == []


@pytest.mark.parametrize(
    ("name", "bot", "reason", "level", "line"),
    [
        ("cloud-board-created", None, "event of no interest", "debug", "ignored"),
        ("cloud-issue-updated-by-bot", CLOUD_BOT, "own change", "debug", "ignored"),
        ("cloud-unknown-event", None, "unknown event", "warning", "unknown event"),
    ],
)
def test_what_is_about_no_issue_is_accepted_so_that_nobody_sends_it_again(
    ledger: Ledger, log: list[EventDict], name: str, bot: str | None, reason: str, level: str, line: str
) -> None:
    answer = deliver(jira_client(ledger, jira_hook(bot)), payload(name))
    event = payload(name)["webhookEvent"]
    assert answer.status_code == 202
    assert answer.get_json() == {"ignored": reason, "event": event, "delivery": IDENTIFIER}
    assert ledger.stored == []
    (told,) = log
    assert (told["log_level"], told["event"], told["webhook_event"]) == (level, line, event)


def test_an_event_that_names_no_issue_is_400_with_the_place(jira: Client, ledger: Ledger) -> None:
    assert detail(deliver(jira, {"webhookEvent": "jira:issue_updated"}), 400) == "issue: missing"
    assert ledger.stored == []


def test_without_an_identifier_the_body_is_the_delivery(jira: Client) -> None:
    digest = f"sha256:{hashlib.sha256(RULE).hexdigest()}"
    told = [post(jira, RULE, Authorization=f"Bearer {TOKEN.decode()}").get_json()["delivery"] for _ in range(2)]
    assert told == [digest, digest]


def test_the_same_delivery_again_marks_the_same_issue(jira: Client, ledger: Ledger, log: list[EventDict]) -> None:
    deliver(jira, BODY)
    sent = signed(BODY) | {"X-Atlassian-Webhook-Retry": "1", "X-Atlassian-Webhook-Flow": "Secondary"}
    jira.post(PATH, data=BODY, headers=sent)
    assert set(ledger.tickets) == {"10041"}
    first, second = log
    assert "retry" not in first
    assert first["delivery"] == second["delivery"] == IDENTIFIER
    assert (second["retry"], second["flow"]) == ("1", "Secondary")


def test_while_the_store_is_down_jira_is_asked_to_come_again(
    jira: Client, ledger: Ledger, log: list[EventDict]
) -> None:
    ledger.down = True
    answer = deliver(jira, payload("cloud-issuelink-created"))
    detail(answer, 503)
    assert answer.headers["Retry-After"] == "10"
    assert log[0]["delivery"] == IDENTIFIER
    ledger.down = False
    assert deliver(jira, payload("cloud-issuelink-created")).status_code == 202
    assert ledger.tickets == ["10041", "10042"]


def test_each_sender_has_its_own_hooks(ledger: Ledger) -> None:
    assert deliver(zammad_client(ledger), BODY).status_code == 404
    detail(jira_client(ledger).post("/webhooks/zammad/main", data=BODY, headers=signed(BODY)), 404)
    detail(jira_client(ledger).post("/webhooks/jira/other", data=BODY, headers=signed(BODY)), 404)
    assert jira_client(ledger).get(PATH).status_code == 405
    assert ledger.stored == []
