"""How many tickets the work table holds, for Prometheus."""

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from connector.work.errors import StoreError
from connector.work.jobs import Counts

if TYPE_CHECKING:
    from prometheus_client import Metric

_FRESH_S = 5.0
"""Counting rows reads the whole work table, and anybody may ask for the figures."""


class WorkTableRows:
    """The rows of the work table by state, read when somebody asks, at most once in five seconds."""

    def __init__(self, counts: Callable[[], Mapping[str, Counts]], clock: Callable[[], float] = time.monotonic) -> None:
        """``counts`` as ``WorkTable.counts``; ``clock``: seconds that never go back."""
        self._counts = counts
        self._clock = clock
        self._lock = threading.Lock()
        self._held: Mapping[str, Counts] | None = None
        self._until = float("-inf")

    def collect(self) -> Iterable["Metric"]:
        """For the library's registry."""
        from prometheus_client.core import GaugeMetricFamily

        by_helpdesk = self._fresh()
        yield GaugeMetricFamily(
            "interspace_work_table_up", "1: the work table answers.", value=int(by_helpdesk is not None)
        )
        tickets = GaugeMetricFamily("interspace_tickets", "Tickets in the work table.", labels=("helpdesk", "state"))
        oldest = GaugeMetricFamily(
            "interspace_oldest_due_timestamp_seconds",
            "Since when the ticket that waits longest has been due; absent when none is.",
            labels=("helpdesk",),
        )
        for helpdesk, counts in (by_helpdesk or {}).items():
            for state in ("due", "waiting", "leased", "dead"):
                tickets.add_metric((helpdesk, state), getattr(counts, state))
            if counts.oldest_due is not None:
                oldest.add_metric((helpdesk,), counts.oldest_due.timestamp())
        yield from (tickets, oldest)

    def _fresh(self) -> Mapping[str, Counts] | None:
        with self._lock:
            if self._clock() >= self._until:
                try:
                    self._held = self._counts()
                except StoreError:
                    self._held = None
                self._until = self._clock() + _FRESH_S
            return self._held
