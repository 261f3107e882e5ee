"""P15: ten thousand tickets touched at once are collapsed and paced, and a change of the policy that would alter more
than a set share of the open tickets waits for permission.

Tried, and red: there is no pace; no share of tickets is too large; a few tickets need permission too; a ticket that
cannot be read stops the sweep.
"""

from collections import Counter
from datetime import timedelta

import pytest

from connector.domain.model import TicketId
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Impact, Priority, Urgency
from connector.helpdesks.errors import TransientError
from connector.messages.words import Language
from connector.policy.models import Policy
from connector.sandbox.clock import SteppedClock
from connector.work.errand import FULL_SWEEP
from connector.work.limits import RateLimiter
from connector.work.reach import A_FEW, SAMPLE, Reach
from connector.work.sweep import PER_SECOND, sweep
from connector.work.table import Key, WorkTable
from connector.work.worker import RATE, Worker
from tests.builders import T0, default_policy, incident
from tests.counted import total
from tests.promises.evidence import proofs
from tests.promises.small_helpdesk import Client, SmallHelpdesk, work

TICKETS = 10_000
SECOND = timedelta(seconds=1)
LATER = T0 + timedelta(seconds=30)


def test_ten_thousand_tickets_touched_at_once_are_looked_at_once_each_and_not_all_at_once(
    table: WorkTable, clock: SteppedClock
) -> None:
    left_alone = incident(created_at=T0 - timedelta(days=1))
    helpdesk = SmallHelpdesk(clock, [left_alone.model_copy(update={"id": str(n)}) for n in range(TICKETS)])
    policy = default_policy().model_copy(update={"applies_since": T0})
    for _ in range(3):
        table.touch([Key("small", ticket) for ticket in helpdesk.tickets], clock())

    work(clock, table, Worker(table, Client(helpdesk), policy), until=T0 + TICKETS / RATE * SECOND)

    assert {asked.ticket for asked in helpdesk.asked} == set(helpdesk.tickets)
    assert len(helpdesk.asked) == TICKETS
    in_a_second = Counter(asked.at for asked in helpdesk.asked)
    assert max(in_a_second.values()) <= RATE


@pytest.mark.parametrize("back", [timedelta(0), timedelta(hours=1)])
def test_the_pace_holds_whatever_the_clock_does(back: timedelta) -> None:
    pace, now = RateLimiter(10), T0
    assert pace.room(1000, now) == 10
    pace.begun(10)
    assert pace.room(1000, now - back) == 0
    assert pace.room(1000, now - back + SECOND / 2) == 5
    assert pace.room(3, now - back + SECOND / 2) == 3
    assert pace.room(1000, now + timedelta(days=1)) == 10, "a day of rest is no credit"
    assert RateLimiter(0).room(1000, now) == 1000
    slow = RateLimiter(0.1)
    assert slow.room(1000, now) == 1
    slow.begun(1)
    assert (slow.room(9, now + 9 * SECOND), slow.room(9, now + 10 * SECOND)) == (0, 1)


# A new policy


def revised(version: str, **changes: object) -> Policy:
    """The policy with other rules."""
    return default_policy().model_copy(update={"version": version, **changes})


def stricter() -> Policy:
    """Every ticket of ``settled`` becomes a P2."""
    matrix = {impact: dict(row) for impact, row in default_policy().matrix.items()}
    matrix[Impact.DEGRADATION][Urgency.MEDIUM] = Priority.P2
    return revised("stricter", matrix=matrix)


def settled(table: WorkTable, clock: SteppedClock, count: int) -> tuple[SmallHelpdesk, Worker]:
    """So many open P3 tickets, all worked on under the default policy."""
    helpdesk = SmallHelpdesk(clock, [incident(id=str(number)) for number in range(count)])
    worker = Worker(table, Client(helpdesk), default_policy())
    table.touch([Key("small", FULL_SWEEP)], clock())
    work(clock, table, worker, until=LATER)
    assert Counter(priorities(helpdesk)) == {Priority.P3: count}
    return helpdesk, worker


def priorities(helpdesk: SmallHelpdesk) -> list[Priority | None]:
    """Of all tickets."""
    return [ticket.fields.priority for ticket in helpdesk.tickets.values()]


def held_back() -> float:
    """What the metric tells."""
    return total("policies_held_back_total", helpdesk="small")


