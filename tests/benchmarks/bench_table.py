"""Measures the work table on both databases, beside what the same machine can do at all at the same moment.

Run as ``python -m tests.benchmarks.bench_table``; it takes a few minutes. The figures depend on the machine.
"""

import multiprocessing
import os
import resource
import sqlite3
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeVar

from rich.console import Console
from rich.table import Table
from sqlalchemy import create_engine, make_url, text

from connector.work.group_commit import GroupCommit
from connector.work.table import Done, Key, WorkTable
from tests.benchmarks.report import Row
from tests.postgres import fresh_schema, running_server

SECONDS = 5.0
PROCESSES, THREADS = 2, 8
TICKETS = 5_000
JOBS, BATCH = 20_000, 100
MANY, FEW, PAUSED = 1_000_000, 1_000, 200_000
LOAD_CHUNK = 100_000
SAMPLES = 50
LEASE = timedelta(minutes=10)
DESK, OTHER, DEADLINES, STOPPED = "enqueued", "worked", "deadlines", "paused"

T = TypeVar("T")
_SPAWN = multiprocessing.get_context("spawn")


class Enqueued(NamedTuple):
    """Events stored in a while, and how long each request waited, in seconds."""

    seconds: float
    waits: list[float]


class Claims(NamedTuple):
    """Medians in milliseconds, and the memory of the process that claimed, in MB."""

    idle_ms: float
    one_ms: float
    memory_mb: float


