"""The sandbox on a real socket: threaded, keep-alive, and quick enough for benchmarks."""

import socket
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Self

from connector.sandbox.faults import BrokenError
from connector.sandbox.wire import Response

Handle = Callable[[str, str, Mapping[str, str], bytes], Response]
HANG_SECONDS = 600.0
DELIVERY_PAUSE = 0.05


class RunningServer:
    """A server that listens from the moment it is made until it is closed. Use it as a context manager.

    With `deliver`, one thread sends webhooks all the time, as a helpdesk's background worker does.
    """

    def __init__(
        self,
        handle: Handle,
        host: str,
        port: int,
        deliver: Callable[[], int] | None,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        """``clock``: what its answers are dated by, if not by this machine's time."""
        self._stop = Event()
        self._server = _Server((host, port), handle, self._stop, clock)
        address = self._server.server_address
        self.url = f"http://{host}:{address[1]}"
        self._threads = [Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)]
        if deliver is not None:
            self._threads.append(Thread(target=self._deliver_until_stopped, args=(deliver,), daemon=True))
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Stop listening, break open connections and wait for the threads."""
        self._stop.set()
        self._server.shutdown()
        self._server.break_connections()
        self._server.server_close()
        for thread in self._threads:
            thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _deliver_until_stopped(self, deliver: Callable[[], int]) -> None:
        while not self._stop.wait(DELIVERY_PAUSE):
            deliver()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self, address: tuple[str, int], handle: Handle, stop: Event, clock: Callable[[], datetime] | None
    ) -> None:
        self.handle_call = handle
        self.clock = clock
        self.stop = stop
        self._open: set[socket.socket] = set()
        self._open_lock = Lock()
        super().__init__(address, _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is no error of the sandbox."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # as it came in

    def remember(self, connection: socket.socket) -> None:
        with self._open_lock:
            self._open.add(connection)

    def forget(self, connection: socket.socket) -> None:
        with self._open_lock:
            self._open.discard(connection)

    def break_connections(self) -> None:
        with self._open_lock:
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server

    def date_time_string(self, timestamp: float | None = None) -> str:
        """For the header ``Date``."""
        if timestamp is None and self.server.clock is not None:
            timestamp = self.server.clock().timestamp()
        return super().date_time_string(timestamp)

    def setup(self) -> None:
        super().setup()
        self.server.remember(self.connection)

    def finish(self) -> None:
        self.server.forget(self.connection)
        try:
            super().finish()
        except OSError:
            self.close_connection = True

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name: _utf8(value) for name, value in self.headers.items()}
        try:
            response = self.server.handle_call(self.command, self.path, headers, body)
        except BrokenError as broken:
            if broken.kind == "hang":
                self.server.stop.wait(HANG_SECONDS)
            if broken.kind == "drip":
                self._drip(broken.seconds)
            self.close_connection = True
            return
        self._send(response)

    def _send(self, response: Response) -> None:
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        if not response.forever:
            self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)
        while response.forever and not self.server.stop.is_set():
            self.wfile.write(response.forever)
        self.wfile.flush()

    def _drip(self, seconds: float) -> None:
        """A byte after the other, of the lines before the body already."""
        for byte in (
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n" + b" " * 1_000_000
        ):
            self.connection.sendall(bytes([byte]))
            if self.server.stop.wait(seconds):
                return

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = _answer  # noqa: N815 - names set by http.server

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the sandbox's `requests` lists the calls."""


def _utf8(value: str) -> str:
    return value.encode("latin-1", "replace").decode("utf-8", "replace")
