"""The worker claims the tickets that are due, lets threads work on them, and stores the results in batches."""

import queue
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from threading import Thread

import structlog

from connector import metrics
from connector.helpdesks.errors import ExposedNoteError
from connector.helpdesks.helpdesk import Helpdesk
from connector.helpdesks.long_answer import turn
from connector.helpdesks.staff import KnowsStaff
from connector.policy.models import Policy
from connector.work.attempt import attempt
from connector.work.consequences import pause_length
from connector.work.errand import FULL_SWEEP, SWEEP, Errand, Pause, Result, SweepSchedule
from connector.work.errors import StoreError
from connector.work.jobs import Released
from connector.work.limits import Places, RateLimiter
from connector.work.outages import Outages
from connector.work.refusals import Refusals
from connector.work.sweep_plan import RETRY_STORE_S, SweepPlan
from connector.work.table import Deferred, Done, Failed, Job, Key, Paused, WorkTable
from connector.work.tellings import Teller
from connector.work.watch import Watch

log = structlog.get_logger("worker")

LEASE = timedelta(seconds=90)
"""Longer than the time-outs of one reconcile; renewed while the work goes on."""

_LONGEST_WORK = timedelta(minutes=10)
_LONGEST_SWEEP = timedelta(hours=6)
"""Work that takes longer than this hangs: its lease is not renewed any more, and its thread is replaced (P23)."""

_JOIN_S = 5.0
"""How long the end waits for threads whose work has ended or hangs."""

THREADS = 4
"""Tickets worked on at the same time, at most. A helpdesk of ten server threads has its people to serve, too."""

RATE = 200.0
"""Tickets begun in a second, at most."""

_WRITE = timedelta(seconds=35)
"""The longest that one write can take. None begins later than this before the end of a lease."""

POLL_S = 0.2
"""How soon a due ticket is noticed. Each look is one cheap read without a lock."""

_GATHER_S = 0.05
"""Results that come this close together are stored in one transaction."""

_STOP_TRIES = 60
_TIMES_DONE = 3
_MOST_AHEAD = 2_048
"""Jobs that a worker holds at most. It holds so many only while it does several thousand in a second."""

_STAFF_KEPT = timedelta(minutes=1)
_BATCH = 200


