"""What is refused: nothing of it is stored, and the answer names the place."""

from io import RawIOBase

import pytest
from structlog.typing import EventDict
from typing_extensions import Buffer
from werkzeug.datastructures import Headers
from werkzeug.test import Client, EnvironBuilder, TestResponse, run_wsgi_app

from tests.unit.webhooks.deliveries import (
    PATH,
    Ledger,
    client,
    deliver,
    detail,
    headers,
    receiver,
    sign,
    ticket_body,
)

BODY = ticket_body()


def post(sender: Client, body: bytes = BODY, **changed: str | None) -> TestResponse:
    """A delivery with some headers changed, or left out where the new value is None."""
    sent: dict[str, str | None] = {**headers(body)}
    sent.update({name.replace("_", "-"): value for name, value in changed.items()})
    return sender.post(PATH, data=body, headers={name: value for name, value in sent.items() if value is not None})


@pytest.mark.parametrize(
    "signature", [None, "", sign(BODY, b"another secret of someone"), "sha1=" + "\u0661" * 40, "x" * 10_000]
)
def test_a_missing_bad_or_odd_signature_is_401(sender: Client, ledger: Ledger, signature: str | None) -> None:
    answer = post(sender, X_Hub_Signature=signature)
    assert detail(answer, 401) == "X-Hub-Signature: missing or not valid for this hook"
    assert answer.headers["WWW-Authenticate"] == 'HMAC-SHA1 header="X-Hub-Signature"'
    assert ledger.stored == []


def test_the_signature_is_checked_before_the_body_is_parsed(sender: Client) -> None:
    detail(post(sender, b"{" * 5000, X_Hub_Signature=sign(BODY)), 401)


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b"", "body: Expecting value at character 0"),
        (b"nonsense", "body: Expecting value at character 0"),
        (b'{"ticket": {"id": 17}', "body: Expecting ',' delimiter at character 21"),
        (b'{"ticket": {"id": 17}} x', "body: Extra data at character 23"),
        (b'{"ticket": {"id": 17, "a": "\xff"}}', "body: not UTF-8 at byte 28"),
        (b'\xef\xbb\xbf{"ticket": {"id": 17}}', "body: Expecting value at character 0"),
        ('{"ticket": {"id": 17}}'.encode("utf-16"), "body: not UTF-8 at byte 0"),
        (b'{"ticket": {"id": 17, "a": NaN}}', "body: NaN is not JSON"),
        (b'{"ticket": {"id": 17, "a": -Infinity}}', "body: -Infinity is not JSON"),
        (b'{"ticket": {"id": 17, "id": 18}}', "body: duplicate name 'id'"),
        (b'{"ticket": {"id": 17}, "a\\n\\u00e9": 1, "a\\n\\u00e9": 2}', "body: duplicate name 'a??'"),
        (b"[" * 50_000, "body: nested too deeply"),
        (b'{"ticket": ' * 5_000, "body: nested too deeply"),
        (b'{"ticket": {"id": ' + b"9" * 5_000 + b"}}", "body: a number with too many digits"),
        (b"[]", "body: expected an object"),
        (b"{}", "ticket: missing"),
    ],
)
def test_a_malformed_payload_is_400_and_names_the_place(
    sender: Client, ledger: Ledger, body: bytes, place: str
) -> None:
    assert detail(deliver(sender, body), 400) == place
    assert ledger.stored == []


@pytest.mark.parametrize("content_type", [None, "", "text/plain", "application/x-www-form-urlencoded", "json"])
def test_another_media_type_is_415(sender: Client, ledger: Ledger, content_type: str | None) -> None:
    assert detail(post(sender, Content_Type=content_type), 415) == "Content-Type: expected application/json"
    assert ledger.stored == []


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "identity, gzip"])
def test_a_compressed_body_is_415(sender: Client, ledger: Ledger, encoding: str) -> None:
    assert detail(post(sender, Content_Encoding=encoding), 415) == "Content-Encoding: expected none"
    assert ledger.stored == []


class Endless(RawIOBase):
    """A body that never ends; counts what was read of it."""

    served = 0

    def readable(self) -> bool:
        """It can be read."""
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        """As much as asked for."""
        size = memoryview(buffer).nbytes
        self.served += size
        return size


