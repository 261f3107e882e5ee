"""R27: how far a deferral goes, what uses it up, and that the clocks pause until then."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connector.domain.ticket import Change, Ticket
from connector.domain.vocabulary import Actor, Impact, TicketState
from connector.rules.deferral import deferral
from connector.rules.evaluate import evaluate
from connector.rules.timeline import Interval, deferrals, runs
from tests.builders import T0, at, changed, incident, note, said
from tests.unit.rules.deferrals import EVENING, OPENING, POLICY, QUIET, agreed, decided
from tests.unit.rules.passes import decide, with_values, written

# Not further than the customer said

FRIDAY = datetime(2026, 11, 27, 19, 0, tzinfo=UTC)
"""20:00 in Berlin; the next opening is on Monday."""
MONDAY = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)


def on_friday(*words: str, **values: Any) -> Ticket:
    """Support agreed on Friday evening; the customer writes these, a minute apart."""
    support = changed("deferral_support", None, True, FRIDAY)
    fields = QUIET.model_copy(update={"deferral_support": True, "problem_start": FRIDAY - timedelta(minutes=30)})
    articles = tuple(said(text, FRIDAY + timedelta(minutes=1 + place)) for place, text in enumerate(words))
    held: dict[str, Any] = {
        "fields": fields,
        "history": (support,),
        "articles": articles,
        "created_at": FRIDAY - timedelta(minutes=20),
    }
    return incident(**(held | values))


@pytest.mark.parametrize(
    ("words", "until"),
    [
        ("It can wait until tomorrow.", datetime(2026, 11, 28, 8, 0, tzinfo=UTC)),
        ("Das kann bis morgen warten.", datetime(2026, 11, 28, 8, 0, tzinfo=UTC)),
        ("It can wait until 22:00.", datetime(2026, 11, 27, 21, 0, tzinfo=UTC)),
        ("It can wait for two hours.", FRIDAY + timedelta(hours=2, minutes=1)),
        ("It can wait until Sunday noon.", datetime(2026, 11, 29, 11, 0, tzinfo=UTC)),
        ("It can wait until Monday.", MONDAY),
        ("I agree to the deferral.", MONDAY),
        ("It can wait until Tuesday.", MONDAY),
    ],
)
def test_no_further_than_the_customer_said(words: str, until: datetime) -> None:
    outcome = decide(deferral, on_friday(words), POLICY, FRIDAY + timedelta(minutes=5))

    assert outcome.changes["deferred_until"] == until
    assert outcome.due == until


def test_a_time_that_was_over_before_support_agreed_defers_nothing_and_the_customer_is_asked() -> None:
    outcome = decide(deferral, on_friday("It can wait until 22:00."), POLICY, FRIDAY + timedelta(hours=2, minutes=1))

    (question,) = outcome.notes
    assert "deferred_until" not in outcome.changes
    assert question.public
    assert question.marks == {"deferral-asked-20261130T0800"}


def test_an_end_that_nobody_can_tell_is_no_consent() -> None:
    ticket = on_friday("It can wait until the technician is back.")

    assert "deferred_until" not in decide(deferral, ticket, POLICY, FRIDAY + timedelta(minutes=5)).changes


def test_it_ends_when_the_customers_time_is_over_and_may_be_agreed_anew() -> None:
    saturday = datetime(2026, 11, 28, 8, 0, tzinfo=UTC)
    held = on_friday("It can wait until tomorrow.")
    fields = held.fields.model_copy(update={"deferred_until": saturday})
    over = decide(deferral, with_values(held, fields=fields), POLICY, saturday)

    assert over.changes == {"deferral_support": None, "deferred_until": None}
    assert "the customer agreed to wait no longer" in over.notes[0].text
    after = with_values(held, articles=(*held.articles, note(set(over.notes[0].marks), saturday)))
    assert decide(deferral, after, POLICY, saturday + timedelta(hours=1)).changes.get("deferred_until") is None
    more = said("It can wait until Sunday.", saturday + timedelta(hours=2))
    support = changed("deferral_support", None, True, saturday + timedelta(hours=1))
    again = with_values(after, history=(*held.history, support), articles=(*after.articles, more))
    outcome = decide(deferral, again, POLICY, saturday + timedelta(hours=3))
    assert outcome.changes["deferred_until"] == saturday + timedelta(days=1)
    assert len(outcome.notes) == 2


@pytest.mark.parametrize("late", [timedelta(), timedelta(hours=2), timedelta(hours=11), timedelta(days=5, hours=12)])
def test_that_the_agreed_time_has_come_is_said_however_late_somebody_looks(late: timedelta) -> None:
    """Working hours have come, or the night in which it was agreed is long over: both follow from that."""
    ticket = agreed(QUIET.model_copy(update={"deferred_until": OPENING}))

    (told,) = decide(deferral, ticket, POLICY, OPENING + late).notes

    assert "is over: the agreed time has come." in told.text


# Faults outside of working hours only


@pytest.mark.parametrize(
    ("start", "created", "deferrable"),
    [
        (at(hours=4), EVENING, False),
        (None, T0, False),
        (EVENING - timedelta(minutes=20), T0, True),
        (None, EVENING - timedelta(minutes=5), True),
    ],
    ids=["began at three", "reported at eleven", "began in the evening", "reported in the evening"],
)
def test_a_fault_that_began_in_working_hours_does_not_wait(
    start: datetime | None, created: datetime, deferrable: bool
) -> None:
    outcome = decided(agreed(QUIET.model_copy(update={"problem_start": start}), created_at=created))

    assert (outcome.changes.get("deferred_until") == OPENING) is deferrable
    if not deferrable:
        assert outcome.changes == {"deferral_support": None}
        assert "the fault began in working hours" in outcome.notes[0].text


# Used up


def test_every_consent_is_used_up_when_a_deferral_is_cancelled() -> None:
    """Not only the last one: an older message would count when the impact is lowered again."""
    first = said("It can wait until tomorrow.", EVENING + timedelta(minutes=5), id="76")
    ticket = agreed(QUIET.model_copy(update={"deferred_until": OPENING, "impact": Impact.DEGRADATION}))
    outcome = decided(with_values(ticket, articles=(first, *ticket.articles)), 60)

    assert {"deferral-cancelled-a76", "deferral-cancelled-a77"} <= outcome.notes[0].marks


@pytest.mark.parametrize("by_message", [True, False], ids=["by message", "by field"])
@pytest.mark.parametrize(
    "ends",
    [
        (changed("state", TicketState.OPEN, TicketState.CLOSED, EVENING + timedelta(minutes=20)),
         changed("state", TicketState.CLOSED, TicketState.OPEN, EVENING + timedelta(minutes=30))),
        (changed("impact", Impact.NON_SERVICE_AFFECTING, Impact.DEGRADATION, EVENING + timedelta(minutes=20)),
         changed("impact", Impact.DEGRADATION, Impact.NON_SERVICE_AFFECTING, EVENING + timedelta(minutes=30))),
    ],
    ids=["closed and opened again", "worse and better again"],
)  # fmt: skip
def test_a_consent_does_not_outlive_the_incident_or_a_worse_impact(by_message: bool, ends: tuple[Change, ...]) -> None:
    """The customer had agreed; support agrees only after all that."""
    support = changed("deferral_support", None, True, EVENING + timedelta(minutes=40))
    field = changed("deferral_customer", None, True, EVENING + timedelta(minutes=10), Actor.CUSTOMER)
    words = said("It can wait until tomorrow.", EVENING + timedelta(minutes=10))
    ticket = incident(
        QUIET.model_copy(update={"deferral_support": True, "deferral_customer": None if by_message else True}),
        articles=(words,) if by_message else (),
        history=(*(() if by_message else (field,)), *ends, support),
    )

    assert "deferred_until" not in decided(ticket, 45).changes


# The clocks


def deferred(*changes: Change) -> Ticket:
    return incident(QUIET, history=changes)


def test_the_clocks_pause_from_the_agreement_to_the_opening() -> None:
    set_at = changed("deferred_until", None, OPENING, EVENING, Actor.CONNECTOR)
    assert runs(deferred(set_at), POLICY) == (Interval(T0, EVENING), Interval(OPENING, None))


def test_a_cancelled_deferral_pauses_until_it_was_cancelled() -> None:
    set_at = changed("deferred_until", None, OPENING, EVENING, Actor.CONNECTOR)
    cleared = changed("deferred_until", OPENING, None, at(hours=12), Actor.CONNECTOR)
    assert runs(deferred(set_at, cleared), POLICY) == (Interval(T0, EVENING), Interval(at(hours=12), None))


def test_the_pause_can_be_switched_off() -> None:
    set_at = changed("deferred_until", None, OPENING, EVENING, Actor.CONNECTOR)
    policy = POLICY.model_copy(update={"pauses": POLICY.pauses.model_copy(update={"deferred": False})})
    assert runs(deferred(set_at), policy) == (Interval(T0, None),)


@pytest.mark.parametrize("actor", [Actor.CUSTOMER, Actor.AGENT, Actor.MANAGER, Actor.SYSTEM])
def test_nobody_else_stops_the_clocks(actor: Actor) -> None:
    """Consent of both parties is what pauses, not a date in a field (P20)."""
    assert deferrals(deferred(changed("deferred_until", None, at(days=300), EVENING, actor))) == ()


def test_deferred_while_waiting_for_the_customer_is_one_pause() -> None:
    waiting = changed("state", TicketState.OPEN, TicketState.PENDING_CUSTOMER, at(hours=8))
    back = changed("state", TicketState.PENDING_CUSTOMER, TicketState.OPEN, at(hours=10))
    set_at = changed("deferred_until", None, OPENING, EVENING, Actor.CONNECTOR)
    asked = said("Is the router on?", at(hours=8), Actor.AGENT)
    assert runs(incident(QUIET, history=(waiting, set_at, back), articles=(asked,)), POLICY) == (
        Interval(T0, at(hours=8)),
        Interval(OPENING, None),
    )


def test_after_the_whole_decision_is_written_the_next_level_has_moved() -> None:
    ticket, now = agreed(), EVENING + timedelta(minutes=11)
    levels = []
    for _ in range(4):
        decision = evaluate(ticket, POLICY, now)
        ticket = written(ticket, decision, now)
        levels.append(ticket.fields.next_escalation_at)
    pause = OPENING - now
    assert ticket.fields.deferred_until == OPENING
    assert levels[-1] == T0 + timedelta(hours=24) + pause
    assert evaluate(ticket, POLICY, now).writes_nothing


@pytest.mark.parametrize(("hours", "counts"), [(6, False), (6.49, False), (6.5, True)])
def test_a_consent_that_was_given_in_working_hours_is_none(hours: float, counts: bool) -> None:
    """Monday's working hours end at 17:30 in Berlin."""
    support = changed("deferral_support", None, True, at(hours=hours))
    words = said("I agree to the deferral.", EVENING, id="77")
    ticket = incident(QUIET.model_copy(update={"deferral_support": True}), history=(support,), articles=(words,))

    decided_until = decided(ticket).changes.get("deferred_until")

    assert decided_until == (OPENING if counts else None)


