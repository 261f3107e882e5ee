"""A worker that is given no more memory while it reads a swollen ticket, as by ``ulimit`` or a system that promises no
more than it has: its threads meet errors instead of a kill, and no ticket is given up for that (P23)."""

import resource
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import NamedTuple

from connector.work.table import Key, WorkTable
from tests.benchmarks.processes import Command, is_swept, memory_mb, worker
from tests.benchmarks.sandbox_process import Sandbox, sandbox_process
from tests.waiting import wait_until

_SWELLING = (10_000, 24_000, 0)
"""240 MB in 10,000 messages. The next read is as small as ever: somebody has cleared the ticket."""
_ROOM_MB = 10.0
"""More than an everyday ticket takes, and less than a swollen one."""
_WARM, _THREADS, _LIVES = 8, "4", 3


class Refused(NamedTuple):
    """What became of it."""

    errors: int
    """Tickets that were tried again because memory ran out."""
    deaths: int
    """Workers that have ended of it: a supervisor brings them back."""
    dead_letters: int
    not_written: int
    """Tickets that were never finished."""
    twice: bool
    tickets: int
    seconds: float


def without_more_memory(directory: Path, count: int) -> Refused:
    """``count`` tickets of a sandbox Zammad and a swollen one are due at once."""
    began, errors, deaths = time.monotonic(), 0, 0
    url = f"sqlite:///{directory / 'work.sqlite3'}"
    with sandbox_process() as sandbox, closing(WorkTable.open(url)) as table:
        tickets: list[str] = []
        for life in range(_LIVES):
            with suppress(RuntimeError), worker(sandbox.settings, url, INTERSPACE_WORKER_THREADS=_THREADS) as running:
                wait_until(lambda: is_swept(table, sandbox.desk), "the first sweep")
                if not life:
                    _finish(sandbox, table, running, sandbox.opens(_WARM))
                    most = int((memory_mb([running.pid], "VmData") + _ROOM_MB) * 1_024_000)
                    resource.prlimit(running.pid, resource.RLIMIT_DATA, (most, most))
                    sandbox.traffic()
                    tickets = sandbox.opens(count + 1)
                    sandbox.swells(tickets[0], *_SWELLING)
                _finish(sandbox, table, running, tickets)
                errors += running.log.read_text(errors="replace").count("memory ran out while")
                break
            deaths += 1
        written, letters = sandbox.written(), table.dead_letters()
        twice = not sandbox.traffic().one_write_each
    missing = sum(ticket not in written for ticket in tickets)
    return Refused(errors, deaths, len(letters), missing, twice, len(tickets), time.monotonic() - began)


def is_as_promised(found: Refused) -> bool:
    """Memory was refused, and all tickets were written all the same, once."""
    met = found.errors + found.deaths > 0
    return met and found.dead_letters == found.not_written == 0 and not found.twice


def _finish(sandbox: Sandbox, table: WorkTable, running: Command, tickets: list[str]) -> None:
    """Until all of them are written, or the worker has ended."""
    table.touch([Key(sandbox.desk, ticket) for ticket in tickets], table.now())

    def is_over() -> bool:
        counts = table.counts()[sandbox.desk]
        state = Path(f"/proc/{running.pid}/stat").read_text().rpartition(") ")[2][0]
        is_done = counts.due == counts.leased == 0 and set(tickets) <= sandbox.written().keys()
        return is_done or state == "Z" or bool(counts.dead)

    wait_until(is_over, "the end of the work", every_s=0.2)
