"""P7: drop all webhooks for two hours; the sweep converges and reports what was missed, with bulk reads only.

Tried, and red: only tickets that nobody knew are news; the list is by creation instead of change; the next sweep begins
at the wrong time; what was missed is not counted; every listed ticket is read.
"""

from collections.abc import Mapping
from datetime import timedelta
from unittest.mock import ANY

from connector.domain.model import TicketId
from connector.domain.vocabulary import Impact, Priority, TicketState
from connector.sandbox.clock import SteppedClock
from connector.sandbox.stage import Stage
from connector.work.errand import FULL_SWEEP
from connector.work.sweep import sweep
from connector.work.table import Key, WorkTable
from connector.work.worker import Worker
from tests.builders import complete, default_policy, incident
from tests.counted import Counted
from tests.promises.conftest import COMPLETE, Cast
from tests.promises.evidence import calls, levels_noted
from tests.promises.small_helpdesk import Client, SmallHelpdesk
from tests.waiting import wait_until
from tests.working import in_a_thread


def deaf(url: str, headers: Mapping[str, str], body: bytes) -> int:
    """A receiver that cannot be reached."""
    raise ConnectionError("nobody there")


def test_the_sweep_finds_what_no_webhook_told_and_says_how_much(cast: Cast) -> None:
    stage = cast.stage
    quiet = cast.customer.writes("Old ticket", COMPLETE)
    stage.settle()
    sweep(stage.desk, stage.table, full=True)
    stage.post = deaf
    tickets = [cast.customer.writes(f"Line {n} down", COMPLETE) for n in range(3)]
    stage.advance(timedelta(hours=2))

    found = sweep(stage.desk, stage.table, full=False)
    stage.settle()

    assert found.missed == 3
    for ticket in tickets:
        assert stage.ticket(ticket).fields.escalation_level == 3
        assert levels_noted(stage.ticket(ticket)) == ["Escalation level 3: head of operations"]
    assert levels_noted(stage.ticket(quiet)) == [
        "Escalation level 2: shift manager",
        "Escalation level 3: head of operations",
    ]


UNHURRIED = COMPLETE.replace("service affecting", "degradation").replace("high", "low")
"""A P4: no level falls due for hours, so that nothing but the sweep finds what happens to it."""


def test_the_sweep_finds_every_kind_of_change_to_tickets_that_are_known(cast: Cast) -> None:
    stage = cast.stage
    names = ("quiet", "asks", "solved", "raised", "forged", "reopened", "rfo")
    tickets = {name: cast.customer.writes(f"Line {name}", UNHURRIED) for name in names}
    tickets["rfo"] = cast.customer.writes("Line rfo", COMPLETE)
    stage.settle()
    for name in ("reopened", "rfo"):
        cast.agent.sets(tickets[name], state=TicketState.CLOSED)
    stage.advance(timedelta(minutes=10))
    cast.customer.writes("Another line", UNHURRIED)
    stage.settle()
    sweep(stage.desk, stage.table, full=True)  # The next one reads on from here: the others were created long before.
    before = {name: stage.ticket(ticket) for name, ticket in tickets.items()}

    stage.post = deaf
    cast.customer.replies(tickets["asks"], "Please escalate this ticket.")
    stage.advance(timedelta(minutes=20))
    cast.agent.sets(tickets["solved"], state=TicketState.CLOSED)
    stage.advance(timedelta(minutes=20))
    cast.agent.sets(tickets["raised"], impact=Impact.SERVICE_AFFECTING)
    stage.advance(timedelta(minutes=20))
    cast.outsider.sets(tickets["forged"], escalation_level=4)
    stage.advance(timedelta(minutes=20))
    cast.agent.sets(tickets["reopened"], state=TicketState.OPEN)
    stage.advance(timedelta(minutes=20))
    cast.customer.replies(tickets["rfo"], "Please send us the RFO.")
    stage.advance(timedelta(minutes=20))
    assert stage.ticket(tickets["forged"]).fields.escalation_level == 4, "nothing is found before the sweep"

    found = sweep(stage.desk, stage.table, full=False)
    stage.settle()

    after = {name: stage.ticket(ticket) for name, ticket in tickets.items()}
    assert found.missed == len(names) - 1
    # What is linked to it lives on: its problem record, for one.
    assert after["quiet"].model_copy(update={"links": ()}) == before["quiet"].model_copy(update={"links": ()})
    assert after["asks"].fields.escalation_level == (before["asks"].fields.escalation_level or 0) + 1
    assert (before["solved"].fields.next_escalation_at, after["solved"].fields.next_escalation_at) == (ANY, None)
    assert (before["raised"].fields.priority, after["raised"].fields.priority) == (Priority.P4, Priority.P3)
    assert after["forged"].fields.escalation_level == before["forged"].fields.escalation_level
    assert after["reopened"].fields.next_escalation_at is not None
    assert {link.connector_key for link in after["rfo"].links} >= {f"rfo:{tickets['rfo']}"}


