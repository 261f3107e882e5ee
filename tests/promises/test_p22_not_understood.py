"""P22: what is not understood does nothing: words that are no clear yes change no clock, level, promise or field; a
person of support is told once.

Tried, and red: a mention of the past counts as a request; a condition counts as one; nobody is told of what is unclear;
a message that is cut counts as read.
"""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Actor
from connector.helpdesks import long_answer
from tests.promises.conftest import COMPLETE, Cast, set_the_stage
from tests.promises.evidence import levels_noted, steps

UNCLEAR = "If it is not fixed by noon, could you perhaps escalate this ticket?"
NOTHING = (
    "Please do not escalate this ticket, we are fine.",
    "Last year you escalated such a ticket at once.",
    "Our own provider has escalated it on their side.",
    "We do not need an RFO for this one.",
    "I do not agree to a deferral.",
)


def what_counts(ticket: Ticket) -> tuple[object, ...]:
    """Clock, level, promise and fields of a ticket."""
    fields = ticket.fields
    return (
        *(fields.escalation_level, fields.priority, fields.impact, fields.urgency),
        *(fields.deferred_until, fields.repair_due_at, fields.first_response_due_at, ticket.state),
    )


@pytest.fixture(params=["zammad", "jira-cloud"])
def house(request: pytest.FixtureRequest, sqlite_url: str) -> Iterator[Cast]:
    """One store is enough: nothing here depends on it."""
    made = set_the_stage(sqlite_url, request.param)
    with made.stage:
        yield made


def test_what_is_no_clear_yes_changes_nothing(house: Cast) -> None:
    ticket = house.customer.writes("Line down", COMPLETE)
    house.stage.settle()
    before = what_counts(house.stage.ticket(ticket))

    for text in NOTHING:
        house.customer.replies(ticket, text)
        house.stage.settle()

    seen = house.stage.ticket(ticket)
    assert what_counts(seen) == before
    assert levels_noted(seen) == []


def test_what_is_unclear_is_noted_once_and_raises_nothing(cast: Cast) -> None:
    ticket = cast.customer.writes("Line down", COMPLETE)
    cast.stage.settle()
    before = what_counts(cast.stage.ticket(ticket))
    cast.customer.replies(ticket, UNCLEAR)
    cast.stage.settle()
    cast.stage.advance(timedelta(minutes=5))

    seen = cast.stage.ticket(ticket)
    unclear = [article for article in seen.articles if any(mark.name == "unclear" for mark in article.marks)]
    assert [article.internal for article in unclear] == [True]
    assert len([step for step in steps(seen) if step == "unclear"]) == 1
    assert "could you perhaps escalate this ticket" in unclear[0].body
    assert levels_noted(seen) == []
    assert what_counts(seen) == before


def test_what_is_not_read_of_a_long_message_is_said_once_and_moves_nothing(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_answer, "SHORT", 2_000)
    monkeypatch.setattr(long_answer, "LONGEST_TEXT", 10_000)
    stage = cast.stage
    ticket = cast.customer.writes("Line dead", COMPLETE)
    stage.settle()
    before = stage.ticket(ticket).fields
    cast.customer.replies(ticket, "This is the log.\n" + "x " * 8_000 + "\n\nPlease escalate this ticket.\n")
    stage.settle()
    cast.agent.replies(ticket, "We read it.")
    stage.settle()

    seen = stage.ticket(ticket)
    assert seen.fields.escalation_level == before.escalation_level
    told = [article for article in seen.articles if "characters of the message" in article.body]
    assert [(note.author, note.internal) for note in told] == [(Actor.CONNECTOR, True)]
    assert stage.table.dead_letters() == []
