"""What stands before the application: odd requests are refused by their raw headers, and a thread is taken only for a
request that has arrived as a whole, so slow senders hold none (P6)."""

import asyncio
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http import HTTPStatus
from io import BytesIO
from typing import TYPE_CHECKING, Any

import structlog
from granian.rsgi import (  # type: ignore[attr-defined]  # its own names of what it documents
    HTTPProtocol,
    ProtocolClosed,
    ProtocolError,
    Scope,
)

from connector import metrics
from connector.helpdesks.payload import clean

from .problem import RETRY_LATER, Refusal, problem

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_log = structlog.get_logger("webhooks")

DEADLINE_S = 10.0
"""For a whole body. Helpdesks send at once."""

_ROOM = 64 * 1024 * 1024
_MOST = 1_000
"""Bytes and number of the bodies that may be arriving at once in this process. Beyond that the oldest is given up:
those who send at once are never kept out by those who do not."""

WITH_FILES = ("/intake/", "/form/", "/tmf-api/")
"""The paths of what may come with files. It has room of its own, so that it never keeps out a helpdesk's deliveries."""
LONG_DEADLINE_S = 60.0
"""For a whole body with files. People have slow lines."""

_MOST_WAITING = 4 * _ROOM
"""Bytes of bodies that have arrived and wait for a thread, or have one. While the database stands still, whoever sends
much would fill the memory."""

_HEALTH_THREADS = 2
_ONCE = frozenset({"content-length", "content-type", "content-encoding", "host", "transfer-encoding"})
_CHECKS = frozenset({"/healthz", "/readyz", "/metrics"})


class _Room:
    """The bodies of one kind that are arriving. ``limit``: bytes of the largest; ``deadline``: seconds for a whole
    one."""

    def __init__(self, limit: int, deadline: float) -> None:
        self.limit = limit
        self.deadline = deadline
        self._most = max(_ROOM, limit)
        self._arriving: dict[asyncio.Timeout, int] = {}
        self._taken = 0

    def enter(self, deadline: asyncio.Timeout, cost: int) -> None:
        """One more arrives; the oldest are given up if there is no room."""
        now = asyncio.get_running_loop().time()
        while self._arriving and (self._taken + cost > self._most or len(self._arriving) >= _MOST):
            oldest = next(iter(self._arriving))
            self._taken -= self._arriving.pop(oldest)
            # It may be ending by itself at this moment.
            with suppress(RuntimeError):
                oldest.reschedule(now)
        self._arriving[deadline] = cost
        self._taken += cost

    def leave(self, deadline: asyncio.Timeout) -> None:
        """It is there, or given up."""
        self._taken -= self._arriving.pop(deadline, 0)


