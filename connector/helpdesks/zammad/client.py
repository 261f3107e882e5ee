"""HTTP to Zammad: time-outs, pooled connections, errors by what follows from them. The work table retries."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

import requests
from requests.adapters import BaseAdapter

from connector.helpdesks.concurrency import Concurrency
from connector.helpdesks.connection import NOT_JSON, Connection, busy, by_status
from connector.helpdesks.errors import ForbiddenError, HelpdeskError, UnavailableError
from connector.helpdesks.http import checked_token
from connector.helpdesks.long_answer import Rows
from connector.helpdesks.settings import MAX_ANSWER_BYTES
from connector.helpdesks.zammad.settings import ZammadSettings

READ_TIMEOUT = 30.0
"""Seconds for a whole answer."""

_HIDDEN_CAUSE = "Error ID"
"""What Zammad says to everybody but admins; its log says the rest (recordings of 6.4, extra/measured)."""
_REFUSED_TO_EVERYBODY = ("Authentication required", "Maintenance mode enabled", "API token access disabled")
"""Reasons of a 403 that no ticket is to blame for (app/controllers/application_controller/authenticates.rb)."""


class ZammadClient:
    """Requests with a token over one pool of connections, from any thread.

    ``url`` is the address people use in the browser, without ``/api``.
    """

    def __init__(
        self,
        url: str,
        token: str,
        clock: Callable[[], datetime],
        *,
        ca_file: str | None = None,
        adapter: Callable[[], BaseAdapter] | None = None,
        max_answer_bytes: int = MAX_ANSWER_BYTES,
        token_setting: str | None = None,
    ) -> None:
        """``token_setting``: the variable that holds the token, for whoever has to look at it."""
        self._token = f"the token in {token_setting}" if token_setting else "the token"
        self._connection = Connection(
            "Zammad",
            url,
            f"Token token={checked_token(token, 'Zammad')}",
            READ_TIMEOUT,
            ca_file=ca_file,
            adapter=adapter,
            max_answer_bytes=max_answer_bytes,
        )
        self._clock = clock

    @property
    def address(self) -> str:
        """Where this Zammad is."""
        return self._connection.base

    @property
    def concurrency(self) -> Concurrency:
        """How much it can take, by its answers."""
        return self._connection.concurrency

    def __repr__(self) -> str:
        return f"ZammadClient({self._connection.base!r})"

    def get(self, path: str, params: Mapping[str, str] | None = None, rows: Rows | None = None) -> Any:
        """The JSON answer to a GET; ``rows``: what to keep of a long one."""
        return self._request("GET", path, params, None, rows)

    def post(self, path: str, body: Any, params: Mapping[str, str] | None = None) -> Any:
        """The JSON answer to a POST."""
        return self._request("POST", path, params, body)

    def put(self, path: str, body: Any, params: Mapping[str, str] | None = None, rows: Rows | None = None) -> Any:
        """The JSON answer to a PUT; ``rows``: what to keep of a long one."""
        return self._request("PUT", path, params, body, rows)

    def delete(self, path: str) -> Any:
        """The JSON answer to a DELETE; ``None`` if it is empty, as for a ticket (recording 109)."""
        return self._request("DELETE", path, None, None)

    def _request(
        self, method: str, path: str, params: Mapping[str, str] | None, body: Any, rows: Rows | None = None
    ) -> Any:
        where = f"Zammad {method} {path}"
        address = f"/api/v1/{quote(f'{path}?{urlencode(params)}' if params else path, safe='/?&=%+')}"
        response = self._connection.send(method, address, body, where)
        if response.status_code >= 300:
            raise self._error(where, response)
        if method == "DELETE" and not response.content:
            return None
        return self._connection.read_json(response, where, rows)

    def _error(self, where: str, response: requests.Response) -> HelpdeskError:
        status = response.status_code
        text = f"{where}: answered {status}: {_said(response)}"
        if (waits := busy(response, text, self._clock())) is not None:
            return waits
        if status == 401 or (status == 403 and any(reason in text for reason in _REFUSED_TO_EVERYBODY)):
            return UnavailableError(f"{text}. Check {self._token}, and whether Zammad is in maintenance mode")
        if status == 403:
            return ForbiddenError(f"{text}. Check the permissions and groups of the token's user")
        return by_status(response, text)


def _said(response: requests.Response) -> str:
    """Zammad's own words without a full stop, as our sentence goes on; ``error_human`` is sometimes missing."""
    try:
        body = response.json()
    except NOT_JSON:
        return f"no JSON ({len(response.content)} bytes)"
    said = (body.get("error") or body.get("error_human")) if isinstance(body, dict) else None
    text = " ".join(str(said or "no reason given").split())[:300].rstrip(".")
    return f"{text} (Zammad's production.log has the cause under this id)" if _HIDDEN_CAUSE in text else text


def open_client(
    settings: ZammadSettings,
    clock: Callable[[], datetime],
    token: str = "token",  # noqa: S107 - the name of a setting
    adapter: Callable[[], BaseAdapter] | None = None,
) -> ZammadClient:
    """Zammad's API with the token of a setting. Nothing is sent yet. Raises SettingsError, PermanentError."""
    url, secret = settings.required("url"), settings.required(token)
    return ZammadClient(
        url,
        secret.get_secret_value(),
        clock,
        ca_file=settings.ca_path,
        adapter=adapter,
        max_answer_bytes=settings.max_answer_bytes,
        token_setting=settings.variable(token),
    )
