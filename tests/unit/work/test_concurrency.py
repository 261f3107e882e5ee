"""A worker does fewer tickets at a time while the helpdesk answers slowly."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Barrier, BrokenBarrierError, Thread

import pytest

from connector.domain.model import TicketId
from connector.domain.ticket import Ticket
from connector.helpdesks.concurrency import Concurrency
from connector.helpdesks.errors import NotFoundError
from connector.work.table import Key, WorkTable
from connector.work.worker import Worker
from tests.benchmarks.instant_desk import DESK, InstantDesk
from tests.builders import default_policy
from tests.waiting import wait_until


class Meeting(InstantDesk):
    """Reads notice each other. No ticket is there any more."""

    def __init__(self) -> None:
        super().__init__()
        self.concurrency = Concurrency()
        self.others = 0
        self._barrier = Barrier(2)

    def read(self, ticket_id: TicketId) -> Ticket:
        try:
            self._barrier.wait(0.05)
            self.others += 1
        except BrokenBarrierError:
            self._barrier = Barrier(2)
        self.reads.append(ticket_id)
        raise NotFoundError("deleted")


@pytest.fixture
def table(tmp_path: Path) -> Iterator[WorkTable]:
    with closing(WorkTable.open(f"sqlite:///{tmp_path / 'work.sqlite3'}")) as opened:
        yield opened


@pytest.mark.parametrize(("failures", "meet"), [(0, True), (5, False)])
def test_where_answers_are_slow_tickets_are_done_one_at_a_time(table: WorkTable, failures: int, meet: bool) -> None:
    desk = Meeting()
    tickets = {str(number) for number in range(4)}
    for _ in range(failures):
        desk.concurrency.failed()
    worker = Worker(table, desk, default_policy(), rate=0)
    table.touch([Key(DESK, ticket) for ticket in tickets], table.now())
    thread = Thread(target=worker.run)

    thread.start()
    wait_until(lambda: set(desk.reads) >= tickets, "the tickets")
    worker.stop()
    thread.join()

    assert (desk.others > 0) is meet