def start_a_worker(stage: Stage) -> None:
    """A worker process begins, makes its first sweep, is ended in good order, and another one takes over its work."""
    with in_a_thread(stage.worker):
        wait_until(lambda: stage.table.helpdesks.cursor(stage.desk.name) is not None, "the sweep at the start")
    stage.connect()


def test_a_worker_sweeps_by_itself_and_counts_what_was_missed(cast: Cast) -> None:
    stage, counted = cast.stage, Counted()
    stage.post = deaf
    start_a_worker(stage)

    # Right after a sweep: when the next one comes, the webhook has had its time.
    stage.advance(timedelta(seconds=1))
    tickets = []
    for number in range(4):
        tickets.append(cast.customer.writes(f"Line {number} down", COMPLETE))
        stage.advance(timedelta(minutes=30))

    assert [levels_noted(stage.ticket(ticket))[-1:] for ticket in tickets] == [
        ["Escalation level 3: head of operations"],
        *[["Escalation level 2: shift manager"]] * 3,
    ]
    assert counted("missed_webhooks_total", helpdesk=stage.desk.name) == len(tickets)
    assert counted("sweeps_total", helpdesk=stage.desk.name) == 1 + 2 * 60 / 5
    assert stage.table.dead_letters() == []


def test_a_full_sweep_comes_back_every_day(table: WorkTable, clock: SteppedClock) -> None:
    """It finds what no list of changes shows."""
    helpdesk = SmallHelpdesk(clock, [incident()])
    worker = Worker(table, Client(helpdesk), default_policy())
    table.touch([Key("small", FULL_SWEEP)], clock())
    worker.run_due()
    helpdesk.tickets[TicketId("8")] = incident(complete(priority=None), id="8")

    for _ in range(24):
        clock.advance(timedelta(hours=1))
        worker.run_due()

    assert helpdesk.tickets[TicketId("8")].fields.priority is Priority.P3


def test_an_unchanged_ticket_costs_the_sweep_no_request_of_its_own(cast: Cast) -> None:
    stage = cast.stage
    for number in range(20):
        cast.customer.writes(f"Line {number} down", COMPLETE)
    stage.settle()
    since = stage.house.served()

    found = sweep(stage.desk, stage.table, full=True)
    stage.worker.run_due()

    assert found.listed >= 20
    assert found.touched == 0
    assert not [call for call in calls(stage, since) if "search" not in call]
    # Lists of what is unresolved, resolved and changed; Jira Cloud tells ids and times in different ones.
    assert len(calls(stage, since)) <= 5


def test_more_tickets_than_fit_on_a_page_are_all_found_once(cast: Cast) -> None:
    """All of them changed in the same second: the cursor alone could not get past them."""
    stage = cast.stage
    for number in range(450):
        cast.customer.writes(f"Line {number} down", "dead")

    pages = list(stage.desk.changed_since(stage.clock() - timedelta(hours=1)))

    listed = [ticket.id for page in pages for ticket in page]
    assert len(listed) == len(set(listed)) == 450


def test_a_new_policy_holds_for_every_unresolved_ticket_after_the_next_full_sweep(cast: Cast) -> None:
    stage = cast.stage
    one, two = (stage.policy.model_copy(update={"version": version}) for version in ("one", "two"))
    open_one, solved = (cast.customer.writes(f"Line {n} down", COMPLETE) for n in range(2))
    stage.settle()
    cast.agent.sets(solved, state=TicketState.CLOSED)
    stage.advance(timedelta(hours=1))
    first = sweep(stage.desk, stage.table, full=True, policy=one)
    stage.advance(timedelta(minutes=1))

    second = sweep(stage.desk, stage.table, full=True, policy=one)
    third = sweep(stage.desk, stage.table, full=True, policy=two)

    assert [found.touched for found in (first, second, third)] == [2, 0, 2], "with the solved one's problem record"
    assert stage.table.next_due(stage.desk.name) == stage.clock()
    assert stage.ticket(open_one).fields.escalation_level == 2
