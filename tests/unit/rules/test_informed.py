"""R36: when the customer has to hear from support next, and what nobody has told them."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from connector.domain.ticket import Change, Ticket
from connector.domain.vocabulary import Actor, Channel, Impact, Priority, TicketState
from connector.policy.models import Policy, Updates
from connector.rules.case import Case
from connector.rules.informed import informed
from connector.rules.levels import by_clock
from connector.rules.warnings import warnings
from tests.builders import T0, at, changed, complete, default_policy, incident, moved, note, said
from tests.unit.rules.passes import decide

POLICY = default_policy()
P1, P2, P3, P4 = Priority


def triaged(priority: Priority = P1, **values: Any) -> Ticket:
    return incident(complete(priority=priority), **values)


def answered(minutes: float, priority: Priority = P1, **values: Any) -> Ticket:
    """Support said something then."""
    message = said("We are on it.", at(minutes=minutes), Actor.AGENT, recipients=("ada@harbour.example",))
    return triaged(priority, articles=(message,), **values)


def shown(ticket: Ticket, now: datetime, policy: Policy = POLICY) -> tuple[datetime | None, list[str]]:
    outcome = decide(informed, ticket, policy, now)
    return outcome.changes["next_update_at"], [told.title for told in outcome.notes]


@pytest.mark.parametrize(
    ("priority", "hours"), [(P1, 1), (P2, 4), (P3, 24)], ids=["every hour", "every four", "every day"]
)
def test_the_next_update_is_due_an_interval_after_the_last_message(priority: Priority, hours: int) -> None:
    assert shown(answered(10, priority), at(minutes=11)) == (at(minutes=10, hours=hours), [])


def test_without_a_message_it_counts_from_the_creation() -> None:
    assert shown(triaged(), at(minutes=1)) == (at(hours=1), [])


@pytest.mark.parametrize("called", [False, True], ids=["mail", "call"])
def test_who_has_not_heard_of_us_has_not_heard_at_the_creation_but_in_a_call(*, called: bool) -> None:
    by_phone: dict[str, Any] = {"channel": Channel.PHONE, "created_by": Actor.AGENT} if called else {}

    (told,) = decide(informed, triaged(**by_phone), POLICY, at(minutes=70)).notes

    assert ("nobody of support has written to the customer yet" in told.text) is not called
    assert ("last heard from us" in told.text) is called


def test_a_missed_update_is_noted_once_and_the_next_one_anew() -> None:
    late = decide(informed, answered(10), POLICY, at(minutes=70))
    (told,) = late.notes
    assert (told.title, told.public) == ("Customer update is late", False)
    said_so = note(set(told.marks), at(minutes=70))
    again = answered(10)
    again = triaged(articles=(*again.articles, said_so))
    assert shown(again, at(minutes=90)) == (at(minutes=70), [])
    second = said("Still at it.", at(minutes=91), Actor.AGENT, recipients=("ada@harbour.example",))
    assert shown(triaged(articles=(*again.articles, second)), at(minutes=151))[1] == ["Customer update is late"]


def test_it_rests_while_the_customer_is_waited_for_and_ends_with_the_incident() -> None:
    parked = moved(TicketState.OPEN, TicketState.PENDING_CUSTOMER, at(minutes=20))
    waiting = answered(10, state=TicketState.PENDING_CUSTOMER, history=(parked,))
    assert shown(waiting, at(hours=9)) == (None, [])
    back = moved(TicketState.PENDING_CUSTOMER, TicketState.OPEN, at(hours=9))
    assert shown(answered(10, history=(parked, back)), at(hours=9, minutes=1)) == (at(hours=9, minutes=50), [])
    done = moved(TicketState.OPEN, TicketState.RESOLVED, at(minutes=30))
    assert shown(answered(10, state=TicketState.RESOLVED, history=(done,)), at(hours=9)) == (None, [])


def untold(change: Change, **values: Any) -> tuple[datetime | None, list[str]]:
    ticket = answered(10, P4, history=(change,), **values)
    return shown(ticket, change.at + timedelta(hours=1))


@pytest.mark.parametrize(
    "change",
    [
        changed("impact", Impact.NON_SERVICE_AFFECTING, Impact.DEGRADATION, at(hours=2)),
        changed("priority", P3, P4, at(hours=2)),
        changed("escalation_level", 1, 2, at(hours=2), Actor.MANAGER),
        moved(TicketState.NEW, TicketState.OPEN, at(hours=2)),
    ],
    ids=lambda change: change.field,
)
def test_on_change_means_that_a_change_is_told_within_an_hour(change: Change) -> None:
    assert untold(change) == (None, ["The customer does not know of a change"])
    ticket = answered(10, P4, history=(change,))
    assert decide(informed, ticket, POLICY, at(hours=2, minutes=59)).due == at(hours=3)
    later = said("It is a degradation.", at(hours=2, minutes=30), Actor.AGENT, recipients=("ada@harbour.example",))
    assert shown(triaged(P4, history=(change,), articles=(later,)), at(hours=4)) == (None, [])


@pytest.mark.parametrize("actor", [Actor.CUSTOMER, Actor.CONNECTOR, Actor.SYSTEM])
def test_only_changes_by_support_have_to_be_told(actor: Actor) -> None:
    assert untold(changed("priority", P3, P4, at(hours=2), actor)) == (None, [])


def warned(ticket: Ticket, now: datetime, policy: Policy = POLICY) -> list[str]:
    return [told.title.partition(" due ")[0] for told in decide(warnings, ticket, policy, now).notes]


def test_support_is_warned_when_four_fifths_of_a_limit_have_passed() -> None:
    """P1: first response in 15 minutes, update in 60, repair in 240."""
    assert warned(triaged(), at(minutes=11)) == []
    assert decide(warnings, triaged(), POLICY, at(minutes=11)).due == at(minutes=12)
    assert warned(triaged(), at(minutes=12)) == ["First response"]
    assert warned(triaged(), at(minutes=15)) == [], "it is late now, which is told elsewhere"
    assert warned(answered(14), at(minutes=62)) == ["Customer update"]
    assert warned(answered(191), at(minutes=192)) == ["Repair"]
    (told,) = decide(warnings, triaged(), POLICY, at(minutes=12)).notes
    assert not told.public
    assert warned(triaged(articles=(note(set(told.marks), at(minutes=12)),)), at(minutes=13)) == []


def test_a_pause_moves_the_warning_and_it_is_not_said_again() -> None:
    parked = moved(TicketState.OPEN, TicketState.PENDING_CUSTOMER, at(minutes=20))
    waiting = answered(19, state=TicketState.PENDING_CUSTOMER, history=(parked,))
    assert warned(waiting, at(hours=3, minutes=30)) == []


def test_several_shares_are_told_as_one_after_an_outage_and_each_marks_itself() -> None:
    twice = POLICY.model_copy(update={"updates": Updates(warn_at=(0.5, 0.8))})
    assert warned(triaged(), at(minutes=8), twice) == ["First response"]
    (told,) = decide(warnings, triaged(), twice, at(minutes=13)).notes
    assert len(told.marks) == 2
    assert told.text.startswith("80 %")


def test_the_policy_may_switch_it_off() -> None:
    off = POLICY.model_copy(update={"updates": Updates()})
    assert warned(triaged(), at(minutes=13), off) == []
    assert shown(answered(10), at(hours=9), off) == (at(minutes=70), [])
    assert shown(answered(10, P4, history=(changed("priority", P3, P4, at(hours=2)),)), at(hours=4), off) == (None, [])


def test_only_what_is_going_on_is_warned_of() -> None:
    done = moved(TicketState.OPEN, TicketState.RESOLVED, at(minutes=5))
    over = triaged(state=TicketState.RESOLVED, history=(done,))
    assert (warned(over, at(minutes=13)), decide(warnings, over, POLICY, T0).due) == ([], None)


def level_policy() -> Policy:
    counted = frozenset({"first_response", "repair", "update"})
    return POLICY.model_copy(update={"escalation": POLICY.escalation.model_copy(update={"missed_targets": counted})})


def test_a_missed_update_raises_a_level_where_the_policy_says_so() -> None:
    """R37. By the time at which it was missed, also if it was sent late since; each raises above the ticket's age."""
    levels = {
        policy is POLICY: [due.at for due in by_clock(Case(answered(10, P3), policy, at(hours=1)), 1)]
        for policy in (POLICY, level_policy())
    }
    assert at(minutes=10, hours=24) in levels[False]
    assert at(minutes=10, hours=24) not in levels[True]

    second = said("Sorry for the wait.", at(hours=25), Actor.AGENT, recipients=("ada@harbour.example",))
    late = triaged(P3, articles=(*answered(10, P3).articles, second))
    missed = [due for due in by_clock(Case(late, level_policy(), at(hours=26)), 1) if "update" in due.reason]
    assert [due.at for due in missed] == [at(minutes=10, hours=24), at(hours=49)]
    assert missed[0].why(Case(late, level_policy(), at(hours=26))) == "customer update target missed"


def test_each_warning_has_a_mark_of_its_own() -> None:
    """Two of one mark would be said once: the second deadline would pass without a word."""
    twice = POLICY.model_copy(update={"updates": Updates(warn_at=(0.5, 0.8))})
    looks = [
        (triaged(), at(minutes=8)),
        (triaged(), at(minutes=13)),
        (triaged(P2), at(minutes=55)),
        (answered(14), at(minutes=62)),
        (answered(64), at(minutes=112)),
        (answered(191), at(minutes=192)),
    ]

    marks = [
        {str(mark) for told in warnings(Case(ticket, twice, now)).notices for mark in told.marks}
        for ticket, now in looks
    ]

    assert marks[0] == {"warned-first_response-P1-50"}
    assert marks[1] == {"warned-first_response-P1-50", "warned-first_response-P1-80"}
    assert any(mark.startswith("warned-first_response-P2-") for mark in marks[2])
    updates = [{mark for mark in found if mark.startswith("warned-update-")} for found in marks[3:5]]
    assert list(map(bool, updates)) == [True, True]
    assert updates[0].isdisjoint(updates[1])
    assert any(mark.startswith("warned-repair-P1-") for mark in marks[5])
