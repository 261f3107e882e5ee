"""Who may deliver for Jira, and how a delivery is known again."""

import hashlib
import json
from datetime import timedelta

import pytest
from structlog.typing import EventDict
from werkzeug.test import Client, TestResponse

from connector.helpdesks.sender import Hook, is_signed
from connector.work.jobs import Key
from tests.unit.webhooks.deliveries import NOW, Ledger, detail
from tests.unit.webhooks.deliveries import client as zammad_client
from tests.unit.webhooks.jira_deliveries import (
    IDENTIFIER,
    OLD_TOKEN,
    PATH,
    PREVIOUS,
    SECRET,
    TOKEN,
    deliver,
    jira_client,
    payload,
    signature,
    signed,
)

BODY = json.dumps(payload("cloud-issue-updated")).encode()
RULE = json.dumps(payload("automation-jira-format")).encode()
REFUSED = "X-Hub-Signature, Authorization: missing or not valid for this hook"


@pytest.fixture
def jira(ledger: Ledger) -> Client:
    return jira_client(ledger)


def post(to: Client, body: bytes, **headers: str) -> TestResponse:
    sent = {"Content-Type": "application/json"} | {name.replace("_", "-"): value for name, value in headers.items()}
    return to.post(PATH, data=body, headers=sent)


def test_the_published_test_vector_is_accepted() -> None:
    header = "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"
    assert is_signed("sha256", (b"It's a Secret to Everybody",), b"Hello World!", header)
    assert not is_signed("sha256", (b"It's a Secret to Nobody",), b"Hello World!", header)


@pytest.mark.parametrize("secret", [SECRET, PREVIOUS])
def test_a_signed_delivery_marks_its_issue_due_after_the_settling_time(
    jira: Client, ledger: Ledger, secret: bytes
) -> None:
    answer = deliver(jira, BODY, secret)
    assert answer.status_code == 202
    assert answer.get_json() == {"tickets": ["10041"], "event": "jira:issue_updated", "delivery": IDENTIFIER}
    assert ledger.stored == [(Key("jira", "10041"), NOW + timedelta(seconds=1))]


@pytest.mark.parametrize("token", [TOKEN.decode(), OLD_TOKEN.decode()])
@pytest.mark.parametrize(
    "form", [("Authorization", "Bearer {}"), ("Authorization", "bearer  {}"), ("X-Interspace-Token", "{}")]
)
def test_an_automation_rule_shows_its_token(jira: Client, ledger: Ledger, token: str, form: tuple[str, str]) -> None:
    name, value = form
    answer = post(jira, RULE, **{name: value.format(token)})
    assert answer.status_code == 202
    assert answer.get_json()["event"] == "automation"
    assert ledger.tickets == ["10041"]


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
def test_who_neither_signs_nor_shows_a_token_is_401(jira: Client, ledger: Ledger, headers: dict[str, str]) -> None:
    answer = post(jira, BODY, **headers)
    assert detail(answer, 401) == REFUSED
    assert answer.headers["WWW-Authenticate"]
    assert ledger.stored == []


@pytest.mark.parametrize("position", range(0, len(BODY), 97))
def test_one_altered_byte_is_401(jira: Client, ledger: Ledger, position: int) -> None:
    altered = bytearray(BODY)
    altered[position] ^= 1
    sent = {**signed(BODY), "Content-Type": "application/json"}
    detail(jira.post(PATH, data=bytes(altered), headers=sent), 401)
    assert ledger.stored == []


def test_a_hook_knows_only_the_senders_it_was_set_up_for(ledger: Ledger) -> None:
    only_signed = jira_client(ledger, Hook("jira", (SECRET,)))
    only_rules = jira_client(ledger, Hook("jira", (), (TOKEN,)))
    detail(post(only_signed, RULE, Authorization=f"Bearer {TOKEN.decode()}"), 401)
    detail(post(only_signed, RULE, Authorization="Bearer "), 401)
    detail(deliver(only_rules, BODY), 401)
    assert ledger.stored == []
    assert deliver(only_signed, BODY).status_code == 202
    assert post(only_rules, RULE, X_Interspace_Token=TOKEN.decode()).status_code == 202


def test_every_secret_and_token_is_always_compared(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[bytes] = []

    def compare(ours: bytes, given: bytes) -> bool:
        compared.append(ours)
        return ours == given

    monkeypatch.setattr("connector.helpdesks.sender.hmac.compare_digest", compare)
    for secret in (SECRET, PREVIOUS):
        compared.clear()
        assert deliver(jira_client(ledger), BODY, secret).status_code == 202
        assert compared.count(TOKEN) == compared.count(OLD_TOKEN) == 2
        assert len(compared) == 6


def test_without_an_identifier_the_body_is_the_delivery(jira: Client) -> None:
    digest = f"sha256:{hashlib.sha256(RULE).hexdigest()}"
    told = [post(jira, RULE, Authorization=f"Bearer {TOKEN.decode()}").get_json()["delivery"] for _ in range(2)]
    assert told == [digest, digest]


@pytest.mark.parametrize("odd", ["", "a b", "x" * 101, "a\u00e9"])
def test_an_odd_identifier_is_none(jira: Client, odd: str) -> None:
    answer = jira.post(PATH, data=BODY, headers=signed(BODY) | {"X-Atlassian-Webhook-Identifier": odd})
    assert answer.get_json()["delivery"].startswith("sha256:")


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
