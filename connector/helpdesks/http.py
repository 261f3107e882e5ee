"""What every adapter's HTTP needs: an address that is one, a token a header can carry, causes without addresses, and
when to ask again."""

import re
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from connector.helpdesks.errors import EndpointLimitedError, PermanentError, hide

CONNECT_TIMEOUT = 5.0
"""Seconds until a connection must stand."""

_TOKEN = re.compile(r"[!-~]+", re.ASCII)
"""What a header can carry. A library that refuses a header says in its error what was in it."""

_ODD = re.compile(r"[\\\s\x00-\x1f\x7f]")
"""What libraries read in different ways, or leave out, so that one checks another address than the next one visits."""


def checked_token(token: str, helpdesk: str) -> str:
    """``token``, fit for a header. Raises PermanentError, which does not show it."""
    if not _TOKEN.fullmatch(token):
        raise PermanentError(f"the token of the {helpdesk} user is empty or holds characters that no token has")
    hide(token)
    return token


def checked_address(url: str, helpdesk: str) -> str:
    """``url`` without slashes at the end. Raises PermanentError; an address is never shown where it may hold a
    password."""
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and not _ODD.search(url)
    except ValueError:
        parts, sound = urlsplit(""), False
    if "@" in url:
        raise PermanentError(f"the address of the {helpdesk} holds a user name; the connector uses a token")
    if not sound or parts.query or parts.fragment:
        raise PermanentError(f"{url!r} is not the address of a {helpdesk} (example: https://support.example.com)")
    return url.rstrip("/")


def cause(error: BaseException) -> str:
    """The innermost reason, without the object addresses of the layers around it."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__ or error
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


_LONGEST = timedelta(minutes=15)


def retry_after(header: str | None, now: datetime) -> datetime | None:
    """The earliest time (UTC) of the next request, by the Retry-After header in either form (RFC 9110, section 10.2.3);
    ``None`` for no header or one that cannot be read.

    A quarter of an hour at most: a wrong clock or a broken proxy must not stop the connector for long.

    >>> retry_after("120", datetime(2026, 11, 22, 10, 0, tzinfo=UTC))
    datetime.datetime(2026, 11, 22, 10, 2, tzinfo=datetime.timezone.utc)
    """
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        digits = text.lstrip("0")
        return now + (min(timedelta(seconds=int(digits or 0)), _LONGEST) if len(digits) < 9 else _LONGEST)
    try:
        at = parsedate_to_datetime(text)
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return min(at, now + _LONGEST)


_BEFORE = datetime.min.replace(tzinfo=UTC)


class EndpointPauses:
    """Kinds of requests (``PUT issue``) that a helpdesk wants left alone, each until a time (UTC); for all threads.

    The worker tells the other processes what this one has learnt, and tells this one what the others have.
    """

    def __init__(self) -> None:
        self._own: dict[str, datetime] = {}
        self._known: Mapping[str, datetime] = {}
        self._writing = threading.Lock()

    def until(self, endpoint: str, now: datetime) -> datetime | None:
        """The end of the endpoint's pause; ``None`` if it may be asked now."""
        untils = (self._own.get(endpoint, now), self._known.get(endpoint, now))
        return until if (until := max(untils)) > now else None

    def check(self, endpoint: str, now: datetime) -> None:
        """To be called before each request. Raises EndpointLimitedError while the endpoint is paused."""
        until = self.until(endpoint, now)
        if until is not None:
            raise EndpointLimitedError(f"{endpoint} is left alone until {until:%H:%M:%S} UTC", until, endpoint)

    def set(self, endpoint: str, until: datetime) -> None:
        """Nobody asks before ``until`` (UTC). An answer never shortens a pause."""
        with self._writing:
            self._own[endpoint] = max(until, self._own.get(endpoint, until))

    def learn(self, others: Mapping[str, datetime]) -> None:
        """What all processes know now. What this one was told counts until they know it too: then a person can lift
        it."""
        with self._writing:
            self._known = dict(others)
            self._own = {
                endpoint: until for endpoint, until in self._own.items() if until > others.get(endpoint, _BEFORE)
            }
