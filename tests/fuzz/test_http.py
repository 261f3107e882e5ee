"""Fuzz on the receiver: whatever arrives, it answers below 500 (503 only while the store is down), says no as a problem
detail, never redirects, and stores something only with a 202."""

import hmac
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs
from werkzeug.test import Client, TestResponse

from connector.helpdesks.sender import Hook
from tests.evidence import deliveries
from tests.unit.helpdesks.jira.deliveries import FIXTURES as JIRA_FIXTURES
from tests.unit.webhooks.deliveries import NOW, Ledger
from webhooks.app import create_app
from webhooks.receiver import Receiver

SECRET, TOKEN = b"a secret for fuzzing only", b"a-token-for-fuzzing-only"
METHODS = {"/webhooks/zammad/main": "sha1", "/webhooks/jira/main": "sha256"}
PAGES = {"/healthz", "/readyz", "/metrics"}
PAYLOADS = [
    *(json.loads(deliveries("5.5")[name].body) for name in ("0002-ok-main", "0004-ok-basicauth")),
    *(json.loads(path.read_bytes()) for path in sorted(JIRA_FIXTURES.glob("*.json"))),
]

LATIN1 = st.text(st.characters(codec="latin-1", exclude_characters="\r\n\0"), max_size=80)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
JSON = st.recursive(
    SCALARS | st.sampled_from([10**400, -1, 0, 2**63, "1", "1/../2", "ISP-1", "", "\u2028", "\ud800"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
PATHS = st.one_of(
    st.sampled_from(
        [*METHODS, *PAGES, "/", "//webhooks/zammad/main", "/webhooks/zammad/main/", "/webhooks//jira/main"]
    ),
    st.builds("{}{}".format, st.sampled_from([*METHODS, "/webhooks/jira/", "/webhooks/", "/metrics"]), LATIN1),
    LATIN1,
)
VERBS = st.sampled_from(
    ["POST", "POST", "GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "BREW"]
)
HEADERS = st.dictionaries(
    st.sampled_from(
        [
            *("CONTENT_TYPE", "CONTENT_LENGTH", "HTTP_CONTENT_ENCODING", "HTTP_TRANSFER_ENCODING", "HTTP_EXPECT"),
            *("HTTP_X_HUB_SIGNATURE", "HTTP_AUTHORIZATION", "HTTP_X_INTERSPACE_TOKEN", "HTTP_X_ZAMMAD_DELIVERY"),
            *("HTTP_X_ATLASSIAN_WEBHOOK_IDENTIFIER", "HTTP_HOST", "HTTP_COOKIE", "HTTP_RANGE", "HTTP_ACCEPT"),
            *("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_HTTP_METHOD_OVERRIDE", "QUERY_STRING"),
        ]
    ),
    LATIN1 | st.sampled_from(["application/json", "gzip", "chunked", "100-continue", "-1", "99999999999", "Bearer x"]),
    max_size=6,
)


@pytest.fixture(autouse=True)
def silence() -> Iterator[None]:
    """Each refusal is a line."""
    with capture_logs():
        yield


def client(ledger: Ledger) -> Client:
    """A receiver for both helpdesks."""
    zammad, jira = Hook("zammad", (SECRET,)), Hook("jira", (SECRET,), (TOKEN,), "bot")
    return Client(create_app(Receiver([zammad, jira], ledger.touch, lambda: NOW, ledger.counts)))


def signed(path: str, body: bytes) -> dict[str, str]:
    """The headers of a genuine delivery."""
    method = METHODS[path]
    return {
        "Content-Type": "application/json",
        "X-Hub-Signature": f"{method}={hmac.digest(SECRET, body, method).hex()}",
    }


def lawful(answer: TestResponse, ledger: Ledger, path: str) -> None:
    """The laws that hold for every request."""
    status = answer.status_code
    assert status in {200, 202} or 400 <= status < 500 or (status == 503 and ledger.down), status
    assert not ledger.stored or status == 202
    assert all("\n" not in value and "\r" not in value for _, value in answer.headers)
    assert "Location" not in answer.headers
    assert b"Traceback" not in answer.data
    if status == 200:
        assert path in PAGES
    elif status != 202:
        assert answer.content_type == "application/problem+json"
        assert answer.data == b"" or json.loads(answer.data)["status"] == status
        assert answer.data.isascii()


@given(
    path=PATHS, verb=VERBS, headers=HEADERS, body=st.binary(max_size=300) | JSON.map(lambda v: json.dumps(v).encode())
)
def test_any_request(path: str, verb: str, headers: dict[str, str], body: bytes) -> None:
    ledger = Ledger()
    environ = {"PATH_INFO": path, "wsgi.input_terminated": True, **headers}

    answer = client(ledger).open("/", method=verb, data=body, environ_overrides=environ)

    lawful(answer, ledger, path)
    assert ledger.stored == [], "it was not signed"


@given(
    path=st.sampled_from(sorted(METHODS)),
    verb=VERBS,
    headers=HEADERS,
    body=st.binary(max_size=300) | JSON.map(lambda v: json.dumps(v).encode()),
    down=st.booleans(),
)
def test_any_signed_request(path: str, verb: str, headers: dict[str, str], body: bytes, down: bool) -> None:
    """Also with other headers spoilt, and while the store is down."""
    ledger = Ledger(down=down)

    answer = client(ledger).open(path, method=verb, data=body, headers=signed(path, body), environ_overrides=headers)

    lawful(answer, ledger, path)
    assert not (down and ledger.stored)


def places(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where something stands in a payload."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [here, *(place for name, held in inside for place in places(held, (*here, name)))]


def with_other(value: Any, place: tuple[Any, ...], other: Any) -> Any:
    """A copy with another value at one place."""
    if not place:
        return other
    name, *rest = place
    changed = dict(value) if isinstance(value, dict) else list(value)
    changed[name] = with_other(value[name], tuple(rest), other)
    return changed


@given(data=st.data(), path=st.sampled_from(sorted(METHODS)))
def test_a_real_payload_with_anything_else_in_it(data: st.DataObject, path: str) -> None:
    """Real payloads, each at either hook."""
    payload = data.draw(st.sampled_from(PAYLOADS))
    for _ in range(data.draw(st.integers(1, 3), label="changes")):
        payload = with_other(payload, data.draw(st.sampled_from(places(payload)), label="place"), data.draw(JSON))
    body, ledger = json.dumps(payload).encode(), Ledger()

    answer = client(ledger).post(path, data=body, headers=signed(path, body))

    lawful(answer, ledger, path)
    assert answer.status_code in {202, 400}
    assert all(ticket.isascii() and ticket.isdigit() for ticket in ledger.tickets)
