"""R36, R39: requests to escalate: which raise a level, which come too soon or too late, and what is said of them."""

from datetime import timedelta

import pytest

from connector.domain.mark import Mark
from connector.domain.ticket import Article, Change
from connector.domain.vocabulary import Actor, Priority, TicketState
from connector.rules.answers import refusals
from connector.rules.escalation import escalation
from tests.builders import at, changed, complete, incident, moved, note, said
from tests.unit.rules.ladders import BY_AGE, POLICY, triaged
from tests.unit.rules.passes import decide, with_values


@pytest.mark.parametrize("words", ["Please escalate this ticket.", "BITTE   eskalieren!"])
def test_a_customer_may_ask_at_any_time(words: str) -> None:
    asked = said(words, at(minutes=20))
    ticket = triaged(articles=(asked,))

    outcome = decide(escalation, ticket, POLICY, at(minutes=20))

    assert outcome.changes["escalation_level"] == 2
    assert outcome.notes[0].marks == {"level-2", f"request-a{asked.id}", "customer-hears-2-asked"}
    assert outcome.due == at(hours=2)


def test_the_reason_of_a_level_names_who_asked_and_how() -> None:
    by_message = said("please escalate", at(minutes=20))
    by_field = changed("escalation_request", None, "board asks", at(minutes=20), Actor.MANAGER)

    words = [
        str(decide(escalation, ticket, POLICY, at(minutes=20)).changes["escalation_reason"])
        for ticket in (triaged(articles=(by_message,)), triaged(history=(by_field,)))
    ]

    assert words == [
        'Level 2, shift manager: requested by the customer (message contains "please escalate")',
        "Level 2, shift manager: requested by a manager (board asks)",
    ]


def test_a_request_is_served_once() -> None:
    asked = said("please escalate", at(minutes=20))
    done = note({"level-2", f"request-a{asked.id}"}, at(minutes=21))

    outcome = decide(escalation, triaged(level=2, articles=(asked, done)), POLICY, at(minutes=30))

    assert outcome.changes["escalation_level"] == 2
    assert outcome.notes == ()


def test_a_second_request_within_the_hour_is_told_when_the_next_is_possible() -> None:
    first, second = said("please escalate", at(minutes=20)), said("please escalate", at(minutes=40))
    done = note({"level-2", f"request-a{first.id}"}, at(minutes=21))
    ticket = triaged(level=2, articles=(first, done, second))

    outcome = decide(escalation, ticket, POLICY, at(minutes=41))

    assert outcome.changes["escalation_level"] == 2
    assert outcome.notes[0].marks == {f"refused-a{second.id}"}
    assert "next is possible from Mon 23 Nov 2026 12:20 CET (11:20 UTC)" in outcome.notes[0].text
    assert outcome.reasons[:2] == ("level 2 so far", f"request a{second.id} comes too soon")


def test_an_hour_later_the_next_request_counts() -> None:
    first, second = said("please escalate", at(minutes=20)), said("please escalate", at(minutes=80))
    done = note({"level-2", f"request-a{first.id}"}, at(minutes=21))
    ticket = triaged(level=2, articles=(first, done, second))

    assert decide(escalation, ticket, POLICY, at(minutes=81)).changes["escalation_level"] == 3


def test_a_manager_may_escalate_as_often_as_needed() -> None:
    first, second = (
        changed("escalation_request", None, f"board asks {n}", at(minutes=20 + n), Actor.MANAGER) for n in (1, 2)
    )
    ticket = triaged(history=(first, second))

    outcome = decide(escalation, ticket, POLICY, at(minutes=30))

    assert outcome.changes["escalation_level"] == 3
    assert outcome.changes["escalation_request"] is None
    assert outcome.notes[0].marks == {"level-2", "level-3", f"request-h{first.id}", f"request-h{second.id}"}


def test_a_request_that_an_agent_took_back_is_not_served() -> None:
    asked = changed("escalation_request", None, "customer is angry", at(minutes=20))
    taken_back = changed("escalation_request", "customer is angry", None, at(minutes=21))

    outcome = decide(escalation, triaged(history=(asked, taken_back)), POLICY, at(minutes=22))

    assert outcome.changes["escalation_level"] == 1


def test_a_customer_cannot_take_back_an_agents_request() -> None:
    asked = changed("escalation_request", None, "customer is angry", at(minutes=20))
    wiped = changed("escalation_request", "customer is angry", None, at(minutes=21), Actor.CUSTOMER)

    outcome = decide(escalation, triaged(history=(asked, wiped)), POLICY, at(minutes=22))

    assert outcome.changes["escalation_level"] == 2


def test_customers_hear_of_a_refusal_right_after_support() -> None:
    """The next look comes at once, and once."""
    first, second = said("please escalate", at(minutes=20)), said("please escalate", at(minutes=40))
    done = note({"level-2", f"request-a{first.id}"}, at(minutes=21))
    told = note({f"refused-a{second.id}"}, at(minutes=41))

    fresh = decide(escalation, triaged(level=2, articles=(first, done, second)), POLICY, at(minutes=41))
    then = decide(escalation, triaged(level=2, articles=(first, done, second, told)), POLICY, at(minutes=42))

    assert (fresh.again, then.again) == (True, False)


