"""An adapter for requests whose time-outs are deadlines: a helpdesk that sends a byte now and then holds nobody.

What requests calls a read time-out is the longest silence between two bytes. Here it is the time in which the whole
answer, from its first line to the last byte of its body, has to be here.
"""

import http.client
import io
import time
from collections.abc import Mapping
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.utils import get_encoding_from_headers
from urllib3 import HTTPConnectionPool, HTTPHeaderDict, HTTPResponse, HTTPSConnectionPool, PoolManager, Timeout
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

WHOLE = 16 * 1024 * 1024
"""Decompressed bytes of an answer that is read at once."""

_JUST_NOW_S = 1.0
"""Servers keep an idle connection longer than this: one that has answered within it is taken as it is."""

_NEARLY = 0.97
"""A wait on the socket may be longer than the time that is left, if the time that is left is this share of it."""


class TimedAdapter(HTTPAdapter):
    """Connections that are kept open, ``pool`` of them at most. Nothing is sent a second time."""

    def __init__(self, pool: int) -> None:
        self._pools: dict[tuple[str, Any], Any] = {}
        super().__init__(pool_connections=1, pool_maxsize=pool, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """See :class:`HTTPAdapter`."""
        super().init_poolmanager(*args, **kwargs)
        _time(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        """See :class:`HTTPAdapter`."""
        manager = super().proxy_manager_for(proxy, **kwargs)
        _time(manager)
        return manager

    def get_connection_with_tls_context(self, request: Any, verify: Any, proxies: Any = None, cert: Any = None) -> Any:
        """See :class:`HTTPAdapter`. Looked for once, with its certificates: a helpdesk has one address."""
        url: str = request.url
        which = url[: url.find("/", len("https://"))], verify
        pool = None if proxies or cert else self._pools.get(which)
        if pool is None:
            pool = super().get_connection_with_tls_context(request, verify, proxies=proxies, cert=cert)
            super().cert_verify(pool, url, verify, cert)  # type: ignore[no-untyped-call]  # requests does not say its types
            if not (proxies or cert):
                self._pools[which] = pool
        return pool

    def request_url(self, request: Any, proxies: Any) -> str:
        """See :class:`HTTPAdapter`. What is asked for stands behind the address."""
        url: str = request.url
        if proxies or "#" in url:
            return super().request_url(request, proxies)
        return url[url.index("/", len("https://")) :]

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """See :class:`HTTPAdapter`. Was done when the pool was made."""

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:
        """See :class:`HTTPAdapter`. Without its look for cookies, which a session does itself."""
        response = requests.Response()
        response.status_code, response.reason = resp.status, resp.reason
        response.headers = resp.headers
        response.encoding = get_encoding_from_headers(response.headers)
        response.raw, response.url, response.request = resp, req.url or "", req
        return response

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """See :class:`HTTPAdapter`. ``timeout``: seconds to connect, and seconds for the whole answer. Both together
        bound the exchange. Without ``stream``, the body is read at once."""
        stream = kwargs.pop("stream", False)
        connect, read = kwargs.pop("timeout")
        bounded = Timeout(total=connect + read, connect=connect, read=read)
        response = super().send(request, True, bounded, *args, **kwargs)  # type: ignore[arg-type]  # requests hands it on to urllib3, its types know numbers
        if not stream:
            _read(response)
        return response


def _read(response: requests.Response) -> None:
    """The whole body at once, for those who ask so: a session of requests."""
    try:
        body = response.raw.read(WHOLE + 1, decode_content=True)
    except HTTPError as error:
        raise requests.exceptions.ConnectionError(error, request=response.request) from error
    if len(body) > WHOLE:
        response.raw.close()
        raise requests.exceptions.ContentDecodingError(f"the answer is longer than {WHOLE // 1024**2} MB")
    response._content = body


def _wait_at_most(sock: Any, seconds: float | None) -> None:
    """Sets a socket's time-out, unless it has about this one: to set it gives up the interpreter's lock."""
    now = sock.gettimeout()
    if seconds is None or now is None or not seconds <= now <= seconds / _NEARLY:
        sock.settimeout(seconds)


class _Until(io.RawIOBase):
    """A socket as a file that ends at a time, by ``time.monotonic``."""

    def __init__(self, raw: Any, sock: Any, until: float) -> None:
        self._raw = raw
        self._sock = sock
        self._until = until

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer had not ended in time")
        _wait_at_most(self._sock, left)
        read: int | None = self._raw.readinto(buffer)
        return read

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(http.client.HTTPResponse):
    """Has to end within the socket's time-out at its begin."""

    def __init__(self, sock: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        seconds = sock.gettimeout()
        if seconds is not None:
            self.fp = io.BufferedReader(_Until(self.fp.detach(), sock, time.monotonic() + seconds))


class Connection(HTTPConnection):
    """Each answer has a deadline. A request goes out by one call of the system, and no call is made that can be done
    without: in each a thread gives up the interpreter's lock, and waits for it behind the others of a busy worker."""

    response_class = _Response
    _asked: tuple[str, str] | None = None
    _answered_at = 0.0

    @property
    def is_connected(self) -> bool:
        """See :class:`HTTPConnection`."""
        just_used = self.sock is not None and time.monotonic() - self._answered_at < _JUST_NOW_S
        return just_used or super().is_connected

    def request(  # type: ignore[override]  # as that of urllib3, which is no http.client's either
        self, method: str, url: str, body: Any = None, headers: Mapping[str, str] | None = None, **options: Any
    ) -> None:
        """See :class:`HTTPConnection`, which also does what is not plain."""
        head = None if self.proxy or options.get("chunked") else _head(method, url, body, headers or {})
        if head is None:
            super().request(method, url, body=body, headers=headers, **options)
            return
        if self.sock is None:
            self.connect()
        self._asked = method, url
        self.sock.sendall(head + (body or b""))

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # as above
        """See :class:`HTTPConnection`."""
        if self._asked is None:
            return super().getresponse()
        (method, url), self._asked = self._asked, None
        _wait_at_most(self.sock, self.timeout)
        answer = self.response_class(self.sock, method=method)
        try:
            answer.begin()
        except BaseException:
            answer.close()
            raise
        self._answered_at = time.monotonic()
        if answer.will_close:
            self.close()
        return HTTPResponse(
            answer,
            HTTPHeaderDict(answer.msg.raw_items()),
            answer.status,
            answer.version,
            reason=answer.reason,
            preload_content=False,
            decode_content=False,
            original_response=answer,
            request_method=method,
            request_url=url,
        )


def _head(method: str, url: str, body: Any, headers: Mapping[str, str]) -> bytes | None:
    """The lines before the body; ``None`` unless all of them are given and plain."""
    lines = [f"{method} {url} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    is_whole = "Host" in headers and ("Content-Length" in headers if isinstance(body, bytes) else method == "GET")
    if not is_whole or not all(line.isascii() and line.isprintable() for line in lines) or " " in url:
        return None
    return "\r\n".join([*lines, "", ""]).encode("ascii")


class TLSConnection(HTTPSConnection, Connection):
    """The same over TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = Connection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = TLSConnection


def _time(manager: PoolManager) -> None:
    manager.pool_classes_by_scheme = {"http": _Pool, "https": _TLSPool}
