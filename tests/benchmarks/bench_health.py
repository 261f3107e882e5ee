"""What attacks on the receiver and trouble at the helpdesk cost others: ``python -m tests.benchmarks.bench_health``.

The real ``interspace receive``. Attackers in a process of their own hold two dozen connections, slow senders 300, and
begin anew whenever one ends; meanwhile health checks go one after the other, each over a connection of its own, and the
memory of all the receiver's processes is looked at between two of them. Then deliveries are sent as quickly as they are
accepted, beside the real ``interspace work``, whose helpdesk is up, refuses connections, takes them and hangs, or has
been down for so long that the worker pauses all the time.
"""

import multiprocessing
import os
import signal
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

from connector.settings import Settings
from connector.work.table import Key, WorkTable
from tests.benchmarks.hostile import CHUNK, ZAMMAD
from tests.benchmarks.processes import is_swept, memory_mb, receiver, tree, worker
from tests.benchmarks.report import Row, show
from tests.benchmarks.sandbox_process import Sandbox, sandbox_process
from tests.benchmarks.senders import AVERAGE, Result, send
from tests.ports import is_answering, is_open
from tests.waiting import wait_until

_SECONDS, _QUICK = 5.0, 1.0
_AT_ONCE, _SLOW = 24, 300
_BETWEEN_S = 0.01
_PATIENCE_S = 10.0
_TICKETS, _QUICK_TICKETS = 1_000, 50
_CONNECTIONS = 4
_LIMIT: int = Settings.model_fields["max_body_bytes"].default


def rows(*, quick: bool = False) -> Iterator[Row]:
    """Health checks and memory during each attack, then accepting during each trouble."""
    seconds = _QUICK if quick else _SECONDS
    yield from _of_attacks(seconds)
    yield from _of_trouble(seconds, _QUICK_TICKETS if quick else _TICKETS)


def _of_attacks(seconds: float) -> Iterator[Row]:
    with (
        tempfile.TemporaryDirectory() as directory,
        receiver(f"sqlite:///{Path(directory) / 'work.sqlite3'}") as (running, port),
    ):
        wait_until(lambda: is_answering(port), "the start of the receiver")
        send(port, 1, _CONNECTIONS, 1.0)
        pids = tree(running.pid)
        quiet, before = _checked(port, pids, seconds)
        limit = quiet.percentile(0.99)
        median = quiet.percentile(0.5)
        figure = "health check, nothing else to do, p99"
        yield Row(figure=figure, measured=limit, unit="ms", limit=median, limit_is="ms median")
        for name in _ATTACKS:
            with _attackers(name, port):
                during, most = _checked(port, pids, seconds)
            p99, figure = during.percentile(0.99), f"health check, {name}"
            yield Row(figure=f"{figure}, p99", measured=p99, unit="ms", limit=limit, limit_is="ms when quiet")
            unanswered = during.statuses.total() - during.statuses["200"]
            yield Row(figure=f"{figure}: not answered", measured=unanswered, most=0)
            figure = f"receiver, {name}: its memory at most"
            yield Row(figure=figure, measured=most, unit="MB", limit=before, limit_is="MB before")


def _checked(port: int, pids: list[int], seconds: float) -> tuple[Result, float]:
    """Health checks for so long, and the most memory that the processes had together at any of them."""
    found, most, end = Result(), 0.0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        began = time.perf_counter()
        found.statuses["200" if is_answering(port) else ""] += 1
        found.latencies.append(time.perf_counter() - began)
        most = max(most, memory_mb(pids))
        time.sleep(_BETWEEN_S)
    return found, most


