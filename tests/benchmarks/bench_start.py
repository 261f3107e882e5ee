"""How soon the commands are ready, and what they cost when nothing happens: ``python -m tests.benchmarks.bench_start``.

A receiver is ready when ``/healthz`` answers 200, a worker when its first request reaches the helpdesk. Idle are both
with an empty work table on SQLite; their processor time is the kernel's, with all processes that they have started.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from connector.work.table import WorkTable
from tests.benchmarks.processes import (
    is_swept,
    processor_s,
    receiver,
    tree,
    worker,
)
from tests.benchmarks.report import Row, show
from tests.benchmarks.sandbox_process import sandbox_process
from tests.ports import is_answering
from tests.waiting import wait_until

_TIMES, _QUICK_TIMES = 3, 1
_IDLE_S, _QUICK_IDLE_S = 20.0, 4.0
_MOST_IDLE = 1.0
_FINE_S = 0.01


def rows(*, quick: bool = False) -> Iterator[Row]:
    """Start-up times, then idleness."""
    times = _QUICK_TIMES if quick else _TIMES
    with tempfile.TemporaryDirectory() as directory, sandbox_process() as sandbox:
        url = f"sqlite:///{Path(directory) / 'work.sqlite3'}"

        def receive() -> float:
            with receiver(url) as (running, port):
                wait_until(lambda: is_answering(port), "the start of the receiver", every_s=_FINE_S)
                return time.perf_counter() - running.started

        def work() -> float:
            sandbox.traffic()
            with worker(sandbox.settings, url) as running:
                wait_until(lambda: sandbox.traffic().searches > 0, "the first request", every_s=_FINE_S)
                return time.perf_counter() - running.started

        bare = statistics.median(_timed(_bare) for _ in range(times))
        for name, start in (("receive", receive), ("work", work)):
            ready = statistics.median(start() for _ in range(times))
            figure = f"start of interspace {name} until it is ready"
            yield Row(figure=figure, measured=ready, unit="s", limit=bare, limit_is="s only to import the commands")
        length = _QUICK_IDLE_S if quick else _IDLE_S
        with (
            closing(WorkTable.open(url)) as table,
            receiver(url) as (receiving, port),
            worker(sandbox.settings, url) as working,
        ):
            wait_until(lambda: is_answering(port), "the start of the receiver")
            wait_until(lambda: is_swept(table, sandbox.desk), "the first sweep")
            time.sleep(1)
            parts = {"receiver (all its processes)": tree(receiving.pid), "worker": tree(working.pid)}
            used = {name: processor_s(pids) for name, pids in parts.items()}
            time.sleep(length)
            for name, pids in parts.items():
                share = 100 * (processor_s(pids) - used[name]) / length
                figure = f"idle for {length:.0f} s: {name}"
                yield Row(figure=figure, measured=share, unit="% of a core", most=_MOST_IDLE)


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _bare() -> None:
    subprocess.run([sys.executable, "-c", "import connector.cli.service"], check=True)


if __name__ == "__main__":
    show(rows())
