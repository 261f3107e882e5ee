"""P6: huge, endless, deeply nested, compressed, repetitive and slow requests do not hurt: the receiver's memory stays
bounded, health checks are answered all the while and as quickly as before, and nothing is stored.

A real receiver on a real socket. What a health check takes is held against a second receiver, which nobody attacks
at the same time.

Tried, and red: bodies of any size are read; compressed bodies are taken; a thread is taken for each
body that has begun.
"""

import json
import select
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from tests.benchmarks.hostile import CHUNK, HEALTH, JIRA, ZAMMAD, Sender, zeros
from tests.benchmarks.senders import SECRET, Result
from tests.unit.webhooks.receiver_process import Running, receive, running
from tests.waiting import PATIENCE_S, wait_until

LIMIT = 256 * 1024
NOTHING = HEALTH.replace(b"healthz", b"nothing")
"""Asks for a page that does not exist: the least that the receiver can do for a request."""
AT_ONCE = 24
"""Attacks of one kind at the same time."""
ROOM = 96 * 1024
"""KiB that a process may grow by: AT_ONCE bodies of LIMIT would be 6 MiB; one bomb would be a gigabyte."""
CHECKS = 20
"""Health checks while the attacks of one kind are under way."""


class Health:
    """The health checks of a receiver, and what they took."""

    def __init__(self, attacked: Running, idle: Running) -> None:
        self._attacked, self._idle = attacked, idle
        self._took, self._normal = Result(), Result()

    def check(self, times: int = 1) -> None:
        """Each is answered. At the same time a receiver that nobody attacks is asked for what costs nothing."""
        for _ in range(times):
            self._took.latencies.append(_timed(self._attacked, HEALTH, b"200"))
            self._normal.latencies.append(_timed(self._idle, NOTHING, b"404"))

    def assert_quick(self) -> None:
        """As quick as answers are on this machine at this time but for a few, and those soon enough."""
        most_ms = 20 * self._normal.percentile(0.99) + 100
        assert self._took.percentile(0.9) < most_ms
        assert self._took.percentile(1) < 10 * most_ms


def _timed(receiver: Running, request: bytes, status: bytes) -> float:
    began = time.perf_counter()
    assert receiver.exchange(request)[9:12] == status
    return time.perf_counter() - began


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A receiver as it runs in production, with a smaller limit for bodies; it has received something already."""
    settings = {"INTERSPACE_MAX_BODY_BYTES": str(LIMIT), "INTERSPACE_JIRA_WEBHOOK_SECRET": SECRET.decode()}
    with running(tmp_path_factory.mktemp("receiver"), **settings) as started:
        for ticket in range(1, 200):
            for sender in (ZAMMAD, JIRA):
                assert started.exchange(genuine(sender, ticket)).startswith(b"HTTP/1.1 202 ")
        yield started


@pytest.fixture(scope="module")
def idle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Nobody attacks it."""
    with running(tmp_path_factory.mktemp("idle")) as started:
        yield started


@pytest.fixture(params=[ZAMMAD, JIRA], ids=["zammad", "jira"])
def sender(request: pytest.FixtureRequest) -> Sender:
    """Whose secret was lost."""
    chosen: Sender = request.param
    return chosen


@pytest.fixture
def health(receiver: Running, idle: Running, sender: Sender) -> Iterator[Health]:
    """To be checked during an attack. Afterwards no process has grown or died, nothing new is stored, genuine
    deliveries are accepted, and the checks were answered as quickly as ever but for a few, and those soon enough."""
    before, stored, checks = _peak_kib(receiver), receiver.stored(), Health(receiver, idle)
    yield checks
    after = _peak_kib(receiver)
    assert after.keys() == before.keys(), "a receiving process died"
    for process, peak in after.items():
        assert peak < before[process] + ROOM
    assert receiver.stored() == stored
    delivery = genuine(sender, 1)
    # Slow senders keep their places until it is noticed that they are gone.
    wait_until(lambda: receiver.exchange(delivery)[9:12] == b"202", "a genuine delivery is accepted")
    checks.assert_quick()


def _peak_kib(receiver: Running) -> dict[int, int]:
    """The largest resident memory that each receiving process ever had."""
    found = {}
    for process in receiver.children():
        status = Path(f"/proc/{process}/status").read_text()
        found[process] = int(status.partition("VmHWM:")[2].split()[0])
    return found


def genuine(sender: Sender, ticket: int) -> bytes:
    """A delivery that both helpdesks' hooks take: Zammad's reads ``ticket``, Jira's the rest."""
    about = {"ticket": {"id": ticket}, "webhookEvent": "jira:issue_updated", "issue": {"id": str(ticket)}}
    return sender.signed(json.dumps(about).encode())


