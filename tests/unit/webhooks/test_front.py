"""What stands before the receiver's application: raw headers, deadlines, room."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterable
from types import SimpleNamespace
from typing import Any

import pytest
from granian.rsgi import ProtocolClosed  # type: ignore[attr-defined]  # its own name of what it documents

from webhooks import front
from webhooks.front import Front

Answer = tuple[int, dict[str, str], bytes]
LIMIT = 100
ANSWERED: list["Sender"] = []
"""In the order of their answers."""


class Sender:
    """One request: its body comes part by part; ``None``: it never comes."""

    def __init__(self, *parts: bytes | None, headers: Iterable[tuple[str, str]] = (), method: str = "POST") -> None:
        self._parts = parts
        sent = [("host", "receiver"), *headers]
        self.scope: Any = SimpleNamespace(
            headers=SimpleNamespace(items=lambda: sent),
            method=method,
            path="/webhooks/ä",
            query_string="",
            http_version="1.1",
            server="127.0.0.1:8080",
            client="127.0.0.1:4711",
            scheme="http",
        )
        self.answer: Answer | None = None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self._parts:
            if part is None:
                await asyncio.Event().wait()
            yield part or b""

    async def __call__(self) -> bytes:
        return b"".join([part async for part in self])

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.answer = status, dict(headers), body
        ANSWERED.append(self)


def echo(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
    """Tells what arrived."""
    start("200 OK", [("content-type", "text/plain")])
    told = {name: value for name, value in environ.items() if isinstance(value, str)}
    return [json.dumps({**told, "body": environ["wsgi.input"].read().decode()}).encode()]


def exchange(*senders: Sender) -> list[Answer]:
    """All at once, each begun after the one before."""

    async def all_of_them() -> None:
        server = Front(echo, limit=LIMIT, threads=2)
        async with asyncio.TaskGroup() as tasks:
            for sender in senders:
                tasks.create_task(server.__rsgi__(sender.scope, sender))  # type: ignore[arg-type]

    asyncio.run(all_of_them())
    answers = [sender.answer for sender in senders]
    assert None not in answers
    return [answer for answer in answers if answer is not None]


def announced(length: int, *more: tuple[str, str]) -> list[tuple[str, str]]:
    return [("content-length", str(length)), *more]


def test_a_request_arrives_as_it_was_sent() -> None:
    sent = announced(5, ("content-type", "text/plain"), ("x-name", "one"), ("x-name", "two"))
    ((status, _, body),) = exchange(Sender(b"he", b"llo", headers=sent))
    told = json.loads(body)
    assert status == 200
    assert (told["body"], told["CONTENT_TYPE"], told["HTTP_X_NAME"]) == ("hello", "text/plain", "one,two")
    assert told["PATH_INFO"].encode("latin-1").decode() == "/webhooks/ä"
    assert told["REMOTE_ADDR"] == "127.0.0.1"


@pytest.mark.parametrize(
    "headers",
    [
        [("x_hub_signature", "sha1=00")],
        [("content_length", "3")],
        [("content-length", "3"), ("content-length", "3")],
        [("host", "other")],
        [("content-type", "application/json"), ("content-type", "text/plain")],
        [("transfer-encoding", "gzip, chunked")],
        [("transfer-encoding", "chunked"), ("transfer-encoding", "chunked")],
    ],
)
def test_odd_headers_are_refused(headers: list[tuple[str, str]]) -> None:
    ((status, answered, body),) = exchange(Sender(b"abc", headers=headers))
    assert status == 400
    assert answered["content-type"] == "application/problem+json"
    assert answered["connection"] == "close"
    assert json.loads(body)["status"] == 400


@pytest.mark.parametrize("headers", [announced(10), [("transfer-encoding", "chunked")]], ids=["announced", "chunked"])
def test_a_slow_body_has_a_deadline_and_keeps_nobody_waiting(
    headers: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front, "DEADLINE_S", 0.05)
    slow = [Sender(b"abc", None, headers=headers) for _ in range(20)]
    *late, (good, _, _) = exchange(*slow, Sender(b"hello", headers=announced(5)))
    assert good == 200
    assert {status for status, _, _ in late} == {408}


@pytest.mark.parametrize(("name", "value"), [("_MOST", 3), ("_ROOM", 3 * LIMIT)])
def test_without_room_the_oldest_is_given_up_and_who_sends_at_once_gets_through(
    monkeypatch: pytest.MonkeyPatch, name: str, value: int
) -> None:
    monkeypatch.setattr(front, name, value)
    monkeypatch.setattr(front, "DEADLINE_S", 0.2)
    slow = [Sender(None, headers=announced(LIMIT)) for _ in range(5)]
    good = [Sender(b"x" * LIMIT, headers=announced(LIMIT)) for _ in range(5)]
    answers = exchange(*slow, *good)
    assert [status for status, _, _ in answers] == [408] * 5 + [200] * 5
    assert ANSWERED.index(slow[0]) < ANSWERED.index(good[-1]), "long before its deadline"


def test_no_more_is_read_than_shows_that_it_is_too_much() -> None:
    big, endless = Sender(b"never read", headers=announced(LIMIT + 1)), Sender(*[b"x" * 60] * 5)
    (_, _, announced_body), (_, _, endless_body) = exchange(big, endless)
    assert json.loads(announced_body)["body"] == ""
    assert len(json.loads(endless_body)["body"]) == LIMIT + 1


def test_a_body_that_ends_early_is_refused() -> None:
    class Gone(Sender):
        async def __call__(self) -> bytes:
            raise ProtocolClosed

    short, gone = Sender(b"abc", headers=announced(5)), Gone(headers=announced(5))
    assert [status for status, _, _ in exchange(short, gone)] == [400, 400]


def test_while_nothing_is_stored_no_more_is_held_than_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    """The application waits for its database; senders go on."""
    monkeypatch.setattr(front, "_MOST_WAITING", 3 * LIMIT)
    waits = threading.Event()

    def stuck(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        waits.wait()
        return echo(environ, start)

    senders = [Sender(b"x" * LIMIT, headers=announced(LIMIT)) for _ in range(5)]
    checks = Sender(method="GET")
    server = Front(stuck, limit=LIMIT, threads=2)

    async def flood() -> None:
        async with asyncio.TaskGroup() as tasks:
            for sender in (*senders, checks):
                tasks.create_task(server.__rsgi__(sender.scope, sender))  # type: ignore[arg-type]
            while senders[-1].answer is None:
                await asyncio.sleep(0)
            waits.set()

    asyncio.run(flood())
    answers = [sender.answer for sender in (*senders, checks) if sender.answer is not None]
    assert [status for status, _, _ in answers] == [200] * 3 + [503] * 2 + [200]
    assert answers[3][1]["retry-after"] == "10"
