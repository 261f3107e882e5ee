"""How many signed deliveries a second the receiver accepts: ``python -m tests.benchmarks.bench_receiver``.

Senders and server share the machine. Judge a row by its ratio to "no storage" and by the limits of the disk,
measured in the same run.
"""

import argparse
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from flask import Flask

from connector import logs
from connector.helpdesks.sender import Hook
from connector.settings import Settings, load
from tests.benchmarks.report import Row, show
from tests.benchmarks.senders import AVERAGE, SECRET, Result, send
from tests.ports import free_port, is_answering
from tests.postgres import fresh_schema, running_server
from tests.waiting import wait_until
from webhooks.app import create_app
from webhooks.receiver import Receiver
from webhooks.serve import run, serve

_NO_STORAGE = "sqlite:///never-opened"
_SQLITE_TARGETS = (4_500, 15)
_POSTGRESQL_TARGETS = (2_500, None)
"""Accepted a second at least; milliseconds that 99 of 100 may take."""


def main() -> None:
    """Measure every row and print the table."""
    options = _options()
    if options.serve:
        _serve()
    else:
        show(rows(seconds=options.seconds, options=options))


def rows(*, quick: bool = False, seconds: float = 5.0, options: argparse.Namespace | None = None) -> Iterator[Row]:
    """Accepted deliveries with each storage, beside the server without storage and the disk alone."""
    chosen = options or _options([])
    chosen.seconds = 1.0 if quick else seconds
    with tempfile.TemporaryDirectory(dir=chosen.directory) as directory:
        here = Path(directory)
        fsyncs, commits = _fsyncs(here), _commits(here)
        bare = _measure(_NO_STORAGE, chosen)
        sqlite = _measure(f"sqlite:///{here / 'work.sqlite3'}", chosen)
        with running_server() as server, fresh_schema(server) as url:
            postgresql = _measure(url, chosen)
    yield Row(figure="receiver: fdatasync of 4 KB, one after the other", measured=fsyncs, unit="/s")
    yield Row(figure="receiver: SQLite commits of one row, one after the other", measured=commits, unit="/s")
    yield from _of(bare, "without storage", None, None)
    yield from _of(sqlite, "SQLite synchronous=FULL", *_SQLITE_TARGETS, bare)
    yield Row(
        figure="receiver: accepted, SQLite synchronous=FULL, against the disk",
        measured=sqlite.accepted_per_second,
        unit="/s",
        limit=fsyncs,
        limit_is="fdatasync/s",
    )
    yield from _of(postgresql, "PostgreSQL", *_POSTGRESQL_TARGETS, bare)


def _of(
    found: Result, storage: str, least: float | None, most_ms: float | None, bare: Result | None = None
) -> Iterator[Row]:
    rate, figure = found.accepted_per_second, f"receiver: accepted, {storage}"
    most = bare.accepted_per_second if bare else None
    yield Row(
        figure=figure, measured=rate, unit="/s", least=least, limit=most, limit_is="without storage" if bare else ""
    )
    limit, limit_is = (bare.percentile(0.99), "ms without storage") if bare else (found.mean_ms, AVERAGE)
    p99 = found.percentile(0.99)
    yield Row(figure=f"{figure}, p99", measured=p99, unit="ms", most=most_ms, limit=limit, limit_is=limit_is)
    others = sum(found.statuses.values()) - found.statuses["202"]
    if others:
        yield Row(figure=f"{figure}: other answers", measured=others, most=0)


def _options(words: list[str] | None = None) -> argparse.Namespace:
    given = Settings.model_fields
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--seconds", type=float, default=5.0, help="length of each row")
    parser.add_argument("--processes", type=int, default=given["receiver_processes"].default, help="receiver processes")
    threads = given["receiver_threads"].default
    parser.add_argument("--threads", type=int, default=threads, help="threads per receiver process")
    parser.add_argument("--directory", default=None, help="where the databases are put; default: the system's")
    return parser.parse_args(words)


def _serve() -> None:
    settings = load(os.environ)
    logs.configure(settings)
    if settings.database_url.get_secret_value() == _NO_STORAGE:
        run(settings, _without_storage, settings.host)
    else:
        serve(settings)


def _without_storage() -> Flask:
    hook = Hook("zammad", (SECRET,))
    now = partial(datetime.now, UTC)
    return create_app(Receiver([hook], touch=lambda *_: None, now=now, counts=dict))


def _measure(database: str, options: argparse.Namespace) -> Result:
    with _receiver(database, options) as port:
        return send(port, seconds=options.seconds)


@contextmanager
def _receiver(database: str, options: argparse.Namespace) -> Iterator[int]:
    port = free_port()
    environment = {
        **os.environ,
        "INTERSPACE_ZAMMAD_WEBHOOK_SECRET": SECRET.decode(),
        "INTERSPACE_DATABASE_URL": database,
        "INTERSPACE_PORT": str(port),
        "INTERSPACE_RECEIVER_PROCESSES": str(options.processes),
        "INTERSPACE_RECEIVER_THREADS": str(options.threads),
    }
    process = subprocess.Popen([sys.executable, "-m", "tests.benchmarks.bench_receiver", "--serve"], env=environment)
    try:
        wait_until(lambda: is_answering(port), "the start of the receiver")
        yield port
    finally:
        process.terminate()
        process.wait()


def _fsyncs(directory: Path) -> float:
    with (directory / "fsync").open("wb", buffering=0) as file:
        file.write(bytes(4096))

        def overwrite(_: int) -> None:
            os.pwrite(file.fileno(), bytes(4096), 0)
            os.fdatasync(file.fileno())

        return _rate(overwrite)


def _commits(directory: Path) -> float:
    with closing(sqlite3.connect(directory / "limit.sqlite3", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("CREATE TABLE ticket (id INTEGER PRIMARY KEY, due INTEGER)")
        upsert = "INSERT INTO ticket VALUES (?, ?) ON CONFLICT DO UPDATE SET due = excluded.due"
        return _rate(lambda number: connection.execute(upsert, (number % 2000, number)))


def _rate(work: Callable[[int], object]) -> float:
    begin, done = time.perf_counter(), 0
    while time.perf_counter() - begin < 1.0:
        work(done)
        done += 1
    return done / (time.perf_counter() - begin)


if __name__ == "__main__":
    main()
