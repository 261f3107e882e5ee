"""R34: an outage ends with the repair; a message that only opens the ticket again begins none."""

from datetime import timedelta

import pytest

from connector.domain.ticket import Article, Change, Ticket
from connector.domain.vocabulary import Actor, Channel, Priority, RfoStatus, TicketState
from connector.rules.evaluate import evaluate
from connector.rules.outages import Outage, is_over, outages, reopened
from connector.rules.timeline import Interval, runs
from tests.builders import T0, at, changed, complete, default_policy, incident, moved, said

POLICY = default_policy()
OPEN, CLOSED, RESOLVED, CANCELLED = (
    TicketState.OPEN, TicketState.CLOSED, TicketState.RESOLVED, TicketState.CANCELLED
)  # fmt: skip
REPAIRED = moved(OPEN, CLOSED, at(hours=2))
BACK_AT = at(hours=26)
FIRST = Outage(T0, at(hours=2), repaired=True)


def opened_by(actor: Actor = Actor.CUSTOMER, when: timedelta = timedelta()) -> Change:
    return moved(CLOSED, OPEN, BACK_AT + when, actor)


def back(text: str, *more: Change, actor: Actor = Actor.CUSTOMER, after: tuple[Article, ...] = ()) -> Ticket:
    """Closed after two hours, opened a day later by a message that says ``text``."""
    mail = said(text, BACK_AT)
    return incident(
        complete(priority=Priority.P1, impact="service_affecting", urgency="high"),
        state=more[-1].new if more else OPEN,
        history=(REPAIRED, opened_by(actor), *more),
        articles=(said("Our line is dead."), mail, *after),
    )


@pytest.mark.parametrize("text", ["Please send us the RFO.", "Thank you!", "Who was on site?", "Danke, läuft wieder."])
@pytest.mark.parametrize("actor", [Actor.CUSTOMER, Actor.SYSTEM])
def test_a_message_that_does_not_say_that_it_is_broken_begins_no_outage(text: str, actor: Actor) -> None:
    """Zammad names the sender as who opened it, Jira its automation."""
    ticket = back(text, actor=actor)

    assert outages(ticket) == (FIRST,)
    assert is_over(ticket)
    assert runs(ticket, POLICY) == (Interval(T0, at(hours=2)),)
    assert reopened(ticket) is not None


@pytest.mark.parametrize("text", ["It is dead again.", "Leider immer noch keine Verbindung.", "Impact: degradation"])
def test_a_customer_who_says_that_it_is_broken_begins_one(text: str) -> None:
    ticket = back(text)

    assert outages(ticket) == (FIRST, Outage(BACK_AT))
    assert not is_over(ticket)
    assert runs(ticket, POLICY) == (Interval(T0, at(hours=2)), Interval(BACK_AT, None))


def test_a_quotation_of_the_first_report_says_nothing_new() -> None:
    report = said("Our line is dead. Nothing works in the whole building since this morning.")
    reply = said(f"Thank you!\n\nOn Monday Ada wrote:\n> {report.body}", BACK_AT)
    ticket = back("", actor=Actor.CUSTOMER)
    ticket = ticket.model_copy(update={"articles": (report, reply)})

    assert outages(ticket) == (FIRST,)


@pytest.mark.parametrize("actor", [Actor.AGENT, Actor.MANAGER])
def test_support_opens_it_for_what_is_broken(actor: Actor) -> None:
    assert outages(back("Thank you!", actor=actor)) == (FIRST, Outage(BACK_AT))


def test_a_customer_or_another_system_without_a_message_means_it() -> None:
    for actor in (Actor.CUSTOMER, Actor.SYSTEM):
        ticket = incident(state=OPEN, history=(REPAIRED, opened_by(actor)))
        assert outages(ticket) == (FIRST, Outage(BACK_AT))


def test_a_message_of_long_before_is_not_what_opened_it() -> None:
    ticket = incident(
        state=OPEN, history=(REPAIRED, opened_by(Actor.SYSTEM)), articles=(said("Dead."), said("Thanks!", at(hours=20)))
    )
    assert outages(ticket) == (FIRST, Outage(BACK_AT))


def test_it_begins_with_the_later_message_that_says_so() -> None:
    later = BACK_AT + timedelta(hours=3)
    ticket = back("Thank you!", after=(said("Oh no, it is down again.", later),))

    assert outages(ticket) == (FIRST, Outage(later))


def test_support_wakes_it_by_an_escalation() -> None:
    later = BACK_AT + timedelta(hours=1)
    escalated = changed("escalation_request", None, "the fault is back", later)
    ticket = back("Who was on site?").model_copy(update={"history": (REPAIRED, opened_by(), escalated)})

    assert outages(ticket) == (FIRST, Outage(later))


def test_what_support_does_with_the_ticket_in_the_meantime_begins_none() -> None:
    parked = moved(OPEN, TicketState.PENDING_CUSTOMER, BACK_AT + timedelta(minutes=5))
    closed = moved(TicketState.PENDING_CUSTOMER, CLOSED, BACK_AT + timedelta(hours=5))

    assert outages(back("Please send us the RFO.", parked)) == (FIRST,)
    assert outages(back("Please send us the RFO.", parked, closed)) == (FIRST,)


def test_the_word_that_it_is_broken_counts_before_what_support_does_then() -> None:
    broken = said("It is down again.", BACK_AT + timedelta(minutes=5))
    closed = moved(OPEN, CLOSED, BACK_AT + timedelta(hours=1))
    ticket = back("Thanks.", closed, after=(broken,))

    assert outages(ticket) == (FIRST, Outage(broken.created_at, closed.at, repaired=True))


def test_a_strangers_or_a_machines_word_wakes_nothing() -> None:
    strange = said("It is down again.", BACK_AT + timedelta(minutes=5), Actor.SYSTEM)

    assert outages(back("Thanks.", after=(strange,))) == (FIRST,)


@pytest.mark.parametrize(("last", "repaired"), [(RESOLVED, True), (CLOSED, True), (CANCELLED, False)])
def test_how_it_ended(last: TicketState, repaired: bool) -> None:
    """A ticket that was closed and is merged afterwards has gone elsewhere."""
    ticket = incident(state=last, history=(moved(OPEN, RESOLVED, at(hours=2)), moved(RESOLVED, last, at(hours=3))))

    assert outages(ticket) == (Outage(T0, at(hours=2), repaired),)
    assert outages(ticket)[-1].ended == at(hours=2)


def test_nothing_escalates_on_a_repaired_incident_that_a_request_has_opened() -> None:
    """A P1 reaches level 5 after 8 hours."""
    decision = evaluate(back("Please send us the RFO."), POLICY, BACK_AT + timedelta(hours=9))

    assert "escalation_level" not in decision.changes
    (decided,) = (outcome for outcome in decision.outcomes if outcome.rule == "rfo")
    assert decided.changes["rfo_status"] is RfoStatus.DUE


def test_a_phone_call_is_a_message_too() -> None:
    call = said("Customer says: line is down again.", BACK_AT, channel=Channel.PHONE)
    assert outages(back("x").model_copy(update={"articles": (said("Dead."), call)})) == (FIRST, Outage(BACK_AT))


def test_a_repair_that_was_none_after_all() -> None:
    """The resolution was changed to "Duplicate" later."""
    ticket = incident(state=CANCELLED, history=(REPAIRED,))
    assert outages(ticket) == (FIRST._replace(repaired=False),)
