"""A message that opens a closed ticket and does not plainly say that the fault is back is put to a person (R34)."""

from datetime import timedelta

import pytest

from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Actor, TicketState
from connector.rules.opened_again import opened_again
from tests.builders import at, default_policy, incident, moved, note, said
from tests.unit.rules.passes import decide

POLICY = default_policy()
REPAIRED = moved(TicketState.OPEN, TicketState.CLOSED, at(hours=2))
BACK = moved(TicketState.CLOSED, TicketState.OPEN, at(days=1), Actor.CUSTOMER)


def opened_by(text: str, *marks: str) -> Ticket:
    articles = (said("Our line is dead."), said(text, at(days=1)), note(set(marks), at(days=1)))
    return incident(history=(REPAIRED, BACK), articles=articles)


def test_support_is_asked_once() -> None:
    now = at(days=1, minutes=1)
    (told,) = decide(opened_again, opened_by("Who was on site?"), POLICY, now).notes

    assert not told.public
    assert "close the ticket and open it again" in told.text
    assert decide(opened_again, opened_by("Who was on site?", *told.marks), POLICY, now).notes == ()


@pytest.mark.parametrize("text", ["Thank you!", "Please send us the RFO.", "When will we get the RFO?", "It is dead."])
def test_nobody_is_asked_about_what_is_plain(text: str) -> None:
    assert decide(opened_again, opened_by(text), POLICY, at(days=1, minutes=1)).notes == ()


def test_nobody_is_asked_about_an_old_message() -> None:
    assert decide(opened_again, opened_by("Who was on site?"), POLICY, at(days=1) + timedelta(days=8)).notes == ()
