"""HTTP to Jira: pooled connections without sessions, errors by what follows from them. The work table retries."""

import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import requests
from requests.adapters import BaseAdapter
from urllib3 import encode_multipart_formdata

from connector.domain.document import File
from connector.helpdesks import connection
from connector.helpdesks.concurrency import Concurrency
from connector.helpdesks.connection import NOT_JSON, busy, by_status
from connector.helpdesks.errors import (
    EndpointLimitedError,
    ForbiddenError,
    HelpdeskError,
    PermanentError,
    RateLimitedError,
    RefusedError,
    TicketWaitsError,
    UnavailableError,
    hide,
)
from connector.helpdesks.http import CONNECT_TIMEOUT, EndpointPauses, checked_address, checked_token, retry_after
from connector.helpdesks.jira.pace import RequestSpacing
from connector.helpdesks.jira.scopes import SCOPES
from connector.helpdesks.jira.settings import JiraSettings
from connector.helpdesks.long_answer import Rows
from connector.helpdesks.settings import MAX_ANSWER_BYTES

READ_TIMEOUT = 20.0
"""Seconds for a whole answer."""
TIMEOUT = (CONNECT_TIMEOUT, READ_TIMEOUT)


class Connection(connection.Connection):
    """With a ``user`` (the e-mail address of a Cloud account) the token goes out as Basic authentication, without one
    as a Data Center personal access token.

    ``url`` is the site, as people know it. A token with scopes works at ``api_url`` alone, Atlassian's gateway.
    """

    def __init__(
        self,
        url: str,
        user: str | None,
        token: str,
        *,
        api_url: str | None = None,
        ca_file: str | None = None,
        adapter: Callable[[], BaseAdapter] | None = None,
        max_answer_bytes: int = MAX_ANSWER_BYTES,
        token_setting: str = JiraSettings.variable("token"),
    ) -> None:
        self.token_setting = token_setting
        self.token = checked_token(token, "Jira")
        self.site = checked_address(url, "Jira")
        super().__init__(
            "Jira",
            api_url or url,
            _credentials(user, token),
            READ_TIMEOUT,
            ca_file=ca_file,
            adapter=adapter,
            max_answer_bytes=max_answer_bytes,
        )
        # The members of organizations were an experiment for long, and on Data Center may still be one.
        self.headers["X-ExperimentalApi"] = "true" if user is None else "opt-in"
        if api_url:
            self._setting = JiraSettings.variable("api_url")


def _credentials(user: str | None, token: str) -> str:
    if user is None:
        return f"Bearer {token}"
    basic = b64encode(f"{user}:{token}".encode()).decode()
    hide(basic)
    return f"Basic {basic}"


def open_connection(
    settings: JiraSettings, *, admin: bool = False, adapter: Callable[[], BaseAdapter] | None = None
) -> Connection:
    """The way to Jira with the token of the connector's user, or with the admin's. Nothing is sent yet.

    On Cloud each token goes with the address of its user; on Data Center there are no addresses in credentials. The
    admin's token has no scopes, because webhooks cannot be made with one that has; it works at the site.

    Raises SettingsError, PermanentError.
    """
    url, user = settings.required("url"), settings.user
    token = settings.required("admin_token" if admin else "token").get_secret_value()
    if admin and user is not None:
        user = settings.required("admin_user")
    return Connection(
        url,
        user,
        token,
        api_url=None if admin else settings.api_url,
        ca_file=settings.ca_path,
        adapter=adapter,
        max_answer_bytes=settings.max_answer_bytes,
        token_setting=settings.variable("admin_token" if admin else "token"),
    )


_UPLOAD = {"X-Atlassian-Token": "no-check"}
"""Jira takes no file without it: it guards against forms of other sites."""

_BURST_PAUSE = timedelta(seconds=2)
_ISSUE_PAUSE = timedelta(seconds=30)
"""Where Jira did not say how long: the windows of its limits are 1 s and 30 s."""


