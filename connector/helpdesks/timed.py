"""An adapter for requests whose time-outs are deadlines: a helpdesk that sends a byte now and then holds nobody.

What requests calls a read time-out is the longest silence between two bytes. Here it is the time in which the whole
answer, from its first line to the last byte of its body, has to be here.
"""

import http.client
import io
import time
from http.client import BadStatusLine, HTTPException, RemoteDisconnected
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.utils import get_encoding_from_headers
from urllib3 import HTTPConnectionPool, HTTPHeaderDict, HTTPResponse, HTTPSConnectionPool, PoolManager, Timeout
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

WHOLE = 16 * 1024 * 1024
"""Decompressed bytes of an answer that is read at once."""

_LONGEST_LINE = 65_536
_MOST_HEADERS = 100
"""Bytes and number of the lines before a body, as in ``http.client``."""


class TimedAdapter(HTTPAdapter):
    """Connections that are kept open, ``pool`` of them at most. Nothing is sent a second time.

    requests and urllib3 make a connection, with its certificates and proxies. Over one that stands a plain request goes
    out at once: what they look into for each request costs more than the exchange (docs/decisions/0006).
    """

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
        """See :class:`HTTPAdapter`. A pool without a proxy is remembered."""
        pool = super().get_connection_with_tls_context(request, verify, proxies=proxies, cert=cert)
        if not (proxies or cert):
            self._pools[_address(request.url), verify] = pool
        return pool

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """See :class:`HTTPAdapter`. ``timeout``: seconds to connect, and seconds for the whole answer. Both together
        bound the exchange. Without ``stream``, the body is read at once."""
        stream = kwargs.pop("stream", False)
        connect, read = kwargs.pop("timeout")
        response = None if kwargs.get("proxies") or kwargs.get("cert") else self._over_kept(request, read, **kwargs)
        if response is None:
            bounded = Timeout(total=connect + read, connect=connect, read=read)
            response = super().send(request, True, bounded, *args, **kwargs)  # type: ignore[arg-type]  # requests hands it on to urllib3, its types know numbers
        if not stream:
            _read(response)
        return response

    def _over_kept(
        self, request: requests.PreparedRequest, seconds: float, verify: Any = True, **_: Any
    ) -> requests.Response | None:
        """The answer over a connection that stands; ``None``: there is none, or the request is not plain."""
        pool, sent = self._pools.get((_address(request.url or ""), verify)), _plain(request)
        if pool is None or sent is None:
            return None
        connection = pool._get_conn()
        if connection.sock is None:
            pool._put_conn(connection)
            return None
        try:
            answer = connection.exchange(sent, request.method, seconds)
        except TimeoutError as error:
            raise requests.exceptions.ReadTimeout(error, request=request) from error
        except (OSError, HTTPException) as error:
            raise requests.exceptions.ConnectionError(error, request=request) from error
        return _response(request, answer, pool, connection)


def _address(url: str) -> str:
    return url[: url.find("/", len("https://"))]