class Front:
    """An RSGI application around a WSGI one (granian's documentation, "RSGI specification"). Made in the process that
    serves."""

    def __init__(self, app: "WSGIApplication", *, limit: int, threads: int, limit_with_files: int = 0) -> None:
        """``limit``: bytes of the largest body; of a larger one no more is read than shows that. ``limit_with_files``:
        the same below :data:`WITH_FILES`. ``threads``: requests that are worked on at once; health checks have their
        own."""
        self._app = app
        self._plain = _Room(limit, DEADLINE_S)
        self._files = _Room(limit_with_files or limit, LONG_DEADLINE_S)
        self._threads = ThreadPoolExecutor(threads, "request")
        self._health = ThreadPoolExecutor(_HEALTH_THREADS, "health")
        self._waiting = 0

    async def __rsgi__(self, scope: Scope, protocol: HTTPProtocol) -> None:
        """One request."""
        try:
            headers = _checked(scope.headers.items())
            body = await self._body(scope, headers, protocol)
        except Refusal as refusal:
            self._refuse(scope, protocol, refusal)
            return
        threads = self._health if scope.path in _CHECKS else self._threads
        environ = _environ(scope, headers, body)
        self._waiting += len(body)
        try:
            status, answered, content = await asyncio.get_running_loop().run_in_executor(threads, self._answer, environ)
        finally:
            self._waiting -= len(body)
        # A sender that has gone does not hear it.
        with suppress(ProtocolClosed):
            protocol.response_bytes(status, answered, content)

    async def _body(self, scope: Scope, headers: dict[str, str], protocol: HTTPProtocol) -> bytes:
        if scope.method in {"GET", "HEAD"}:
            return b""
        room = self._files if scope.path.startswith(WITH_FILES) else self._plain
        announced = int(headers["content-length"]) if "content-length" in headers else None
        if announced == 0 or (announced or 0) > room.limit:
            # The application refuses it unread.
            return b""
        try:
            async with asyncio.timeout(room.deadline) as deadline:
                room.enter(deadline, room.limit if announced is None else announced)
                try:
                    body = await _received(protocol, announced, room.limit)
                finally:
                    room.leave(deadline)
        except TimeoutError:
            raise Refusal(HTTPStatus.REQUEST_TIMEOUT, "body: it did not arrive in time") from None
        except (ProtocolClosed, ProtocolError):
            body = b""
        if len(body) < (announced or 0):
            raise Refusal(HTTPStatus.BAD_REQUEST, "body: ended before it was complete")
        if self._waiting + len(body) > _MOST_WAITING:
            raise Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "too much is waiting to be stored", RETRY_LATER)
        return body

    def _answer(self, environ: dict[str, Any]) -> tuple[int, list[tuple[str, str]], bytes]:
        begun: list[tuple[int, list[tuple[str, str]]]] = []

        def start(status: str, headers: list[tuple[str, str]], _: object = None) -> Any:
            begun.append((int(status.partition(" ")[0]), headers))

        parts = self._app(environ, start)
        try:
            content = b"".join(parts)
        finally:
            getattr(parts, "close", lambda: None)()
        status, headers = begun[-1]
        return status, headers, content

    def _refuse(self, scope: Scope, protocol: HTTPProtocol, refusal: Refusal) -> None:
        metrics.refused("none", refusal.status.value)
        told = {"status": refusal.status.value, "detail": refusal.detail, "sender": scope.client.rpartition(":")[0]}
        _log.warning("refused", **told, method=clean(scope.method), path=clean(scope.path))
        answer = problem(refusal)
        headers = [(name.lower(), value) for name, value in answer.headers.items()]
        with suppress(ProtocolClosed):
            protocol.response_bytes(refusal.status.value, [*headers, ("connection", "close")], answer.get_data())


async def _received(protocol: HTTPProtocol, announced: int | None, limit: int) -> bytes:
    if announced is not None:
        return await protocol()
    body = bytearray()
    async for part in protocol:
        body += part
        if len(body) > limit:
            break
    return bytes(body[: limit + 1])


def _checked(headers: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The headers by their names. Two of one name become one list (RFC 9110, section 5.3).

    What programs read in different ways is refused: a name with an underscore, which the application could not tell
    from one with a hyphen; two values where there may be one; a coding that is not undone here. A length beside
    ``chunked`` does not count, and the connection is closed after the answer (RFC 9112, section 6.3).
    """
    found: dict[str, str] = {}
    for name, value in headers:
        if "_" in name:
            raise Refusal(HTTPStatus.BAD_REQUEST, "a header's name has an underscore")
        if name in found and name in _ONCE:
            raise Refusal(HTTPStatus.BAD_REQUEST, f"{name}: there are two")
        found[name] = f"{found[name]},{value}" if name in found else value
    if found.get("transfer-encoding", "chunked").strip().lower() != "chunked":
        raise Refusal(HTTPStatus.BAD_REQUEST, "transfer-encoding: expected none or chunked")
    return found


def _environ(scope: Scope, headers: dict[str, str], body: bytes) -> dict[str, Any]:
    """The request as PEP 3333 wants it."""
    host, _, port = scope.server.rpartition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "REMOTE_ADDR": scope.client.rpartition(":")[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": BytesIO(body),
        "wsgi.input_terminated": True,
        "wsgi.errors": _Nowhere(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in headers.items():
        key = name.upper().replace("-", "_")
        environ[key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"] = value
    return environ


class _Nowhere:
    """The application writes log lines, nothing else."""

    def write(self, _: str) -> None: ...

    def writelines(self, _: Iterable[str]) -> None: ...

    def flush(self) -> None: ...