def post_stream(ledger: Ledger, stream: RawIOBase, length: str) -> TestResponse:
    builder = EnvironBuilder(PATH, method="POST", headers=Headers(headers(BODY)))
    environ = builder.get_environ()
    environ |= {"wsgi.input": stream, "CONTENT_LENGTH": length, "wsgi.input_terminated": True}
    body, status, sent = run_wsgi_app(client(ledger, 1024).application, environ)
    return TestResponse(body, status, sent, builder.get_request())


def test_a_body_that_announces_too_much_is_413_and_not_read(ledger: Ledger) -> None:
    stream = Endless()
    assert detail(post_stream(ledger, stream, "1025"), 413) == "body: over 1024 bytes"
    assert stream.served == 0
    assert ledger.stored == []


def test_an_endless_body_is_413_and_read_only_to_the_limit(ledger: Ledger) -> None:
    stream = Endless()
    assert detail(post_stream(ledger, stream, ""), 413) == "body: over 1024 bytes"
    assert stream.served <= 2 * 1024
    assert ledger.stored == []


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_of_exactly_the_limit_is_read(ledger: Ledger, announced: bool) -> None:
    body = BODY + b" " * (1024 - len(BODY))
    overrides = {"wsgi.input_terminated": True} | ({} if announced else {"CONTENT_LENGTH": ""})
    answer = client(ledger, 1024).post(PATH, data=body, headers=headers(body), environ_overrides=overrides)
    assert answer.status_code == 202


def test_a_body_that_ends_early_is_400(ledger: Ledger) -> None:
    sent = headers(BODY)
    answer = client(ledger).post(PATH, data=BODY, headers=sent, environ_overrides={"CONTENT_LENGTH": "900"})
    assert detail(answer, 400) == "body: ended before it was complete"
    assert ledger.stored == []


@pytest.mark.parametrize(
    "path", ["/webhooks/zammad/other", "/webhooks/zammad/", "/webhooks/jira/main", "/", "/webhooks//zammad/main"]
)
def test_unknown_hooks_and_pages_are_404(sender: Client, ledger: Ledger, path: str) -> None:
    detail(deliver(sender, BODY, path=path), 404)
    assert ledger.stored == []


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])
def test_other_methods_are_405(sender: Client, ledger: Ledger, method: str) -> None:
    answer = sender.open(PATH, method=method, data=BODY, headers=headers(BODY))
    assert answer.status_code == 405
    assert answer.content_type == "application/problem+json"
    assert answer.headers["Allow"] == "POST"
    assert ledger.stored == []


def test_while_the_store_is_down_nothing_is_acknowledged(sender: Client, ledger: Ledger, log: list[EventDict]) -> None:
    ledger.down = True
    answer = deliver(sender, BODY)
    assert detail(answer, 503) == "the work table cannot be written now; deliver again later"
    assert answer.headers["Retry-After"] == "10"
    detail(sender.get("/readyz"), 503)
    assert log[0]["cause"] == "the database is away"
    ledger.down = False
    assert deliver(sender, BODY).status_code == 202
    assert ledger.tickets == ["17"]


def test_a_defect_is_a_plain_500_without_traceback(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise LookupError("internal detail")

    monkeypatch.setattr(ledger, "touch", broken)
    answer = deliver(client(ledger), BODY)
    assert detail(answer, 500) == "the receiver failed; the event is not stored"
    assert b"internal" not in answer.data


def test_a_refusal_is_one_log_line_that_cannot_forge_another(sender: Client, log: list[EventDict]) -> None:
    hostile = "/webhooks/zammad/x%0a%1b[31m2026 level=info accepted%e2%80%ae" + "a" * 5_000
    sender.post(hostile, data=b"secret text", headers={"X-Zammad-Delivery": "a b"})
    (line,) = log
    assert line["log_level"] == "warning"
    assert line["status"] == 404
    assert line["path"].isascii()
    assert line["path"].isprintable()
    assert len(line["path"]) < 100
    assert line["delivery"] is None
    assert "secret text" not in str(line)


def test_secrets_are_not_shown(ledger: Ledger) -> None:
    assert "whsec" not in repr(receiver(ledger))
