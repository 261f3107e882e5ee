"""R36, R37: when first response and repair are due."""

from datetime import UTC, datetime, timedelta

import pytest

from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Actor, Channel, Missed, Priority, ServiceCheck, TicketState
from connector.policy.models import Policy
from connector.policy.targets import OwnTargets, TargetsByContract
from connector.rules import timeline
from connector.rules.case import Case
from connector.rules.clocks import clocks
from connector.rules.targets import targets
from tests.builders import T0, at, complete, default_policy, incident, moved, office_p4, said
from tests.unit.rules.passes import decide

POLICY = default_policy()
P1, P2, P3, P4 = Priority
ANSWER = said("We are on it.", at(minutes=10), Actor.AGENT)


def triaged(priority: Priority | None = P1, **values: object) -> Ticket:
    return incident(complete(priority=priority), **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("priority", "response", "fixed"),
    [
        (P1, at(minutes=15), at(hours=4)),
        (P2, at(hours=1), at(hours=8)),
        (P3, at(hours=4), at(hours=48)),
        (P4, at(hours=24), at(days=10)),
        (None, at(hours=4), at(hours=48)),
    ],
)
def test_each_priority_has_its_limits(priority: Priority | None, response: datetime, fixed: datetime) -> None:
    outcome = decide(targets, triaged(priority), POLICY, T0)

    assert outcome.changes == {"first_response_due_at": response, "repair_due_at": fixed}


def test_limits_in_working_hours() -> None:
    """Monday 11:00 in Berlin: 6.5 h are left that day; five days of 8.5 h later it is Monday 11:00 again."""
    assert decide(targets, triaged(P4), office_p4(), T0).changes == {
        "first_response_due_at": datetime(2026, 11, 24, 9, 30, tzinfo=UTC),
        "repair_due_at": datetime(2026, 11, 30, 10, 0, tzinfo=UTC),
    }


def with_own_targets() -> Policy:
    """Harbour Bank, to whom SVC-1005 belongs, is promised other times at P1."""
    own = OwnTargets.model_validate({"first_response": "5 min", "update_every": "20 min", "calendar": "office"})
    return POLICY.model_copy(update={"targets": TargetsByContract(customers={"harbour": {P1: own}})})


def test_targets_of_the_customer_of_a_verified_service() -> None:
    """R36. Monday 11:00 in Berlin; four working hours later it is 15:00."""
    outcome = decide(targets, triaged(P1, articles=(ANSWER,)), with_own_targets(), at(minutes=20))

    assert outcome.changes == {"repair_due_at": at(hours=4), "missed_targets": Missed.FIRST_RESPONSE}
    assert outcome.reasons[-3:] == (
        "first response within 5 min as promised for customer harbour",
        "update within 20 min as promised for customer harbour",
        "clocks run by the calendar 'office' as promised for customer harbour",
    )


@pytest.mark.parametrize("doubt", [ServiceCheck.UNKNOWN, ServiceCheck.FOREIGN, None])
def test_who_is_not_verified_borrows_no_targets(doubt: ServiceCheck | None) -> None:
    ticket = incident(complete(priority=P1, service_check=doubt))

    outcome = decide(targets, ticket, with_own_targets(), T0)

    assert outcome.changes["first_response_due_at"] == at(minutes=15)
    assert not [reason for reason in outcome.reasons if "promised" in reason]


def test_a_friday_evening_begins_on_the_next_working_day() -> None:
    """Friday 18:00 in Berlin; 8 hours after the opening on Monday it is 17:00."""
    friday = datetime(2026, 12, 18, 17, 0, tzinfo=UTC)

    outcome = decide(targets, triaged(P4, created_at=friday), office_p4(), friday)

    assert outcome.changes["first_response_due_at"] == datetime(2026, 12, 21, 16, 0, tzinfo=UTC)


def test_public_holidays_do_not_count() -> None:
    """Thursday 24 December 2026, 10:00 in Berlin; Christmas Day is the Friday."""
    eve = datetime(2026, 12, 24, 9, 0, tzinfo=UTC)

    outcome = decide(targets, triaged(P4, created_at=eve), office_p4(), eve)

    assert outcome.changes["first_response_due_at"] == datetime(2026, 12, 28, 8, 30, tzinfo=UTC)


def test_limits_move_by_the_time_the_ticket_waited_for_the_customer() -> None:
    waits = moved(TicketState.OPEN, TicketState.PENDING_CUSTOMER, at(hours=1))
    back = moved(TicketState.PENDING_CUSTOMER, TicketState.OPEN, at(hours=3))

    asked = said("Is the router on?", at(hours=1), Actor.AGENT)
    ticket = triaged(history=(waits, back), articles=(asked,))

    assert decide(targets, ticket, POLICY, at(hours=3)).changes["repair_due_at"] == at(hours=6)


def test_a_clock_that_stands_still_has_no_due_date() -> None:
    waits = moved(TicketState.OPEN, TicketState.PENDING_CUSTOMER, at(minutes=5))
    asked = said("Is the router on?", at(minutes=5), Actor.AGENT)
    ticket = triaged(state=TicketState.PENDING_CUSTOMER, history=(waits,), articles=(asked,))

    outcome = decide(targets, ticket, POLICY, at(hours=9))

    assert outcome.changes == {"repair_due_at": None}
    assert "repair: the clock stands still" in outcome.reasons


