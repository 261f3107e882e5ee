"""R32–R34 on the incident: request → eligibility → task, due five working days after request and resolution."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connector.domain.ticket import Article
from connector.domain.vocabulary import Actor, Priority, RfoStatus, TicketState
from connector.rules.rfo import rfo
from tests.builders import at, changed, complete, incident, moved, note, said
from tests.unit.rules.passes import decide
from tests.unit.rules.rfo_tickets import DUE, OVER, P1, P2, P3, P4, POLICY, asked, promised, solved, task


def test_nobody_asked() -> None:
    outcome = decide(rfo, solved(articles=()), POLICY, at(hours=3))

    assert outcome.changes == {"rfo_status": None, "rfo_due_at": None}
    assert outcome.creates == ()


def test_before_the_resolution_it_is_only_requested() -> None:
    ticket = incident(complete(priority=P1), articles=(asked(),))

    outcome = decide(rfo, ticket, POLICY, at(hours=1))

    assert outcome.changes == {"rfo_status": RfoStatus.REQUESTED, "rfo_due_at": None}
    assert outcome.creates == ()


def test_a_customer_who_asks_while_the_outage_lasts_hears_once_that_it_is_noted() -> None:
    both = said("Please escalate this ticket, and please send us the RFO.", at(minutes=5))
    ticket = incident(complete(priority=P1), articles=(both,))

    (told,) = decide(rfo, ticket, POLICY, at(minutes=6)).notes

    assert told.public
    assert "begins when the outage is over" in told.text
    later = incident(complete(priority=P1, rfo_status=RfoStatus.REQUESTED), articles=(both,))
    assert decide(rfo, later, POLICY, at(hours=1)).notes == ()


@pytest.mark.parametrize(
    ("priority", "who"), [(P3, Actor.CUSTOMER), (P1, Actor.AGENT)], ids=["gets none", "support asks"]
)
def test_nothing_is_noted_for_who_gets_none_or_is_support(priority: Priority, who: Actor) -> None:
    history = (changed("rfo_requested", None, True, at(minutes=5), who),)
    ticket = incident(complete(priority=priority, rfo_requested=True), history=history)

    outcome = decide(rfo, ticket, POLICY, at(minutes=6))

    assert outcome.changes["rfo_status"] is RfoStatus.REQUESTED
    assert outcome.notes == ()


@pytest.mark.parametrize("priority", [P1, P2])
def test_a_resolved_critical_or_major_incident_gets_a_task(priority: Priority) -> None:
    outcome = decide(rfo, solved(priority), POLICY, at(hours=2))

    (new,) = outcome.creates
    assert outcome.changes == {"rfo_status": RfoStatus.DUE, "rfo_due_at": DUE}
    assert outcome.due == DUE
    assert (new.key, new.group) == ("rfo:7", "rfo")
    assert new.fields["rfo_due_at"] == DUE
    assert new.fields["rfo_status"] is RfoStatus.DUE


def test_the_customer_is_told_the_date_once() -> None:
    (told,) = decide(rfo, solved(), POLICY, at(hours=2)).notes

    assert told.public
    assert "Mon 30 Nov 2026 13:00 CET (12:00 UTC)" in told.text
    assert decide(rfo, solved(articles=(asked(), note(set(told.marks)))), POLICY, at(hours=3)).notes == ()


def test_the_clock_starts_at_the_later_of_request_and_resolution() -> None:
    late = solved(articles=(asked(at(days=1)),))

    assert decide(rfo, late, POLICY, at(days=1)).changes["rfo_due_at"] == datetime(2026, 12, 1, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("resolved", "due"),
    [
        # Over the end of summer time on Sunday, 25 October: 14:00 in Berlin stays 14:00 in Berlin.
        (datetime(2026, 10, 21, 12, 0, tzinfo=UTC), datetime(2026, 10, 28, 13, 0, tzinfo=UTC)),
        # Over the start of summer time on Sunday, 29 March.
        (datetime(2026, 3, 25, 13, 0, tzinfo=UTC), datetime(2026, 4, 1, 12, 0, tzinfo=UTC)),
        # Christmas Day is a Friday, New Year's Day the next.
        (datetime(2026, 12, 23, 9, 0, tzinfo=UTC), datetime(2026, 12, 31, 9, 0, tzinfo=UTC)),
        # A Saturday night: the fifth working day is the Friday, until closing time.
        (datetime(2026, 11, 28, 22, 0, tzinfo=UTC), datetime(2026, 12, 4, 16, 30, tzinfo=UTC)),
    ],
    ids=["end of summer time", "start of summer time", "holidays", "weekend"],
)
def test_due_dates_count_working_days_in_local_time(resolved: datetime, due: datetime) -> None:
    over = moved(TicketState.OPEN, TicketState.CLOSED, resolved)
    ticket = solved(history=(over,), created_at=resolved, articles=(asked(resolved),))

    assert decide(rfo, ticket, POLICY, resolved).changes["rfo_due_at"] == due


def test_a_linked_task_is_not_created_again() -> None:
    outcome = decide(rfo, solved(links=(task(),)), POLICY, at(hours=3))

    assert outcome.creates == ()
    assert outcome.touches == ()


@pytest.mark.parametrize(
    "forged", [{"created_by_connector": False}, {"connector_key": "rfo:8"}, {"connector_key": None}]
)
def test_only_the_connectors_own_task_for_this_incident_counts(forged: dict[str, Any]) -> None:
    """P20: anybody can link a ticket and write a key."""
    assert len(decide(rfo, solved(links=(task(**forged),)), POLICY, at(hours=3)).creates) == 1


def test_resolved_again_keeps_the_task_and_moves_the_date() -> None:
    back = moved(TicketState.CLOSED, TicketState.OPEN, at(days=1))
    again = moved(TicketState.OPEN, TicketState.CLOSED, at(days=2))

    outcome = decide(rfo, solved(history=(OVER, back, again), links=(task(),)), POLICY, at(days=2))

    assert outcome.changes["rfo_due_at"] == datetime(2026, 12, 2, 10, 0, tzinfo=UTC)
    assert outcome.creates == ()
    assert outcome.touches == ("90",)
    assert "Wed 02 Dec 2026 11:00 CET (10:00 UTC)" in outcome.notes[0].text


def test_reopened_stops_the_clock_and_wakes_the_task() -> None:
    back = moved(TicketState.CLOSED, TicketState.OPEN, at(days=1))
    ticket = solved(state=TicketState.OPEN, history=(OVER, back), links=(task(),))
    told = solved(state=TicketState.OPEN, history=(OVER, back), links=(task(due=None),))

    outcome = decide(rfo, ticket, POLICY, at(days=1))

    assert outcome.changes == {"rfo_status": RfoStatus.REQUESTED, "rfo_due_at": None}
    assert outcome.touches == ("90",)
    assert decide(rfo, told, POLICY, at(days=1)).touches == ()


@pytest.mark.parametrize("priority", [P3, P4])
def test_a_minor_incident_gets_the_reason_once(priority: Priority) -> None:
    request = asked()
    outcome = decide(rfo, solved(priority, articles=(request,)), POLICY, at(hours=3))

    (told,) = outcome.notes
    assert outcome.changes == {"rfo_status": RfoStatus.DECLINED, "rfo_due_at": None}
    assert outcome.creates == ()
    assert told.public
    assert "critical and major" in told.text
    assert f"({priority})" in told.text
    assert decide(rfo, solved(priority, articles=(request, note(set(told.marks)))), POLICY, at(hours=4)).notes == ()


@pytest.mark.parametrize("actor", [Actor.AGENT, Actor.MANAGER])
def test_support_may_request_one_for_any_incident(actor: Actor) -> None:
    by_field = changed("rfo_requested", None, True, at(hours=3), actor)

    outcome = decide(rfo, solved(P4, history=(OVER, by_field)), POLICY, at(hours=3))

    assert outcome.changes["rfo_status"] is RfoStatus.DUE
    assert outcome.changes["rfo_due_at"] == datetime(2026, 11, 30, 13, 0, tzinfo=UTC)


def test_a_customer_does_not_get_one_by_setting_the_field() -> None:
    by_field = changed("rfo_requested", None, True, at(hours=3), Actor.CUSTOMER)

    assert (
        decide(rfo, solved(P4, history=(OVER, by_field)), POLICY, at(hours=3)).changes["rfo_status"]
        is RfoStatus.DECLINED
    )


def test_a_later_request_of_support_does_not_move_the_customers_date() -> None:
    """R34: from the customer's request on, also if an agent ticks the box two days later."""
    by_field = changed("rfo_requested", None, True, at(days=2), Actor.AGENT)

    assert decide(rfo, solved(P1, history=(OVER, by_field)), POLICY, at(days=2)).changes["rfo_due_at"] == DUE


