"""P6: huge, endless, deeply nested, compressed, repetitive and slow requests do not hurt: the receiver's memory stays
bounded, health checks are answered all the while, and nothing is stored.

A real receiver on a real socket. Nothing here goes by the clock: a health check that is not answered at all fails.
"""

import gzip
import hmac
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from tests.benchmarks.senders import PATH, SECRET, signed_request
from tests.unit.webhooks.receiver_process import Running, receive, running
from webhooks.body import BodyPlaces

LIMIT = 256 * 1024
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: receiver\r\n\r\n"
HEAD = f"POST {PATH} HTTP/1.1\r\nHost: receiver\r\nContent-Type: application/json\r\n"
AT_ONCE = 24
"""Attacks of one kind at the same time."""
ROOM = 96 * 1024
"""KiB that a process may grow by: AT_ONCE bodies of LIMIT would be 6 MiB; one bomb would be a gigabyte."""


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A receiver as it runs in production, with a smaller limit for bodies; it has received something already."""
    with running(tmp_path_factory.mktemp("receiver"), INTERSPACE_MAX_BODY_BYTES=str(LIMIT)) as started:
        for ticket in range(1, 200):
            assert started.exchange(signed_request(ticket)).startswith(b"HTTP/1.1 202 ")
        yield started


@pytest.fixture(autouse=True)
def unharmed(receiver: Running) -> Iterator[None]:
    """Afterwards no process has grown or died, nothing new is stored, and genuine deliveries are accepted."""
    before, stored = _peak_kib(receiver), receiver.stored()
    yield
    after = _peak_kib(receiver)
    assert after.keys() == before.keys(), "a receiving process died"
    for process, peak in after.items():
        assert peak < before[process] + ROOM
    assert receiver.stored() == stored
    assert receiver.exchange(signed_request(1)).startswith(b"HTTP/1.1 202 ")


def _peak_kib(receiver: Running) -> dict[int, int]:
    """The largest resident memory that each receiving process ever had."""
    found = {}
    for process in receiver.children():
        status = Path(f"/proc/{process}/status").read_text()
        found[process] = int(status.partition("VmHWM:")[2].split()[0])
    return found


def signed(body: bytes, *more: str) -> bytes:
    """A whole request with a valid signature: the worst that the holder of a secret could send."""
    signature = hmac.digest(SECRET, body, "sha1").hex()
    lines = (f"Content-Length: {len(body)}", f"X-Hub-Signature: sha1={signature}", *more)
    return (HEAD + "\r\n".join(lines) + "\r\n\r\n").encode() + body


def attack(receiver: Running, request: bytes) -> list[bytes]:
    """The same request over many connections at once; the status of each answer, health checks in between."""
    with ExitStack() as connections:
        opened = [connections.enter_context(receiver.connect()) for _ in range(AT_ONCE)]
        for connection in opened:
            with suppress(OSError):  # refused before it was all sent
                connection.sendall(request)
        _healthy(receiver)
        return [receive(connection)[9:12] for connection in opened]


def _healthy(receiver: Running) -> None:
    assert receiver.exchange(HEALTH).startswith(b"HTTP/1.1 200 ")


def zeros(mebibytes: int) -> bytes:
    """So much of nothing, compressed a thousand times."""
    return gzip.compress(bytes(mebibytes * 2**20), compresslevel=1)


NESTED = b"[" * (LIMIT - 1)
NESTED_OBJECTS = b'{"a":' * (LIMIT // 5 - 1)
TWICE = b"{" + b",".join(b'"ticket":1' for _ in range(LIMIT // 12)) + b"}"
MANY_NAMES = b"{" + b",".join(b'"%x":1' % number for number in range(LIMIT // 12)) + b"}"
LONG_NUMBER = b'{"ticket":{"id":' + b"9" * (LIMIT - 20) + b"}}"


@pytest.mark.parametrize(
    ("request_bytes", "statuses"),
    [
        (lambda: (HEAD + "Content-Length: 10000000000\r\n\r\n").encode() + bytes(2**20), {b"413", b""}),
        (lambda: signed(b" " * (LIMIT + 1)), {b"413", b""}),
        (lambda: signed(NESTED), {b"400"}),
        (lambda: signed(NESTED_OBJECTS), {b"400"}),
        (lambda: signed(TWICE), {b"400"}),
        (lambda: signed(MANY_NAMES), {b"400"}),
        (lambda: signed(LONG_NUMBER), {b"400"}),
        (lambda: signed(zeros(200), "Content-Encoding: gzip"), {b"415"}),
        (lambda: signed(zeros(200), "Content-Encoding: identity, gzip"), {b"415"}),
        (lambda: signed(zeros(40)), {b"400"}),
        (lambda: signed(b"{}", "X-Zammad-Trigger: " + "x" * 2**20), {b"400", b"431", b""}),
        (lambda: signed(b"{}", *(f"X-{number}: y" for number in range(20_000))), {b"400", b"431", b""}),
        (lambda: b"GET /" + b"x" * 2**20 + b" HTTP/1.1\r\n\r\n", {b"400", b"404", b"414", b"431", b""}),
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
    receiver: Running, request_bytes: Callable[[], bytes], statuses: set[bytes]
) -> None:
    """An empty answer: the receiver closed the connection before it had all of it."""
    assert set(attack(receiver, request_bytes())) <= statuses


def test_a_body_that_never_ends_is_cut_off(receiver: Running) -> None:
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    with ExitStack() as connections:
        opened = [connections.enter_context(receiver.connect()) for _ in range(AT_ONCE)]
        for connection in opened:
            connection.sendall((HEAD + "Transfer-Encoding: chunked\r\n\r\n").encode())
        sending = set(opened)
        for _ in range(64):
            sending = {connection for connection in sending if _sent(connection, chunk)}
            _healthy(receiver)
        assert {receive(connection)[9:12] for connection in opened} <= {b"413", b"503", b""}


def test_senders_of_a_byte_at_a_time_do_not_keep_others_waiting(receiver: Running) -> None:
    """Hundreds of connections at once, some that never finish their headers, some that never finish their bodies."""
    with ExitStack() as connections:
        opened = [connections.enter_context(receiver.connect()) for _ in range(300)]
        beginnings = (b"POST /webhooks/", (HEAD + "Content-Length: 1000\r\n\r\n").encode())
        sending = {one for n, one in enumerate(opened) if _sent(one, beginnings[n % 2])}
        for _ in range(10):
            sending = {connection for connection in sending if _sent(connection, b"x")}
            _healthy(receiver)
            assert receiver.exchange(signed_request(1))[9:12] in {b"202", b"503"}
        assert len(sending) > 100, "those without headers are still there"


def _sent(connection: socket.socket, data: bytes) -> bool:
    """The receiver still takes it."""
    try:
        connection.sendall(data)
    except OSError:
        return False
    return True


@pytest.mark.timeout(30)
def test_hundreds_who_wait_for_a_place_do_not_take_all_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webhooks.body._SECONDS_FOR_A_PLACE", 600)
    places = BodyPlaces(12)
    while places.acquire(blocking=False):
        pass
    with ThreadPoolExecutor(16) as threads, ExitStack() as ending:
        ending.callback(places.release, 28)
        taken = [threads.submit(places.take) for _ in range(16)]
        refused, waiting = wait(taken, return_when=FIRST_COMPLETED)
        while len(waiting) > 2:
            refused, waiting = wait(taken, timeout=0.01)
        assert not any(answer.result() for answer in refused), "refused at once, without the ten minutes"
        places.release(2)
        assert all(answer.result() for answer in waiting), "two wait for a place, and get one"