def test_a_policy_that_would_change_most_open_tickets_waits_for_permission(
    table: WorkTable, clock: SteppedClock
) -> None:
    helpdesk, worker = settled(table, clock, SAMPLE + 50)
    before, told = dict(helpdesk.tickets), held_back()

    worker.use(Client(helpdesk), stricter())
    work(clock, table, worker, until=LATER + 30 * SECOND)

    assert helpdesk.tickets == before, "only looked at"
    assert held_back() == told + 1
    assert table.helpdesks.policy("small") == default_policy().rules_version
    assert table.dead_letters() == []

    table.touch([Key("small", "7")], clock())
    work(clock, table, worker, until=clock() + 2 * SECOND)
    assert helpdesk.tickets[TicketId("7")].fields.priority is Priority.P2, (
        "what happens on a ticket goes by the new policy"
    )

    forced = sweep(Client(helpdesk), table, full=True, policy=stricter())
    work(clock, table, worker, until=clock() + (SAMPLE + 50) / PER_SECOND * SECOND)

    assert (forced.held, forced.touched) == (None, SAMPLE + 50)
    assert Counter(priorities(helpdesk)) == {Priority.P2: SAMPLE + 50}
    assert table.helpdesks.policy("small") == "stricter"
    assert all(set(proofs(ticket).values()) == {1} for ticket in helpdesk.tickets.values())


@pytest.mark.parametrize(
    ("looked_at", "changed", "too_many"),
    [(200, 60, False), (200, 61, True), (A_FEW, A_FEW, False), (A_FEW + 1, A_FEW + 1, True), (0, 0, False)],
)
def test_more_than_the_share_and_more_than_a_few_are_too_many(looked_at: int, changed: int, too_many: bool) -> None:
    assert Reach(looked_at, changed, 5_000).exceeds(0.3) is too_many


def test_a_few_tickets_need_no_permission(table: WorkTable, clock: SteppedClock) -> None:
    helpdesk, worker = settled(table, clock, A_FEW)
    worker.use(Client(helpdesk), stricter())
    work(clock, table, worker, until=LATER + 2 * SECOND)
    assert Counter(priorities(helpdesk)) == {Priority.P2: A_FEW}


def test_a_harmless_policy_reaches_every_open_ticket(table: WorkTable, clock: SteppedClock) -> None:
    helpdesk, worker = settled(table, clock, 40)
    asked = len(helpdesk.asked)

    worker.use(Client(helpdesk), revised("renamed", name="Interspace Europe"))
    work(clock, table, worker, until=LATER + 2 * SECOND)

    assert table.helpdesks.policy("small") == "renamed"
    assert len(helpdesk.asked) - asked == 40 + 40, "the sample and the look at each"
    assert helpdesk.writes() == []


def test_another_wording_makes_no_ticket_due(table: WorkTable, clock: SteppedClock) -> None:
    helpdesk, worker = settled(table, clock, 40)
    asked = len(helpdesk.asked)

    worker.use(Client(helpdesk), revised(f"{default_policy().rules_version}.german", internal_language=Language.DE))
    work(clock, table, worker, until=LATER + 2 * SECOND)

    assert len(helpdesk.asked) == asked
    assert table.helpdesks.policy("small") == default_policy().rules_version


def test_what_time_has_brought_is_not_the_policys_doing(table: WorkTable, clock: SteppedClock) -> None:
    """All tickets have reached a level while nobody worked: that is no reason to hold a policy back."""
    helpdesk, worker = settled(table, clock, 40)
    clock.advance(timedelta(days=1))
    renamed = revised("renamed", name="Interspace Europe")

    found = sweep(Client(helpdesk), table, full=True, policy=renamed, largest_change=0.3)
    worker.use(Client(helpdesk), renamed)
    work(clock, table, worker, until=clock() + 5 * SECOND)

    assert found.held is None
    assert table.helpdesks.policy("small") == "renamed"
    assert {ticket.fields.escalation_level for ticket in helpdesk.tickets.values()} == {3}


def test_a_lost_database_asks_for_no_permission(table: WorkTable, clock: SteppedClock) -> None:
    helpdesk = SmallHelpdesk(clock, [incident(id=str(number)) for number in range(40)])
    found = sweep(Client(helpdesk), table, full=True, policy=stricter(), largest_change=0.3)
    assert (found.held, found.touched) == (None, 40)
    assert table.helpdesks.policy("small") == "stricter"


def test_a_ticket_that_cannot_be_read_does_not_stop_the_sweep(table: WorkTable, clock: SteppedClock) -> None:
    helpdesk, _ = settled(table, clock, 40)

    class Damaged(Client):
        def read(self, ticket_id: TicketId) -> Ticket:
            if ticket_id == "3":
                raise TransientError("GET issue 3: answered 500")
            return super().read(ticket_id)

    found = sweep(Damaged(helpdesk), table, full=True, policy=stricter(), largest_change=0.3)

    assert found.held is not None
    assert (found.held.looked_at, found.held.changed, found.held.unresolved) == (39, 39, 40)
    assert "priority P2" in dict(found.held.acts), "what it would do is said"
    assert found.held.description.startswith("39 of 39 open tickets (of 40): ")
