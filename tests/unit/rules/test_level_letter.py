"""R36, R38: of which levels the customer hears, by one letter for each rise, and what it says."""

from collections.abc import Iterable
from typing import Any

import pytest

from connector.domain.ticket import Article, Ticket
from connector.domain.vocabulary import Actor, Silence, TicketState
from connector.policy.models import Policy
from connector.rules.case import Case
from connector.rules.evaluate import evaluate
from connector.rules.level_letter import level_letter
from tests.builders import at, changed, complete, default_policy, incident, moved, said
from tests.unit.rules.passes import told, with_values, written

POLICY = default_policy()
ASK = "Please escalate this ticket."


def p1(*articles: Article, answered: bool = True, **values: Any) -> Ticket:
    """A P1 as the customer reported it."""
    fields = complete(impact="service_affecting", urgency="high", priority=None, service_check=None)
    first = (said("We are on it.", at(minutes=5), Actor.AGENT),) if answered else ()
    return incident(fields, articles=(*first, *articles), **values)


def hearing(*levels: int) -> Policy:
    """The policy in which customers hear of these levels."""
    escalation = POLICY.escalation.model_copy(update={"customer_hears_of": frozenset(levels)})
    return POLICY.model_copy(update={"escalation": escalation})


def looked_at(ticket: Ticket, *hours: float, policy: Policy = POLICY) -> Ticket:
    """The ticket after looks at these ages, each until nothing more is to be written."""
    for age in hours:
        for _ in range(10):
            decision = evaluate(ticket, policy, at(hours=age))
            if decision.writes_nothing:
                break
            ticket = written(ticket, decision, at(hours=age))
    return ticket


def letters(ticket: Ticket) -> list[str]:
    """The sentences about levels that the customer got, oldest first."""
    told = [each for each in ticket.articles if each.author is Actor.CONNECTOR and not each.internal]
    return [line for each in told for line in each.body.splitlines() if "of our escalation matrix" in line]


def test_a_p1_that_rises_through_all_levels_sends_letters_that_differ() -> None:
    ticket = looked_at(p1(), *(quarter / 4 for quarter in range(1, 40)))

    assert ticket.fields.escalation_level == 5
    told = letters(ticket)
    assert [name for name in ("head of operations", "director", "management board") for line in told if name in line]
    assert len(told) == len(set(told)) == 3


@pytest.mark.parametrize(("levels", "heard"), [((), []), ((2,), [2]), ((5,), [5]), ((2, 3, 4, 5), [2, 3, 4, 5])])
def test_the_policy_says_which_levels(levels: Iterable[int], heard: list[int]) -> None:
    ticket = looked_at(p1(), 1, 2, 4, 8, policy=hearing(*levels))

    assert [f"level {level} " in line for level, line in zip(heard, letters(ticket), strict=True)] == [True] * len(
        heard
    )


def test_a_rise_through_several_levels_is_one_letter_about_the_highest() -> None:
    (line,) = letters(looked_at(p1(), 9))

    assert "level 5 of our escalation matrix (management board)." in line


def test_the_letter_follows_the_internal_note_at_once() -> None:
    first = evaluate(p1(), POLICY, at(hours=2))
    assert first.note is not None
    assert not first.note.public
    assert first.unfinished

    second = evaluate(written(p1(), first, at(hours=2)), POLICY, at(hours=2))

    assert second.note is not None
    assert second.note.public
    assert not second.changes


def test_who_asked_is_told_whatever_the_policy_says() -> None:
    asked = p1(said(ASK, at(minutes=20)))

    (line,) = letters(looked_at(asked, 0.4, 0.5, policy=hearing()))

    assert line == (
        "You asked us to escalate your ticket. We have done so: "
        "it is now at level 2 of our escalation matrix (shift manager)."
    )


def test_who_asked_for_a_level_that_is_told_anyway_gets_one_letter() -> None:
    asked = p1(said(ASK, at(minutes=70)))

    told = letters(looked_at(asked, 1.1, 1.2, 1.3))

    assert len(told) == 1
    assert "level 3" in told[0]