def test_overdue_is_marked_at_its_moment_and_on_each_working_day_the_customer_gets_a_new_date() -> None:
    """R34: the ladder has three levels from the overdue level on, so there are three steps."""
    ticket = solved(links=(task(),))
    before = decide(rfo, ticket, POLICY, DUE - timedelta(seconds=1))
    assert before.changes["rfo_status"] is RfoStatus.DUE

    told: list[Article] = []
    for day, aim in enumerate(("Tue 01 Dec", "Wed 02 Dec", "Thu 03 Dec")):
        now = DUE + timedelta(days=day)
        then = decide(rfo, solved(links=(task(),), articles=(asked(), *told)), POLICY, now)
        (note_,) = then.notes
        told.append(note(set(note_.marks), now))
        assert then.changes == {"rfo_status": RfoStatus.OVERDUE, "rfo_due_at": DUE}
        assert note_.public
        assert f"We now aim to deliver it by {aim} 2026 13:00 CET" in note_.text
        assert then.due == (now + timedelta(days=1) if day < 2 else None)
    assert decide(rfo, solved(links=(task(),), articles=(asked(), *told)), POLICY, at(days=30)).notes == ()


def test_after_an_outage_of_ours_one_new_date_that_lies_ahead() -> None:
    (told,) = decide(rfo, solved(links=(task(),)), POLICY, DUE + timedelta(days=21)).notes

    assert "We now aim to deliver it by Tue 22 Dec 2026 13:00 CET" in told.text
    assert len(told.marks) == 3