class JiraClient:
    """Requests over one :class:`Connection`, from any thread.

    Paths begin below ``/rest/``, or with a slash at the address itself; a ``query`` is already encoded. An empty answer
    is ``None``. Redirects are never followed. ``pauses`` holds the kinds of requests that have to wait (``PUT issue``);
    ``sleep`` waits for the moments by which requests get slower before there is a limit.
    """

    def __init__(
        self,
        connection: Connection,
        clock: Callable[[], datetime],
        pauses: EndpointPauses,
        *,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._connection = connection
        self._clock = clock
        self._pauses = pauses
        self._pace = RequestSpacing()
        self._sleep = sleep

    @property
    def address(self) -> str:
        """Where this Jira is, as people know it."""
        return self._connection.site

    @property
    def concurrency(self) -> Concurrency:
        """How much it can take, by its answers."""
        return self._connection.concurrency

    def __repr__(self) -> str:
        return f"JiraClient({self._connection.base!r})"

    def get(self, path: str, query: str = "", rows: Rows | None = None) -> Any:
        """The JSON answer to a GET; ``rows``: what to keep of a long one."""
        return self._request("GET", path, query, None, rows)

    def post(self, path: str, body: Any, query: str = "") -> Any:
        """The JSON answer to a POST."""
        return self._request("POST", path, query, body)

    def put(self, path: str, body: Any, query: str = "", rows: Rows | None = None) -> Any:
        """The JSON answer to a PUT; ``rows``: what to keep of a long one."""
        return self._request("PUT", path, query, body, rows)

    def delete(self, path: str, query: str = "") -> Any:
        """The JSON answer to a DELETE."""
        return self._request("DELETE", path, query, None)

    def upload(self, path: str, file: File) -> Any:
        """The JSON answer to a POST of one file."""
        body, kind = encode_multipart_formdata({"file": (file.name, file.content, file.media_type)})
        return self._request("POST", path, "", body, headers={"Content-Type": kind, **_UPLOAD})

    def _request(
        self,
        method: str,
        path: str,
        query: str,
        body: Any,
        rows: Rows | None = None,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        endpoint = endpoint_of(method, path)
        now = self._clock()
        self._pauses.check(endpoint, now)
        if seconds := self._pace.wait(endpoint, now):
            self._sleep(seconds)
        where = f"Jira {method} {path}"
        address = quote(path if path.startswith("/") else f"/rest/{path}")
        response = self._connection.send(method, f"{address}?{query}" if query else address, body, where, headers)
        self._pace.learn(endpoint, response.headers, now)
        if response.status_code >= 300 or _is_nobody(response):
            raise self._error(where, endpoint, response)
        return self._connection.read_json(response, where, rows) if response.content else None

    def _error(self, where: str, endpoint: str, response: requests.Response) -> HelpdeskError:
        if response.status_code == 429:
            return self._limited(f"{where}: answered 429: {said(response)}", endpoint, response)
        return error_of(where, response, self._clock(), self._connection.token_setting)

    def _limited(self, text: str, endpoint: str, response: requests.Response) -> HelpdeskError:
        now = self._clock()
        at = retry_after(response.headers.get("Retry-After"), now)
        reason = response.headers.get("RateLimit-Reason", "")
        if reason == "jira-burst-based":
            until = at or now + _BURST_PAUSE
            self._pauses.set(endpoint, until)
            return EndpointLimitedError(f"{text} ({reason})", until, endpoint)
        if reason == "jira-per-issue-on-write":
            return TicketWaitsError(f"{text} ({reason})", at or now + _ISSUE_PAUSE)
        return RateLimitedError(f"{text} ({reason})" if reason else text, at)


def endpoint_of(method: str, path: str) -> str:
    """The kind of a request: what Jira counts by, and what is paused by.

    >>> endpoint_of("GET", "api/2/issue/10041/comment")
    'GET issue/comment'
    >>> endpoint_of("POST", "api/2/search/jql")
    'POST search/jql'
    """
    parts = path.split("/")
    words = parts[2:] if parts[0] == "api" else parts[1:]
    return f"{method} {'/'.join(word for at, word in enumerate(words) if at % 2 == 0 or word.islower())}"


def error_of(
    where: str, response: requests.Response, now: datetime, token_setting: str = JiraSettings.variable("token")
) -> HelpdeskError:
    """What follows from an answer that is no success, by its status. ``token_setting``: which token was sent."""
    status = response.status_code
    text = f"{where}: answered {status}: {said(response)}"
    if (waits := busy(response, text, now)) is not None:
        return waits
    if "CAPTCHA" in response.headers.get("X-Authentication-Denied-Reason", ""):
        return UnavailableError(f"{text}. Jira wants a captcha: log in once in the browser as the token's user")
    if status == 401 and "scope" in text.casefold():
        return UnavailableError(f"{text}. Make a token with the scopes {', '.join(SCOPES)}")
    if status == 401 or _is_nobody(response):
        return UnavailableError(
            f"{text}. Check the token in {token_setting} and the e-mail address that "
            "belongs to it. On Cloud a token with scopes works at INTERSPACE_JIRA_API_URL only, and never for install"
        )
    if status == 403:
        return ForbiddenError(f"{text}. Check the permissions and project roles of the token's user")
    if status == 410:
        return PermanentError(f"{text}. This Jira has removed the call; the connector needs a newer version")
    error = by_status(response, text)
    return RefusedError(text, named=_blamed(response)) if isinstance(error, RefusedError) else error


def _blamed(response: requests.Response) -> frozenset[str]:
    """The ids of the fields that Jira names in a refusal."""
    try:
        body = response.json()
    except NOT_JSON:
        return frozenset()
    errors = body.get("errors") if isinstance(body, dict) else None
    return frozenset(map(str, errors)) if isinstance(errors, dict) else frozenset()


def said(response: requests.Response) -> str:
    """Jira's own words, with the names of the fields at fault, and no full stop: our sentence goes on."""
    try:
        body = response.json()
    except NOT_JSON:
        return f"no JSON ({len(response.content)} bytes)"
    if not isinstance(body, dict):
        return "no reason given"
    texts: list[Any] = []
    messages, errors = body.get("errorMessages"), body.get("errors")
    if isinstance(messages, list):
        texts += messages
    if isinstance(errors, dict):
        texts += [f"{field}: {message}" for field, message in errors.items()]
    texts = texts or [body.get("errorMessage") or body.get("message") or "no reason given"]
    return " ".join("; ".join(str(text) for text in texts).split())[:500].rstrip(".")


def _is_nobody(response: requests.Response) -> bool:
    """The credentials were refused and the request was treated as an anonymous one: every issue looks as if it were
    gone, every list as if it were empty."""
    reason = response.headers.get("X-Seraph-LoginReason")
    return reason is not None and ("FAILED" in reason or "DENIED" in reason)
