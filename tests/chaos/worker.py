"""The real worker in a process of its own, by a clock that a test moves, and mortal at a named point.

Started by a server that has imported everything, because most of a worker's start is importing.
"""

import multiprocessing
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import NamedTuple

from connector.policy.load import load_policy
from connector.policy.locate import MAPPINGS
from connector.work.errand import SweepSchedule
from connector.work.worker import Worker
from tests.builders import default_policy
from tests.chaos.clock import SharedClock
from tests.chaos.dying import Death, Deaths, DyingDesk, DyingTable, DyingTransport
from tests.chaos.sandbox import OpenDesk, Sandbox
from tests.waiting import PATIENCE_S

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.chaos.warm"])

RARELY = SweepSchedule(sweep=timedelta(days=1))
"""A sweep that is due soon would look like work that is left."""

POLICY = MAPPINGS / "interspace.yaml"


class Order(NamedTuple):
    """What a worker is to do."""

    database_url: str
    open_desk: OpenDesk
    clock: Path
    """The file of a :class:`SharedClock`."""
    log: Path
    policy: Path = POLICY
    deaths: tuple[Death, ...] = ()

    @classmethod
    def on(cls, helpdesk: Sandbox, database_url: str, log: Path) -> "Order":
        """To work for this helpdesk, by its clock."""
        return cls(database_url, helpdesk.open_desk, helpdesk.clock_file, log)


@contextmanager
def worker_process(order: Order) -> Iterator[BaseProcess]:
    """Works until it dies, or is told to stop when the context ends."""
    process = start(order)
    try:
        yield process
    finally:
        # It may die between the look and the signal.
        with suppress(ProcessLookupError):
            if process.is_alive():
                os.kill(process.pid or 0, signal.SIGCONT)
                process.terminate()
        process.join(PATIENCE_S)
        if process.is_alive():
            process.kill()
            process.join()


def start(order: Order) -> BaseProcess:
    """A worker that the caller ends."""
    process = _context.Process(target=_work, args=(order,))
    process.start()
    return process


def _work(order: Order) -> None:
    with order.log.open("ab", buffering=0) as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    clock, deaths = SharedClock(order.clock), Deaths(order.deaths)
    policy = default_policy() if order.policy == POLICY else load_policy(order.policy, MAPPINGS / "services.yaml")
    table = DyingTable(order.database_url, clock, deaths)
    desk = order.open_desk(clock, lambda: DyingTransport(deaths))
    worker = Worker(table, DyingDesk(desk, deaths), policy, schedule=RARELY)
    signal.signal(signal.SIGTERM, lambda *_: worker.stop())
    worker.run()
    table.close()