@pytest.mark.parametrize("lowered_at", [at(hours=1, minutes=30), at(hours=4)], ids=["while open", "afterwards"])
def test_the_highest_priority_while_it_was_open_decides(lowered_at: datetime) -> None:
    raised = changed("priority", P3, P1, at(minutes=5))
    lowered = changed("priority", P1, P3, lowered_at)

    outcome = decide(rfo, solved(P3, history=(raised, lowered, OVER)), POLICY, at(hours=5))

    assert outcome.changes == {"rfo_status": RfoStatus.DUE, "rfo_due_at": DUE}


def test_a_priority_that_was_raised_after_the_repair_makes_no_major_incident() -> None:
    decided = changed("priority", P4, P3, at(minutes=5), Actor.CONNECTOR)
    raised = changed("priority", P3, P1, at(hours=4))

    outcome = decide(rfo, solved(P1, history=(decided, OVER, raised)), POLICY, at(hours=5))

    assert outcome.changes["rfo_status"] is RfoStatus.DECLINED


@pytest.mark.parametrize("actor", [Actor.CUSTOMER, None], ids=["customer", "the helpdesk's own first value"])
def test_a_priority_that_nobody_of_ours_decided_makes_no_major_incident(actor: Actor | None) -> None:
    by_rules = changed("priority", P1 if actor is None else P4, P3, at(minutes=1), Actor.CONNECTOR)
    forged = (changed("priority", P3, P1, at(minutes=9), actor),) if actor else ()

    outcome = decide(rfo, solved(P3, history=(by_rules, *forged, OVER)), POLICY, at(hours=5))

    assert outcome.changes["rfo_status"] is RfoStatus.DECLINED


@pytest.mark.parametrize("text", ["Thank you!", "Please send us the RFO."])
def test_a_mail_that_opens_the_ticket_moves_no_date_and_stops_no_clock(text: str) -> None:
    """Zammad opens a closed ticket by every mail, and names the customer as who did it."""
    mail = said(text, at(days=1))
    back = moved(TicketState.CLOSED, TicketState.OPEN, at(days=1), Actor.CUSTOMER)
    closed = moved(TicketState.OPEN, TicketState.CLOSED, at(days=2))
    for history, state in (((back,), TicketState.OPEN), ((back, closed), TicketState.CLOSED)):
        ticket = promised(*history, state=state, articles=(said("Dead."), asked(), mail))
        assert decide(rfo, ticket, POLICY, at(days=2)).changes == {"rfo_status": RfoStatus.DUE, "rfo_due_at": DUE}


def test_a_request_that_opens_the_ticket_is_served_from_the_request_on() -> None:
    back = moved(TicketState.CLOSED, TicketState.OPEN, at(days=1), Actor.CUSTOMER)
    ticket = solved(
        state=TicketState.OPEN, history=(OVER, back), articles=(said("Our line is dead."), asked(at(days=1)))
    )

    outcome = decide(rfo, ticket, POLICY, at(days=1, hours=3))

    assert outcome.changes == {"rfo_status": RfoStatus.DUE, "rfo_due_at": datetime(2026, 12, 1, 10, 0, tzinfo=UTC)}
    assert len(outcome.creates) == 1


def test_a_promised_date_stays_under_another_policy() -> None:
    slower = POLICY.model_copy(update={"rfo": POLICY.rfo.model_copy(update={"working_days": 10})})

    assert decide(rfo, promised(), slower, at(hours=5)).changes["rfo_due_at"] == DUE


# No repair, no RFO


def test_a_ticket_that_ended_without_a_repair_promises_nothing() -> None:
    """Merged, a duplicate, "won't do": support is told, once."""
    gone = moved(TicketState.OPEN, TicketState.CANCELLED, at(hours=2))
    ticket = solved(state=TicketState.CANCELLED, history=(gone,))
    outcome = decide(rfo, ticket, POLICY, at(hours=3))

    assert outcome.changes == {"rfo_status": None, "rfo_due_at": None}
    assert outcome.creates == ()
    assert [told.public for told in outcome.notes] == [False]
    by_field = changed("rfo_requested", None, True, at(hours=3))
    wanted = solved(state=TicketState.CANCELLED, history=(gone, by_field), articles=())
    assert decide(rfo, wanted, POLICY, at(hours=3)).changes["rfo_status"] is RfoStatus.DUE
