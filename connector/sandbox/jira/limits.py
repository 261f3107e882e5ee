"""Jira Cloud's rate limits: per issue on write, bursts per endpoint, and a quota for everything."""

import math
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta

from connector.sandbox.jira.errors import JiraError

_SECOND = timedelta(seconds=1)
PER_ISSUE = ((20, 2 * _SECOND), (100, 30 * _SECOND))
BURSTS = {"GET": 100, "POST": 100, "PUT": 50, "DELETE": 50}
"""Requests per second, endpoint and method."""


class Limits:
    """Counts requests by the clock. Writes per issue are limited on Cloud; the others when they are switched on:
    endpoints by `burst`, everything by `quota_until`, before which nothing is answered."""

    def __init__(self, clock: Callable[[], datetime], *, per_issue: bool) -> None:
        self.per_issue = PER_ISSUE if per_issue else ()
        self.burst = False
        self.quota_until: datetime | None = None
        self._clock = clock
        self._seen: dict[tuple[str, ...], deque[datetime]] = {}

    def left(self, method: str, endpoint: str) -> dict[str, str]:
        """What an answer says of the limit of its endpoint; nothing where there is none."""
        if not self.burst:
            return {}
        now, most = self._clock(), BURSTS.get(method, 50)
        seen = [moment for moment in self._seen.get(("burst", method, endpoint), ()) if moment > now - _SECOND]
        reset = (min(seen) if seen else now) + _SECOND
        left = {"X-RateLimit-Limit": str(most), "X-RateLimit-Remaining": str(max(0, most - len(seen)))}
        return {**left, "X-RateLimit-Reset": reset.isoformat()}

    def admit(self, method: str, endpoint: str, issue: str | None) -> None:
        """Count a request to an endpoint, and a write to an issue if it is one. Raises JiraError 429."""
        now = self._clock()
        if self.quota_until is not None and now < self.quota_until:
            raise _refusal("jira-quota-tenant-based", self.quota_until - now, 0)
        if self.burst:
            self._count(("burst", method, endpoint), ((BURSTS.get(method, 50), _SECOND),), "jira-burst-based", now)
        if self.per_issue and issue is not None and method != "GET":
            self._count(("issue", issue), self.per_issue, "jira-per-issue-on-write", now)

    def _count(
        self, key: tuple[str, ...], windows: tuple[tuple[int, timedelta], ...], reason: str, now: datetime
    ) -> None:
        seen = self._seen.setdefault(key, deque())
        longest = max(length for _, length in windows)
        while seen and (seen[0] <= now - longest or seen[0] > now):
            seen.popleft()
        for most, length in windows:
            recent = [moment for moment in seen if moment > now - length]
            if len(recent) >= most:
                raise _refusal(reason, recent[0] + length - now, most)
        seen.append(now)


def _refusal(reason: str, wait: timedelta, most: int) -> JiraError:
    headers = {"Retry-After": str(max(1, math.ceil(wait.total_seconds()))), "RateLimit-Reason": reason}
    headers |= {"X-RateLimit-Limit": str(most), "X-RateLimit-Remaining": "0"}
    return JiraError(429, "Rate limit exceeded.", headers=headers)
