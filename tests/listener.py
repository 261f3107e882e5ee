"""Somebody else's system that gets webhooks, on this machine."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import NamedTuple


class Delivery(NamedTuple):
    """What came."""

    headers: Mapping[str, str]
    body: bytes


class Listener:
    """Answers as it is told; keeps what came."""

    def __init__(self) -> None:
        self.got: list[Delivery] = []
        self.answer: Callable[[], tuple[int, Mapping[str, str]]] = lambda: (204, {})
        self.url = ""


@contextmanager
def listening() -> Iterator[Listener]:
    """It listens until the context ends."""
    listener = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            listener.got.append(Delivery({name.lower(): value for name, value in self.headers.items()}, body))
            status, headers = listener.answer()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        listener.url = f"http://127.0.0.1:{server.server_port}/hook"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield listener
        finally:
            server.shutdown()
            thread.join()
