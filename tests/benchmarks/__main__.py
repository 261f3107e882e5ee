"""All benchmarks in one table: ``python -m tests.benchmarks [--quick] [--json]``. Takes about five minutes.

Leave the machine alone meanwhile: senders, servers and workers share its cores. ``--quick`` takes less of everything
and leaves out the million deadlines; its figures are for a first look only.
"""

import argparse
import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.benchmarks import bench_bursts, bench_calls, bench_evaluate, bench_receiver, bench_table, bench_worker
from tests.benchmarks.report import Row, show
from tests.postgres import fresh_schema, running_server


def main() -> None:
    """Measure everything, one after the other, and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="less of everything, no million deadlines")
    parser.add_argument("--json", action="store_true", help="print the rows as JSON")
    options = parser.parse_args()
    rows = [row for rows_of in _PARTS for row in rows_of(options.quick)]
    if options.json:
        print(json.dumps([row.as_dict() for row in rows], indent=2))
    else:
        show(rows)


def _receiver(quick: bool) -> Iterator[Row]:
    options = argparse.Namespace(seconds=1.0 if quick else 5.0, processes=2, threads=24)
    bare = bench_receiver._measure(bench_receiver._NO_STORAGE, options).accepted_per_second
    limit, limit_is = bare, "without storage"
    with tempfile.TemporaryDirectory() as directory, running_server() as server, fresh_schema(server) as postgresql:
        sqlite = bench_receiver._measure(f"sqlite:///{Path(directory) / 'work.sqlite3'}", options)
        figure, rate = "receiver: accepted, SQLite synchronous=FULL", sqlite.accepted_per_second
        yield Row(figure=figure, measured=rate, unit="/s", least=3_000, limit=limit, limit_is=limit_is)
        yield Row(figure="receiver: the same, p99", measured=sqlite.percentile(0.99), unit="ms", most=25)
        found = bench_receiver._measure(postgresql, options)
        figure, rate = "receiver: accepted, PostgreSQL", found.accepted_per_second
        yield Row(figure=figure, measured=rate, unit="/s", least=2_000, limit=limit, limit_is=limit_is)
        yield Row(figure="receiver: the same, p99", measured=found.percentile(0.99), unit="ms")


def _deadlines(quick: bool) -> Iterator[Row]:
    """Claims with a million future deadlines, held against those with a thousand in the same run."""
    if quick:
        return
    with tempfile.TemporaryDirectory() as directory:
        figures = bench_table.measure(f"sqlite:///{Path(directory) / 'work.sqlite3'}")

    def of(rows: int) -> tuple[float, float, float]:
        idle, one = figures[f"{rows:,} future deadlines: idle claim / claim of one, ms"].split(" / ")
        memory = figures[f"    load s / worker's memory MB / size on disk MB ({rows:,})"].split(" / ")[1]
        return float(idle), float(one), float(memory)

    many, few = of(bench_table.MANY), of(bench_table.FEW)
    for name, unit, measured, limit in zip(
        ("claim when nothing is due", "claim of one", "memory"), ("ms", "ms", "MB"), many, few, strict=True
    ):
        figure = f"deadlines: {bench_table.MANY:,}, {name}"
        # Twice a tenth of a millisecond is still the same; a scan of a million rows would be a thousand times more.
        most = 2 * limit
        of_few = f"{unit} with {bench_table.FEW:,}"
        yield Row(figure=figure, measured=measured, unit=unit, most=most, limit=limit, limit_is=of_few)


_PARTS: tuple[Callable[[bool], Iterator[Row]], ...] = (
    _receiver,
    lambda quick: iter(bench_worker.rows(quick=quick)),
    lambda quick: iter(bench_calls.rows()),
    lambda quick: iter(bench_bursts.rows(quick=quick)),
    _deadlines,
    lambda quick: iter(bench_evaluate.rows(quick=quick)),
)

if __name__ == "__main__":
    main()
