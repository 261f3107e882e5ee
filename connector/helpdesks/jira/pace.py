"""Slows down before Jira refuses requests: its answers say how many are left.

Cloud: ``X-RateLimit-Limit``, ``-Remaining``, ``-Reset`` (ISO 8601) and ``-NearLimit`` (less than a fifth is left), each
for the kind of request that was answered. Data Center: a bucket of ``-Limit`` requests, of which ``-Remaining`` are
left, filled by ``-FillRate`` every ``-Interval-Seconds``.
"""

import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

_REMAINING = "X-RateLimit-Remaining"
_NEAR = 0.2
"""Below this share of the requests the limit is near; Cloud's ``-NearLimit`` means the same."""
_LONGEST = timedelta(seconds=2)
"""A request waits no longer than this; after that Jira itself says how long."""
_UNKNOWN = timedelta(seconds=0.5)
"""The time between two requests if the limit is near and no answer says when it is reset."""


class RequestSpacing:
    """Spreads the requests that are left over the time until there are new ones, for all threads of a client."""

    def __init__(self) -> None:
        self._steps: dict[str, timedelta] = {}
        self._next: dict[str, datetime] = {}
        self._lock = threading.Lock()

    def learn(self, endpoint: str, headers: Mapping[str, str], now: datetime) -> None:
        """Takes in what an answer says of its limit. ``now``: aware."""
        step = step_of(headers, now)
        if step is None and endpoint not in self._steps:
            return
        with self._lock:
            if step is None:
                del self._steps[endpoint]
                self._next.pop(endpoint, None)
            else:
                self._steps[endpoint] = min(step, _LONGEST)
                self._next.setdefault(endpoint, now + self._steps[endpoint])

    def wait(self, endpoint: str, now: datetime) -> float:
        """Seconds to wait before a request of this kind, two at most. Each caller gets its own place in the queue."""
        if endpoint not in self._steps:
            return 0.0
        with self._lock:
            step = self._steps.get(endpoint, timedelta(0))
            at = max(now, self._next.get(endpoint, now))
            self._next[endpoint] = at + step
        return min(at - now, _LONGEST).total_seconds()


def step_of(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """The time between two requests with which those that are left last until there are new ones; ``None`` while there
    are plenty, or nothing is said.

    >>> now = datetime(2026, 11, 28, 12, tzinfo=UTC)
    >>> told = {"X-RateLimit-Limit": "100", "X-RateLimit-Remaining": "4", "X-RateLimit-Reset": "2026-11-28T12:00:02Z"}
    >>> step_of(told, now)
    datetime.timedelta(microseconds=500000)
    >>> step_of({**told, "X-RateLimit-Remaining": "40"}, now)
    """
    near = headers.get("X-RateLimit-NearLimit", "").strip().casefold() == "true"
    remaining, limit = _number(headers.get(_REMAINING)), _number(headers.get("X-RateLimit-Limit"))
    if remaining is not None and limit:
        near = near or remaining < limit * _NEAR
    if not near:
        return None
    filled = _number(headers.get("X-RateLimit-FillRate"))
    interval = _number(headers.get("X-RateLimit-Interval-Seconds"))
    if filled and interval:
        return timedelta(seconds=interval / filled)
    reset = _moment(headers.get("X-RateLimit-Reset"))
    if reset is None or remaining is None:
        return _UNKNOWN
    return max(reset - now, timedelta(0)) / max(remaining, 1)


def _number(text: str | None) -> int | None:
    digits = (text or "").strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else None


def _moment(text: str | None) -> datetime | None:
    try:
        at = datetime.fromisoformat((text or "").strip())
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at
