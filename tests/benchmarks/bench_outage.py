"""How long 10,000 tickets take that came in while the helpdesk was down: ``python -m tests.benchmarks.bench_outage``.

The real ``interspace work`` with its default bound on the rate, SQLite, and a sandbox Zammad in another process that
answers 503 to everything until it is told to come back. Each ticket needs a read and a write.
"""

import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from connector.work.table import Key, WorkTable
from connector.work.worker import RATE
from tests.benchmarks.processes import THREADS, is_swept, worker
from tests.benchmarks.report import Row, number, show
from tests.benchmarks.sandbox_process import sandbox_process
from tests.waiting import wait_until

_TICKETS, _QUICK = 10_000, 800
_WINDOW_S = 5.0
_PATIENCE_S = 250.0
_CLAIMED_AHEAD = 4 * THREADS


def rows(*, quick: bool = False) -> Iterator[Row]:
    """Time, rate, and the largest rate on the way."""
    count = _QUICK if quick else _TICKETS
    with tempfile.TemporaryDirectory() as directory, sandbox_process() as sandbox:
        url = f"sqlite:///{Path(directory) / 'work.sqlite3'}"
        bound = {"INTERSPACE_WORKER_RATE": str(RATE)}
        with worker(sandbox.settings, url, **bound), closing(WorkTable.open(url)) as table:
            wait_until(lambda: is_swept(table, sandbox.desk), "the first sweep")
            tickets = sandbox.opens(count)
            sandbox.is_down(True)
            table.touch([Key(sandbox.desk, ticket) for ticket in tickets], table.now())
            wait_until(lambda: table.paused(sandbox.desk).whole is not None, "the first pause")
            sandbox.traffic()
            sandbox.is_down(False)
            until = table.paused(sandbox.desk).whole
            pause = max(0.0, (until - table.now()).total_seconds()) if until else 0.0
            back, first = time.perf_counter(), 0.0
            left = [(back, count)]
            while left[-1][1]:
                counts = table.counts()[sandbox.desk]
                left.append((time.perf_counter(), counts.due + counts.leased))
                if counts.dead:
                    raise RuntimeError(f"a ticket failed: {table.dead_letters()[0].error}")
                if not first and left[-1][1] < count:
                    first = left[-1][0] - back
                if left[-1][0] - back > _PATIENCE_S:
                    raise TimeoutError(f"{left[-1][1]} tickets are left after {_PATIENCE_S:g} s")
                time.sleep(0.1)
            traffic = sandbox.traffic()
        seconds = left[-1][0] - back
    what = f"outage, {number(count)} tickets afterwards"
    figure = f"{what}: from the return of the helpdesk to the first results"
    yield Row(figure=figure, measured=first, unit="s", limit=pause, limit_is="s left of its pause")
    yield Row(
        figure=f"{what}: until all are done", measured=seconds, unit="s", limit=count / RATE, limit_is="s by rate"
    )
    rate = count / (seconds - first)
    yield Row(figure=f"{what}: rate", measured=rate, unit="/s", limit=RATE, limit_is="worker_rate")
    # The pace lets a worker make up for one second at once; and what it had claimed before counts when it is done.
    most = RATE * (1 + 1 / _WINDOW_S) + _CLAIMED_AHEAD / _WINDOW_S
    fastest = _fastest(left)
    yield Row(figure=f"{what}: rate in the fastest {_WINDOW_S:g} s", measured=fastest, unit="/s", most=most)
    yield Row(figure=f"{what}: tickets written twice", measured=0 if traffic.one_write_each else 1, most=0)


def _fastest(left: list[tuple[float, int]]) -> float:
    """Tickets a second in the window with the most."""
    found = [
        (before - after) / (end - begin)
        for place, (begin, before) in enumerate(left)
        for end, after in left[place + 1 :]
        if _WINDOW_S <= end - begin < _WINDOW_S + 0.5
    ]
    return max(found, default=(left[0][1] - left[-1][1]) / (left[-1][0] - left[0][0]))


if __name__ == "__main__":
    show(rows())
