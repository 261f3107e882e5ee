"""How long an agent waits while the connector is busy: ``python -m tests.benchmarks.bench_agent``.

A sandbox Zammad whose few threads each serve one request for 50 ms, as a Zammad does; an agent whose browser asks one
request after the other; and ``interspace work`` with its defaults, whose new policy looks at every open ticket once
more. Measured is the agent's wait, before and meanwhile.
"""

import http.client
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

from connector.work.table import Key, WorkTable
from tests.benchmarks.processes import is_swept, worker
from tests.benchmarks.report import Row, show
from tests.benchmarks.sandbox_process import Sandbox, sandbox_process
from tests.waiting import wait_until

SERVES_S = 0.05
_SERVERS = (10, 4, 2)
"""What Zammad has by default as threads of its web server, and what a small machine is left with."""
_TICKETS, _QUICK = 300, 80
_MOST_TIMES = 3.0


def rows(*, quick: bool = False) -> Iterator[Row]:
    """For each number of threads of the helpdesk."""
    count = _QUICK if quick else _TICKETS
    for servers in _SERVERS[:1] if quick else _SERVERS:
        with tempfile.TemporaryDirectory() as directory, sandbox_process() as sandbox:
            url = f"sqlite:///{Path(directory) / 'work.sqlite3'}"
            with (
                worker(sandbox.settings, url, INTERSPACE_WORKER_THREADS="4") as _,
                closing(WorkTable.open(url)) as table,
            ):
                wait_until(lambda: is_swept(table, sandbox.desk), "the first sweep")
                tickets = sandbox.opens(count)
                sandbox.serves(servers, SERVES_S)
                quiet = waits(sandbox, tickets[0], lambda: False, 40)
                table.touch([Key(sandbox.desk, ticket) for ticket in tickets], table.now())
                began = time.perf_counter()
                busy = waits(sandbox, tickets[0], lambda: _is_done(table, sandbox.desk))
                seconds = time.perf_counter() - began
        what = f"an agent's request, Zammad with {servers} threads of {SERVES_S * 1000:.0f} ms, {count} tickets at once"
        idle = _p95(quiet) * 1000
        yield Row(
            figure=f"{what}: p95",
            measured=_p95(busy) * 1000,
            unit="ms",
            most=_MOST_TIMES * idle,
            limit=idle,
            limit_is="while the connector is idle",
        )
        longest = f"{what}: at most"
        yield Row(
            figure=longest, measured=max(busy) * 1000, unit="ms", limit=max(quiet) * 1000, limit_is="the same, idle"
        )
        yield Row(figure=f"{what}: tickets", measured=count / seconds, unit="/s")


def waits(sandbox: Sandbox, ticket: str, ends: Callable[[], bool], most: int = 100_000) -> list[float]:
    """Seconds of each request, one after the other, until it ends."""
    address, found = urlsplit(sandbox.url), list[float]()
    connection = http.client.HTTPConnection(address.hostname or "", address.port)
    headers = {"Authorization": f"Token token={sandbox.settings['INTERSPACE_ZAMMAD_TOKEN']}"}
    while len(found) < most and not ends():
        began = time.perf_counter()
        connection.request("GET", f"/api/v1/tickets/{ticket}", headers=headers)
        connection.getresponse().read()
        found.append(time.perf_counter() - began)
    return found


def _is_done(table: WorkTable, desk: str) -> bool:
    counts = table.counts()[desk]
    return counts.due == counts.leased == 0


def _p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]


if __name__ == "__main__":
    show(rows())