class Worker:
    """Works for one helpdesk. Any number of workers on any number of machines may share the work table."""

    def __init__(
        self,
        table: WorkTable,
        desk: Helpdesk,
        policy: Policy,
        *,
        threads: int = THREADS,
        rate: float = RATE,
        schedule: SweepSchedule | None = None,
        pulse: Callable[[], None] = lambda: None,
        watch: Watch | None = None,
        tellers: Sequence[Teller] = (),
    ) -> None:
        """``rate``: tickets begun in a second at most; 0: as many as the threads can do. ``pulse`` is called in each
        turn of the main loop, several times in a second, unless the work table does not answer."""
        self._table = table
        self._name = desk.name
        self._rules = desk, policy
        self._refusals = Refusals()
        self.tellers = tellers
        """Who knows whom to tell outside; others count from the next job on."""
        self._failures = Outages()
        self._threads = threads
        self._rate_limiter = RateLimiter(rate)
        # Jobs are claimed ahead, so that no thread waits while results are stored and new jobs are claimed: the more,
        # the more were done since the last claim.
        self._ahead = self._least_ahead = max(4 * threads, 16)
        self._done = 0
        self._schedule = schedule or SweepSchedule()
        self._sweeps = SweepPlan(table, desk.name, self._schedule, lambda: self._stopping)
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._results: queue.SimpleQueue[Result] = queue.SimpleQueue()
        # Until when (UTC) each lease lasts, and since when a thread has been at a job.
        self._held: dict[Job, datetime] = {}
        self._begun: dict[Job, datetime] = {}
        self._pulse = pulse
        self.watch = watch or Watch(table, desk.name)
        self.watch.policy = policy.version
        self._working_threads: list[Thread] = []
        self._hanging = 0
        self._places = Places(desk.name, threads, lambda: self._rules[0])
        self._unsaved: list[Result] = []
        self._outages = 0
        self._paused = Paused(None, {})
        self._own_pause: datetime | None = None
        self._renew_at: datetime | None = None
        self._staff_learned: datetime | None = None
        self._stopping = False
        self.exposed: ExposedNoteError | None = None
        """Why this worker has stopped by itself: an internal note came back public."""
        self.hangs = False
        """It has stopped by itself because as many threads hang as it should have; a new process is needed."""

    def run(self) -> None:
        """Works until ``stop``. Then jobs that have begun are finished, and the others are given back (P18)."""
        asked = lambda: self._rules[0], lambda: self._stopping
        Thread(target=self.watch.run, args=asked, name="watch", daemon=True).start()
        with self._working():
            self._sweeps.begin()
            while not self._stopping:
                self._pulse()
                self._places.look()
                try:
                    self._learn_pauses()
                    self._learn_staff()
                    self._sweeps.keep()
                    self._claim()
                    self._store()
                except StoreError as error:
                    log.warning("work table does not answer", error=str(error))
                    time.sleep(RETRY_STORE_S)
            self._end()

    def stop(self) -> None:
        """Ends ``run``. For signal handlers too: it takes no lock, which a second signal would wait for forever."""
        self._stopping = True

    def run_due(self) -> int:
        """Does in this thread what is due now and what becomes due by it, as far as the rate allows.

        Returns the number of jobs.
        """
        count = 0
        self._learn_pauses()
        self._learn_staff()
        while self.exposed is None and (jobs := self._next_jobs(_BATCH)):
            for job in jobs:
                self._work(job)
            self._collect(0)
            self._save()
            count += len(jobs)
        return count

    @property
    def policy(self) -> Policy:
        """The policy in use."""
        return self._rules[1]

    def use(self, desk: Helpdesk, policy: Policy) -> None:
        """Uses another policy from the next job on, and plans a full sweep, which applies it to the open tickets.

        Jobs that have begun go on with the old one. ``desk`` is the same helpdesk, perhaps with another mapping. May be
        called from any thread. Raises ``StoreError``: the policy is in use, but open tickets get it only with the next
        daily sweep.
        """
        self._rules = desk, policy
        self.watch.policy, self.watch.policy_failure = policy.version, None
        self._staff_learned = None
        self._table.touch([Key(self._name, FULL_SWEEP)], self._table.now())

    def _end(self) -> None:
        """Waits for the jobs that have begun. If the work table does not answer, their leases expire."""
        give_up = time.monotonic() + LEASE.total_seconds()
        while (self._held or self._unsaved) and time.monotonic() < give_up:
            self._pulse()
            self._places.look()
            try:
                self._store()
            except StoreError as error:
                log.warning("work table does not answer", error=str(error))
                time.sleep(RETRY_STORE_S)

    @contextmanager
    def _working(self) -> Iterator[None]:
        """Threads that do jobs until the context ends and no job is left. A thread pool's futures cost more time."""
        for _ in range(self._threads):
            self._start_thread()
        try:
            yield
        finally:
            for _ in self._working_threads:
                self._jobs.put(None)
            give_up = time.monotonic() + _JOIN_S
            for thread in self._working_threads:
                thread.join(max(0.0, give_up - time.monotonic()))

    def _start_thread(self) -> None:
        thread = Thread(target=self._do_jobs, name=f"worker-{len(self._working_threads)}", daemon=True)
        self._working_threads.append(thread)
        thread.start()

    def _do_jobs(self) -> None:
        while (job := self._jobs.get()) is not None:
            self._places.take(job, lambda: self._stopping)
            try:
                self._work(job)
            finally:
                self._places.leave(job)

    def _work(self, job: Job) -> None:
        # The job has been claimed ahead of its turn and has not begun: a pause concerns it too (P10).
        idle = self._stopping or self._is_paused() or not self._holds(job)
        self._results.put(Result(Released(job)) if idle else self._attempt(job))

    def _attempt(self, job: Job) -> Result:
        self._begun[job] = self._table.now()
        # Whatever a ticket holds, only one thread at a time has much of it in memory.
        with turn():
            desk, policy = self._rules
            errand = Errand(
                job,
                self._table,
                desk,
                policy,
                self._schedule,
                holds=lambda: self._holds(job),
                refusals=self._refusals,
                outages=self._failures,
                tellers=self.tellers,
            )
            result = attempt(errand)
        if result.exposed is not None:
            self._stop_for(result.exposed)
        if result.pause and not result.pause.endpoint:
            # The other threads of this process stop at once; other processes learn of it from the table.
            until = result.pause.until or self._table.now() + timedelta(seconds=POLL_S)
            self._own_pause = max(until, self._own_pause or until)
        return result

    def _stop_for(self, exposed: ExposedNoteError) -> None:
        """No further note by anybody, until a person has looked."""
        self.exposed, self._stopping = exposed, True
        metrics.exposed(self._name)
        log.critical("all work is stopped: an internal note came back public", helpdesk=self._name, cause=str(exposed))
        # Others, and this one's successor, go on unless they read it there.
        for _ in range(_STOP_TRIES):
            with suppress(StoreError):
                self._table.helpdesks.set_stopped(self._name, str(exposed))
                return
            time.sleep(RETRY_STORE_S)

    def _learn_pauses(self) -> None:
        """Reads the pauses of all workers. One of this process counts until it is among them: then people can lift
        it."""
        self._paused, own = self._table.paused(self._name), self._own_pause
        if own is not None and self._paused.whole is not None and own <= self._paused.whole:
            self._own_pause = None
        self._rules[0].pauses.learn(self._paused.endpoints)

    def _learn_staff(self) -> None:
        """What all workers have seen of who is support. It matters only when somebody has left, so it may be late."""
        desk, now, last = self._rules[0], self._table.now(), self._staff_learned
        if isinstance(desk, KnowsStaff) and (last is None or not last <= now < last + _STAFF_KEPT):
            desk.staff.recall(self._table.people.staff(self._name))
            self._staff_learned = now

    def _keep_staff(self) -> None:
        desk = self._rules[0]
        if isinstance(desk, KnowsStaff) and (news := desk.staff.news()):
            self._table.people.saw_staff(self._name, news)
            desk.staff.kept(news)

    def _holds(self, job: Job) -> bool:
        """Whether the lease lasts longer than a write that begins now."""
        until = self._held.get(job)
        return until is not None and self._table.now() + _WRITE < until

    def _is_paused(self) -> bool:
        untils = [until for until in (self._paused.whole, self._own_pause) if until is not None]
        return self.exposed is not None or any(self._table.now() < until for until in untils)

    def _next_jobs(self, room: int) -> list[Job]:
        now = self._table.now()
        # One suspect at a time: if it ends this process, it is known which one it was.
        suspects = 0 if any(job.deaths for job in self._held) else 1
        jobs = self._table.claim(self._name, self._rate_limiter.room(room, now), LEASE, suspects)
        self._rate_limiter.begun(len(jobs))
        self._held |= dict.fromkeys(jobs, now + LEASE)
        return jobs

    def _claim(self) -> None:
        if self._ahead - len(self._held) < self._ahead // 4:
            return
        self._ahead = min(max(_TIMES_DONE * self._done, self._least_ahead), _MOST_AHEAD)
        self._done = 0
        for job in self._next_jobs(max(self._ahead - len(self._held), 0)):
            self._jobs.put(job)

    def _store(self) -> None:
        self._collect(POLL_S)
        self._save()
        self._renew()

    def _collect(self, wait_s: float) -> None:
        """Takes all results that are there. Waits up to ``wait_s`` for the first, then ``_GATHER_S`` for more."""
        try:
            result = self._results.get(timeout=wait_s) if wait_s else self._results.get_nowait()
            if wait_s:
                time.sleep(_GATHER_S)
            while True:
                if self._held.pop(result.outcome.job, None) is None:
                    # It did not hang for ever: the thread that replaced its own is not needed any more.
                    self._hanging -= 1
                    self._jobs.put(None)
                self._begun.pop(result.outcome.job, None)
                self._done += 1
                if isinstance(result.outcome, Done):
                    self.watch.looked()
                self._unsaved.append(result)
                result = self._results.get_nowait()
        except queue.Empty:
            return

    def _save(self) -> None:
        """Stores all results. Those that cannot be stored now are kept for later, while the leases are renewed."""
        results = self._unsaved
        if not results:
            return
        self._pause([result.pause for result in results if result.pause])
        touches = [key for result in results for key in result.touches]
        if touches:
            self._table.touch(touches, self._table.now())
        if self._schedule.after_write is not None and any(result.wrote for result in results):
            self._table.touch([Key(self._name, SWEEP)], self._table.now() + self._schedule.after_write)
        outcomes = [result.outcome for result in results]
        refused = self._table.finish([outcome for outcome in outcomes if isinstance(outcome, Done)])
        refused += self._table.fail([outcome for outcome in outcomes if isinstance(outcome, Failed)])
        refused += self._table.release([outcome.job for outcome in outcomes if isinstance(outcome, Released)])
        refused += self._table.defer([outcome for outcome in outcomes if isinstance(outcome, Deferred)])
        self._keep_staff()
        self._unsaved = []
        for job in refused:
            log.warning("result refused: the lease had passed to another worker", ticket=job.key.ticket)

    def _pause(self, asked: list[Pause]) -> None:
        """Stores the pauses that the helpdesk asked for, so that all workers keep them; of each kind the longest."""
        now, longest = self._table.now(), dict[str | None, tuple[datetime, str]]()
        for until, reason, endpoint in asked:
            pause = (until or now + pause_length(self._outages), reason)
            longest[endpoint] = max(pause, longest.get(endpoint, pause))
        for endpoint, (until, reason) in longest.items():
            if endpoint is not None and self._paused.endpoints.get(endpoint, now) >= until:
                continue
            self._table.pause(self._name, until, reason, endpoint)
            metrics.paused(self._name)
            what = endpoint or "everything"
            log.warning("helpdesk is left alone", helpdesk=self._name, what=what, until=until.isoformat(), cause=reason)
        self._outages = self._outages + 1 if None in longest else 0

    def _renew(self) -> None:
        now = self._table.now()
        if not self._held or (self._renew_at and now < self._renew_at):
            return
        self._renew_at = now + LEASE / 3
        self._abandon(now)
        jobs = list(self._held)
        lost = set(self._table.renew(jobs, LEASE))
        self._held |= {job: now + LEASE for job in jobs if job not in lost}

    def _abandon(self, now: datetime) -> None:
        """Leaves jobs alone that hang: whoever claims them next counts that as a death, and this worker goes on with
        another thread. When too many hang, only a new process helps."""
        for job, since in list(self._begun.items()):
            longest = _LONGEST_SWEEP if job.key.ticket in (SWEEP, FULL_SWEEP) else _LONGEST_WORK
            if job in self._held and now - since > longest:
                log.error("work hangs and is left alone", ticket=job.key.ticket, since=since.isoformat())
                del self._held[job]
                self._places.leave(job)
                self._hanging += 1
                self._start_thread()
        if self._hanging > self._threads:
            log.error("too much work hangs: this process ends", threads=self._hanging)
            self.hangs = self._stopping = True
