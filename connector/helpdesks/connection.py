"""One helpdesk over one pool of connections, and what follows from an answer, whichever helpdesk gave it.

No answer holds a thread or fills the memory: it has to end in time, is read up to a number of bytes, and is taken apart
as it comes in if it is long (:mod:`connector.helpdesks.long_answer`).

There is no session: it would keep cookies, follow redirects, let a .netrc replace the token, and cost a quarter of a
request's processor time (docs/decisions/0006).
"""

import json
import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import requests
import structlog
from requests.adapters import BaseAdapter
from requests.utils import get_environ_proxies
from urllib3.exceptions import HTTPError

from connector import __version__, tracing
from connector.helpdesks import long_answer
from connector.helpdesks.concurrency import Concurrency
from connector.helpdesks.errors import (
    AnswerTooLongError,
    HelpdeskError,
    NotFoundError,
    PermanentError,
    RateLimitedError,
    RefusedError,
    ServerFaultError,
    TicketWaitsError,
    TransientError,
    UnavailableError,
)
from connector.helpdesks.http import CONNECT_TIMEOUT, cause, checked_address, retry_after
from connector.helpdesks.long_answer import NoTurnError, Rows, TooLongError
from connector.helpdesks.settings import MAX_ANSWER_BYTES, variable
from connector.helpdesks.timed import TimedAdapter

log = structlog.get_logger("helpdesk")

NOT_JSON = (ValueError, RecursionError)
"""What reading a text that is no JSON raises."""

_POOL = 64
"""Connections kept open; more threads than that open and close their own."""

_UNAVAILABLE = frozenset({502, 503, 504})
_TOO_MUCH = frozenset({429, *_UNAVAILABLE})
_TURN = timedelta(seconds=20)
_NUMBER = re.compile(r"\d+")


class _Body:
    """The decoded body of an answer, ``most`` bytes of it at most."""

    def __init__(self, response: requests.Response, most: int) -> None:
        self._raw = response.raw
        self._most = most
        self._read = 0

    def read(self, amount: int) -> bytes:
        """The next bytes; fewer than asked for only at the end.

        :raises TooLongError: there are more than may be read.
        :raises OSError: it breaks off, or does not end in time.
        """
        try:
            data: bytes = self._raw.read(amount, decode_content=True)
        except HTTPError as error:
            raise requests.exceptions.ConnectionError(error) from error
        self._read += len(data)
        if self._read > self._most:
            raise TooLongError(f"more than {self._most / 1024**2:,.0f} MB")
        return data

    def close(self) -> None:
        """Nothing more of it is read."""
        self._raw.close()


