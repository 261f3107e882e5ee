"""The receiver as it runs in production: granian processes on a real socket, a SQLite file behind them."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Condition, Thread

from tests.benchmarks.senders import SECRET, signed_request
from tests.ports import free_port
from tests.waiting import PATIENCE_S

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Running:
    """A started receiver."""

    process: subprocess.Popen[bytes]
    port: int
    database: Path

    def exchange(self, request: bytes) -> bytes:
        """Send on a connection of its own; the answer up to the first pause. Empty: closed or silent."""
        with closing(self.connect()) as connection:
            connection.sendall(request)
            return receive(connection)

    def connect(self) -> socket.socket:
        """A new connection that waits for an answer."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_S)

    def stored(self) -> set[str]:
        """The ids of the tickets in the file."""
        with closing(sqlite3.connect(self.database)) as connection:
            return {ticket for (ticket,) in connection.execute("SELECT ticket FROM connector_ticket")}

    def children(self) -> list[int]:
        """The ids of the processes that receive (Linux)."""
        return [
            int(child)
            for child in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        ]

    def wait_until_alive(self) -> None:
        """Wait until a health check is answered; fails with the log if the process ends."""
        deadline = time.monotonic() + PATIENCE_S
        while not self._is_alive():
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(0.05)
            hopeless = self.process.poll() is not None or time.monotonic() > deadline
            assert not hopeless, (self.database.parent / "log").read_text()

    def _is_alive(self) -> bool:
        try:
            return self.exchange(b"GET /healthz HTTP/1.1\r\nHost: receiver\r\n\r\n").startswith(b"HTTP/1.1 200 ")
        except OSError:
            return False

    def kill(self) -> None:
        """End all its processes at once, as a power cut would."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(PATIENCE_S)


@contextmanager
def running(directory: Path, **settings: str) -> Iterator[Running]:
    """A receiver that answers, with its own database; it is gone when the context ends."""
    port = free_port()
    database = directory / "receiver.sqlite3"
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "INTERSPACE_ZAMMAD_WEBHOOK_SECRET": SECRET.decode(),
        "INTERSPACE_DATABASE_URL": f"sqlite:///{database}",
        "INTERSPACE_PORT": str(port),
        **settings,
    }
    command = [sys.executable, "-m", "connector", "receive"]
    with (directory / "log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stderr=log, stdout=log, start_new_session=True)
    receiver = Running(process, port, database)
    try:
        receiver.wait_until_alive()
        yield receiver
    finally:
        if process.poll() is None:
            receiver.kill()


def receive(connection: socket.socket) -> bytes:
    """One answer: head, and as much of the body as it announces. Empty if the connection was closed."""
    answer = b""
    try:
        while b"\r\n\r\n" not in answer or len(answer.partition(b"\r\n\r\n")[2]) < _length(answer):
            part = connection.recv(65536)
            if not part:
                return b""
            answer += part
    except OSError:
        return b""
    return answer


@dataclass
class Acknowledged:
    """The tickets whose delivery was answered 202, as several senders learn of them."""

    tickets: set[str] = field(default_factory=set)
    other: list[bytes] = field(default_factory=list)
    changed: Condition = field(default_factory=Condition)

    def wait_for(self, number: int) -> None:
        """Wait until so many are acknowledged."""
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.tickets) >= number, 30), self.other[:3]

    def keep_sending(self, receiver: Running, senders: int) -> list[Thread]:
        """Senders that deliver ticket after ticket until their connection is closed."""
        threads = [Thread(target=self._send, args=(receiver, 1_000_000 * (n + 1))) for n in range(senders)]
        for thread in threads:
            thread.start()
        return threads

    def _send(self, receiver: Running, first: int) -> None:
        with closing(receiver.connect()) as connection:
            for ticket in range(first, first + 1_000_000):
                try:
                    connection.sendall(signed_request(ticket, 1_000))
                except OSError:
                    return
                answer = receive(connection)
                if not answer:
                    return
                with self.changed:
                    if answer.startswith(b"HTTP/1.1 202 "):
                        self.tickets.add(str(ticket))
                    else:
                        self.other.append(answer)
                    self.changed.notify_all()


def _length(answer: bytes) -> int:
    head = answer.partition(b"\r\n\r\n")[0].lower()
    return int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