def _plain(request: requests.PreparedRequest) -> bytes | None:
    """A request as it goes over the wire; ``None`` unless its lines are all given and plain."""
    url, headers, body = request.url or "", request.headers, request.body
    target = url[len(_address(url)) :]
    lines = [f"{request.method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    if isinstance(body, bytes):
        is_whole = "Content-Length" in headers
    else:
        is_whole, body = body is None and request.method == "GET", b""
    if not is_whole or "Host" not in headers or " " in target or "#" in target:
        return None
    head = "\r\n".join(lines)
    is_plain = head.isascii() and all(line.isprintable() for line in lines)
    return f"{head}\r\n\r\n".encode("ascii") + body if is_plain else None


def _response(request: requests.PreparedRequest, answer: "_Answer", pool: Any, connection: Any) -> requests.Response:
    response = requests.Response()
    response.status_code, response.reason, response.headers = answer.status, answer.reason, answer.fields  # type: ignore[assignment]  # of names in any case, too
    response.url, response.request = request.url or "", request
    response.encoding = get_encoding_from_headers(answer.fields)
    if "Content-Encoding" not in answer.fields:
        response.raw = _Body(answer, pool, connection)
        return response
    response.raw = HTTPResponse(
        answer,
        answer.fields,
        answer.status,
        preload_content=False,
        decode_content=False,
        original_response=answer,
        pool=pool,
        connection=connection,
        request_method=request.method,
    )
    return response


class _Body:
    """What urllib3 makes of an answer, of one that is not compressed. At its end the connection is free again."""

    def __init__(self, answer: "_Answer", pool: Any, connection: Any) -> None:
        self._original_response = answer
        self._pool = pool
        self._connection = connection

    def read(self, amount: int, decode_content: bool = True) -> bytes:
        """The next bytes; fewer than asked for only at the end. Raises OSError."""
        answer = self._original_response
        try:
            data = answer.read(amount)
            if len(data) < amount and answer.length:
                raise ConnectionError("the answer broke off")
        except HTTPException as error:
            self._connection.close()
            raise ConnectionError("the answer broke off") from error
        except OSError:
            self._connection.close()
            raise
        if answer.isclosed():
            self.release_conn()
        return data

    def close(self) -> None:
        """Nothing more of it is read."""
        if not self._original_response.isclosed():
            self._connection.close()
            self._original_response.close()
        self.release_conn()

    def release_conn(self) -> None:
        """Gives the connection back, once."""
        if self._pool is not None:
            self._pool._put_conn(self._connection)
            self._pool = None


def _read(response: requests.Response) -> None:
    """The whole body at once, for those who ask so: a session of requests."""
    try:
        body = response.raw.read(WHOLE + 1, decode_content=True)
    except (HTTPError, OSError) as error:
        raise requests.exceptions.ConnectionError(error, request=response.request) from error
    if len(body) > WHOLE:
        response.raw.close()
        raise requests.exceptions.ContentDecodingError(f"the answer is longer than {WHOLE // 1024**2} MB")
    response._content = body


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
        self._sock.settimeout(left)
        read: int | None = self._raw.readinto(buffer)
        return read

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Timed(http.client.HTTPResponse):
    """Has to end within the socket's time-out at its begin."""

    def __init__(self, sock: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        seconds = sock.gettimeout()
        if seconds is not None:
            self.fp = io.BufferedReader(_Until(self.fp.detach(), sock, time.monotonic() + seconds))


class _Answer(_Timed):
    """The same, whose headers are not read as those of a mail: that takes half as long as all of the exchange."""

    def begin(self) -> None:
        """Reads up to the body (RFC 9112, sections 4 to 6). Raises HTTPException."""
        status = 100
        while 100 <= status < 200:
            line = self._line()
            protocol, _, rest = line.partition(" ")
            code, _, reason = rest.partition(" ")
            if not (protocol.startswith("HTTP/1.") and code.isascii() and code.isdigit() and len(code) == 3):
                raise BadStatusLine(line)
            status, headers = int(code), self._headers()
        self.status = self.code = status
        self.reason, self.version = reason.strip(), 10 if protocol == "HTTP/1.0" else 11
        self.fields = headers
        self.headers = self.msg = headers  # type: ignore[assignment]  # what urllib3 makes of the other kind
        self.chunked = headers.get("Transfer-Encoding", "").strip().lower() == "chunked"
        self.chunk_left = None
        length = headers.get("Content-Length", "").partition(",")[0].strip()
        self.length = int(length) if length.isascii() and length.isdigit() and not self.chunked else None
        if status in (204, 304):
            self.length = 0
        is_last = self.version == 10 or "close" in headers.get("Connection", "").lower()
        self.will_close = is_last or not (self.chunked or self.length is not None)

    def _headers(self) -> HTTPHeaderDict:
        headers = HTTPHeaderDict()
        for _ in range(_MOST_HEADERS):
            if not (line := self._line()):
                return headers
            name, _, value = line.partition(":")
            headers.add(name.strip(), value.strip())
        raise HTTPException(f"more than {_MOST_HEADERS} headers")

    def _line(self) -> str:
        line = self.fp.readline(_LONGEST_LINE + 1)
        if not line.endswith(b"\n"):
            raise HTTPException("a header is too long") if line else RemoteDisconnected("it hung up without an answer")
        return line.rstrip(b"\r\n").decode("latin-1")


class Connection(HTTPConnection):
    """Each answer has a deadline."""

    response_class = _Timed

    def exchange(self, sent: bytes, method: str, seconds: float) -> _Answer:
        """Sends a request in one piece over the connection, which stands, and returns the begin of the answer, whose
        end has to be here in so many seconds.

        :raises OSError, HTTPException: there is none. Then the connection is closed.
        """
        self.sock.settimeout(seconds)
        try:
            self.sock.sendall(sent)
            answer = _Answer(self.sock, method=method)
            answer.begin()
        except BaseException:
            self.close()
            raise
        if answer.will_close:
            self.close()
        return answer


class TLSConnection(HTTPSConnection, Connection):
    """The same over TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = Connection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = TLSConnection


def _time(manager: PoolManager) -> None:
    manager.pool_classes_by_scheme = {"http": _Pool, "https": _TLSPool}
