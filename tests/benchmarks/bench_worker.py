"""How many changed tickets a second workers finish: ``python -m tests.benchmarks.bench_worker``.

The real ``interspace work`` with 16 threads in processes of its own, against a sandbox helpdesk in another one that
sends each answer 0 or 50 ms after the request has arrived. The tickets are fresh and complete, each needs a read and a
write. Timed is from the first claim until the last result is in the work table. The limit is the same requests by as
many bare threads.
"""

import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from functools import partial
from pathlib import Path

from connector.work.table import Key, WorkTable
from tests.benchmarks.bare import tickets_per_second
from tests.benchmarks.processes import THREADS, Command, command, is_swept, processor_s, without_searches, worker
from tests.benchmarks.report import Row, show
from tests.benchmarks.sandbox_process import HELPDESKS, Sandbox, sandbox_process
from tests.benchmarks.senders import SECRET
from tests.ports import free_port
from tests.postgres import fresh_schema, running_server
from tests.waiting import wait_until

ANSWER_S = 0.05
WORKERS = (1, 2, 4)
_TICKETS, _QUICK = 1_200, 160
_OF_BARE, _OF_BARE_AT_ONCE = 0.97, 0.55
"""The share of what bare threads do that is to be reached, with answers in 50 ms and at once."""
_PROCESSOR_MS = 2.7
_TIMES_ONE = 1.8
_CALLS = 2
"""A read and a write."""


def rows(*, quick: bool = False) -> Iterator[Row]:
    """One worker on SQLite, with each helpdesk."""
    count = _QUICK if quick else _TICKETS
    for kind, title in HELPDESKS.items():
        with tempfile.TemporaryDirectory() as directory, sandbox_process(kind) as sandbox:
            url = f"sqlite:///{Path(directory) / 'work.sqlite3'}"
            settings = {**sandbox.settings, **without_searches(Path(directory))}
            with worker(settings, url) as running, closing(WorkTable.open(url)) as table:
                wait_until(lambda: is_swept(table, sandbox.desk), "the first sweep")
                for answer_s in (0.0, ANSWER_S):
                    used = processor_s([running.pid])
                    yield from _changed(sandbox, table, f"worker, {title}", answer_s, count, 1)
                    spent = (processor_s([running.pid]) - used) * 1000 / count
                yield Row(
                    figure=f"worker, {title}: its processor time for a ticket",
                    measured=spent,
                    unit="ms",
                    most=_PROCESSOR_MS,
                )


def rows_of_many(*, quick: bool = False) -> Iterator[Row]:
    """Several workers on one PostgreSQL, with Zammad."""
    count = _QUICK if quick else _TICKETS
    with running_server() as server, fresh_schema(server) as url, sandbox_process() as sandbox, ExitStack() as started:
        settings = {**sandbox.settings, **without_searches(Path(started.enter_context(tempfile.TemporaryDirectory())))}
        table = started.enter_context(closing(WorkTable.open(url)))
        running = 0
        for workers in WORKERS:
            before = table.now()
            while running < workers:
                process = started.enter_context(worker(settings, url))
                wait_until(partial(process.has_said, "worker started"), "the start of a worker")
                running += 1
            wait_until(partial(is_swept, table, sandbox.desk, before), "the sweep of the last")
            for answer_s in (0.0, ANSWER_S):
                title = f"{workers} worker processes, PostgreSQL" if workers > 1 else "1 worker process, PostgreSQL"
                rate, _ = _changed(sandbox, table, title, answer_s, count, workers)
                # How much several of them reach depends on the cores they share.
                yield replace(rate, least=None)


def rows_of_run(*, quick: bool = False) -> Iterator[Row]:
    """``interspace run`` with one worker process of four threads, and with two of them, on one SQLite file."""
    count, rates = _QUICK if quick else _TICKETS // 3, list[float]()
    for processes in (1, 2):
        with tempfile.TemporaryDirectory() as directory, sandbox_process() as sandbox:
            url = f"sqlite:///{Path(directory) / 'work.sqlite3'}"
            settings = {
                **sandbox.settings,
                **without_searches(Path(directory)),
                "INTERSPACE_DATABASE_URL": url,
                "INTERSPACE_ZAMMAD_WEBHOOK_SECRET": SECRET.decode(),
                "INTERSPACE_PORT": str(free_port()),
                "INTERSPACE_WORKER_PROCESSES": str(processes),
                "INTERSPACE_WORKER_THREADS": str(4 * processes),
                "INTERSPACE_WORKER_RATE": "0",
            }
            with command("run", settings) as running, closing(WorkTable.open(url)) as table:
                started = partial(_have_started, running, processes)
                wait_until(started, "the start of the workers")
                wait_until(partial(is_swept, table, sandbox.desk), "the first sweep")
                tickets = sandbox.opens(count)
                sandbox.answers_in(ANSWER_S)
                rates.append(count / timed(table, sandbox.desk, tickets))
    yield Row(
        figure="run, 2 worker processes of 4 threads, SQLite: changed tickets, answers in 50 ms (at most 80)",
        measured=rates[1],
        unit="/s",
        least=_TIMES_ONE * rates[0],
        limit=rates[0],
        limit_is="with 1",
    )


def _have_started(running: Command, processes: int) -> bool:
    return running.log.read_text(encoding="utf-8", errors="replace").count("worker started") >= processes


def _changed(
    sandbox: Sandbox, table: WorkTable, title: str, answer_s: float, count: int, workers: int
) -> tuple[Row, Row]:
    """Changed tickets a second, and the API calls for each."""
    tickets, spare = sandbox.opens(count), sandbox.opens(count // 2)
    sandbox.traffic()
    sandbox.answers_in(answer_s)
    sandbox.records(True)
    seconds = timed(table, sandbox.desk, tickets)
    recorded, traffic = sandbox.records(False), sandbox.traffic()
    if not traffic.one_write_each:
        raise RuntimeError("a ticket was written twice: these are not the tickets this benchmark is about")
    calls = (traffic.reads + traffic.writes) / count
    threads = THREADS * workers
    limit = tickets_per_second(sandbox.url, recorded, spare, threads)
    sandbox.answers_in(0)
    # A write to Jira Data Center does not show the issue, so that it is read again.
    most = _CALLS + ("Data Center" in title)
    ceiling = f" (at most {threads / (calls * answer_s):.0f})" if answer_s else ""
    what = f"{title}: changed tickets, answers in {answer_s * 1000:.0f} ms"
    return (
        Row(
            figure=f"{what}{ceiling}",
            measured=count / seconds,
            unit="/s",
            least=limit * (_OF_BARE if answer_s else _OF_BARE_AT_ONCE),
            limit=limit,
            limit_is=f"the same requests by {threads} bare threads",
        ),
        Row(figure=f"{what}: API calls for each", measured=calls, most=most),
    )


def timed(table: WorkTable, desk: str, tickets: Sequence[str]) -> float:
    """Seconds from the first claim of these tickets until nothing is due any more. Raises RuntimeError if one fails."""
    before = table.now()
    table.touch([Key(desk, ticket) for ticket in tickets], before)
    wait_until(lambda: table.counts()[desk].leased > 0, "the first claim", every_s=0.005)
    began = time.perf_counter()

    def all_done() -> bool:
        counts = table.counts()[desk]
        if counts.dead:
            raise RuntimeError(f"a ticket failed: {table.dead_letters()[0].error}")
        return counts.due == counts.leased == 0

    wait_until(all_done, "the end of the work")
    return time.perf_counter() - began


if __name__ == "__main__":
    show([*rows(), *rows_of_many(), *rows_of_run()])
