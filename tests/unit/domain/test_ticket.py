"""A ticket as it was: messages and changes of a played story, taken back."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.ticket import LinkedTicket, Ticket
from connector.domain.vocabulary import Actor, Impact, Priority, TicketState
from tests.builders import T0, at, changed, complete, incident, said

VALUES: dict[str, list[Any]] = {
    "impact": [None, *Impact],
    "priority": list(Priority),
    "escalation_level": [None, 1, 2],
    "rfo_requested": [None, True, False],
    "deferred_until": [None, at(hours=9)],
}
EVENTS = st.lists(
    st.tuples(
        st.integers(1, 90),
        st.one_of(
            *(st.tuples(st.just(field), st.sampled_from(values)) for field, values in VALUES.items()),
            st.tuples(st.just("state"), st.sampled_from(TicketState)),
            st.tuples(st.just("message"), st.text(max_size=5)),
        ),
    ),
    max_size=12,
)


def with_event(ticket: Ticket, field: str, value: Any, minute: int) -> Ticket:
    """The ticket once somebody has changed a field or written a message."""
    when = at(minutes=minute)
    if field == "message":
        return replace(ticket, articles=(*ticket.articles, said(value, when)), updated_at=when)
    old = ticket.state if field == "state" else getattr(ticket.fields, field)
    history = (*ticket.history, changed(field, old, value, when, Actor.AGENT))
    now = {"state": value} if field == "state" else {"fields": ticket.fields.model_copy(update={field: value})}
    return replace(ticket, history=history, updated_at=when, **now)


@given(events=EVENTS)
def test_what_was_seen_then_is_what_is_told_later(events: list[tuple[int, tuple[str, Any]]]) -> None:
    minute, seen = 0, [(0, incident(complete()))]
    for pause, (field, value) in events:
        minute += pause
        seen.append((minute, with_event(seen[-1][1], field, value, minute)))
    _, today = seen[-1]

    for (when, then), (until, _) in zip(seen, [*seen[1:], (minute + 60, today)], strict=True):
        assert today.as_of(at(minutes=when)) == then
        assert today.as_of(at(minutes=until) - timedelta(seconds=1)) == then


def test_nobody_can_tell_what_was_before_it_was_created() -> None:
    with pytest.raises(ValueError, match="was created later"):
        incident().as_of(T0 - timedelta(seconds=1))


def test_nobody_can_tell_since_when_it_is_linked() -> None:
    link = LinkedTicket(id="9", number="9", state=TicketState.OPEN, created_by_connector=True)
    ticket = incident(links=(link,), articles=(said("Hello", at(hours=1)),), updated_at=at(hours=1))

    assert ticket.as_of(at(hours=1)) is ticket
    with pytest.raises(ValueError, match="linked to others"):
        ticket.as_of(at(minutes=59))
