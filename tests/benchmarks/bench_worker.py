"""How many changed tickets a second one worker finishes: ``python -m tests.benchmarks.bench_worker``.

The real ``interspace work`` with 16 threads on SQLite in its own process, against a sandbox Zammad in another one that
sends each answer 50 ms after the request has arrived. The tickets are fresh and complete, each
needs one read and one write. Timed is from the first claim until the last result is in the work table.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from threading import local

import requests

from connector.work.table import Key, WorkTable
from tests.benchmarks.report import Row, show
from tests.benchmarks.sandbox_process import Sandbox, sandbox_process

DESK = "zammad"
ANSWER_S = 0.05
THREADS = 16
_CEILING = THREADS / (2 * ANSWER_S)
_TICKETS, _QUICK = 2_000, 320
_PATIENCE_S = 120.0


def rows(*, quick: bool = False) -> list[Row]:
    """All figures."""
    count = _QUICK if quick else _TICKETS
    with tempfile.TemporaryDirectory() as directory, sandbox_process() as sandbox:
        url = f"sqlite:///{Path(directory) / 'work.sqlite3'}"
        with worker_process(sandbox, url) as worker, closing(WorkTable.open(url)) as table:
            wait_until(lambda: _is_swept(table), "the first sweep")
            tickets = sandbox.opens(count)
            sandbox.answers_in(ANSWER_S)
            sandbox.traffic()
            used = [_processor_s(pid) for pid in (worker, sandbox.pid)]
            seconds = _timed(table, tickets)
            busy = [(_processor_s(pid) - u) / seconds for pid, u in zip((worker, sandbox.pid), used, strict=True)]
            traffic = sandbox.traffic()
        bare = _bare_pairs_per_second(sandbox, tickets[: count // 2])
    if not traffic.one_write_each:
        raise SystemExit("a ticket was written twice: these are not the tickets this benchmark is about")
    limit = {"limit": bare, "limit_is": "GET + PUT by 16 bare threads"}
    return [
        Row(
            figure=f"worker: changed tickets, 16 threads, answers in 50 ms (at most {_CEILING:.0f})",
            measured=count / seconds,
            unit="tickets/s",
            least=150,
            **limit,  # type: ignore[arg-type]
        ),
        Row(
            figure="worker: API calls for each of them",
            measured=(traffic.reads + traffic.writes) / count,
            most=2,
        ),
        Row(figure="worker: processor of the worker meanwhile", measured=busy[0] * 100, unit="% of a core"),
        Row(figure="worker: processor of the sandbox meanwhile", measured=busy[1] * 100, unit="% of a core"),
    ]


@contextmanager
def worker_process(sandbox: Sandbox, database_url: str) -> Iterator[int]:
    """``interspace work`` as in operation, its log thrown away; yields its process id."""
    environment = {
        **os.environ,
        "INTERSPACE_ZAMMAD_URL": sandbox.url,
        "INTERSPACE_ZAMMAD_TOKEN": sandbox.token,
        "INTERSPACE_DATABASE_URL": database_url,
        "INTERSPACE_WORKER_THREADS": str(THREADS),
        "INTERSPACE_LOG_FORMAT": "json",
    }
    command = [sys.executable, "-m", "connector", "work"]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Looks every 50 ms, which costs the work little; gives up after two minutes."""
    deadline = time.monotonic() + _PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit(f"{what} did not happen within {_PATIENCE_S:g} s")
        time.sleep(0.05)


def _is_swept(table: WorkTable) -> bool:
    return table.policy(DESK) is not None


def _timed(table: WorkTable, tickets: Sequence[str]) -> float:
    table.touch([Key(DESK, ticket) for ticket in tickets], table.now())
    wait_until(lambda: table.counts()[DESK].leased > 0, "the first claim")
    began = time.perf_counter()

    def all_done() -> bool:
        counts = table.counts()[DESK]
        if counts.dead:
            raise SystemExit(f"a ticket failed: {table.dead_letters()[0].error}")
        return counts.due == counts.leased == 0

    wait_until(all_done, "the end of the work")
    return time.perf_counter() - began


def _bare_pairs_per_second(sandbox: Sandbox, tickets: Sequence[str]) -> float:
    """The same two requests for each ticket by threads that do nothing else."""
    kept = local()

    def pair(ticket: str) -> None:
        if not hasattr(kept, "session"):
            kept.session = _session(sandbox)
        _pair(kept.session, f"{sandbox.url}/api/v1/tickets/{ticket}")

    with ThreadPoolExecutor(THREADS) as pool:
        began = time.perf_counter()
        list(pool.map(pair, tickets))
        return len(tickets) / (time.perf_counter() - began)


def _session(sandbox: Sandbox) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.headers["Authorization"] = f"Token token={sandbox.token}"
    return session


def _pair(session: requests.Session, address: str) -> None:
    session.get(address, params={"all": "true"}).raise_for_status()
    session.put(address, json={"escalation_level": 2}).raise_for_status()


def _processor_s(pid: int) -> float:
    """Processor time of a process so far, user and system, in seconds (``man proc_pid_stat``)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    show(rows())
