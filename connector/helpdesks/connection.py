"""One helpdesk over one pool of connections, and what follows from an answer, whichever helpdesk gave it.

There is no session: it would keep cookies, follow redirects, let a .netrc replace the token, and cost a quarter of a
request's processor time (docs/decisions/0006).
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from requests.utils import get_environ_proxies

from connector import __version__
from connector.helpdesks.errors import (
    HelpdeskError,
    NotFoundError,
    PermanentError,
    RateLimitedError,
    RefusedError,
    ServerFaultError,
    TransientError,
    UnavailableError,
)
from connector.helpdesks.http import CONNECT_TIMEOUT, cause, checked_address, retry_after
from connector.helpdesks.settings import variable

NOT_JSON = (ValueError, RecursionError)
"""What reading a text that is no JSON raises."""

_POOL = 64
"""Connections kept open; more threads than that open and close their own."""

_UNAVAILABLE = frozenset({502, 503, 504})


class Connection:
    """Address, credentials and pool, from any thread. ``helpdesk`` is its name in messages and settings, ``url`` the
    address people use in the browser; ``read_timeout`` is in seconds without a byte of the answer.

    :raises PermanentError: the address cannot be used.
    """

    def __init__(
        self,
        helpdesk: str,
        url: str,
        authorization: str,
        read_timeout: float,
        *,
        ca_file: str | None = None,
        adapter: Callable[[], BaseAdapter] | None = None,
    ) -> None:
        self.base = checked_address(url, helpdesk)
        self._setting = variable(f"{helpdesk}_url")
        self.timeout = (CONNECT_TIMEOUT, read_timeout)
        self.verify: bool | str = ca_file or True
        self.adapter = adapter() if adapter else HTTPAdapter(pool_connections=1, pool_maxsize=_POOL, max_retries=0)
        self.proxies = get_environ_proxies(self.base)
        self.headers = {
            "Authorization": authorization,
            "Accept": "application/json",
            "Accept-Encoding": "gzip, deflate",
            "Content-Type": "application/json",
            "User-Agent": f"interspace-connector/{__version__}",
        }
        self._template = requests.Request("GET", self.base, self.headers).prepare()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.base!r})"

    def send(
        self, method: str, path: str, body: Any, where: str, headers: Mapping[str, str] | None = None
    ) -> requests.Response:
        """The whole answer, whatever its status. ``path`` is below the address, encoded, with its query. Bytes are sent
        as they are, anything else as JSON.

        :raises UnavailableError: there is none; ``where`` names the request in it.
        """
        try:
            response = self.adapter.send(
                self._prepared(method, path, body, headers or {}),
                timeout=self.timeout,
                verify=self.verify,
                proxies=self.proxies,
            )
            response.content  # noqa: B018 - reads the body: a connection may break while it comes
        except OSError as error:
            # All errors of requests are OSErrors; a certificate file that is gone is a plain one.
            raise self.no_answer(where, error) from error
        return response

    def no_answer(self, where: str, error: OSError) -> UnavailableError:
        """The error to raise for a request without an answer. It names the address and the setting that holds it."""
        what = ": TLS failed" if isinstance(error, requests.exceptions.SSLError) else " gives no answer"
        return UnavailableError(f"{where}: {self.base}{what}: {cause(error)} (the address is {self._setting})")

    def _prepared(self, method: str, path: str, body: Any, headers: Mapping[str, str]) -> requests.PreparedRequest:
        """Made from the one prepared at the start: to take an address apart that is known to be sound costs more than
        to send it."""
        request = self._template.copy()
        request.method, request.url = method, f"{self.base}{path}"
        if body is not None:
            # Unescaped text: limits of length may count an escaped umlaut as six characters.
            data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
            request.body, request.headers["Content-Length"] = data, str(len(data))
        request.headers.update(headers)
        return request


def read_json(response: requests.Response, where: str) -> Any:
    """The answer's JSON. Raises ServerFaultError for what is none."""
    try:
        return json.loads(response.content)
    except NOT_JSON as error:
        raise ServerFaultError(f"{where}: answered {response.status_code} with what is not JSON") from error


def busy(response: requests.Response, text: str, now: datetime) -> HelpdeskError | None:
    """Too many requests, or a gateway that has nobody behind it: what to raise; ``None`` for another status."""
    if response.status_code not in (429, *_UNAVAILABLE):
        return None
    at = retry_after(response.headers.get("Retry-After"), now)
    return RateLimitedError(text, at) if at or response.status_code == 429 else UnavailableError(text)


def _is_an_object(response: requests.Response) -> bool:
    try:
        return isinstance(json.loads(response.content), dict)
    except NOT_JSON:
        return False


def by_status(response: requests.Response, text: str) -> HelpdeskError:
    """What to raise for a status that means the same everywhere."""
    status = response.status_code
    if status == 404:
        # A proxy that has lost the way to the helpdesk says so, too, and no ticket is gone for that.
        return NotFoundError(text) if _is_an_object(response) else ServerFaultError(f"{text}. Did a proxy answer?")
    if status < 400:
        return UnavailableError(f"{text}. Redirects are not followed; check the address")
    if status >= 500:
        return ServerFaultError(text)
    if status in (400, 422):
        return RefusedError(text)
    return TransientError(text) if status in (408, 409, 425) else PermanentError(text)
