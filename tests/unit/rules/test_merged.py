"""What was open on a ticket follows it into the one that it was merged into, and nothing else does."""

from datetime import timedelta
from typing import Any

import pytest

from connector.domain.mark import Mark
from connector.domain.model import TicketId
from connector.domain.ticket import MergedTicket, Ticket
from connector.domain.vocabulary import Actor, TicketState
from connector.rules.case import Case
from connector.rules.evaluate import evaluate
from connector.rules.requests import escalation_requests, rfo_requests
from tests.builders import T0, at, changed, complete, default_policy, incident, note

POLICY = default_policy()
EARLIER = T0 - timedelta(days=1)


def gone(**values: Any) -> MergedTicket:
    """Ticket 3, a day older, merged into another one."""
    held: dict[str, Any] = {
        "id": "3",
        "number": "41003",
        "created_at": EARLIER,
        "created_by": Actor.CUSTOMER,
        "state": TicketState.CANCELLED,
        "fields": complete(),
    }
    return MergedTicket(**(held | values))


def of(ticket: Ticket) -> Case:
    return Case(ticket, POLICY, at(hours=1))


def test_the_target_is_looked_at() -> None:
    """No webhook tells of it."""
    source = incident(state=TicketState.CANCELLED, merged_into="9")

    assert evaluate(source, POLICY, T0).touches == ("9",)
    assert evaluate(incident(), POLICY, T0).touches == ()


def test_it_began_when_the_first_of_them_was_created() -> None:
    assert incident(merged=(gone(),)).began_at == EARLIER
    assert incident(merged=(gone(created_at=at(hours=1)),)).began_at == T0


def test_an_rfo_that_was_requested_there_is_requested_here() -> None:
    by_agent = gone(
        fields=complete(rfo_requested=True), history=(changed("rfo_requested", None, True, EARLIER, Actor.AGENT),)
    )
    (request,) = rfo_requests(of(incident(merged=(by_agent,))))

    assert (request.actor, request.at) == (Actor.AGENT, EARLIER)


def test_one_that_was_taken_back_there_is_not() -> None:
    taken_back = gone(
        history=(
            changed("rfo_requested", None, True, EARLIER, Actor.AGENT),
            changed("rfo_requested", True, None, EARLIER, Actor.AGENT),
        )
    )
    assert rfo_requests(of(incident(merged=(taken_back,)))) == []


def test_an_open_request_to_escalate_is_served_here_once() -> None:
    asked = changed("escalation_request", None, "no progress", EARLIER, Actor.AGENT)
    ticket = incident(merged=(gone(history=(asked,)),))
    first = evaluate(ticket, POLICY, T0)
    assert first.changes["escalation_level"] == 2
    assert first.note is not None

    served = incident(merged=(gone(history=(asked,)),), articles=(note({Mark("request", f"h{asked.id}")}),))
    assert "escalation_level" not in evaluate(served, POLICY, T0).changes or (
        evaluate(served, POLICY, T0).changes["escalation_level"] == 1
    )


def test_requests_at_creation_are_told_apart() -> None:
    ticket = incident(complete(escalation_request="ours"), merged=(gone(fields=complete(escalation_request="theirs")),))
    assert {request.id for request in escalation_requests(of(ticket))} == {"created", "created3"}


@pytest.mark.parametrize(
    ("mark", "carried"),
    [
        (Mark("request", "a41"), "request-a41"),
        (Mark("refused", "h7"), "refused-h7"),
        (Mark("doubt", "41"), "doubt-41"),
        (Mark("request", "created"), "request-created3"),
        (Mark("level", 3), None),
        (Mark("asked"), None),
        (Mark("deferred", "20261124T0800"), None),
        (Mark("rfo-due", "20261130T1200"), None),
        (Mark.parse("request-a41-2"), None),
        (Mark.parse("strange-a41"), None),
    ],
)
def test_a_proof_that_a_merge_brought_along_speaks_of_messages_only(mark: Mark, carried: str | None) -> None:
    assert mark.carried(TicketId("3")) == carried
