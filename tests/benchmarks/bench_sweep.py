"""What a full sweep of 100,000 open tickets costs when nothing is to do: ``python -m tests.benchmarks.bench_sweep``.

The real ``interspace work``, which begins with a full sweep, against a sandbox helpdesk in another process. Customers
wrote one ticket after the other during the last three weeks, and the work table knows every one of them as it is.
Requests are counted by the sandbox; memory is the most that the worker's process held until the sweep was over.
"""

import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import datetime, timedelta
from pathlib import Path

from connector.work.table import Done, Key, WorkTable
from tests.benchmarks.processes import is_swept, memory_mb, worker
from tests.benchmarks.report import Row, number, show
from tests.benchmarks.sandbox_process import HELPDESKS, Sandbox, sandbox_process
from tests.builders import default_policy
from tests.waiting import wait_until

_TICKETS, _QUICK = 100_000, 5_000
_AGE = timedelta(days=21)
_UNTIL = timedelta(days=1)
"""The youngest is so old: what is new costs requests for a reason."""
_LEASE = timedelta(minutes=10)
_CLAIMED = 5_000
_MOST_REQUESTS, _MOST_MB = 510, 200
"""Of requests: Zammad's 500 full pages, of which each begins with the end of the one before, and the start."""
_LARGEST_PAGE = {"zammad": 200, "cloud": 5_000, "datacenter": 1_000}
"""Tickets that the helpdesk lists at once at most; on Jira Cloud their ids alone."""
_PATIENCE_S = 200.0


def rows(*, quick: bool = False) -> Iterator[Row]:
    """With each kind of helpdesk. They are filled at the same time, each in its process, and swept one by one."""
    count = _QUICK if quick else _TICKETS
    with ExitStack() as stack:
        sandboxes = {kind: stack.enter_context(sandbox_process(kind)) for kind in HELPDESKS}
        with ThreadPoolExecutor(len(sandboxes)) as pool:
            list(pool.map(lambda sandbox: sandbox.opens(count, _AGE, _AGE - _UNTIL), sandboxes.values()))
        for kind, sandbox in sandboxes.items():
            yield from _swept(kind, sandbox, count)


def _swept(kind: str, sandbox: Sandbox, count: int) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as directory:
        url = f"sqlite:///{Path(directory) / 'work.sqlite3'}"
        with closing(WorkTable.open(url)) as table:
            _know(table, sandbox.desk, sandbox.updated())
            sandbox.traffic()
            with worker(sandbox.settings, url) as running:
                wait_until(lambda: running.has_said("worker started"), "the start", every_s=0.01)
                began = time.perf_counter()
                wait_until(lambda: is_swept(table, sandbox.desk), "the sweep", _PATIENCE_S)
                seconds, memory = time.perf_counter() - began, memory_mb([running.pid], "VmHWM")
            due = table.counts()[sandbox.desk].due
        traffic = sandbox.traffic()
    what = f"sweep of {number(count)} open tickets, {HELPDESKS[kind]}"
    yield Row(
        figure=f"{what}: requests",
        measured=traffic.reads + traffic.searches,
        most=_MOST_REQUESTS,
        limit=count / _LARGEST_PAGE[kind],
        limit_is="full pages",
    )
    yield Row(figure=f"{what}: tickets written or marked", measured=traffic.writes + due, most=0)
    yield Row(figure=f"{what}: duration", measured=seconds, unit="s")
    yield Row(figure=f"{what}: memory of the worker, at most", measured=memory, unit="MB", most=_MOST_MB)


def _know(table: WorkTable, desk: str, updated: Mapping[str, datetime]) -> None:
    """As after a good run of every ticket and the sweep that followed."""
    table.touch([Key(desk, ticket) for ticket in updated], table.now())
    while jobs := table.claim(desk, _CLAIMED, _LEASE):
        table.finish([Done(job, None, updated[job.key.ticket]) for job in jobs])
    table.helpdesks.set_policy(desk, default_policy().rules_version)
    table.helpdesks.set_cursor(desk, max(updated.values()))


if __name__ == "__main__":
    show(rows())
