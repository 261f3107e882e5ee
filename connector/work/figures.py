"""How many tickets the work table holds, for Prometheus."""

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from connector.work.errors import StoreError
from connector.work.health import Health
from connector.work.jobs import Counts
from connector.work.tellings import TellingCounts

if TYPE_CHECKING:
    from prometheus_client import Metric

_NEVER = float("-inf")
_FRESH_S = 5.0
"""Counting rows reads the whole work table, and anybody may ask for the figures."""


class WorkTableRows:
    """The rows of the work table by state, read when somebody asks, at most once in five seconds."""

    def __init__(
        self,
        counts: Callable[[], Mapping[str, Counts]],
        clock: Callable[[], float] = time.monotonic,
        *,
        health: Callable[[], Sequence[Health]] | None = None,
        tellings: Callable[[], Mapping[str, TellingCounts]] | None = None,
        committed: Callable[[], datetime | None] = lambda: None,
    ) -> None:
        """``counts`` as ``WorkTable.counts``, ``health`` as ``HealthTable.all``, ``tellings`` as ``Tellings.counts``;
        ``clock``: seconds that never go back; ``committed``: when a commit last went well (UTC), if somebody tries."""
        self._committed = committed
        self._counts = counts
        self._health = health
        self._tellings = tellings
        self._told: Sequence[Health] = ()
        self._untold: Mapping[str, TellingCounts] = {}
        self._clock = clock
        self._lock = threading.Lock()
        self._held: Mapping[str, Counts] | None = None
        self._until = _NEVER

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
        tellings = GaugeMetricFamily(
            "interspace_tellings", "Events that receivers outside have not been told of.", labels=("helpdesk", "state")
        )
        for helpdesk, untold in (self._untold if by_helpdesk is not None else {}).items():
            tellings.add_metric((helpdesk, "waiting"), untold.waiting)
            tellings.add_metric((helpdesk, "dead"), untold.dead)
        yield tellings
        commit = GaugeMetricFamily("interspace_last_commit_timestamp_seconds", "When a commit last went well.")
        if (committed := self._committed()) is not None:
            commit.add_metric((), committed.timestamp())
        yield commit
        for name, meaning, value in _OF_HEALTH:
            gauge = GaugeMetricFamily(f"interspace_{name}", meaning, labels=("helpdesk",))
            for health in self._told if by_helpdesk is not None else ():
                if (figure := value(health)) is not None:
                    gauge.add_metric((health.helpdesk,), figure)
            yield gauge

    def _fresh(self) -> Mapping[str, Counts] | None:
        # Whoever comes while another one waits for the database gets what was seen before.
        if self._clock() >= self._until and self._lock.acquire(blocking=self._until == _NEVER):
            try:
                if self._clock() >= self._until:
                    self._read()
            finally:
                self._lock.release()
        return self._held

    def _read(self) -> None:
        try:
            self._held = self._counts()
            self._told = self._health() if self._health else ()
            self._untold = self._tellings() if self._tellings else {}
        except StoreError:
            self._held = None
        self._until = self._clock() + _FRESH_S


def _seconds(moment: datetime | None) -> float | None:
    return moment.timestamp() if moment else None


_OF_HEALTH: tuple[tuple[str, str, Callable[[Health], float | None]], ...] = (
    ("helpdesk_up", "1: the helpdesk answers and takes the token.", lambda health: float(health.failed is None)),
    ("policy_up", "1: the policy that was read last is in use.", lambda health: float(health.policy_failure is None)),
    ("worker_alive_timestamp_seconds", "When a worker was last alive.", lambda health: _seconds(health.beat)),
    ("last_answer_timestamp_seconds", "The helpdesk's last good answer.", lambda health: _seconds(health.answered)),
    ("last_look_timestamp_seconds", "When a look last ended well.", lambda health: _seconds(health.looked)),
    ("token_expires_timestamp_seconds", "Until when the token is good.", lambda health: _seconds(health.token_ends)),
)
"""Gauges of each helpdesk: name, meaning, value; ``None``: it is not known."""
