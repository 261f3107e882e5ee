"""An adapter for requests whose time-outs are deadlines: a helpdesk that sends a byte now and then holds nobody.

What requests calls a read time-out is the longest silence between two bytes. Here it is the time in which the whole
answer, from its first line to the last byte of its body, has to be here.
"""

import http.client
import io
import time
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager, Timeout
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

WHOLE = 16 * 1024 * 1024
"""Decompressed bytes of an answer that is read at once."""


class TimedAdapter(HTTPAdapter):
    """Connections that are kept open, ``pool`` of them at most. Nothing is sent a second time."""

    def __init__(self, pool: int) -> None:
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


class _Response(http.client.HTTPResponse):
    """Has to end within the socket's time-out at its begin."""

    def __init__(self, sock: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        seconds = sock.gettimeout()
        if seconds is not None:
            self.fp = io.BufferedReader(_Until(self.fp.detach(), sock, time.monotonic() + seconds))


class Connection(HTTPConnection):
    """As urllib3's, with a deadline for each answer."""

    response_class = _Response


class TLSConnection(HTTPSConnection):
    """The same over TLS."""

    response_class = _Response


class _Pool(HTTPConnectionPool):
    ConnectionCls = Connection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = TLSConnection


def _time(manager: PoolManager) -> None:
    manager.pool_classes_by_scheme = {"http": _Pool, "https": _TLSPool}
