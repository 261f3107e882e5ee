"""After a merge the clocks count from the earliest creation, each priority's own."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from connector.domain.ticket import MergedTicket, Ticket
from connector.domain.vocabulary import Actor, Impact, Priority, TicketState
from connector.rules.before import runs_before
from connector.rules.case import Case
from connector.rules.clocks import clocks
from connector.rules.evaluate import evaluate
from tests.builders import T0, at, changed, complete, default_policy, incident, moved, said

POLICY = default_policy()
FIELDS = {
    Priority.P1: {"priority": Priority.P1, "impact": Impact.SERVICE_AFFECTING, "urgency": "high"},
    Priority.P4: {"priority": Priority.P4, "impact": Impact.NON_SERVICE_AFFECTING, "urgency": "low"},
}


def source(priority: Priority, hours: float, *history: Any, **values: Any) -> MergedTicket:
    """Ticket 3, ``hours`` older than the one that it was merged into."""
    held: dict[str, Any] = {
        "id": "3",
        "number": "41003",
        "created_at": T0 - timedelta(hours=hours),
        "created_by": Actor.CUSTOMER,
        "state": TicketState.CANCELLED,
        "fields": complete(**FIELDS[priority]),
        "history": (*history, moved(TicketState.OPEN, TicketState.CANCELLED, at(minutes=30))),
    }
    return MergedTicket(**(held | values))


def target(priority: Priority, *merged: MergedTicket, **values: Any) -> Ticket:
    return incident(complete(**FIELDS[priority]), merged=merged, created_by=Actor.CONNECTOR, **values)


def level(ticket: Ticket, hours: float) -> Any:
    return evaluate(ticket, POLICY, at(hours=hours)).changes.get("escalation_level")


@pytest.mark.parametrize(
    ("merged", "into", "expected"),
    [
        ((Priority.P1, 3), Priority.P1, 4),
        ((Priority.P4, 400), Priority.P1, 2),
        ((Priority.P1, 40), Priority.P4, 2),
        ((Priority.P4, 40), Priority.P4, 2),
    ],
    ids=["P1 of 3 h into a P1", "P4 of 16 days into a P1", "P1 of 40 h into a P4", "P4 of 40 h into a P4"],
)
def test_an_hour_after_the_merge(merged: tuple[Priority, float], into: Priority, expected: int) -> None:
    assert level(target(into, source(*merged)), 1) == expected


def test_with_the_other_switch_all_of_its_time_counts_whatever_its_priority_was() -> None:
    """Sixteen hours as P4, then a P1 that counts from the creation."""
    escalation = POLICY.escalation.model_copy(update={"raised_priority": "from_creation"})
    case = Case(target(Priority.P1, source(Priority.P4, 16)), POLICY.model_copy(update={"escalation": escalation}), T0)

    assert clocks(case).repair.due == T0 - timedelta(hours=12)
    assert clocks(replace(case, policy=POLICY, counted={})).repair.due == at(hours=4)


def test_without_a_merge_nothing_counts() -> None:
    assert level(target(Priority.P4), 1) == 1
    assert runs_before(target(Priority.P4), POLICY, Priority.P4) == ()


def test_of_the_two_the_time_is_counted_once() -> None:
    one, other = source(Priority.P1, 2), source(Priority.P1, 1, id="4")

    (run,) = runs_before(target(Priority.P1, one, other), POLICY, Priority.P1)
    assert (run.start, run.end) == (T0 - timedelta(hours=2), T0)


def test_a_younger_ticket_that_is_merged_adds_nothing() -> None:
    assert runs_before(target(Priority.P1, source(Priority.P1, -1)), POLICY, Priority.P1) == ()


def test_what_was_a_lower_priority_there_is_one_here() -> None:
    raised = changed("priority", Priority.P4, Priority.P1, T0 - timedelta(hours=1))

    (run,) = runs_before(target(Priority.P1, source(Priority.P1, 5, raised)), POLICY, Priority.P1)
    assert (run.start, run.end) == (T0 - timedelta(hours=1), T0)


@pytest.mark.parametrize(("actor", "hours"), [(Actor.AGENT, 1.0), (Actor.CUSTOMER, 5.0)])
def test_waiting_for_the_customer_paused_it_there_too(actor: Actor, hours: float) -> None:
    waits = moved(TicketState.OPEN, TicketState.PENDING_CUSTOMER, T0 - timedelta(hours=4), actor)
    asked = said("Is it plugged in?", T0 - timedelta(hours=4), Actor.AGENT, recipients=("ada@harbour.example",))

    runs = runs_before(target(Priority.P1, source(Priority.P1, 5, waits), articles=(asked,)), POLICY, Priority.P1)
    assert sum(((run.end or T0) - run.start for run in runs), timedelta()) == timedelta(hours=hours)


def test_neither_an_absence_notice_nor_another_department_makes_time_of_it() -> None:
    waits = moved(TicketState.OPEN, TicketState.PENDING_CUSTOMER, T0 - timedelta(hours=4))
    opens = moved(TicketState.PENDING_CUSTOMER, TicketState.OPEN, T0 - timedelta(hours=3), Actor.CUSTOMER)
    asked = said("Is it plugged in?", T0 - timedelta(hours=4), Actor.AGENT, recipients=("ada@harbour.example",))
    absent = said("I am out of office.", T0 - timedelta(hours=3), Actor.MACHINE)
    waited = target(Priority.P1, source(Priority.P1, 5, waits, opens), articles=(asked, absent))
    elsewhere = source(Priority.P1, 5, outside=((T0 - timedelta(hours=5), T0 - timedelta(hours=1)),))

    for ticket in (waited, target(Priority.P1, elsewhere)):
        (run,) = runs_before(ticket, POLICY, Priority.P1)
        assert (run.end or T0) - run.start == timedelta(hours=1)


def test_what_was_closed_there_does_not_count() -> None:
    closed = moved(TicketState.OPEN, TicketState.CLOSED, T0 - timedelta(hours=4))

    (run,) = runs_before(target(Priority.P1, source(Priority.P1, 5, closed)), POLICY, Priority.P1)
    assert run.end == T0 - timedelta(hours=4)