def test_what_an_agent_asks_for_is_told_as_the_policy_says() -> None:
    by_agent = changed("escalation_request", None, "no progress", at(minutes=20))

    assert letters(looked_at(p1(history=(by_agent,)), 0.4)) == []


def test_a_changed_policy_tells_nobody_of_the_past() -> None:
    before = looked_at(p1(), 1, 2, policy=hearing())

    assert letters(looked_at(before, 2.5, policy=hearing(2, 3, 4, 5))) == []


def test_a_letter_that_was_held_up_names_the_level_of_now() -> None:
    """Killed between the note and the letter, and back after the next level, of which nobody hears."""
    noted = written(p1(), evaluate(p1(), hearing(3), at(hours=2)), at(hours=2))

    (line,) = letters(looked_at(noted, 4.5, 4.6, policy=hearing(3)))

    assert "level 4 of our escalation matrix (director)." in line


def risen(hours: float) -> Ticket:
    """Noted at this age, and the customer has not been told yet."""
    return written(p1(), evaluate(p1(), POLICY, at(hours=hours)), at(hours=hours))


def test_nobody_hears_of_a_level_on_a_ticket_that_is_over() -> None:
    ticket = risen(2)
    end = moved(TicketState.OPEN, TicketState.CLOSED, at(hours=2, minutes=1))
    closed = with_values(ticket, state=TicketState.CLOSED, history=(*ticket.history, end))

    assert letters(looked_at(closed, 2.1)) == []


@pytest.mark.parametrize(("hours", "lowered_to"), [(2, 1), (9, 4)])
def test_nobody_hears_of_a_level_that_support_has_taken_back(hours: float, lowered_to: int) -> None:
    ticket = risen(hours)
    lowered = changed("escalation_level", ticket.fields.escalation_level, lowered_to, at(hours=hours, minutes=1))
    fields = ticket.fields.model_copy(update={"escalation_level": lowered_to})
    taken_back = with_values(ticket, fields=fields, history=(*ticket.history, lowered))

    assert letters(looked_at(taken_back, hours + 0.1)) == []


def test_nobody_is_told_of_a_level_on_a_machines_ticket() -> None:
    ticket = looked_at(p1().silenced(Silence.MACHINE), 2)

    assert ticket.fields.escalation_level == 3
    assert not any("Not sent to the customer" in article.subject for article in ticket.articles)


def test_the_letter_is_no_first_response() -> None:
    unanswered = p1(answered=False)

    told = looked_at(unanswered, 2)

    assert letters(told)
    assert told.fields.missed_targets == "first_response"


def test_who_asks_for_an_escalation_and_an_rfo_in_one_mail_gets_one_letter_about_both() -> None:
    ticket = looked_at(p1(said(f"{ASK} Also, please send us the RFO.", at(minutes=20))), 0.5, 0.6)

    public = [each.body for each in ticket.articles if each.author is Actor.CONNECTOR and not each.internal]
    (letter,) = [body for body in public if "You asked us to escalate" in body]
    assert "begins when the outage is over" in letter
    assert sum("request for a Reason For Outage" in body for body in public) == 1


def test_what_is_not_told_has_its_true_reason() -> None:
    ticket = looked_at(p1(), 2)
    over = with_values(ticket, state=TicketState.CLOSED)
    lower = with_values(ticket, fields=ticket.fields.model_copy(update={"escalation_level": 2}))

    assert [told(level_letter, Case(each, POLICY, at(hours=3))).reasons for each in (over, lower)] == [
        ("the incident is over: the customer hears of no level any more",),
        ("the ticket is no longer at level 3",),
    ]


def test_the_answer_stands_before_the_question_for_details() -> None:
    ticket = p1(said("Bitte eskalieren Sie dieses Ticket. Die Leitung ist seit heute frueh weg.", at(hours=1)))
    unknown = with_values(ticket, fields=ticket.fields.model_copy(update={"service_id": None, "intake_status": None}))

    letters = [each.body for each in looked_at(unknown, 1).articles if "Service ID (as in" in each.body]

    (letter,) = letters
    assert letter.index("You asked us to escalate") < letter.index("Service ID (as in")
