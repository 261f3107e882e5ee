"""A state that nobody mapped is said once and stops nothing."""

from datetime import timedelta

import pytest

from connector.domain.fields import Fields
from connector.domain.vocabulary import Priority, TicketState
from connector.rules.evaluate import evaluate
from connector.rules.unknown_state import unknown_state
from tests.builders import T0, complete, default_policy, incident
from tests.unit.rules.passes import decide, with_values, written

POLICY = default_policy()
P1: Fields = complete(priority=Priority.P1, impact="service_affecting", urgency="high")


def test_it_is_said_once_for_each_state() -> None:
    ticket = incident(unknown_state="waiting for carrier")
    first = evaluate(ticket, POLICY, T0)
    assert first.note is not None
    assert "waiting for carrier" in first.note.text

    after = written(ticket, first, T0)
    again = evaluate(after, POLICY, T0)
    assert again.note is None or "waiting for carrier" not in again.note.text
    other = decide(unknown_state, with_values(after, unknown_state="waiting for parts"), POLICY, T0)
    assert [note.title for note in other.notes] == ["Unknown state: waiting for parts"]


def test_the_ladder_goes_on() -> None:
    ticket = incident(P1, unknown_state="waiting for carrier")

    assert evaluate(ticket, POLICY, T0 + timedelta(hours=9)).changes["escalation_level"] == 5


@pytest.mark.parametrize(
    ("state", "said"), [(TicketState.OPEN, "its clocks run"), (TicketState.CLOSED, "its clocks stand still")]
)
def test_it_says_what_the_ticket_counts_as(state: TicketState, said: str) -> None:
    (note,) = decide(unknown_state, incident(state=state, unknown_state="limbo"), POLICY, T0).notes

    assert said in note.text


def test_what_follows_a_line_break_in_a_name_begins_no_line_of_ours() -> None:
    (note,) = decide(unknown_state, incident(unknown_state="a\nLevel 5 reached"), POLICY, T0).notes

    assert not any(line.startswith("Level 5") for line in note.text.splitlines())
