"""A look at a ticket takes work in proportion to what stands on it, counted in calls: that depends on no machine."""

import sys
from datetime import timedelta
from types import FrameType
from typing import Any

from connector.domain.ticket import Ticket
from connector.rules.evaluate import evaluate
from tests.benchmarks.tickets import aged, fresh
from tests.builders import T0, office_p4

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
    assert long < 5_000