@pytest.mark.parametrize(("asked", "again"), [(True, True), (False, False)])
def test_customers_hear_of_a_level_right_after_support_if_they_hear_of_it(asked: bool, again: bool) -> None:
    articles = (said("please escalate", at(minutes=20)),) if asked else ()

    outcome = decide(escalation, triaged(articles=articles), BY_AGE, at(minutes=20 if asked else 60))

    assert (outcome.changes["escalation_level"], outcome.again) == (2, again)


def test_whoever_asks_at_the_top_hears_right_after_support() -> None:
    asked = said("please escalate", at(hours=9))

    assert decide(escalation, triaged(level=5, articles=(asked,)), POLICY, at(hours=9)).again


def test_at_the_top_a_request_is_answered_and_nothing_rises() -> None:
    outcome = decide(
        escalation, triaged(level=5, articles=(said("please escalate", at(hours=9)),)), POLICY, at(hours=9)
    )

    assert outcome.changes["escalation_level"] == 5
    assert "at the highest level already" in outcome.notes[0].text


def test_who_asks_again_at_the_top_is_not_told_of_a_next_time() -> None:
    asked = (said("please escalate", at(hours=9)), said("please escalate", at(hours=9, minutes=5)))
    marks = {f"request-a{asked[0].id}", f"request-top-a{asked[0].id}", f"request-told-a{asked[0].id}"}
    ticket = triaged(level=5, articles=(*asked, note(marks, at(hours=9, minutes=1))))

    (noted,) = decide(escalation, ticket, POLICY, at(hours=9, minutes=5)).notes

    assert "at the highest level already" in noted.text
    more = triaged(level=5, articles=(*ticket.articles, note({str(mark) for mark in noted.marks}, at(hours=9.2))))
    assert decide(refusals, more, POLICY, at(hours=9.3)).notes == ()


def test_a_request_rises_above_the_level_that_only_a_note_proves() -> None:
    asked = said("please escalate", at(minutes=50))
    ticket = triaged(articles=(note({"level-3"}, at(minutes=30)), asked))

    assert decide(escalation, ticket, BY_AGE, at(minutes=50)).changes["escalation_level"] == 4


@pytest.mark.parametrize(("pause", "level"), [(timedelta(hours=1), 3), (timedelta(minutes=59, seconds=59), 2)])
def test_the_next_request_counts_from_the_full_hour_on(pause: timedelta, level: int) -> None:
    first, second = said("please escalate", at(minutes=1)), said("please escalate", at(minutes=1) + pause)
    done = note({"level-2", f"request-a{first.id}"}, at(minutes=2))
    ticket = triaged(Priority.P3, 2, articles=(first, done, second))

    assert decide(escalation, ticket, BY_AGE, at(hours=2)).changes["escalation_level"] == level


def test_a_request_in_the_form_for_new_tickets_is_served_and_emptied() -> None:
    ticket = incident(complete(priority=Priority.P1, escalation_level=1, escalation_request="board asks"))

    changes = decide(escalation, ticket, POLICY, at(minutes=1)).changes

    assert (changes["escalation_level"], changes["escalation_request"]) == (2, None)


def test_a_request_by_message_empties_no_field() -> None:
    ticket = triaged(articles=(said("please escalate", at(minutes=20)),))

    assert "escalation_request" not in decide(escalation, ticket, POLICY, at(minutes=20)).changes


def test_a_request_whose_proof_has_lost_its_signature_is_not_served_again() -> None:
    """As after a proof key that was replaced at once: levels must not rise for requests that were served."""
    first, second = said("please escalate", at(minutes=20)), said("please escalate", at(minutes=95))
    unsigned = [
        note(set(), at(minutes=minutes)).model_copy(update={"refused_marks": frozenset(map(Mark.parse, marks))})
        for minutes, marks in ((21, {"level-2", f"request-a{first.id}"}), (96, {"level-3", f"request-a{second.id}"}))
    ]
    ticket = triaged(Priority.P3, 3, articles=(first, unsigned[0], second, unsigned[1]))

    outcome = decide(escalation, ticket, POLICY, at(minutes=180))

    assert outcome.changes["escalation_level"] == 3
    (told,) = outcome.notes
    assert told.marks == {f"request-a{first.id}", f"request-a{second.id}"}
    assert not told.public
    assert "No level rises for it again" in told.text


def risen(old: int | None, new: int, minutes: int, actor: Actor = Actor.CONNECTOR) -> Change:
    return changed("escalation_level", old, new, at(minutes=minutes), actor)


def test_what_was_asked_before_a_level_whose_note_is_lost_is_not_served_again() -> None:
    asked, later = said("please escalate", at(minutes=20)), said("please escalate", at(minutes=100))
    ticket = triaged(Priority.P3, 2, articles=(asked,), history=(risen(None, 1, 0), risen(1, 2, 20)))
    assert decide(escalation, ticket, POLICY, at(minutes=90)).changes["escalation_level"] == 2

    ticket = with_values(ticket, articles=(*ticket.articles, later))
    outcome = decide(escalation, ticket, POLICY, at(minutes=101))
    assert outcome.changes["escalation_level"] == 3
    assert f"request-a{later.id}" in outcome.notes[0].marks


