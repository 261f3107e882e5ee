"""P13: work that takes longer than its lease stays with its worker, as long as that lives.

Tried, and red: leases are not renewed; they are renewed too late.
"""

from datetime import timedelta
from threading import Event

from connector.domain.model import TicketId
from connector.domain.ticket import Ticket
from connector.sandbox.clock import SteppedClock
from connector.work.table import WorkTable
from connector.work.worker import LEASE, Worker
from tests.builders import default_policy, incident
from tests.promises.evidence import proofs
from tests.promises.small_helpdesk import Client, SmallHelpdesk
from tests.waiting import PATIENCE_S, wait_until
from tests.working import in_a_thread


class Slow(Client):
    """A helpdesk whose answer takes until somebody lets it go."""

    def __init__(self, server: SmallHelpdesk) -> None:
        super().__init__(server)
        self.asked, self.answers = Event(), Event()

    def read(self, ticket_id: TicketId) -> Ticket:
        self.asked.set()
        assert self.answers.wait(PATIENCE_S)
        return super().read(ticket_id)


def test_the_lease_is_renewed_and_the_result_counts(table: WorkTable, clock: SteppedClock) -> None:
    helpdesk = SmallHelpdesk(clock, [incident(id="1")])
    desk = Slow(helpdesk)
    # No first start: before one, the sweep would read the ticket to see how much it would change.
    table.helpdesks.set_policy("small", default_policy().rules_version)
    with in_a_thread(Worker(table, desk, default_policy())):
        assert desk.asked.wait(PATIENCE_S)
        begun = clock()
        while clock() < begun + 2 * LEASE:
            clock.advance(LEASE / 3 + timedelta(seconds=1))
            wait_until(lambda: table.counts()["small"].leased == 1 and _lasts(table, clock), "the renewal")
            assert table.claim("small", 10, LEASE) == [], "another worker gets it only from the dead"
        desk.answers.set()
        wait_until(lambda: table.counts()["small"].leased == 0, "the result")

    assert helpdesk.tickets[TicketId("1")].fields.escalation_level == 1
    assert set(proofs(helpdesk.tickets[TicketId("1")]).values()) == {1}


def _lasts(table: WorkTable, clock: SteppedClock) -> bool:
    ends = table.next_due("small")
    return ends is not None and ends > clock() + LEASE * 2 / 3