def enqueue_process(url: str, process: int) -> Enqueued:
    """One receiver: request threads that each wait for the commit of their event."""
    table = WorkTable.open(url)
    group = GroupCommit(table)
    waits: list[list[float]] = [[] for _ in range(THREADS)]
    group.touch(Key(DESK, "warm-up"), table.now(), 60)
    began = time.perf_counter()

    def request_thread(number: int) -> None:
        sent = 0
        while (before := time.perf_counter()) < began + SECONDS:
            ticket = str((sent * THREADS * PROCESSES + number * PROCESSES + process) % TICKETS)
            group.touch(Key(DESK, ticket), table.now(), 60)
            waits[number].append(time.perf_counter() - before)
            sent += 1

    threads = [threading.Thread(target=request_thread, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - began
    group.close()
    table.close()
    return Enqueued(elapsed, [wait for each in waits for wait in each])


def work_process(url: str) -> float:
    """No-op jobs per second of one worker that claims and finishes in batches."""
    with closing(WorkTable.open(url)) as table:
        table.touch([Key(OTHER, str(number)) for number in range(JOBS)], table.now())
        began, count = time.perf_counter(), 0
        while jobs := table.claim(OTHER, BATCH, LEASE):
            table.finish([Done(job, None, table.now()) for job in jobs])
            count += len(jobs)
        return count / (time.perf_counter() - began)


def claim_process(url: str, desk: str) -> Claims:
    """How long it takes to learn that nothing is due, and to claim the one ticket that is."""
    with closing(WorkTable.open(url)) as table:
        idle = [_timed_ms(lambda: table.claim(desk, BATCH, LEASE)) for _ in range(SAMPLES)]
        one = []
        for number in range(SAMPLES):
            table.touch([Key(OTHER, f"one-{number}")], table.now())
            began = time.perf_counter()
            (job,) = table.claim(OTHER, BATCH, LEASE)
            one.append((time.perf_counter() - began) * 1000)
            table.finish([Done(job, None, None)])
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return Claims(statistics.median(idle), statistics.median(one), pages * resource.getpagesize() / 1e6)


def measure(url: str) -> dict[str, str]:
    """All figures of one database. Each part runs in fresh processes of its own."""
    figures: dict[str, str] = {}
    with ProcessPoolExecutor(PROCESSES, mp_context=_SPAWN) as pool:
        parts = list(pool.map(enqueue_process, [url] * PROCESSES, range(PROCESSES)))
    waits = sorted(wait * 1000 for part in parts for wait in part.waits)
    rate = sum(len(part.waits) / part.seconds for part in parts)
    figures[f"durable enqueue/s, {PROCESSES} processes × {THREADS} threads"] = f"{rate:,.0f}"
    figures["    p50 / p99 / max, ms"] = (
        f"{statistics.median(waits):.1f} / {waits[len(waits) * 99 // 100]:.1f} / {waits[-1]:.0f}"
    )
    figures[f"no-op jobs/s, 1 worker, batches of {BATCH}"] = f"{_alone(work_process, url):,.0f}"
    with closing(WorkTable.open(url)) as table:
        for rows, more in ((FEW, FEW), (MANY, MANY - FEW)):
            seconds = _load(table, DEADLINES, rows - more, more, timedelta(days=1))
            claims = _alone(claim_process, url, DEADLINES)
            figures[f"{rows:,} future deadlines: idle claim / claim of one, ms"] = (
                f"{claims.idle_ms:.2f} / {claims.one_ms:.2f}"
            )
            figures[f"    load s / worker's memory MB / size on disk MB ({rows:,})"] = (
                f"{seconds:.1f} / {claims.memory_mb:.0f} / {_size_mb(url):.0f}"
            )
        figures[f"    counts() of {MANY:,} rows, ms"] = f"{_timed_ms(table.counts):.0f}"
        _load(table, STOPPED, 0, PAUSED, timedelta(0))
        table.pause(STOPPED, table.now() + timedelta(hours=1), "benchmark")
        claims = _alone(claim_process, url, STOPPED)
        figures[f"{PAUSED:,} due on a paused helpdesk: its claim / another's, ms"] = (
            f"{claims.idle_ms:.2f} / {claims.one_ms:.2f}"
        )
    return figures


def rows(*, quick: bool = False) -> Iterator[Row]:
    """Claims with a million future deadlines, held against those with a thousand in the same run, on SQLite."""
    many = LOAD_CHUNK if quick else MANY
    with tempfile.TemporaryDirectory() as directory:
        url = f"sqlite:///{Path(directory) / 'work.sqlite3'}"
        with closing(WorkTable.open(url)) as table:
            _load(table, DEADLINES, 0, FEW, timedelta(days=1))
            few = _alone(claim_process, url, DEADLINES)
            _load(table, DEADLINES, FEW, many - FEW, timedelta(days=1))
            found = _alone(claim_process, url, DEADLINES)
    names = (("claim when nothing is due", "ms"), ("claim of one", "ms"), ("memory", "MB"))
    for (name, unit), measured, limit in zip(names, found, few, strict=True):
        # Twice a tenth of a millisecond is still the same; a scan of a million rows would be a thousand times more.
        yield Row(
            figure=f"deadlines: {many:,}, {name}",
            measured=measured,
            unit=unit,
            most=2 * limit,
            limit=limit,
            limit_is=f"{unit} with {FEW:,}",
        )


def fdatasyncs_per_second(directory: Path) -> float:
    """Overwrites of one 4 KB block, each forced to the disk."""
    file = os.open(directory / "block", os.O_RDWR | os.O_CREAT)
    os.pwrite(file, b"x" * 4096, 0)

    def overwrite(number: int) -> None:
        os.pwrite(file, number.to_bytes(8, "big") * 512, 0)
        os.fdatasync(file)

    rate = _rate(overwrite)
    os.close(file)
    return rate


def sqlite_commits_per_second(directory: Path) -> float:
    """Single upserts through the bare driver, WAL and synchronous=FULL."""
    connection = sqlite3.connect(directory / "raw.sqlite3", isolation_level=None)
    connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE t (k INTEGER PRIMARY KEY, n)")
    rate = _rate(
        lambda number: connection.execute(
            "INSERT INTO t VALUES (?, 1) ON CONFLICT (k) DO UPDATE SET n = n + 1", (number % TICKETS,)
        )
    )
    connection.close()
    return rate


def postgresql_commits_per_second(url: str) -> float:
    """Single upserts on one connection in autocommit."""
    engine = create_engine(make_url(url), isolation_level="AUTOCOMMIT")
    upsert = text("INSERT INTO raw VALUES (:k, 1) ON CONFLICT (k) DO UPDATE SET n = raw.n + 1")
    with engine.connect() as connection:
        connection.execute(text("CREATE TABLE raw (k INTEGER PRIMARY KEY, n INTEGER)"))
        rate = _rate(lambda number: connection.execute(upsert, {"k": number % TICKETS}))
    engine.dispose()
    return rate


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as place, _postgresql() as postgresql_url:
        directory = Path(place)
        raw = {
            "raw: fdatasync of 4 KB/s": (f"{fdatasyncs_per_second(directory):,.0f}", ""),
            "raw: single upsert commits/s, bare driver": (
                f"{sqlite_commits_per_second(directory):,.0f}",
                f"{postgresql_commits_per_second(postgresql_url):,.0f}",
            ),
        }
        sqlite = measure(f"sqlite:///{directory / 'work.sqlite3'}")
        postgresql = measure(postgresql_url)
    table = Table("", "SQLite", "PostgreSQL", title=f"Work table, {os.cpu_count()} cores")
    for name, pair in raw.items():
        table.add_row(name, *pair)
    for name, figure in sqlite.items():
        table.add_row(name, figure, postgresql[name])
    Console(width=120).print(table)


@contextmanager
def _postgresql() -> Iterator[str]:
    with running_server() as server, fresh_schema(server) as url:
        yield url


def _alone(function: Callable[..., T], *arguments: str) -> T:
    with ProcessPoolExecutor(1, mp_context=_SPAWN) as pool:
        return pool.submit(function, *arguments).result()


def _load(table: WorkTable, desk: str, first: int, count: int, away: timedelta) -> float:
    began = time.perf_counter()
    due = table.now() + away
    for start in range(first, first + count, LOAD_CHUNK):
        keys = [Key(desk, str(number)) for number in range(start, min(start + LOAD_CHUNK, first + count))]
        dues = {key: due + timedelta(milliseconds=int(key.ticket)) * bool(away) for key in keys}
        table.touch_late(partial(dict, dues))
    return time.perf_counter() - began


def _size_mb(url: str) -> float:
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        return sum(file.stat().st_size for file in path.parent.glob(path.name + "*")) / 1e6
    engine = create_engine(url)
    with engine.connect() as connection:
        size = connection.execute(text("SELECT pg_total_relation_size('connector_ticket')")).scalar_one()
    engine.dispose()
    return float(size) / 1e6


def _timed_ms(function: Callable[[], object]) -> float:
    began = time.perf_counter()
    function()
    return (time.perf_counter() - began) * 1000


def _rate(function: Callable[[int], object]) -> float:
    began, count = time.perf_counter(), 0
    while (elapsed := time.perf_counter() - began) < 1 or count == 0:
        function(count)
        count += 1
    return count / elapsed


if __name__ == "__main__":
    main()
