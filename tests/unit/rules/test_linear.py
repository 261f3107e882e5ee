"""A look at a ticket takes work in proportion to what stands on it, counted in calls: that depends on no machine."""

import sys
from datetime import timedelta
from types import FrameType
from typing import Any

import pytest

from connector.domain.fields import Fields
from connector.domain.ticket import Ticket
from connector.rules.completeness import _MAX_CACHED, _extractions
from connector.rules.evaluate import evaluate
from connector.rules.text.known import Conversation
from tests.benchmarks.tickets import aged, fresh
from tests.builders import T0, incident, office_p4, said
from tests.builders import at as at_minute

POLICY = office_p4()
SUBJECT = "Line to branch {} down"


def calls_of_a_look(ticket: Ticket) -> int:
    """Of a process that has read the messages before."""
    count = 0

    def counted(frame: FrameType, event: str, arg: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    evaluate(fresh(ticket), POLICY, T0)
    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        evaluate(fresh(ticket), POLICY, T0)
    finally:
        sys.setprofile(before)
    return count


def lived(length: int) -> Ticket:
    """With so many messages, half as many pauses, and a subject of its own for each message."""
    ticket = aged(POLICY, T0, timedelta(days=400), length, length // 2)
    named = [article.model_copy(update={"subject": SUBJECT.format(at)}) for at, article in enumerate(ticket.articles)]
    return ticket.model_copy(update={"articles": tuple(named)})


def test_twice_as_many_messages_and_pauses_take_twice_the_calls() -> None:
    short, long = (calls_of_a_look(lived(length)) for length in (40, 80))

    assert long < 2 * short
    assert long < 2_800


def test_a_usual_look_takes_no_more_calls_than_it_does_now() -> None:
    assert calls_of_a_look(aged(POLICY, T0, timedelta(hours=1), 4, 0)) < 1_050


def test_what_is_remembered_of_a_conversation_holds_no_ticket() -> None:
    ticket = lived(3)
    key, same = Conversation(ticket, (0, 2)), Conversation(fresh(ticket), (0, 2))

    assert key == same
    assert key != Conversation(ticket, (1, 2))
    assert key.take() is ticket
    with pytest.raises(AssertionError):
        key.take()


def test_what_is_remembered_of_messages_is_counted_in_bytes() -> None:
    results = ["Test results: " + f"loss {number} " * 60 for number in range(4)]
    articles = tuple(said(text, at_minute(minutes=at)) for at, text in enumerate(results))
    remembered: Any = _extractions.cache
    before = remembered.currsize
    evaluate(incident(Fields(), articles=articles), POLICY, at_minute(hours=2))

    assert remembered.maxsize == _MAX_CACHED
    assert remembered.currsize - before > sum(map(len, results))
