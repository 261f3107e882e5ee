"""A way to the database that can be severed: refused, as by a firewall, or silent, as by a broken switch."""

import multiprocessing
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from threading import Lock, Thread
from typing import NamedTuple

from sqlalchemy import make_url

_CHUNK = 65536


class Way(NamedTuple):
    """The handle on the process that passes bytes on. ``url`` leads through it."""

    url: str
    pid: int
    pipe: Connection

    def refuse(self) -> None:
        """Breaks all connections and takes no new ones."""
        self._tell("refuse")

    def accept(self) -> None:
        """Lets new ones through again."""
        self._tell("accept")

    def fall_silent(self) -> None:
        """Passes nothing on any more; connections stay open, and nobody is told."""
        os.kill(self.pid, signal.SIGSTOP)

    def speak(self) -> None:
        """Passes on what has waited."""
        os.kill(self.pid, signal.SIGCONT)

    def _tell(self, what: str) -> None:
        self.pipe.send(what)
        self.pipe.recv()


@contextmanager
def way_to(database_url: str, host: str = "127.0.0.1") -> Iterator[Way]:
    """A way from ``host`` to a PostgreSQL that listens on a socket file or on TCP."""
    url = make_url(database_url)
    directory = str(url.query.get("host", ""))
    target = f"{directory}/.s.PGSQL.{url.port or 5432}" if directory else (url.host or "", url.port or 5432)
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_pass_on, args=(there, host, target))
    process.start()
    port = here.recv()
    through = url.difference_update_query(["host"]).set(host=host, port=port)
    way = Way(through.render_as_string(hide_password=False), process.pid or 0, here)
    try:
        yield way
    finally:
        way.speak()
        here.send("stop")
        process.join()


def _pass_on(pipe: Connection, host: str, target: str | tuple[str, int]) -> None:
    passing = _Passing(host, target)
    pipe.send(passing.port)
    while (told := pipe.recv()) != "stop":
        passing.refuse() if told == "refuse" else passing.accept()
        pipe.send("done")
    passing.refuse()


class _Passing:
    def __init__(self, host: str, target: str | tuple[str, int]) -> None:
        self._host, self._target = host, target
        self._lock = Lock()
        self._open: set[socket.socket] = set()
        self.port = 0
        self.accept()

    def accept(self) -> None:
        self._listener = socket.create_server((self._host, self.port), reuse_port=False)
        self.port = self._listener.getsockname()[1]
        Thread(target=self._welcome, args=(self._listener,), daemon=True).start()

    def refuse(self) -> None:
        # Only a shutdown wakes the thread that waits in accept().
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for end in self._open:
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
            self._open.clear()

    def _welcome(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.socket(socket.AF_UNIX if isinstance(self._target, str) else socket.AF_INET)
                far.connect(self._target)
                with self._lock:
                    self._open |= {near, far}
                for one, other in ((near, far), (far, near)):
                    Thread(target=self._pump, args=(one, other), daemon=True).start()

    def _pump(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while part := one.recv(_CHUNK):
                other.sendall(part)
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        with self._lock:
            self._open -= {one, other}
