"""The laws of the work table under any sequence of calls, against a model in plain Python."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from connector.sandbox.clock import SteppedClock
from connector.work.jobs import MOST_DEATHS
from connector.work.table import Counts, Deferred, Done, Failed, Job, Key, RowState, WorkTable

TICKETS = ["a", "b", "c"]
LEASE = timedelta(seconds=20)

tickets = st.sampled_from(TICKETS)
offsets = st.sampled_from([-3, 0, 0, 0, 2, 30]).map(lambda seconds: timedelta(seconds=seconds))
deadlines = st.none() | offsets

Pick = tuple[str, int]
"""A run of a ticket: the latest one, or with an age of 1 the one before, whose owner is stale."""
runs = st.tuples(tickets, st.sampled_from([0, 0, 0, 1]))


@dataclass
class Row:
    """One ticket as the specification speaks of it: an event during a run waits until the run has ended."""

    due: datetime | None
    generation: int = 1
    attempts: int = 0
    deaths: int = 0
    owner: Job | None = None
    until: datetime | None = None
    waiting: list[datetime] = field(default_factory=list)
    seen: datetime | None = None
    dead: datetime | None = None
    not_before: datetime | None = None

    def touch(self, due: datetime) -> None:
        self.generation += 1
        if self.owner is not None:
            self.waiting.append(due)
        else:
            self.wake(max(due, self.not_before or due))

        self.deaths = min(self.deaths, MOST_DEATHS - 1)

    def wake(self, due: datetime) -> None:
        self.dead = None
        self.due = due if self.due is None else min(self.due, due)

    def end_run(self, due: datetime | None, now: datetime, *, failed: bool) -> None:
        self.owner = self.until = self.not_before = None
        self.due = due
        self.attempts = self.attempts + 1 if failed else 0
        self.deaths = self.deaths if failed else 0
        self.dead = now if failed and due is None else None
        for event in self.waiting:
            self.wake(event)
        self.waiting = []

    def claimable_at(self) -> datetime | None:
        return self.until if self.owner is not None else self.due


class WorkTableMachine(RuleBasedStateMachine):
    """Jobs are remembered for ever, so that stale owners come back with results again and again."""

    def __init__(self, table: WorkTable, clock: SteppedClock, desk: str) -> None:
        super().__init__()
        self.table, self.clock, self.desk = table, clock, desk
        self.rows: dict[str, Row] = {}
        self.jobs: dict[str, list[Job]] = {ticket: [] for ticket in TICKETS}
        self.pause_end: datetime | None = None

    @initialize()
    def three_tickets(self) -> None:
        self.touch(set(TICKETS), timedelta(0))

    @rule(touched=st.sets(tickets, min_size=1), offset=offsets)
    def touch(self, touched: set[str], offset: timedelta) -> None:
        due = self.clock() + offset
        self.table.touch([Key(self.desk, ticket) for ticket in touched], due)
        for ticket in touched:
            if ticket in self.rows:
                self.rows[ticket].touch(due)
            else:
                self.rows[ticket] = Row(due)

    @rule(seconds=st.sampled_from([5, 20, 60]))
    def time_passes(self, seconds: int) -> None:
        self.clock.advance(timedelta(seconds=seconds))

    @rule(limit=st.sampled_from([1, 3]))
    def claim(self, limit: int) -> None:
        now = self.clock()
        ready = {
            ticket: at for ticket, row in self.rows.items() if (at := row.claimable_at()) is not None and at <= now
        }
        if self.paused():
            ready = {}
        suspects = {ticket: at for ticket, at in ready.items() if self.rows[ticket].deaths}
        others = {ticket: at for ticket, at in ready.items() if ticket not in suspects}
        claimed = self.table.claim(self.desk, limit, LEASE)
        order = [ready[job.key.ticket] for job in claimed]
        assert order == sorted(order)
        alone = [suspects.pop(job.key.ticket) for job in claimed if job.key.ticket in suspects]
        assert len(alone) == min(1, len(alone) + len(suspects))
        assert not suspects or alone[-1] <= min(suspects.values())
        rest = [others.pop(job.key.ticket) for job in claimed if job.key.ticket in others]
        assert len(claimed) == min(limit, len(claimed) + len(others))
        assert not others or not rest or rest[-1] <= min(others.values())
        for job in claimed:
            row = self.rows[job.key.ticket]
            died = int(row.owner is not None)
            row.attempts, row.deaths = row.attempts + died, row.deaths + died
            assert (job.generation, job.attempts, job.deaths) == (row.generation, row.attempts, row.deaths)
            row.due, row.owner, row.until, row.waiting = row.claimable_at(), job, now + LEASE, []
            self.jobs[job.key.ticket].append(job)

    @rule(results=st.lists(st.tuples(runs, deadlines, st.none() | offsets), min_size=1, max_size=3))
    def finish(self, results: list[tuple[Pick, timedelta | None, timedelta | None]]) -> None:
        done = [Done(job, self.at(due), self.at(seen)) for pick, due, seen in results for job in self.picked(pick)]
        refused = []
        for one in sorted(done, key=lambda one: one.job.key):
            row = self.owned(one.job)
            if row is None:
                refused.append(one.job)
            else:
                row.end_run(one.due, self.clock(), failed=False)
                row.seen = one.seen or row.seen
        assert self.table.finish(done) == refused

    @rule(pick=runs, retry=deadlines)
    def fail(self, pick: Pick, retry: timedelta | None) -> None:
        for job in self.picked(pick):
            row = self.owned(job)
            assert self.table.fail([Failed(job, "no", self.at(retry))]) == ([] if row else [job])
            if row is not None:
                row.end_run(self.at(retry), self.clock(), failed=True)

    @rule(pick=runs)
    def renew(self, pick: Pick) -> None:
        for job in self.picked(pick):
            row = self.owned(job)
            assert self.table.renew([job], LEASE) == ([] if row else [job])
            if row is not None:
                row.until = self.clock() + LEASE

    @rule(pick=runs)
    def release(self, pick: Pick) -> None:
        for job in self.picked(pick):
            row = self.owned(job)
            assert self.table.release([job]) == ([] if row else [job])
            if row is not None:
                row.owner = row.until = row.not_before = None
                row.waiting = []

    @rule(pick=runs, offset=offsets, strictly=st.booleans())
    def defer(self, pick: Pick, offset: timedelta, strictly: bool) -> None:
        until = self.clock() + offset
        for job in self.picked(pick):
            row = self.owned(job)
            assert self.table.defer([Deferred(job, until, strictly)]) == ([] if row else [job])
            if row is not None:
                row.owner = row.until = None
                row.due, row.waiting = until, []
                row.not_before = until if strictly else None

    @rule(seconds=st.sampled_from([1, 5]))
    def pause(self, seconds: int) -> None:
        until = self.clock() + timedelta(seconds=seconds)
        self.table.pause(self.desk, until, "429")
        self.pause_end = max(until, self.pause_end or until)

    @rule(ticket=tickets)
    def replay(self, ticket: str) -> None:
        row = self.rows.get(ticket)
        dead = row is not None and row.dead is not None
        assert self.table.replay([Key(self.desk, ticket)]) == int(dead)
        if row is not None and dead:
            row.touch(self.clock())
            row.attempts = row.deaths = 0

    @rule(ticket=tickets)
    def drop(self, ticket: str) -> None:
        row = self.rows.get(ticket)
        dead = row is not None and row.dead is not None
        assert self.table.drop([Key(self.desk, ticket)]) == int(dead)
        if dead:
            del self.rows[ticket]

    @invariant()
    def next_due_is_the_earliest(self) -> None:
        times = [at for row in self.rows.values() if (at := row.claimable_at()) is not None]
        expected = min(times, default=None)
        if expected is not None and self.pause_end is not None:
            expected = max(expected, self.pause_end)
        assert self.table.next_due(self.desk) == expected

    @invariant()
    def the_rest_is_as_in_the_model(self) -> None:
        expected = {ticket: RowState(row.seen, row.claimable_at(), row.dead) for ticket, row in self.rows.items()}
        assert self.table.seen(self.desk, TICKETS) == expected
        dead = {(letter.key.ticket, letter.attempts) for letter in self.table.dead_letters(self.desk)}
        assert dead == {(ticket, row.attempts) for ticket, row in self.rows.items() if row.dead is not None}
        assert self.table.paused_until(self.desk) == (self.pause_end if self.paused() else None)

    @invariant()
    def the_counts_add_up(self) -> None:
        now, rows = self.clock(), list(self.rows.values())
        times = [(at, row.owner) for row in rows if (at := row.claimable_at()) is not None]
        due = [at for at, _ in times if at <= now]
        expected = Counts(
            due=len(due),
            waiting=sum(at > now and owner is None for at, owner in times),
            leased=sum(at > now and owner is not None for at, owner in times),
            dead=sum(row.dead is not None for row in rows),
            oldest_due=min(due, default=None),
        )
        assert self.table.counts().get(self.desk, Counts(0, 0, 0, 0, None)) == expected

    def picked(self, pick: Pick) -> list[Job]:
        ticket, age = pick
        return self.jobs[ticket][::-1][age : age + 1]

    def owned(self, job: Job) -> Row | None:
        row = self.rows.get(job.key.ticket)
        return row if row is not None and row.owner == job else None

    def at(self, offset: timedelta | None) -> datetime | None:
        return None if offset is None else self.clock() + offset

    def paused(self) -> bool:
        return self.pause_end is not None and self.pause_end > self.clock()


@pytest.fixture
def new_machine(tmp_path: Path, clock: SteppedClock) -> Iterator[Callable[[], WorkTableMachine]]:
    """One file for all examples, a helpdesk of its own for each: creating files would take most of the time."""
    table = WorkTable.open(f"sqlite:///{tmp_path / 'work.sqlite3'}", clock)
    numbers = count()
    yield lambda: WorkTableMachine(table, clock, f"desk{next(numbers)}")
    table.close()


@pytest.mark.hypothesis
def test_the_table_keeps_its_laws(new_machine: Callable[[], WorkTableMachine]) -> None:
    run_state_machine_as_test(
        new_machine,  # type: ignore[arg-type]  # any callable will do
        settings=settings(
            stateful_step_count=30,
            report_multiple_bugs=False,
        ),
    )
