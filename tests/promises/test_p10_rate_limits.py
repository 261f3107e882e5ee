"""P10: 429 with Retry-After (seconds or date), per endpoint, per ticket, or without: no request before its time, other
tickets go on.

Tried, and red: ``Retry-After`` is ignored, or taken a little early; a limit of one endpoint stops everything; a ticket
that has to wait counts as failed.
"""

from datetime import timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.model import TicketId
from connector.helpdesks.errors import RateLimitedError
from connector.rules.evaluate import evaluate
from connector.sandbox.clock import SteppedClock
from connector.sandbox.zammad import Fault
from connector.work.consequences import MAX_ATTEMPTS, later
from connector.work.table import Key, WorkTable
from connector.work.worker import Worker
from tests.builders import T0, default_policy, incident
from tests.promises.conftest import COMPLETE, Cast
from tests.promises.evidence import calls, proofs
from tests.promises.small_helpdesk import WRITE, Asked, Client, SmallHelpdesk, work
from tests.waiting import wait_until
from tests.working import in_a_thread

_CLAIMED = 50


@pytest.mark.parametrize(
    "header",
    ["300", format_datetime(T0 + timedelta(seconds=301), usegmt=True)],
    ids=["seconds", "date"],
)
def test_nobody_asks_before_the_time_the_helpdesk_named(cast: Cast, header: str) -> None:
    stage = cast.stage
    stage.sandbox.faults.add(Fault("status", *stage.house.request_of("read"), times=1, status=429, retry_after=header))
    ticket = cast.customer.writes("Line down", COMPLETE)
    stage.settle()
    since = stage.house.served()

    stage.advance(timedelta(seconds=297))
    assert calls(stage, since) == []
    assert stage.ticket(ticket).fields.escalation_level is None, "nor was it asked before"
    stage.advance(timedelta(seconds=20))

    assert stage.ticket(ticket).fields.priority == "P1"
    assert set(proofs(stage.ticket(ticket)).values()) <= {1}


def test_without_a_header_it_waits_a_little_and_tries_again(cast: Cast) -> None:
    stage = cast.stage
    stage.sandbox.faults.add(Fault("status", *stage.house.request_of("read"), times=3, status=429))
    ticket = cast.customer.writes("Line down", COMPLETE)

    stage.advance(timedelta(minutes=1))

    assert stage.ticket(ticket).fields.priority == "P1"


# Limits of single endpoints and tickets, as Jira has them


@pytest.fixture
def helpdesk(clock: SteppedClock) -> SmallHelpdesk:
    """Three tickets that have something to be written, one that has not."""
    quiet = incident(id="quiet", created_at=T0 - timedelta(days=1))
    held = default_policy().model_copy(update={"applies_since": T0})
    assert evaluate(quiet, held, T0).writes_nothing
    return SmallHelpdesk(clock, [quiet, *(incident(id=str(number)) for number in (1, 2, 3))])


class Overloaded(SmallHelpdesk):
    """A helpdesk that wants to be left alone."""

    def ask(self, endpoint: str, ticket: str) -> None:
        """Counts, and says for how long."""
        self.asked.append(Asked(self.clock(), endpoint, ticket))
        raise RateLimitedError(f"{endpoint}: answered 429", self.clock() + timedelta(seconds=300))


def workers_of(helpdesk: SmallHelpdesk, table: WorkTable, count: int) -> list[Worker]:
    """Workers as on different machines: each with a client of its own."""
    policy = default_policy().model_copy(update={"applies_since": T0})
    return [Worker(table, Client(helpdesk), policy) for _ in range(count)]


