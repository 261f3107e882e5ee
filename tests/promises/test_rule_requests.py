"""R27, R34, R39: what may be a request and is not plain goes to a person, on every helpdesk."""

from datetime import timedelta

from tests.promises.conftest import COMPLETE, Cast
from tests.promises.evidence import levels_noted, steps


def test_what_is_unclear_is_noted_once_and_raises_nothing(cast: Cast) -> None:
    ticket = cast.customer.writes("Line down", COMPLETE)
    cast.stage.settle()
    cast.customer.replies(ticket, "If it is not fixed by noon, could you perhaps escalate this ticket?")
    cast.stage.settle()
    cast.stage.advance(timedelta(minutes=5))

    seen = cast.stage.ticket(ticket)
    unclear = [article for article in seen.articles if any(mark.name == "unclear" for mark in article.marks)]
    assert [article.internal for article in unclear] == [True]
    assert len([step for step in steps(seen) if step == "unclear"]) == 1
    assert "could you perhaps escalate this ticket" in unclear[0].body
    assert levels_noted(seen) == []
    assert seen.fields.escalation_level == 1
