"""A bound on the tickets that a worker begins in a second, also after an outage or a mass change (P8, P15)."""

from datetime import datetime


class RateLimiter:
    """A token bucket: what was allowed and not used is kept for one second."""

    def __init__(self, per_second: float) -> None:
        """``per_second``: 0 means no bound."""
        self._per_second = per_second
        self._most = max(per_second, 1.0)
        self._allowed = self._most
        self._at: datetime | None = None

    def room(self, wanted: int, now: datetime) -> int:
        """How many of ``wanted`` tickets may begin at ``now``. A clock that jumps back allows none in addition."""
        if not self._per_second:
            return wanted
        passed = (now - self._at).total_seconds() if self._at else 0.0
        self._allowed = min(self._allowed + max(passed, 0.0) * self._per_second, self._most)
        self._at = now
        return min(wanted, int(self._allowed))

    def begun(self, count: int) -> None:
        """So many were begun."""
        self._allowed -= count
