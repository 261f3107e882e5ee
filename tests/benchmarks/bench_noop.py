"""How many unchanged tickets a second one worker process finishes: ``python -m tests.benchmarks.bench_noop``.

The real ``Worker``, ``evaluate`` and SQLite work table in a process of their own, and a helpdesk in its memory. Timed
is from the first claim until the last result is in the work table.
"""

import multiprocessing
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from connector.domain.model import TicketId
from connector.rules.evaluate import evaluate
from connector.work.table import Key, WorkTable
from connector.work.worker import Worker
from tests.benchmarks import tickets
from tests.benchmarks.instant_desk import DESK, InstantDesk, quiet
from tests.benchmarks.processes import THREADS
from tests.benchmarks.report import Row, show
from tests.builders import default_policy
from tests.waiting import wait_until
from tests.working import in_a_thread

_JOBS, _QUICK = 20_000, 4_000
_DIFFERENT = 100
"""Tickets with texts of their own; the jobs are many looks at them."""
_LEAST = 5_000
_AGE = timedelta(minutes=31)


class Measured(NamedTuple):
    """Tickets a second."""

    worker: float
    decided: float
    """By ``evaluate`` alone in one thread."""


def rows(*, quick: bool = False) -> Iterator[Row]:
    """With one thread, which is all that a helpdesk without answering times needs, and with as many as in operation."""
    for threads in (1, THREADS):
        with (
            tempfile.TemporaryDirectory() as directory,
            ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool,
        ):
            url = f"sqlite:///{Path(directory) / 'work.sqlite3'}"
            found = pool.submit(_measure, url, _QUICK if quick else _JOBS, threads).result()
        yield Row(
            figure=f"worker, helpdesk in memory: unchanged tickets, {threads} thread{'s' * (threads > 1)}",
            measured=found.worker,
            unit="/s",
            least=_LEAST,
            limit=found.decided,
            limit_is="evaluate alone, one thread",
        )


def _measure(url: str, jobs: int, threads: int) -> Measured:
    """In the worker's process."""
    policy, now = default_policy(), datetime.now(UTC)
    desk = InstantDesk()
    made = [
        tickets.settled(tickets.in_work(policy, now - _AGE), policy, now + timedelta(minutes=1))
        for _ in range(_DIFFERENT)
    ]
    desk.tickets = {str(number): made[number % _DIFFERENT] for number in range(jobs)}
    with quiet(), closing(WorkTable.open(url)) as table:
        decided = _alone(desk, jobs)
        table.touch([Key(DESK, ticket) for ticket in desk.tickets], table.now())
        desk.reads.clear()
        with in_a_thread(Worker(table, desk, policy, threads=threads, rate=0)):
            wait_until(lambda: bool(desk.reads), "the first read", every_s=0.001)
            began = time.perf_counter()
            wait_until(lambda: len(desk.reads) == jobs, "the last read")
            wait_until(lambda: not _is_working(table), "the end of the work")
            seconds = time.perf_counter() - began
    if desk.written:
        raise RuntimeError(f"{desk.written} tickets were written: these are not the tickets this benchmark is about")
    return Measured(jobs / seconds, decided)


def _alone(desk: InstantDesk, jobs: int) -> float:
    """The same decisions and nothing else."""
    policy, now = default_policy(), datetime.now(UTC)
    looks = [desk.read(TicketId(str(number))) for number in range(min(jobs, 10 * _DIFFERENT))]
    began = time.perf_counter()
    for ticket in looks:
        evaluate(ticket, policy, now)
    return len(looks) / (time.perf_counter() - began)


def _is_working(table: WorkTable) -> bool:
    counts = table.counts()[DESK]
    if counts.dead:
        raise RuntimeError(f"a ticket failed: {table.dead_letters()[0].error}")
    return counts.due + counts.leased > 0


if __name__ == "__main__":
    show(rows())