def test_pauses_can_be_switched_off() -> None:
    running = POLICY.model_copy(update={"pauses": POLICY.pauses.model_copy(update={"pending_customer": False})})
    waits = moved(TicketState.OPEN, TicketState.PENDING_CUSTOMER, at(minutes=5))
    ticket = triaged(state=TicketState.PENDING_CUSTOMER, history=(waits,))

    assert decide(targets, ticket, running, at(hours=9)).changes["repair_due_at"] == at(hours=4)


def test_a_met_limit_keeps_what_was_promised() -> None:
    over = moved(TicketState.OPEN, TicketState.CLOSED, at(hours=2))
    ticket = triaged(state=TicketState.CLOSED, articles=(ANSWER,), history=(over,))

    assert decide(targets, ticket, POLICY, at(hours=3)).changes == {}


def test_a_reopened_ticket_is_not_repaired_and_its_limit_runs_again() -> None:
    over = moved(TicketState.OPEN, TicketState.CLOSED, at(hours=2))
    again = moved(TicketState.CLOSED, TicketState.OPEN, at(hours=5))

    assert decide(targets, triaged(history=(over, again)), POLICY, at(hours=5)).changes["repair_due_at"] == at(hours=7)


@pytest.mark.parametrize(
    ("article", "counts"),
    [
        (ANSWER, True),
        (said("hello", at(minutes=10), Actor.MANAGER), True),
        (said("for us only", at(minutes=10), Actor.AGENT, internal=True), False),
        (said("asked", at(minutes=10), Actor.CONNECTOR), False),
        (said("auto reply", at(minutes=10), Actor.SYSTEM), False),
        (said("hello?", at(minutes=10), Actor.CUSTOMER), False),
    ],
    ids=["agent", "manager", "internal", "connector", "system", "customer"],
)
def test_only_a_person_of_support_who_speaks_to_the_customer_responds(article: object, counts: bool) -> None:
    ticket = triaged(articles=(article,))

    assert timeline.first_response_at(ticket) == (at(minutes=10) if counts else None)


def test_a_call_was_answered_when_it_was_written_down() -> None:
    assert timeline.first_response_at(triaged(channel=Channel.PHONE, created_by=Actor.AGENT)) == T0


def test_a_limit_is_missed_at_its_moment_and_not_before() -> None:
    limit = clocks(Case(triaged(), POLICY, T0)).first_response

    assert limit.missed_at(at(minutes=15) - timedelta(microseconds=1)) is None
    assert limit.missed_at(at(minutes=15)) == at(minutes=15)


@pytest.mark.parametrize(("minutes", "missed"), [(15, None), (16, at(minutes=15))])
def test_an_answer_meets_the_limit_up_to_its_moment(minutes: int, missed: datetime | None) -> None:
    ticket = triaged(articles=(said("hello", at(minutes=minutes), Actor.AGENT),))
    limit = clocks(Case(ticket, POLICY, T0)).first_response

    assert limit.missed_at(at(hours=1)) == missed


def test_a_resolution_that_came_late_stays_missed() -> None:
    over = moved(TicketState.OPEN, TicketState.CLOSED, at(hours=5))
    ticket = triaged(state=TicketState.CLOSED, history=(over,))

    assert clocks(Case(ticket, POLICY, T0)).repair.missed_at(at(hours=9)) == at(hours=4)


def test_due_dates_have_whole_seconds_and_never_read_earlier() -> None:
    """Helpdesks store whole seconds; a ticket is created in between."""
    ticket = triaged(created_at=T0 + timedelta(microseconds=1))

    assert decide(targets, ticket, POLICY, at(minutes=1)).changes["first_response_due_at"] == at(minutes=15, seconds=1)


def test_an_unknown_priority_runs_by_the_default_clock() -> None:
    assert Case(triaged(None), POLICY, T0).priority is P3


def test_what_was_missed_shows_on_the_ticket_at_its_moment() -> None:
    late = said("We are on it.", at(minutes=16), Actor.AGENT)
    answered = triaged(P1, articles=(late,))

    assert "missed_targets" not in decide(targets, triaged(P1), POLICY, at(minutes=14)).changes
    assert decide(targets, triaged(P1), POLICY, at(minutes=14)).due == at(minutes=15)
    assert decide(targets, triaged(P1), POLICY, at(minutes=15)).changes["missed_targets"] is Missed.FIRST_RESPONSE
    assert decide(targets, answered, POLICY, at(hours=1)).changes["missed_targets"] is Missed.FIRST_RESPONSE
    assert decide(targets, answered, POLICY, at(hours=1)).due == at(hours=4)
    assert decide(targets, answered, POLICY, at(hours=4)).changes["missed_targets"] is Missed.BOTH
    in_time = triaged(P1, articles=(ANSWER,))
    assert decide(targets, in_time, POLICY, at(hours=4)).changes["missed_targets"] is Missed.REPAIR
