"""HTTP to Zammad: time-outs, pooled connections, errors by what follows from them. The work table retries."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from requests.utils import get_environ_proxies

from connector import __version__
from connector.helpdesks.errors import (
    ForbiddenError,
    HelpdeskError,
    NotFoundError,
    PermanentError,
    RateLimitedError,
    ServerFaultError,
    TransientError,
    UnavailableError,
)
from connector.helpdesks.http import CONNECT_TIMEOUT, cause, checked_address, checked_token
from connector.helpdesks.retry_after import retry_after

READ_TIMEOUT = 30.0

_POOL = 64
"""Connections kept open; more threads than that open and close their own."""

_UNAVAILABLE = frozenset({502, 503, 504})
_REFUSED_TO_EVERYBODY = ("Authentication required", "Maintenance mode enabled", "API token access disabled")
"""Reasons of a 403 that no ticket is to blame for (app/controllers/application_controller/authenticates.rb)."""
_NOT_JSON = (ValueError, RecursionError)


class ZammadClient:
    """Requests with a token over one pool of connections, from any thread.

    ``url`` is the address people use in the browser, without ``/api``. There is no session: it would keep
    cookies, follow redirects, let a .netrc replace the token, and cost a quarter of a request's processor time.
    """

    def __init__(
        self,
        url: str,
        token: str,
        clock: Callable[[], datetime],
        *,
        ca_file: str | None = None,
        adapter: Callable[[], BaseAdapter] | None = None,
    ) -> None:
        token = checked_token(token, "Zammad")
        self._base = checked_address(url, "Zammad")
        headers = {
            "Authorization": f"Token token={token}",
            "Accept": "application/json",
            "Accept-Encoding": "gzip, deflate",
            "Content-Type": "application/json",
            "User-Agent": f"interspace-connector/{__version__}",
        }
        self._clock = clock
        self._verify: bool | str = ca_file or True
        self._adapter = adapter() if adapter else HTTPAdapter(pool_connections=1, pool_maxsize=_POOL, max_retries=0)
        self._proxies = get_environ_proxies(self._base)
        self._template = requests.Request("GET", self._base, headers).prepare()

    def __repr__(self) -> str:
        return f"ZammadClient({self._base!r})"

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        """The JSON answer to a GET."""
        return self._request("GET", path, params, None)

    def post(self, path: str, body: Any, params: Mapping[str, str] | None = None) -> Any:
        """The JSON answer to a POST."""
        return self._request("POST", path, params, body)

    def put(self, path: str, body: Any) -> Any:
        """The JSON answer to a PUT."""
        return self._request("PUT", path, None, body)

    def delete(self, path: str) -> Any:
        """The JSON answer to a DELETE; ``None`` if it is empty, as for a ticket (recording 109)."""
        return self._request("DELETE", path, None, None)

    def _request(self, method: str, path: str, params: Mapping[str, str] | None, body: Any) -> Any:
        where = f"Zammad {method} {path}"
        # Unescaped text: Zammad's length limits count an escaped umlaut as six characters.
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        try:
            request = self._prepared(method, f"{path}?{urlencode(params)}" if params else path, data)
            response = self._adapter.send(
                request, timeout=(CONNECT_TIMEOUT, READ_TIMEOUT), verify=self._verify, proxies=self._proxies
            )
            content = response.content
        except requests.exceptions.SSLError as error:
            raise UnavailableError(f"{where}: TLS failed: {cause(error)}") from error
        except OSError as error:
            # All errors of requests are OSErrors; a certificate file that is gone is a plain one.
            raise UnavailableError(f"{where}: no answer: {cause(error)}") from error
        if response.status_code >= 300:
            raise self._error(where, response)
        if method == "DELETE" and not content:
            return None
        try:
            return json.loads(content)
        except _NOT_JSON as error:
            raise ServerFaultError(f"{where}: answered {response.status_code} with what is not JSON") from error

    def _prepared(self, method: str, path: str, data: bytes | None) -> requests.PreparedRequest:
        """Made from the one prepared at the start: to take an address apart that is known to be sound costs more than
        to send it."""
        request = self._template.copy()
        request.method, request.url, request.body = method, f"{self._base}/api/v1/{quote(path, safe='/?&=%+')}", data
        if data is not None:
            request.headers["Content-Length"] = str(len(data))
        return request

    def _error(self, where: str, response: requests.Response) -> HelpdeskError:
        status = response.status_code
        text = f"{where}: answered {status}: {_said(response)}"
        if status == 429:
            return RateLimitedError(text, retry_after(response.headers.get("Retry-After"), self._clock()))
        if status in _UNAVAILABLE:
            at = retry_after(response.headers.get("Retry-After"), self._clock())
            return RateLimitedError(text, at) if at else UnavailableError(text)
        if status == 401 or (status == 403 and any(reason in text for reason in _REFUSED_TO_EVERYBODY)):
            return UnavailableError(f"{text}. Check the token, and whether Zammad is in maintenance mode")
        if status == 403:
            return ForbiddenError(f"{text}. Check the permissions and groups of the token's user")
        if status == 404:
            return NotFoundError(text)
        if status < 400:
            return UnavailableError(f"{text}. Redirects are not followed; check the address")
        if status >= 500:
            return ServerFaultError(text)
        return TransientError(text) if status in (408, 409) else PermanentError(text)


def _said(response: requests.Response) -> str:
    """Zammad's own words without a full stop, as our sentence goes on; ``error_human`` is sometimes missing."""
    try:
        body = response.json()
    except _NOT_JSON:
        return f"no JSON ({len(response.content)} bytes)"
    said = (body.get("error") or body.get("error_human")) if isinstance(body, dict) else None
    return " ".join(str(said or "no reason given").split())[:300].rstrip(".")
