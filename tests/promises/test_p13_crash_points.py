"""P13: wherever the worker's process dies, every note, level, RFO task and link exists exactly once afterwards.

Real processes and real sockets. A worker kills itself at a named point; the next one knows nothing but the work table
and the helpdesk.
"""

import os
import signal
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from connector.work.table import Key, WorkTable
from connector.work.worker import LEASE
from tests.builders import default_policy
from tests.chaos.clock import SharedClock
from tests.chaos.dying import Death, Point
from tests.chaos.evidence import gather
from tests.chaos.worker import Order, worker_process
from tests.chaos.zammad import Zammad, zammad_process
from tests.waiting import PATIENCE_S, is_quiet, wait_until

AGE = timedelta(minutes=150)
"""Of a P1 that nobody has looked at: level 3 is due, levels 1 and 2 are only recorded."""


@pytest.fixture(scope="module")
def helpdesk() -> Iterator[Zammad]:
    """One for all tests of this file; each has its own tickets."""
    with zammad_process() as running:
        yield running


def level(helpdesk: Zammad) -> str:
    """An incident that has to be raised."""
    (ticket,) = helpdesk.opens(1, AGE)
    return ticket


def rfo(helpdesk: Zammad) -> str:
    """A closed incident whose customer asks for the RFO."""
    ticket = level(helpdesk)
    helpdesk.agent_closes(ticket)
    helpdesk.customer_asks_for_rfo(ticket)
    return ticket


CREATING = {Point.BEFORE_ENSURE, Point.CREATED, Point.BEFORE_LINK, Point.LINKED}
"""Points that are passed only where a task is created."""


@pytest.mark.parametrize(
    ("story", "points", "tasks"),
    [(rfo, tuple(Point), 1), (level, tuple(point for point in Point if point not in CREATING), 0)],
    ids=["task, link and mail", "level and note"],
)
def test_the_next_worker_finishes_what_the_dead_ones_began(
    helpdesk: Zammad,
    database_url: str,
    tmp_path: Path,
    story: Callable[[Zammad], str],
    points: tuple[Point, ...],
    tasks: int,
) -> None:
    """A ticket for each point. Whoever dies takes all others of its process with it, wherever they are."""
    clock = SharedClock(tmp_path / "clock")
    table = WorkTable.open(database_url, clock)
    order = Order(database_url, helpdesk.access, tmp_path / "clock", tmp_path / "log")
    tickets: list[str] = []
    deadline = time.monotonic() + PATIENCE_S

    while left := [point for point in points if not (tmp_path / point).exists()]:
        # Again with a new ticket, where one came past its point in the arms of another's death.
        assert time.monotonic() < deadline, left
        deaths = tuple(Death(point, story(helpdesk), tmp_path / point) for point in left)
        tickets += [death.ticket for death in deaths]
        table.touch([Key(helpdesk.name, death.ticket) for death in deaths], clock())
        while not is_quiet(table, helpdesk.name):
            one_life(order._replace(deaths=deaths), table, helpdesk.name)
            clock.advance(LEASE + timedelta(seconds=1))

    created = helpdesk.created()
    found = gather(helpdesk.desk(), default_policy(), tickets, created)
    assert (found.lost, found.twice) == ([], [])
    assert found.steps["level" if story is level else "rfo"] == len(tickets)
    assert [created[f"rfo:{ticket}"] for ticket in tickets] == [tasks] * len(tickets)
    table.close()


def one_life(order: Order, table: WorkTable, helpdesk: str) -> None:
    """Of a worker, until it kills itself or has nothing left to do."""
    with worker_process(order) as worker:
        wait_until(lambda: not worker.is_alive() or is_quiet(table, helpdesk), "the worker dies or has nothing to do")
    assert worker.exitcode in (0, -signal.SIGKILL), order.log.read_text()


def test_a_worker_that_wakes_up_after_its_lease_does_not_repeat_what_another_has_done(
    helpdesk: Zammad, postgresql_url: str, tmp_path: Path
) -> None:
    """A machine that was suspended, or whose disk hung: it goes on with what it read before it stopped.

    Only with PostgreSQL: those who share a SQLite file live on one machine and stop together.
    """
    clock = SharedClock(tmp_path / "clock")
    table = WorkTable.open(postgresql_url, clock)
    ticket, witness = level(helpdesk), tmp_path / "stopped here"
    order = Order(postgresql_url, helpdesk.access, tmp_path / "clock", tmp_path / "log")
    table.touch([Key(helpdesk.name, ticket)], clock())
    stops = order._replace(deaths=(Death(Point.READ, ticket, witness, signal.SIGSTOP),))

    with worker_process(stops) as sleeper:
        wait_until(witness.exists, "the worker stops")
        clock.advance(LEASE + timedelta(seconds=1))
        one_life(order, table, helpdesk.name)
        os.kill(sleeper.pid or 0, signal.SIGCONT)
        wait_until(lambda: "lease had passed" in order.log.read_text(), "the sleeper learns that its lease is gone")

    found = gather(helpdesk.desk(), default_policy(), [ticket], helpdesk.created())
    assert (found.lost, found.twice) == ([], [])
    table.close()
