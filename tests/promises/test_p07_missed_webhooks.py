"""P7: drop all webhooks for two hours; the sweep converges and reports what was missed, with bulk reads only."""

from collections.abc import Mapping
from datetime import timedelta

from connector.domain.vocabulary import TicketState
from connector.work.sweep import sweep
from tests.promises.conftest import COMPLETE, Cast
from tests.promises.evidence import calls, levels_noted


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
