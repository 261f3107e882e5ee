"""How soon another process takes over the job of a dead worker, with the real lease in real time."""

from datetime import timedelta
from pathlib import Path

from connector.domain.model import TicketId
from connector.work.table import Key, WorkTable
from connector.work.worker import LEASE
from tests.chaos.dying import Death, Point
from tests.chaos.sandbox import Sandbox
from tests.chaos.worker import Order, worker_process
from tests.waiting import wait_until


def after_end_of_lease(helpdesk: Sandbox, database_url: str, directory: Path) -> timedelta:
    """From the end of the dead worker's lease until the other one's write is on the ticket."""
    table = WorkTable.open(database_url, helpdesk.clock)
    order = Order.on(helpdesk, database_url, directory / "log")
    (ticket,) = helpdesk.opens(1, timedelta(minutes=150))
    mortal = order._replace(deaths=(Death(Point.BEFORE_WRITE, ticket, directory / "died"),))
    table.touch([Key(helpdesk.name, ticket)], table.now())
    with worker_process(mortal) as dead:
        dead.join()
    ends = table.next_due(helpdesk.name)
    if ends is None:
        raise AssertionError("the dead worker held no lease")
    desk, patience_s = helpdesk.desk(), LEASE.total_seconds() + 30
    with worker_process(order):
        wait_until(
            lambda: desk.read(TicketId(ticket)).fields.escalation_level is not None, "the job is taken over", patience_s
        )
    found = desk.read(TicketId(ticket))
    raised = next(change.at for change in found.changes["escalation_level"])
    table.close()
    return min(raised, table.now()) - ends
