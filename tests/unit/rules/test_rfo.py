"""R32–R34 on the incident: request → eligibility → task, due five working days after request and resolution."""

from datetime import UTC, datetime
from typing import Any

import pytest

from connector.domain.ticket import Article, LinkedTicket, Ticket
from connector.domain.vocabulary import Actor, Priority, RfoStatus, TicketState
from connector.rules.rfo import rfo
from tests.builders import T0, at, changed, complete, default_policy, incident, moved, note, said
from tests.unit.rules.passes import decide

POLICY = default_policy()
P1, P2, P3, P4 = Priority
OVER = moved(TicketState.OPEN, TicketState.CLOSED, at(hours=2))
ASKED_AT = at(hours=1)
DUE = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
"""Five working days after the resolution, Monday 13:00 in Berlin."""


def asked(when: datetime = ASKED_AT) -> Article:
    return said("Please send us the RFO.", when)


def task(due: datetime | None = DUE, state: TicketState = TicketState.OPEN, **values: Any) -> LinkedTicket:
    held = {"id": "90", "number": "41090", "created_by_connector": True, "connector_key": "rfo:7"}
    return LinkedTicket(**(held | {"state": state, "rfo_due_at": due} | values))


def solved(priority: Priority = P1, **values: Any) -> Ticket:
    held: dict[str, Any] = {"state": TicketState.CLOSED, "history": (OVER,), "articles": (asked(),)}
    return incident(complete(priority=priority), **(held | values))


def test_nobody_asked() -> None:
    outcome = decide(rfo, solved(articles=()), POLICY, at(hours=3))

    assert outcome.changes == {"rfo_status": None, "rfo_due_at": None}
    assert outcome.creates == ()


def test_before_the_resolution_it_is_only_requested() -> None:
    ticket = incident(complete(priority=P1), articles=(asked(),))

    outcome = decide(rfo, ticket, POLICY, at(hours=1))

    assert outcome.changes == {"rfo_status": RfoStatus.REQUESTED, "rfo_due_at": None}
    assert outcome.creates == ()
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


def test_overdue_is_marked_at_its_moment() -> None:
    before = decide(rfo, solved(links=(task(),)), POLICY, DUE.replace(minute=0, second=0) - (at(seconds=1) - T0))
    then = decide(rfo, solved(links=(task(),)), POLICY, DUE)

    assert before.changes["rfo_status"] is RfoStatus.DUE
    assert then.changes["rfo_status"] is RfoStatus.OVERDUE
    assert then.due is None


@pytest.mark.parametrize("now", [at(hours=5), at(days=30)])
def test_a_closed_task_is_a_delivered_rfo(now: datetime) -> None:
    outcome = decide(rfo, solved(links=(task(state=TicketState.CLOSED),)), POLICY, now)

    assert outcome.changes["rfo_status"] is RfoStatus.DELIVERED
    assert outcome.notes == ()
    assert outcome.creates == ()
