"""How much a worker does: so many tickets a second, and so many at the same time as the helpdesk can take."""

from collections.abc import Callable
from datetime import datetime
from threading import Condition

import structlog

from connector import metrics
from connector.helpdesks.concurrency import Adaptive
from connector.helpdesks.helpdesk import Helpdesk
from connector.work.jobs import Job

log = structlog.get_logger("worker")


class RateLimiter:
    """A bound on the tickets begun in a second, also after an outage or a mass change (P8, P15): a token bucket, which
    keeps for one second what was allowed and not used."""

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


class Places:
    """Threads that have a job and may be at work now: fewer while the helpdesk answers slowly."""

    def __init__(self, helpdesk: str, threads: int, desk: Callable[[], Helpdesk]) -> None:
        self._name = helpdesk
        self._threads = threads
        self._desk = desk
        self._room = Condition()
        self._at_work: set[Job] = set()
        self._told = 0

    def take(self, job: Job, stopping: Callable[[], bool]) -> None:
        """Waits until there is a place, or the end."""
        with self._room:
            self._room.wait_for(lambda: stopping() or len(self._at_work) < self._allowed())
            self._at_work.add(job)

    def leave(self, job: Job) -> None:
        """The job has ended, or hangs and counts no longer."""
        with self._room:
            self._at_work.discard(job)
            self._room.notify()

    def look(self) -> None:
        """Several times a second: lets threads begin where the helpdesk has become quicker, or the end has come, and
        tells of a change."""
        allowed = self._allowed()
        with self._room:
            self._room.notify_all()
        if allowed == self._told:
            return
        self._told = allowed
        metrics.at_a_time(self._name, allowed)
        if allowed < self._threads:
            log.info("the helpdesk answers slowly: fewer tickets at a time", helpdesk=self._name, at_a_time=allowed)

    def _allowed(self) -> int:
        desk = self._desk()
        return desk.concurrency.of(self._threads) if isinstance(desk, Adaptive) else self._threads
