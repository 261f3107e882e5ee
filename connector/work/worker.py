"""The worker: claims what is due, has it done by threads, stores the results in batches."""

import queue
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import structlog

from connector.helpdesks.helpdesk import Helpdesk
from connector.policy.models import Policy
from connector.work.attempt import FULL_SWEEP, SWEEP, Result, Rhythm, attempt, pause_length
from connector.work.errors import StoreError
from connector.work.table import Job, Key, WorkTable

log = structlog.get_logger("worker")

LEASE = timedelta(seconds=90)
"""Longer than the time-outs of one reconcile; renewed while the work goes on."""

POLL_S = 0.2
"""How soon a due ticket is noticed. One cheap read, no lock."""

_GATHER_S = 0.05
"""Results that come this close together are stored in one transaction."""

_RETRY_STORE_S = 1.0
_BATCH = 200


class Worker:
    """Works for one helpdesk. Any number of workers on any number of machines may share the work table."""

    def __init__(
        self,
        table: WorkTable,
        desk: Helpdesk,
        policy: Policy,
        *,
        threads: int = 16,
        rhythm: Rhythm | None = None,
    ) -> None:
        self._table = table
        self._desk = desk
        self._policy = policy
        self._threads = threads
        # Every thread finds its next job waiting while results are stored and new jobs are claimed.
        self._ahead = max(4 * threads, 32)
        self._rhythm = rhythm or Rhythm()
        self._results: queue.SimpleQueue[tuple[Job, Result]] = queue.SimpleQueue()
        self._held: dict[Key, Job] = {}
        self._unsaved: list[Result] = []
        self._outages = 0
        self._paused_until: datetime | None = None
        self._renew_at: datetime | None = None

    def run(self, stop: threading.Event) -> None:
        """Until ``stop``. Then what has begun is finished, what has not is given back (P18)."""
        with ThreadPoolExecutor(self._threads, thread_name_prefix="worker") as pool:
            self._plan_sweeps(stop)
            while not stop.is_set():
                try:
                    self._paused_until = self._table.paused_until(self._desk.name)
                    self._claim(pool, stop)
                    self._collect(POLL_S)
                    self._save()
                    self._renew()
                except StoreError as error:
                    log.warning("work table does not answer", error=str(error))
                    stop.wait(_RETRY_STORE_S)
            while self._held:
                self._collect(LEASE.total_seconds())
                self._save()

    def run_due(self) -> int:
        """Does everything that is due now in this thread, and what becomes due by that. Returns the number of jobs."""
        count = 0
        while jobs := self._table.claim(self._desk.name, _BATCH, LEASE):
            for job in jobs:
                self._held[job.key] = job
                self._results.put((job, self._attempt(job)))
                self._collect(0)
                self._save()
            count += len(jobs)
        return count

    def _plan_sweeps(self, stop: threading.Event) -> None:
        """A full sweep at start finds what happened while nobody was there; the small ones follow."""
        while not stop.is_set():
            try:
                now = self._table.now()
                self._table.touch([Key(self._desk.name, FULL_SWEEP)], now)
                self._table.touch([Key(self._desk.name, SWEEP)], now + self._rhythm.sweep)
            except StoreError as error:
                log.warning("work table does not answer", error=str(error))
                stop.wait(_RETRY_STORE_S)
            else:
                return

    def _attempt(self, job: Job) -> Result:
        result = attempt(job, self._table, self._desk, self._policy, self._rhythm)
        if result.pause:
            # At once for the other threads of this process; the table tells the other processes.
            self._paused_until = result.pause[0] or self._table.now() + timedelta(seconds=POLL_S)
        return result

    def _is_paused(self) -> bool:
        until = self._paused_until
        return until is not None and self._table.now() < until

    def _claim(self, pool: ThreadPoolExecutor, stop: threading.Event) -> None:
        room = self._ahead - len(self._held)
        if room < self._ahead // 4:
            return

        def work(job: Job) -> None:
            # Claimed ahead of its turn and not begun. Whoever paused the helpdesk meant this job too (P10).
            idle = stop.is_set() or self._is_paused()
            self._results.put((job, Result(released=job) if idle else self._attempt(job)))

        for job in self._table.claim(self._desk.name, room, LEASE):
            self._held[job.key] = job
            pool.submit(work, job)

    def _collect(self, wait_s: float) -> None:
        """All results that are there; waits up to ``wait_s`` for the first, and a moment for those close behind it."""
        try:
            job, result = self._results.get(timeout=wait_s) if wait_s else self._results.get_nowait()
            if wait_s:
                time.sleep(_GATHER_S)
            while True:
                self._held.pop(job.key, None)
                self._unsaved.append(result)
                job, result = self._results.get_nowait()
        except queue.Empty:
            return

    def _save(self) -> None:
        """Stores all results. What cannot be stored now is kept and stored later; the leases protect it."""
        results = self._unsaved
        if not results:
            return
        self._pause([result for result in results if result.pause])
        touches = [key for result in results for key in result.touches]
        if touches:
            self._table.touch(touches, self._table.now())
        refused = self._table.finish([result.done for result in results if result.done])
        refused += self._table.fail([result.failed for result in results if result.failed])
        refused += self._table.release([result.released for result in results if result.released])
        self._unsaved = []
        for job in refused:
            log.warning("result refused: the lease had passed to another worker", ticket=job.key.ticket)

    def _pause(self, hit: list[Result]) -> None:
        if not hit:
            self._outages = 0
            return
        now = self._table.now()
        for at, reason in (result.pause for result in hit if result.pause):
            until = at or now + pause_length(self._outages)
            self._table.pause(self._desk.name, until, reason)
        self._outages += 1
        log.warning("helpdesk is left alone", helpdesk=self._desk.name, until=until.isoformat(), cause=reason)

    def _renew(self) -> None:
        now = self._table.now()
        if not self._held or (self._renew_at and now < self._renew_at):
            return
        self._renew_at = now + LEASE / 3
        self._table.renew(list(self._held.values()), LEASE)
