"""The database's time, so that all machines agree on what is due and whose lease has ended."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from connector.work.errors import StoreError


class DatabaseClock:
    """Measures the database's time now and then and counts on from there with the monotonic clock.

    A jump of this machine's own clock therefore changes nothing. The error is at most half a round trip
    plus the drift of ``every``. While the database does not answer, the last measurement stays in use.
    """

    def __init__(
        self,
        read: Callable[[], datetime],
        every: timedelta = timedelta(minutes=1),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Measures at once; raises the ``StoreError`` of ``read``."""
        self._read = read
        self._every = every.total_seconds()
        self._monotonic = monotonic
        self._measuring = threading.Lock()
        self._reading = self._measure()
        self._again = self._reading[1] + self._every

    def __call__(self) -> datetime:
        """Now, in UTC."""
        if self._monotonic() >= self._again and self._measuring.acquire(blocking=False):
            try:
                self._remeasure()
            finally:
                self._measuring.release()
        base, at = self._reading
        return base + timedelta(seconds=self._monotonic() - at)

    def after_fork(self) -> None:
        """The child's own lock."""
        self._measuring = threading.Lock()

    def _remeasure(self) -> None:
        self._again = self._monotonic() + self._every
        try:
            self._reading = self._measure()
        except StoreError:
            return

    def _measure(self) -> tuple[datetime, float]:
        before = self._monotonic()
        moment = self._read().astimezone(UTC)
        return moment, (before + self._monotonic()) / 2
