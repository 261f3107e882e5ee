"""Whether memory grows under load: ``python -m tests.benchmarks.bench_memory [--seconds 3600]``.

The real ``interspace receive`` and ``interspace work`` on one SQLite, a sandbox Zammad in another process, and senders
that deliver signed events of a thousand tickets as quickly as they are accepted. Before, each of them is looked at
twice, so that caches hold what they are going to hold. What the processes hold after the first quarter is held against
what they hold in the end, as medians over a tenth of the time.
"""

import argparse
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

from connector.work.table import Key, WorkTable
from tests.benchmarks.processes import (
    is_swept,
    memory_mb,
    receiver,
    tree,
    worker,
)
from tests.benchmarks.report import Row, show
from tests.benchmarks.sandbox_process import sandbox_process
from tests.benchmarks.senders import Result, send
from tests.ports import is_answering
from tests.waiting import wait_until

SECONDS, QUICK, LONG = 40.0, 10.0, 3600.0
_TICKETS = 1_000
_ROUNDS = 2
_CONNECTIONS = 4
_MOST_MB = 5.0
"""Growth for 100,000 events: an allocator is never quite still."""
_SCALE = 100_000


def rows(*, quick: bool = False, seconds: float = SECONDS) -> Iterator[Row]:
    """Growth of receiver and worker for each 100,000 events."""
    length = QUICK if quick else seconds
    with tempfile.TemporaryDirectory() as directory, sandbox_process() as sandbox:
        url = f"sqlite:///{Path(directory) / 'work.sqlite3'}"
        tickets = [Key(sandbox.desk, ticket) for ticket in sandbox.opens(_TICKETS)]
        with (
            closing(WorkTable.open(url)) as table,
            receiver(url) as (receiving, port),
            worker(sandbox.settings, url, INTERSPACE_LOG_LEVEL="warning") as working,
        ):
            wait_until(lambda: is_answering(port), "the start of the receiver")
            wait_until(lambda: is_swept(table, sandbox.desk), "the first sweep")
            for _ in range(_ROUNDS):
                table.touch(tickets, table.now())
                wait_until(partial(_is_done, table, sandbox.desk), "the looks at all tickets")
            sandbox.traffic()
            parts = {"receiver": tree(receiving.pid), "worker": tree(working.pid)}
            found: list[Result] = []
            sender = threading.Thread(target=lambda: found.append(send(port, 1, _CONNECTIONS, length)))
            samples: dict[str, list[float]] = {name: [] for name in parts}
            sender.start()
            while sender.is_alive():
                time.sleep(min(1.0, length / 60))
                for name, pids in parts.items():
                    samples[name].append(memory_mb(pids))
            sender.join()
            reads = sandbox.traffic().reads
    accepted = found[0].statuses["202"]
    what = f"memory under {length:.0f} s of load"
    yield Row(figure=f"{what}: events accepted", measured=accepted)
    yield Row(figure=f"{what}: requests of the worker", measured=reads)
    # In less than a minute caches are still being filled.
    most = _MOST_MB if length >= SECONDS else None
    for name, sampled in samples.items():
        early, late = _median_at(sampled, 0.25), _median_at(sampled, 0.9)
        yield Row(figure=f"{what}: {name} in the end", measured=late, unit="MB")
        events = accepted * 0.65
        growth = (late - early) * _SCALE / events if events else 0.0
        figure = f"{what}: growth of the {name} for {_SCALE:,} events"
        yield Row(figure=figure, measured=max(growth, 0.0), unit="MB", most=most)


def _is_done(table: WorkTable, desk: str) -> bool:
    counts = table.counts()[desk]
    return counts.due == counts.leased == 0


def _median_at(sampled: list[float], share: float) -> float:
    """Over a tenth of the time, from ``share`` of it on."""
    first = int(len(sampled) * share)
    return statistics.median(sampled[first : first + max(1, len(sampled) // 10)])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="length of the load")
    show(rows(seconds=parser.parse_args().seconds))
