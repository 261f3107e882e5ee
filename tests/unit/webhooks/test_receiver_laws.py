"""Laws over any request: an answer below 500, and nothing stored unless it is 202."""

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import Client

from connector.helpdesks.jira.webhook import IGNORED, OF_A_LINK, OF_AN_ISSUE
from tests.unit.helpdesks.jira import deliveries as jira
from tests.unit.webhooks.deliveries import PATH, Ledger, client, headers, receiver, ticket_body
from webhooks.app import create_app

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["ticket", "id", "article"]) | st.text(), inner),
)
JIRA = st.fixed_dictionaries(
    {},
    optional={
        "webhookEvent": st.sampled_from(sorted(OF_AN_ISSUE | OF_A_LINK | IGNORED)) | st.text() | JSON,
        "issue": JSON | st.fixed_dictionaries({"id": st.integers() | st.text(alphabet="0123456789 -") | JSON}),
        "issueLink": JSON
        | st.fixed_dictionaries({"sourceIssueId": st.integers() | JSON, "destinationIssueId": st.integers() | JSON}),
        "comment": JSON | st.fixed_dictionaries({"self": st.text() | JSON, "author": JSON, "updateAuthor": JSON}),
        "user": JSON | st.fixed_dictionaries({"accountId": st.just("bot") | JSON}),
        "id": st.integers() | JSON,
    },
)
LATIN1 = st.text(st.characters(codec="latin-1", exclude_characters="\r\n\0"), max_size=60)
NAMES = st.sampled_from(
    [
        "CONTENT_TYPE",
        "CONTENT_LENGTH",
        "HTTP_CONTENT_ENCODING",
        "HTTP_X_HUB_SIGNATURE",
        "HTTP_X_ZAMMAD_DELIVERY",
        "HTTP_X_ATLASSIAN_WEBHOOK_IDENTIFIER",
        "HTTP_AUTHORIZATION",
        "HTTP_X_INTERSPACE_TOKEN",
        "HTTP_HOST",
        "HTTP_TRANSFER_ENCODING",
        "HTTP_COOKIE",
        "HTTP_X_FORWARDED_HOST",
        "QUERY_STRING",
        "REMOTE_ADDR",
    ]
)
METHODS = st.sampled_from(["POST", "GET", "HEAD", "PUT", "OPTIONS", "DELETE", "BREW"])


@given(body=st.binary() | st.builds(lambda value: json.dumps(value).encode(), JSON))
def test_any_signed_body_is_202_or_400_and_stored_only_if_202(body: bytes) -> None:
    ledger = Ledger()
    answer = client(ledger).post(PATH, data=body, headers=headers(body))
    assert answer.status_code in {202, 400}
    assert len(ledger.stored) == (1 if answer.status_code == 202 else 0)


@given(body=st.binary() | st.builds(lambda value: json.dumps(value).encode(), JSON | JIRA))
def test_any_signed_body_for_jira_is_202_or_400_and_stored_only_if_202(body: bytes) -> None:
    ledger = Ledger()
    answer = jira.deliver(jira.jira_client(ledger, jira.jira_hook("bot")), body)
    assert answer.status_code in {202, 400}
    told = answer.get_json()
    assert ledger.tickets == told.get("tickets", [])
    assert (answer.status_code == 202) == ("tickets" in told or "ignored" in told)
    assert all(ticket.isascii() and ticket.isdigit() for ticket in ledger.tickets)


@given(ticket=st.integers(1, 2**63 - 1), extra=JSON)
def test_any_real_id_is_marked_whatever_else_the_payload_holds(ticket: int, extra: object) -> None:
    ledger = Ledger()
    body = ticket_body(ticket)[:-1] + b', "more": ' + json.dumps(str(extra)).encode() + b"}"
    assert client(ledger).post(PATH, data=body, headers=headers(body)).status_code == 202
    assert ledger.tickets == [str(ticket)]


@given(
    path=st.sampled_from([PATH, jira.PATH])
    | st.builds(lambda sender, tail: f"/webhooks/{sender}/{tail}", st.sampled_from(["zammad", "jira"]), LATIN1)
    | LATIN1,
    method=METHODS,
    changed=st.dictionaries(NAMES, LATIN1, max_size=5),
    body=st.just(ticket_body()) | st.binary(max_size=200),
)
def test_any_unsigned_request_is_refused(path: str, method: str, changed: dict[str, str], body: bytes) -> None:
    ledger = Ledger()
    environ = {"PATH_INFO": path, "wsgi.input_terminated": True, **changed}
    sent = {"Content-Type": "application/json"}
    answer = _both(ledger).open("/", method=method, data=body, headers=sent, environ_overrides=environ)
    served = answer.status_code == 200 and path in {"/healthz", "/readyz"}
    assert served or 400 <= answer.status_code < 500
    assert ledger.stored == []
    assert all("\n" not in value and "\r" not in value for _, value in answer.headers)
    assert b"Traceback" not in answer.data


def _both(ledger: Ledger) -> Client:
    """A receiver with hooks for both helpdesks."""
    return Client(create_app(replace(receiver(ledger), hooks=[*receiver(ledger).hooks, jira.jira_hook()])))
