"""What a ticket that somebody has filled costs the worker: ``python -m tests.benchmarks.bench_long_answers``.

The real ``interspace work`` with its default threads, a sandbox helpdesk in another process. Among tickets of everyday
some are swollen: 240 MB of mail, 10,000 messages, 100,000 changes, a gzip bomb of 4 GB. Each is looked at, all others
are finished meanwhile, and the memory is the most that the worker ever had.
"""

import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

from connector.work.table import Key, WorkTable
from tests.benchmarks.processes import is_swept, memory_mb, worker
from tests.benchmarks.report import Row, show
from tests.benchmarks.sandbox_process import HELPDESKS, Sandbox, sandbox_process
from tests.waiting import wait_until

MOST_MB = 256
_MB = 1_000_000
_OTHERS = 40

SWOLLEN = {
    "240 MB of mail": (100, 2_400_000, 0),
    "240 MB in 10,000 messages": (10_000, 24_000, 0),
    "10,000 short messages": (10_000, 300, 10_000),
    "100,000 changes": (0, 0, 100_000),
}
"""Messages, letters of each, changes."""

_OF = {"datacenter": ("240 MB in 10,000 messages", "100,000 changes"), "cloud": ("100,000 changes",)}
"""Data Center's answers are taken apart by the same code as Zammad's. Cloud gives messages and changes in pages: what
is left there is their number."""


def rows(*, quick: bool = False) -> Iterator[Row]:
    """For Zammad, for Jira Data Center, which shows everything in one answer, and for the pages of Jira Cloud."""
    for kind in ("zammad",) if quick else ("zammad", "datacenter", "cloud"):
        with tempfile.TemporaryDirectory() as directory, sandbox_process(kind) as sandbox:
            url = f"sqlite:///{Path(directory) / 'work.sqlite3'}"
            cases = {name: SWOLLEN[name] for name in _OF[kind]} if kind in _OF else SWOLLEN
            yield from _rows(sandbox, url, f"swollen tickets, {HELPDESKS[kind]}", cases)


def _rows(sandbox: Sandbox, url: str, what: str, cases: Mapping[str, tuple[int, int, int]]) -> Iterator[Row]:
    with (
        worker(sandbox.settings, url, INTERSPACE_WORKER_THREADS="4", INTERSPACE_LOG_LEVEL="warning") as running,
        closing(WorkTable.open(url)) as table,
    ):
        wait_until(lambda: is_swept(table, sandbox.desk), "the first sweep")
        before = memory_mb([running.pid])
        for name, size in cases.items():
            (ticket,) = sandbox.opens(1)
            sandbox.swells(ticket, *size)
            yield Row(
                figure=f"{what}: {name}, until it is looked at", measured=_looked_at(sandbox, table, [ticket]), unit="s"
            )
            yield Row(figure=f"{what}: {name}, memory so far", measured=memory_mb([running.pid], "VmHWM"), unit="MB")
        yield Row(figure=f"{what}: not read", measured=len(table.dead_letters()), most=0)
        (ticket,) = sandbox.opens(1)
        sandbox.is_bomb(ticket)
        others = sandbox.opens(_OTHERS)
        seconds = _looked_at(sandbox, table, [ticket, *others])
        yield Row(
            figure=f"{what}: gzip bomb and {_OTHERS} others, until they are looked at", measured=seconds, unit="s"
        )
        dead = [letter.error for letter in table.dead_letters()]
        yield Row(figure=f"{what}: dead letters, the bomb alone", measured=len(dead), least=1, most=1)
        yield Row(
            figure=f"{what}: memory of the worker, at most",
            measured=memory_mb([running.pid], "VmHWM"),
            unit="MB",
            most=MOST_MB,
            limit=before,
            limit_is="before",
        )


def _looked_at(sandbox: Sandbox, table: WorkTable, tickets: list[str]) -> float:
    """Seconds until nothing is due or held any more."""
    began = time.perf_counter()
    table.touch([Key(sandbox.desk, ticket) for ticket in tickets], table.now())

    def all_done() -> bool:
        counts = table.counts()[sandbox.desk]
        return counts.due == counts.leased == 0

    wait_until(all_done, "the end of the work")
    return time.perf_counter() - began


if __name__ == "__main__":
    show(rows())