def test_a_limited_endpoint_is_asked_by_nobody_and_other_work_goes_on(
    helpdesk: SmallHelpdesk, table: WorkTable, clock: SteppedClock
) -> None:
    one, other = workers_of(helpdesk, table, 2)
    until = clock() + timedelta(seconds=60)
    helpdesk.limited[WRITE] = until
    table.touch([Key("small", "1")], clock())
    one.run_due()
    assert helpdesk.writes("1") == [T0], "somebody has to find out"
    table.touch([Key("small", ticket) for ticket in ("1", "2", "quiet")], clock())
    clock.advance(timedelta(seconds=1))

    other.run_due()
    work(clock, table, one, other, until=until)

    assert helpdesk.writes("1", "2", "3") == [T0], "no request before its time, by no worker"
    assert table.seen("small", ["quiet"])["quiet"].due is None, "it needs no write and is done"
    work(clock, table, other, one, until=until + timedelta(seconds=10))
    assert all(at >= until for at in helpdesk.writes("1", "2")[1:])
    for ticket in ("1", "2"):
        assert helpdesk.tickets[TicketId(ticket)].fields.escalation_level == 1
        assert set(proofs(helpdesk.tickets[TicketId(ticket)]).values()) == {1}
    assert table.dead_letters() == []


def test_a_limited_ticket_waits_alone_and_no_event_wakes_it_earlier(
    helpdesk: SmallHelpdesk, table: WorkTable, clock: SteppedClock
) -> None:
    workers = workers_of(helpdesk, table, 2)
    until = clock() + timedelta(seconds=30)
    helpdesk.limited["1"] = until
    table.touch([Key("small", ticket) for ticket in ("1", "2")], clock())
    workers[0].run_due()
    table.touch([Key("small", ticket) for ticket in ("1", "3")], clock())

    work(clock, table, *workers, until=until)

    assert helpdesk.writes("1") == [T0]
    assert [helpdesk.tickets[TicketId(ticket)].fields.escalation_level for ticket in ("1", "2", "3")] == [None, 1, 1]
    work(clock, table, *workers, until=until + timedelta(seconds=5))
    assert helpdesk.tickets[TicketId("1")].fields.escalation_level == 1
    assert helpdesk.writes("1")[1] >= until


def test_waiting_for_a_limit_is_no_failure_however_long_it_lasts(
    helpdesk: SmallHelpdesk, table: WorkTable, clock: SteppedClock
) -> None:
    (worker,) = workers_of(helpdesk, table, 1)
    for _ in range(MAX_ATTEMPTS + 2):
        helpdesk.limited[WRITE] = clock() + timedelta(seconds=5)
        table.touch([Key("small", "1")], clock())
        work(clock, table, worker, until=clock() + timedelta(seconds=6))
    helpdesk.limited.clear()

    work(clock, table, worker, until=clock() + timedelta(seconds=10))

    assert table.dead_letters() == []
    assert helpdesk.tickets[TicketId("1")].fields.escalation_level == 1


@pytest.mark.parametrize("threads", [0, 16])
def test_what_was_claimed_before_the_429_is_not_asked_either(
    table: WorkTable, clock: SteppedClock, threads: int
) -> None:
    """Many tickets are due at once and claimed together; sixteen threads may have asked before the first answer."""
    busy = Overloaded(clock, [incident(id=str(number)) for number in range(_CLAIMED)])
    (worker,) = workers_of(busy, table, 1)
    table.touch([Key("small", ticket) for ticket in busy.tickets], clock())

    if threads:
        with in_a_thread(worker):
            wait_until(lambda: table.paused_until("small") is not None, "the pause")
            wait_until(lambda: table.counts()["small"].due == _CLAIMED, "the return of what was claimed")
    else:
        worker.run_due()

    assert 1 <= len(busy.asked) <= max(1, threads)
    assert table.counts()["small"].due == _CLAIMED
    assert table.dead_letters() == []


@given(st.integers(0, 86_400), st.integers(-10, 0) | st.integers(0, 86_400))
def test_what_comes_back_comes_later_than_named_and_not_much(named: int, elapsed: int) -> None:
    at, now = T0 + timedelta(seconds=named), T0 + timedelta(seconds=elapsed)
    spread = timedelta(seconds=1 + max(named - elapsed, 0) / 20)
    assert at <= later(at, now) <= at + spread