@pytest.mark.parametrize(
    "rise",
    [
        pytest.param((risen(1, 2, 21), note({"level-2"}, at(minutes=21))), id="its note names no request"),
        pytest.param((risen(1, 2, 21, Actor.AGENT),), id="by an agent"),
        pytest.param((risen(None, 1, 21),), id="the first level needs no note"),
        pytest.param((risen(1, 2, 2, Actor.AGENT), risen(2, 1, 3, Actor.CUSTOMER), risen(1, 2, 21)), id="set back"),
    ],
)
def test_a_level_that_rose_for_something_else_keeps_no_request_from_being_served(
    rise: tuple[Change | Article, ...],
) -> None:
    """The request came in while the connector was writing."""
    asked = said("please escalate", at(minutes=20))
    history = tuple(entry for entry in rise if isinstance(entry, Change))
    notes = tuple(entry for entry in rise if isinstance(entry, Article))
    level = history[-1].new
    ticket = triaged(Priority.P3, level, articles=(asked, *notes), history=history)

    assert decide(escalation, ticket, POLICY, at(minutes=22)).changes["escalation_level"] == level + 1


def test_a_request_on_a_ticket_that_is_over_is_told_once_and_never_served() -> None:
    closed = moved(TicketState.OPEN, TicketState.CLOSED, at(minutes=30))
    asked = said("please escalate", at(hours=2))
    over = triaged(state=TicketState.CLOSED, articles=(asked,), history=(closed,))

    (told,) = decide(escalation, over, POLICY, at(hours=2)).notes
    again = moved(TicketState.CLOSED, TicketState.OPEN, at(days=10))
    later = triaged(articles=(asked, note(set(told.marks), at(hours=2))), history=(closed, again))

    assert told.marks == {f"request-late-a{asked.id}"}
    outcome = decide(escalation, later, POLICY, at(days=10))
    assert (outcome.changes["escalation_level"], outcome.notes) == (1, ())


@pytest.mark.parametrize(("seconds", "level"), [(-1, 2), (20, 2), (61, 1)])
def test_a_request_that_opens_the_ticket_is_served(seconds: int, level: int) -> None:
    closed = moved(TicketState.OPEN, TicketState.CLOSED, at(minutes=10))
    opened = moved(TicketState.CLOSED, TicketState.OPEN, at(minutes=20, seconds=seconds), Actor.SYSTEM)
    ticket = triaged(articles=(said("please escalate, it is down again", at(minutes=20)),), history=(closed, opened))

    assert decide(escalation, ticket, POLICY, at(minutes=22)).changes["escalation_level"] == level


def test_a_person_who_opens_the_ticket_right_after_the_request_decides_about_it() -> None:
    closed = moved(TicketState.OPEN, TicketState.CLOSED, at(minutes=10))
    opened = moved(TicketState.CLOSED, TicketState.OPEN, at(minutes=20, seconds=20))
    ticket = triaged(articles=(said("please escalate", at(minutes=20)),), history=(closed, opened))

    assert decide(escalation, ticket, POLICY, at(minutes=22)).changes["escalation_level"] == 1


def test_a_request_that_a_look_found_too_late_stays_so() -> None:
    """It came while the ticket was open, and the connector looked when that was over."""
    asked = said("please escalate", at(minutes=20))
    closed = moved(TicketState.OPEN, TicketState.CLOSED, at(minutes=30))
    again = moved(TicketState.CLOSED, TicketState.OPEN, at(days=2))
    noted = note({f"request-late-a{asked.id}"}, at(minutes=31))

    served = decide(escalation, triaged(articles=(asked,), history=(closed, again)), POLICY, at(days=2))
    late = decide(escalation, triaged(articles=(asked, noted), history=(closed, again)), POLICY, at(days=2))

    assert (served.changes["escalation_level"], late.changes["escalation_level"]) == (2, 1)


def test_what_asks_twice_within_the_hour_is_told_the_customer_once() -> None:
    asked = [said("please escalate", at(minutes=minute)) for minute in (20, 30, 40)]
    served = note({"level-2", f"request-a{asked[0].id}"}, at(minutes=21))
    refused = note({f"refused-a{asked[1].id}", f"refused-a{asked[2].id}"}, at(minutes=41))
    ticket = triaged(level=2, articles=(asked[0], served, *asked[1:], refused))

    (told,) = decide(refusals, ticket, POLICY, at(minutes=42)).notes

    assert told.public
    assert told.marks == {f"refused-told-a{asked[0].id}"}
    assert "11:20 UTC" in told.text
    assert decide(refusals, ticket, POLICY, at(minutes=80)).notes == ()


def test_who_rises_by_a_request_is_told_by_the_level_alone() -> None:
    asked = said("please escalate", at(minutes=20))
    ticket = triaged(level=2, articles=(asked, note({"level-2", f"request-a{asked.id}"}, at(minutes=21))))

    assert decide(refusals, ticket, POLICY, at(minutes=22)).notes == ()
