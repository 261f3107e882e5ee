"""That a helpdesk is swept: the first sweeps of a worker, and those of a work table that was lost."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from connector.work.errand import FULL_SWEEP, SWEEP, SweepSchedule
from connector.work.errors import StoreError
from connector.work.table import Key, WorkTable

log = structlog.get_logger("worker")

RETRY_STORE_S = 1.0
"""How long to wait for a work table that does not answer."""
_KEPT = timedelta(minutes=1)


class SweepPlan:
    """The sweeps of one helpdesk in the work table. ``is_over`` says that the worker ends."""

    def __init__(self, table: WorkTable, helpdesk: str, schedule: SweepSchedule, is_over: Callable[[], bool]) -> None:
        self._table = table
        self._name = helpdesk
        self._schedule = schedule
        self._is_over = is_over
        self._seen: datetime | None = None

    def begin(self) -> None:
        """Plans a full sweep now, for what happened while no worker ran, and the first of the regular ones."""
        while not self._is_over():
            try:
                now = self._table.now()
                self._table.touch([Key(self._name, FULL_SWEEP)], now)
                self._table.touch([Key(self._name, SWEEP)], now + self._schedule.sweep)
            except StoreError as error:
                log.warning("work table does not answer", error=str(error))
                time.sleep(RETRY_STORE_S)
            else:
                return

    def keep(self) -> None:
        """Plans the sweeps if they are gone: the work table was lost while the worker ran, and all work with it.

        Looks once a minute. Raises ``StoreError``.
        """
        now, last = self._table.now(), self._seen
        if last is not None and last <= now < last + _KEPT:
            return
        if len(self._table.seen(self._name, [SWEEP, FULL_SWEEP])) < 2:
            log.warning("the work table is empty: everything is looked for again", helpdesk=self._name)
            self.begin()
        self._seen = now
