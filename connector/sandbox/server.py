"""The sandbox on a real socket: threaded, keep-alive, and quick enough for benchmarks."""

import socket
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any, Self

from connector.sandbox.faults import BrokenError
from connector.sandbox.wire import Response

Handle = Callable[[str, str, Mapping[str, str], bytes], Response]
HANG_SECONDS = 600.0
DELIVERY_PAUSE = 0.05
_NEVER_ENDING = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n" + b" " * 1_000_000
)


class RunningServer:
    """A server that listens from the moment it is made until it is closed. Use it as a context manager.

    With `deliver`, one thread sends webhooks all the time, as a helpdesk's background worker does. `clock`: what its
    answers are dated by, if not by this machine's time.
    """

    def __init__(
        self,
        handle: Handle,
        host: str,
        port: int,
        deliver: Callable[[], int] | None,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        self._stop = Event()
        self._server = _Server((host, port), handle, self._stop, clock)
        self.url = f"http://{host}:{self._server.server_port}"

        def deliver_until_stopped() -> None:
            while deliver and not self._stop.wait(DELIVERY_PAUSE):
                deliver()

        loops = (lambda: self._server.serve_forever(0.05), deliver_until_stopped)
        self._threads = [Thread(target=loop, daemon=True) for loop in loops]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Stop listening, break open connections and wait for the threads."""
        self._stop.set()
        self._server.shutdown()
        for connection in tuple(self._server.connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._server.server_close()
        for thread in self._threads:
            thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self, address: tuple[str, int], handle: Handle, stop: Event, clock: Callable[[], datetime] | None
    ) -> None:
        self.handle_call, self.stop, self.clock = handle, stop, clock
        self.connections: set[socket.socket] = set()
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self.connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no error of the sandbox."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


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

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {
            name: value.encode("latin-1", "replace").decode("utf-8", "replace") for name, value in self.headers.items()
        }
        try:
            response = self.server.handle_call(self.command, self.path, headers, body)
        except BrokenError as broken:
            self.close_connection = True
            if broken.kind == "hang":
                self.server.stop.wait(HANG_SECONDS)
            # A byte after the other, of the lines before the body already.
            for byte in _NEVER_ENDING if broken.kind == "drip" else b"":
                self.connection.sendall(bytes([byte]))
                if self.server.stop.wait(broken.seconds):
                    break
            return
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

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = _answer  # noqa: N815 - names set by http.server

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the sandbox's `requests` lists the calls."""
