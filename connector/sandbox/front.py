"""How a sandbox helpdesk is reached: in process, on a socket, and by the webhooks it sends; faults strike here."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from threading import RLock
from typing import NamedTuple, TypeVar

import requests
from requests.adapters import BaseAdapter

from connector.sandbox.adapter import InProcessAdapter
from connector.sandbox.faults import BrokenError, Fault, Faults
from connector.sandbox.server import RunningServer
from connector.sandbox.wire import Response, bomb

Request = tuple[str, Mapping[str, str], bytes]
"""URL, headers and body of a webhook."""
D = TypeVar("D")
"""A delivery, as a helpdesk keeps it."""
Post = Callable[[str, Mapping[str, str], bytes], int]
"""Sends a webhook's body to a URL and returns the status; raises for a receiver that cannot be reached."""


def deliver(
    due: Iterable[D],
    lock: RLock,
    prepared: Callable[[D], Request | None],
    settle: Callable[[D, Request, int | None], None],
    post: Post,
) -> int:
    """Try deliveries, the oldest first, and settle each by the status that came (None: the receiver did not answer);
    returns how many attempts were made.

    What there is nothing left to send of is dropped by ``prepared``. The lock is not held while the receiver works, so
    that it can call the API.
    """
    attempts = 0
    for delivery in due:
        with lock:
            request = prepared(delivery)
        if request is None:
            continue
        attempts += 1
        status: int | None = None
        with suppress(OSError, requests.RequestException):
            status = post(*request)
        with lock:
            settle(delivery, request, status)
    return attempts


def _foreign(fault: Fault) -> Response:
    """No answer of the helpdesk's own."""
    json = {"Content-Type": "application/json"}
    if fault.kind == "endless":
        return Response(200, json, b'{"title": "', forever=b"x" * 65536)
    if fault.kind == "bomb":
        return Response(200, json | {"Content-Encoding": "gzip"}, bomb())
    return Response(fault.status, {"Content-Type": "text/plain"}, b"no backend here")


class Served(NamedTuple):
    """One API call that arrived."""

    method: str
    path: str
    user: str


class Front(ABC):
    """The outside of a sandbox helpdesk. Thread-safe: what is inside is called with the lock held.

    `requests` lists the calls that arrived, `faults` injects trouble; `sleep` serves injected delays only.
    """

    def __init__(self, sleep: Callable[[float], object] = time.sleep) -> None:
        self.requests: list[Served] = []
        self.faults = Faults(sleep)
        self._lock = RLock()
        self._delivering = RLock()

    def handle(self, method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> Response:
        """Answer one request; `target` is the path with its query.

        Raises BrokenError if an injected fault leaves the caller without an answer.
        """
        fault = self.faults.strike(method, target)
        if fault is not None and fault.kind in {"refuse", "hang", "drip"}:
            raise BrokenError(fault.kind, fault.seconds)
        with self._lock:
            if fault is not None and fault.kind in {"status", "stranger", "endless", "bomb"}:
                self.requests.append(Served(method, target, ""))
                return self._refusal(fault) if fault.kind == "status" else _foreign(fault)
            response, user = self._answer(method, target, headers, body)
            self.requests.append(Served(method, target, user))
        if fault is not None and fault.kind == "lose answer":
            raise BrokenError("lose answer")
        return response

    def requests_adapter(self) -> BaseAdapter:
        """An adapter to mount on a `requests.Session`: no sockets, but the same exceptions as the network.

        Nothing is waited for: a hanging connection is a `requests.ReadTimeout` at once.
        """
        return InProcessAdapter(self.handle)

    def serve(self, host: str = "127.0.0.1", port: int = 0, *, deliver: bool = False) -> RunningServer:
        """Listen on a socket (port 0: any free one) until closed; `deliver` sends webhooks in the background too."""
        return RunningServer(self.handle, host, port, self.deliver_webhooks if deliver else None)

    def deliver_webhooks(self, post: Post | None = None) -> int:
        """Try all deliveries whose time has come by the clock, one after the other; returns how many were tried.

        `post` replaces the network.
        """
        with self._delivering:
            return self._deliver_due(post)

    def work(self) -> int:
        """What the helpdesk does in the background: sends webhooks; returns how many were tried."""
        return self.deliver_webhooks()

    @abstractmethod
    def next_delivery_at(self) -> datetime | None:
        """When the next delivery is due; None if none is waiting."""

    @abstractmethod
    def _answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> tuple[Response, str]:
        """The answer, and who asked."""

    @abstractmethod
    def _refusal(self, fault: Fault) -> Response:
        """An injected status in the helpdesk's own form."""

    @abstractmethod
    def _deliver_due(self, post: Post | None) -> int:
        """The deliveries that are due, without holding the lock while the receiver works."""