def attack(receiver: Running, health: Health, request: bytes) -> set[bytes]:
    """The same request over many connections at once, health checks in between; the statuses of the answers."""
    with ExitStack() as connections:
        opened = [connections.enter_context(receiver.connect()) for _ in range(AT_ONCE)]
        for connection in opened:
            with suppress(OSError):  # refused before it was all sent
                connection.sendall(request)
        health.check(CHECKS)
        return answers(opened)


def answers(opened: list[socket.socket]) -> set[bytes]:
    """The status of each answer; empty where the connection was closed. Fails if some get neither."""
    silent = set(opened)
    while silent:
        told = set(select.select(silent, [], [], PATIENCE_S)[0])
        assert told, f"{len(silent)} of {len(opened)} connections are neither answered nor closed"
        silent -= told
    return {receive(connection)[9:12] for connection in opened}


TWICE = b"{" + b",".join(b'"ticket":1' for _ in range(LIMIT // 12)) + b"}"
MANY_NAMES = b"{" + b",".join(b'"%x":1' % number for number in range(LIMIT // 12)) + b"}"
LONG_NUMBER = b'{"ticket":{"id":' + b"9" * (LIMIT - 20) + b"}}"


@pytest.mark.parametrize(
    ("request_bytes", "statuses"),
    [
        (Sender.huge, {b"413", b""}),
        (lambda one: one.signed(b" " * (LIMIT + 1)), {b"413", b""}),
        (lambda one: one.nested(LIMIT - 1), {b"400"}),
        (lambda one: one.signed(b'{"a":' * (LIMIT // 5 - 1)), {b"400"}),
        (lambda one: one.signed(TWICE), {b"400"}),
        (lambda one: one.signed(MANY_NAMES), {b"400"}),
        (lambda one: one.signed(LONG_NUMBER), {b"400"}),
        (Sender.bomb, {b"415"}),
        (lambda one: one.signed(zeros(200), "Content-Encoding: identity, gzip"), {b"415"}),
        (lambda one: one.signed(zeros(40)), {b"400"}),
        (lambda one: one.signed(b"{}", "X-Zammad-Trigger: " + "x" * 2**20), {b"400", b"431", b""}),
        (lambda one: one.signed(b"{}", *(f"X-{number}: y" for number in range(20_000))), {b"400", b"431", b""}),
        (lambda one: b"GET /" + b"x" * 2**20 + b" HTTP/1.1\r\n\r\n", {b"400", b"404", b"414", b"431", b""}),
    ],
    ids=[
        "huge",
        "over the limit",
        "nested lists",
        "nested objects",
        "one name again and again",
        "many names",
        "a number of a quarter million digits",
        "gzip bomb",
        "hidden gzip bomb",
        "undeclared gzip bomb",
        "endless header",
        "headers without number",
        "endless address",
    ],
)
def test_an_oversized_request_is_refused(
    receiver: Running,
    health: Health,
    sender: Sender,
    request_bytes: Callable[[Sender], bytes],
    statuses: set[bytes],
) -> None:
    """An empty answer: the receiver closed the connection before it had all of it."""
    assert attack(receiver, health, request_bytes(sender)) <= statuses


def test_a_body_that_never_ends_is_cut_off(receiver: Running, health: Health, sender: Sender) -> None:
    with ExitStack() as connections:
        opened = [connections.enter_context(receiver.connect()) for _ in range(AT_ONCE)]
        for connection in opened:
            connection.sendall(sender.endless())
        sending = set(opened)
        for _ in range(64):
            sending = {connection for connection in sending if _sent(connection, CHUNK)}
            health.check()
        assert answers(opened) <= {b"413", b"503", b""}


def test_senders_of_a_byte_at_a_time_do_not_keep_others_waiting(
    receiver: Running, health: Health, sender: Sender
) -> None:
    """Hundreds of connections at once, some that never finish their headers, some that never finish their bodies."""
    with ExitStack() as connections:
        opened = [connections.enter_context(receiver.connect()) for _ in range(300)]
        sending = {one for n, one in enumerate(opened) if _sent(one, sender.beginnings()[n % 2])}
        for _ in range(CHECKS):
            sending = {connection for connection in sending if _sent(connection, b"x")}
            health.check()
            assert receiver.exchange(genuine(sender, 1))[9:12] == b"202"
        assert len(sending) > 100, "those without headers are still there"


def _sent(connection: socket.socket, data: bytes) -> bool:
    """The receiver still takes it."""
    try:
        connection.sendall(data)
    except OSError:
        return False
    return True
