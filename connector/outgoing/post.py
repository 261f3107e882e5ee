"""One signed POST to somebody else's system: no redirects, no private address unless that is allowed, no long wait."""

import ipaddress
import socket
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import requests
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool

from connector.helpdesks.http import CONNECT_TIMEOUT, cause, retry_after
from connector.helpdesks.timed import Connection, TimedAdapter, TLSConnection
from connector.outgoing.target import Target

_ANSWER_S = 10.0
_GONE = 410


class NotDeliveredError(Exception):
    """The receiver has not taken it. The text names neither its address nor a secret."""

    def __init__(
        self, text: str, *, again: datetime | None = None, final: bool = False, unwanted: bool = False
    ) -> None:
        super().__init__(text)
        self.again = again
        """The receiver wants nothing before (UTC)."""
        self.final = final
        """It will never take it."""
        self.unwanted = unwanted
        """Nobody waits for it any more, so that nobody has to be told of the failure."""


def post(target: Target, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    """Posts JSON once and takes any answer of 200 to 299 as received.

    :raises NotDeliveredError: anything else.
    """
    with requests.Session() as session:
        # No proxy and no password of the environment: what is posted goes where the address says.
        session.trust_env = False
        adapter = _Guarded(private=target.private)
        session.mount("http://", adapter)
        session.mount("https://", adapter)
        try:
            response = session.post(
                target.url,
                data=body,
                headers={"Content-Type": "application/json", "User-Agent": "interspace-connector", **headers},
                allow_redirects=False,
                stream=True,
                timeout=(CONNECT_TIMEOUT, _ANSWER_S),
            )
            status, header = response.status_code, response.headers.get("Retry-After")
            response.close()
        except requests.RequestException as error:
            raise NotDeliveredError(_reason(error)) from None
    if 200 <= status < 300:
        return
    if status == _GONE:
        raise NotDeliveredError("it answers 410: it wants no more of these", final=True)
    what = f"it answers {status}" + (", a redirect, which is not followed" if 300 <= status < 400 else "")
    raise NotDeliveredError(what, again=retry_after(header, now))


def _reason(error: requests.RequestException) -> str:
    """Without the address, which may hold a secret."""
    text = cause(error)
    kind = text.partition(":")[0]
    if "private address" in text:
        return "its name leads to a private address, which is not allowed for it"
    return f"it cannot be reached ({kind})"


class _PrivateAddressError(OSError):
    pass


def _check_peer(sock: socket.socket) -> None:
    """After the connection stands and before anything is sent: so no name can lead elsewhere a moment later."""
    address = ipaddress.ip_address(str(sock.getpeername()[0]).partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None)
    if not (mapped or address).is_global:
        sock.close()
        raise _PrivateAddressError("private address")


class _GuardedConnection(Connection):
    def _new_conn(self) -> socket.socket:
        sock = super()._new_conn()
        _check_peer(sock)
        return sock


class _GuardedTLSConnection(TLSConnection):
    def _new_conn(self) -> socket.socket:
        sock = super()._new_conn()
        _check_peer(sock)
        return sock


class _Pool(HTTPConnectionPool):
    ConnectionCls = _GuardedConnection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _GuardedTLSConnection


class _Guarded(TimedAdapter):
    """Visits public addresses only, unless private ones are allowed."""

    def __init__(self, *, private: bool) -> None:
        self._private = private
        super().__init__(1)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        if not self._private:
            self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TLSPool}
