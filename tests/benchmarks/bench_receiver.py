"""How many signed deliveries a second the receiver accepts: ``python -m tests.benchmarks.bench_receiver``.

Senders and server share the machine. Judge a row by its ratio to "no storage" and by the limits of the disk,
measured in the same run.
"""

import argparse
import os
import socket
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
from rich.console import Console
from rich.table import Table

from connector import logs
from connector.settings import load
from tests.benchmarks.senders import SECRET, Result, send
from tests.postgres import fresh_schema, running_server
from webhooks.app import create_app
from webhooks.receiver import Hook, Receiver
from webhooks.serve import run, serve

_NO_STORAGE = "none"


def main() -> None:
    """Measure every row and print the table."""
    options = _options()
    if options.serve:
        _serve()
        return
    rows: dict[str, Result] = {}
    with tempfile.TemporaryDirectory(dir=options.directory) as directory:
        here = Path(directory)
        fsyncs, commits = _fsyncs(here), _commits(here)
        rows["no storage"] = _measure(_NO_STORAGE, options)
        rows["SQLite, synchronous=FULL"] = _measure(f"sqlite:///{here / 'work.sqlite3'}", options)
        with running_server() as server, fresh_schema(server) as url:
            rows["PostgreSQL"] = _measure(url, options)
    _show(rows, options)
    Console().print(f"limits in this run: {fsyncs:,.0f} fdatasync/s, {commits:,.0f} SQLite commits/s (one row each)")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--seconds", type=float, default=3.0, help="length of each row")
    parser.add_argument("--processes", type=int, default=2, help="receiver processes")
    parser.add_argument("--threads", type=int, default=24, help="threads per receiver process")
    parser.add_argument("--directory", default=None, help="where the databases are put; default: the system's")
    return parser.parse_args()


def _serve() -> None:
    settings = load(os.environ)
    logs.configure(settings)
    if settings.database_url.get_secret_value() == _NO_STORAGE:
        run(settings, _without_storage)
    else:
        serve(settings)


def _without_storage() -> Flask:
    hook = Hook("zammad", (SECRET,))
    now = partial(datetime.now, UTC)
    return create_app(Receiver({"main": hook}, touch=lambda *_: None, now=now, counts=dict))


def _measure(database: str, options: argparse.Namespace) -> Result:
    with _receiver(database, options) as port:
        return send(port, seconds=options.seconds)


@contextmanager
def _receiver(database: str, options: argparse.Namespace) -> Iterator[int]:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
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
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        try:
            with closing(socket.create_connection(("127.0.0.1", port))) as connection:
                connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: receiver\r\n\r\n")
                if connection.recv(100):
                    return
        except OSError:
            time.sleep(0.05)
    raise SystemExit("the receiver did not start")


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


def _show(rows: dict[str, Result], options: argparse.Namespace) -> None:
    table = Table(title=f"receiver, {options.processes} processes x {options.threads} threads, 32 senders, 7 KB signed")
    for heading in ("storage", "accepted/s", "of no storage", "p50 ms", "p99 ms", "max ms", "other answers"):
        table.add_column(heading, justify="left" if heading == "storage" else "right")
    base = rows["no storage"].accepted_per_second
    for name, row in rows.items():
        rate = row.accepted_per_second
        times = [f"{row.percentile(share):.1f}" for share in (0.5, 0.99, 1.0)]
        others = {status: number for status, number in row.statuses.items() if status != "202"}
        table.add_row(name, f"{rate:,.0f}", f"{rate / base:.0%}" if base else "-", *times, str(others or "none"))
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