def test_a_second_deferral_in_the_same_night_is_asked_for_and_announced() -> None:
    """The impact was raised and is back; the steps of version 0.1.0 are those of the first deferral."""
    first = {"deferral-asked-20261124T0800", "deferred-20261124T0800", "deferral-told-20261124T0800"}
    over = note({"deferral-ended-20261124T0800-77"}, EVENING)
    ticket = agreed(message=False)
    told_before = with_values(ticket, articles=(note(first, EVENING),))
    assert decided(told_before).notes == ()

    again = with_values(ticket, articles=(note(first, EVENING), over))
    (question,) = decided(again).notes
    assert question.marks == {"deferral-asked-20261124T0800-77"}
    assert question.public

    both = with_values(agreed(), articles=(*agreed().articles, note(first, EVENING), over))
    assert [told.marks for told in decided(both).notes] == [
        {"deferred-20261124T0800-77"},
        {"deferral-told-20261124T0800-77"},
    ]


def test_a_deferral_of_another_night_has_no_part_in_the_question_of_tonight() -> None:
    over = note({"deferral-ended-20261120T0800-5"}, at(days=-3))
    asked = agreed(message=False)

    (question,) = decided(with_values(asked, articles=(over,))).notes

    assert question.marks == {"deferral-asked-20261124T0800"}


def test_a_consent_outlives_an_impact_that_turns_out_to_be_none() -> None:
    better = changed("impact", Impact.DEGRADATION, Impact.NON_SERVICE_AFFECTING, EVENING + timedelta(minutes=20))

    assert decided(agreed(QUIET, better), 30).changes["deferred_until"] == OPENING