@contextmanager
def _attackers(name: str, port: int) -> Iterator[None]:
    """The attack of this name is under way, in a process of its own."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_attack, args=(there, name, port), daemon=True)
    process.start()
    there.close()
    here.recv()
    try:
        yield
        if not process.is_alive():
            raise RuntimeError(f"the attackers are gone: {name}")
    finally:
        process.terminate()
        process.join()


def _attack(pipe: Connection, name: str, port: int) -> None:
    """Never ends. Whatever is refused or cut off begins anew."""
    wave = _ATTACKS[name]
    with suppress(OSError):
        wave(port)
    pipe.send("ready")
    while True:
        with suppress(OSError):
            wave(port)


def _waves_of(request: Callable[[], bytes]) -> Callable[[int], None]:
    """The same request over all connections at once, until each has an answer."""
    built: list[bytes] = []

    def wave(port: int) -> None:
        if not built:
            built.append(request())
        with _all_connected(port, _AT_ONCE) as opened:
            for connection in opened:
                with suppress(OSError):
                    connection.sendall(built[0])
            for connection in opened:
                with suppress(OSError):
                    connection.recv(4096)

    return wave


def _endless(port: int) -> None:
    """Chunk after chunk, until each connection is cut off."""
    with _all_connected(port, _AT_ONCE) as opened:
        for connection in opened:
            connection.sendall(ZAMMAD.endless())
        sending = set(opened)
        while sending:
            sending = {connection for connection in sending if _sent(connection, CHUNK)}


def _slow(port: int) -> None:
    """A byte every now and then from each."""
    with _all_connected(port, _SLOW) as opened:
        sending = {one for n, one in enumerate(opened) if _sent(one, ZAMMAD.beginnings()[n % 2])}
        for _ in range(10):
            sending = {connection for connection in sending if _sent(connection, b"x")}
            time.sleep(_BETWEEN_S)


_ATTACKS: dict[str, Callable[[int], None]] = {
    "huge bodies": _waves_of(ZAMMAD.huge),
    "bodies without end": _endless,
    "gzip bombs": _waves_of(ZAMMAD.bomb),
    "nested lists": _waves_of(lambda: ZAMMAD.nested(_LIMIT - 1)),
    "slow senders": _slow,
}


@contextmanager
def _all_connected(port: int, number: int) -> Iterator[list[socket.socket]]:
    with ExitStack() as stack:
        yield [stack.enter_context(_connected(port)) for _ in range(number)]


def _connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE_S)


def _sent(connection: socket.socket, data: bytes) -> bool:
    """The receiver still takes it."""
    with suppress(OSError):
        connection.sendall(data)
        return True
    return False


class _Trouble(NamedTuple):
    """How the helpdesk is while deliveries come in."""

    begin: Callable[[Sandbox, WorkTable], None]
    is_there: Callable[[WorkTable, str], bool]
    """The worker has met it."""


def _of_trouble(seconds: float, tickets: int) -> Iterator[Row]:
    up = _accepted(None, seconds, tickets)
    limit = up.percentile(0.99)
    yield Row(figure="receiver, helpdesk up: accepted", measured=up.accepted_per_second, unit="/s")
    figure = "receiver, helpdesk up: accepted, p99"
    yield Row(figure=figure, measured=limit, unit="ms", limit=up.mean_ms, limit_is=AVERAGE)
    for name, trouble in _TROUBLE.items():
        found = _accepted(trouble, seconds, tickets)
        p99, figure = found.percentile(0.99), f"receiver, helpdesk {name}: accepted"
        yield Row(figure=figure, measured=found.accepted_per_second, unit="/s")
        yield Row(figure=f"{figure}, p99", measured=p99, unit="ms", limit=limit, limit_is="ms while it is up")


def _accepted(trouble: _Trouble | None, seconds: float, tickets: int) -> Result:
    """Deliveries beside a worker, as soon as it has met the trouble."""
    with tempfile.TemporaryDirectory() as directory, sandbox_process() as sandbox:
        url = f"sqlite:///{Path(directory) / 'work.sqlite3'}"
        keys = [Key(sandbox.desk, ticket) for ticket in sandbox.opens(tickets)]
        with (
            closing(WorkTable.open(url)) as table,
            receiver(url) as (_, port),
            worker(sandbox.settings, url, INTERSPACE_LOG_LEVEL="warning"),
        ):
            wait_until(lambda: is_answering(port), "the start of the receiver")
            wait_until(lambda: is_swept(table, sandbox.desk), "the first sweep")
            try:
                if trouble is not None:
                    trouble.begin(sandbox, table)
                    table.touch(keys, table.now())
                    wait_until(lambda: trouble.is_there(table, sandbox.desk), "the worker to meet the trouble")
                return send(port, 1, _CONNECTIONS, seconds)
            finally:
                with suppress(ProcessLookupError):
                    os.kill(sandbox.pid, signal.SIGCONT)


def _refuse(sandbox: Sandbox, _: WorkTable) -> None:
    """Nobody listens any more."""
    os.kill(sandbox.pid, signal.SIGTERM)
    port = int(sandbox.url.rpartition(":")[2])
    wait_until(lambda: not is_open(port), "the end of the sandbox")


def _hang(sandbox: Sandbox, _: WorkTable) -> None:
    """The kernel still takes connections, and nobody reads from them."""
    os.kill(sandbox.pid, signal.SIGSTOP)


def _pause(sandbox: Sandbox, table: WorkTable) -> None:
    """As it is when the trouble has lasted for a while, and for longer than anybody measures."""
    table.pause(sandbox.desk, table.now() + timedelta(hours=1), "it has been down for long")


def _is_paused(table: WorkTable, desk: str) -> bool:
    return table.paused(desk).whole is not None


def _is_under_way(table: WorkTable, desk: str) -> bool:
    return table.counts()[desk].leased > 0


_TROUBLE = {
    "refusing": _Trouble(_refuse, _is_paused),
    "hanging": _Trouble(_hang, _is_under_way),
    "paused": _Trouble(_pause, _is_paused),
}


if __name__ == "__main__":
    show(rows())