class Connection:
    """Address, credentials and pool, from any thread. ``helpdesk`` is its name in messages and settings, ``url`` the
    address people use in the browser. ``read_timeout`` is in seconds: then the whole answer has to be here.
    ``max_answer_bytes``: so much of an answer is looked through at most, decompressed.

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
        max_answer_bytes: int = MAX_ANSWER_BYTES,
    ) -> None:
        self.base = checked_address(url, helpdesk)
        self._host = urlsplit(self.base).hostname or ""
        self._most = max_answer_bytes
        self._setting = variable(f"{helpdesk}_url")
        self.timeout = (CONNECT_TIMEOUT, read_timeout)
        self.verify: bool | str = ca_file or True
        self.adapter = adapter() if adapter else TimedAdapter(_POOL)
        self.proxies = get_environ_proxies(self.base)
        self.concurrency = Concurrency()
        """How much the helpdesk can take, by its answers."""
        self.headers = {
            "Host": urlsplit(self.base).netloc,
            "Authorization": authorization,
            "Accept": "application/json",
            "Accept-Encoding": "gzip, deflate",
            "Content-Type": "application/json",
            "User-Agent": f"interspace-connector/{__version__}",
        }

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.base!r})"

    def send(
        self, method: str, path: str, body: Any, where: str, headers: Mapping[str, str] | None = None
    ) -> requests.Response:
        """The answer, whatever its status: its begin, which is nearly always the whole, is its content. ``path`` is
        below the address, encoded, with its query. Bytes are sent as they are, anything else as JSON.

        :raises UnavailableError: there is none; ``where`` names the request in it.
        """
        with tracing.request(method, path, self._host) as span:
            response = self._sent(method, path, body, where, headers)
            span.say("http.response.status_code", response.status_code)
            if response.status_code >= 400:
                span.failed(str(response.status_code))
        return response

    def _sent(
        self, method: str, path: str, body: Any, where: str, headers: Mapping[str, str] | None
    ) -> requests.Response:
        began = time.monotonic()
        try:
            response = self.adapter.send(
                self._prepared(method, path, body, headers),
                stream=True,
                timeout=self.timeout,
                verify=self.verify,
                proxies=self.proxies,
            )
            seconds = time.monotonic() - began
            source = _Body(response, self._most)
            # What requests itself keeps of a body that it has read.
            response._content = source.read(long_answer.SHORT)
        except OSError as error:
            # All errors of requests are OSErrors; a certificate file that is gone is a plain one.
            self.concurrency.failed()
            raise self.no_answer(where, error) from error
        if response.status_code in _TOO_MUCH:
            self.concurrency.failed()
        else:
            self.concurrency.answered(_kind(method, path), seconds)
        if len(response.content) == long_answer.SHORT:
            response.raw = source
            if response.status_code >= 300:
                source.close()
        return response

    def read_json(self, response: requests.Response, where: str, rows: Rows | None = None) -> Any:
        """The JSON of an answer that was sent. Of a long one, ``rows`` says what to keep.

        :raises ServerFaultError: it is no JSON.
        :raises AnswerTooLongError: even its relevant part is too much.
        :raises UnavailableError: it breaks off, or does not end in time.
        """
        try:
            if not isinstance(response.raw, _Body):
                return json.loads(response.content)
            return self._long(response, response.raw, where, rows or {})
        except NOT_JSON as error:
            raise ServerFaultError(f"{where}: answered {response.status_code} with what is not JSON") from error

    def _long(self, response: requests.Response, source: _Body, where: str, rows: Rows) -> Any:
        try:
            long_answer.take_turn(_TURN.total_seconds() / 2)
            began = time.monotonic()
            first, response._content = response.content, b""
            answer = long_answer.read(source, first, rows)
        except NoTurnError:
            raise TicketWaitsError(
                f"{where}: this answer is long, and another long one is being worked on", datetime.now(UTC) + _TURN
            ) from None
        except TooLongError as error:
            raise AnswerTooLongError(
                f"{where}: the answer is too long: {error}. If it is a ticket: did a machine fill it? Delete what is "
                "not needed there, or close it and open another one"
            ) from error
        except OSError as error:
            raise self.no_answer(where, error) from error
        finally:
            source.close()
        seconds = round(time.monotonic() - began, 1)
        if answer.cut:
            log.warning("a long answer was read with its texts cut", request=where, cut=answer.cut, seconds=seconds)
        return answer.value

    def no_answer(self, where: str, error: OSError) -> UnavailableError:
        """The error to raise for a request without an answer. It names the address and the setting that holds it."""
        what = ": TLS failed" if isinstance(error, requests.exceptions.SSLError) else " gives no answer"
        return UnavailableError(f"{where}: {self.base}{what}: {cause(error)} (the address is {self._setting})")

    def _prepared(
        self, method: str, path: str, body: Any, headers: Mapping[str, str] | None = None
    ) -> requests.PreparedRequest:
        """Put together here: to have an address taken apart that is known to be sound costs more than to send it."""
        request, told = requests.PreparedRequest(), {**self.headers, **(headers or {})}
        request.method, request.url = method, f"{self.base}{path}"
        if body is not None:
            # Unescaped text: limits of length may count an escaped umlaut as six characters.
            data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
            request.body, told["Content-Length"] = data, str(len(data))
        request.headers = told  # type: ignore[assignment]  # whoever reads them knows our spelling
        return request


def _kind(method: str, path: str) -> str:
    """Requests of one kind take the helpdesk about as long: method and path without numbers and query."""
    return f"{method} {_NUMBER.sub('', path.partition('?')[0])}"


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
