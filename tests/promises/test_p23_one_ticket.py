"""P23: the trouble of one ticket never pauses the helpdesk for the others.

Tried, and red: what looks like an outage is believed without a probe; a limit at one ticket is the helpdesk's, time
and again; a helpdesk may name any time; many tickets that fail in a row, while the probe is answered, are
each ticket's own affair.
"""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from connector.domain.model import TicketId
from connector.helpdesks.errors import UnavailableError
from connector.sandbox.clock import SteppedClock
from connector.sandbox.zammad import Fault
from connector.work.outages import MANY
from connector.work.table import Key, WorkTable
from connector.work.worker import Worker
from tests.builders import T0, default_policy, incident
from tests.promises.conftest import COMPLETE, Cast, set_the_stage
from tests.promises.evidence import proofs
from tests.promises.small_helpdesk import Client, SmallHelpdesk, work


@pytest.fixture(params=["zammad-5.5", "zammad-7", "jira-cloud"])
def house(request: pytest.FixtureRequest, sqlite_url: str) -> Iterator[Cast]:
    """One store is enough: nothing here depends on it."""
    made = set_the_stage(sqlite_url, request.param)
    with made.stage:
        yield made


@pytest.mark.parametrize(
    "trouble",
    [
        {"kind": "hang"},
        {"kind": "status", "status": 504},
        {"kind": "status", "status": 302},
        {"kind": "status", "status": 401},
        {"kind": "status", "status": 429},
        {"kind": "status", "status": 429, "retry_after": "99999999999"},
    ],
    ids=lambda trouble: " ".join(str(value) for value in trouble.values()),
)
def test_others_climb_in_time_whatever_one_ticket_answers(house: Cast, trouble: dict[str, object]) -> None:
    stage = house.stage
    poison = house.customer.writes("Poison", COMPLETE)
    method, path = stage.house.request_of("read", poison)
    stage.sandbox.faults.add(Fault(**trouble, method=method, path=path, times=None))  # type: ignore[arg-type]
    stage.settle()
    good = house.customer.writes("Line down", COMPLETE)

    stage.advance(timedelta(minutes=16))

    for _ in range(24):
        stage.advance(timedelta(minutes=5))
        assert stage.table.pauses() == [], "nobody waits for this ticket any more"
    assert set(proofs(stage.ticket(good)).values()) == {1}
    assert stage.ticket(good).fields.escalation_level == 3


class Half(Client):
    """Its probe is answered, and no ticket is."""

    broken = True

    def _ask(self, endpoint: str, ticket: str) -> None:
        super()._ask(endpoint, ticket)
        if self.broken:
            raise UnavailableError(f"{endpoint}: answered 504")


def test_when_all_fail_it_is_an_outage_whatever_the_probe_says(sqlite_url: str, clock: SteppedClock) -> None:
    table = WorkTable.open(sqlite_url, clock)
    helpdesk = SmallHelpdesk(clock, [incident(id=str(number)) for number in range(3 * MANY)])
    desk = Half(helpdesk)
    worker = Worker(table, desk, default_policy().model_copy(update={"applies_since": T0}))
    table.touch([Key("small", ticket) for ticket in helpdesk.tickets], clock())

    for _ in range(45 * 6):
        worker.run_due()
        clock.advance(timedelta(seconds=10))

    assert table.dead_letters() == []
    assert len(helpdesk.asked) < 45 * 2 * 3 * MANY
    desk.broken = False
    work(clock, table, worker, until=clock() + timedelta(minutes=2))
    assert {ticket.fields.escalation_level for ticket in helpdesk.tickets.values()} == {1}


def test_a_pause_can_be_lifted_while_workers_run(table: WorkTable, clock: SteppedClock) -> None:
    helpdesk = SmallHelpdesk(clock, [incident(id="1")])
    desk = Client(helpdesk)
    worker = Worker(table, desk, default_policy().model_copy(update={"applies_since": T0}))
    table.pause("small", clock() + timedelta(minutes=15), "answered 429")
    table.pause("small", clock() + timedelta(minutes=15), "answered 429", "PUT issue")
    table.touch([Key("small", "1")], clock())
    work(clock, table, worker, until=clock() + timedelta(minutes=1))
    assert helpdesk.asked == []

    table.lift("small")
    work(clock, table, worker, until=clock() + timedelta(seconds=2))

    assert helpdesk.tickets[TicketId("1")].fields.escalation_level == 1
    assert table.pauses() == []
