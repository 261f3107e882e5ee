"""R36–R39 on each helpdesk: what stops a clock, what a raised priority counts from, and what becomes of requests.

Tried, and red: a pause lasts as long as its state; a state alone makes a pause; a raised priority counts from the
creation; a request on a closed ticket is left unread; agents and customers share one hour; a refusal is told to support
only.
"""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Actor, Priority, TicketState
from tests.promises.conftest import COMPLETE, Cast, set_the_stage
from tests.promises.evidence import levels_noted

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
P3 = COMPLETE.replace("service affecting", "degradation").replace("high", "medium")
ESCALATE = "Please escalate this ticket."


@pytest.fixture(params=["zammad-5.5", "zammad-7", "jira-cloud"])
def cast(request: pytest.FixtureRequest, sqlite_url: str) -> Iterator[Cast]:
    """A fresh stage on each kind of helpdesk."""
    made = set_the_stage(sqlite_url, request.param)
    with made.stage:
        yield made


def answered(cast: Cast, words: str = COMPLETE) -> str:
    """A ticket that support has answered."""
    ticket = cast.customer.writes("Line down", words)
    cast.stage.settle()
    cast.agent.replies(ticket, "We are on it.")
    cast.stage.settle()
    return ticket


def told_customer(ticket: Ticket, words: str) -> list[str]:
    """The connector's messages to the customer with these words."""
    ours = [one.body for one in ticket.articles if one.author is Actor.CONNECTOR and not one.internal]
    return [body for body in ours if words in body]


def test_the_clock_runs_from_the_customers_answer_though_the_state_says_waiting(cast: Cast) -> None:
    ticket = answered(cast)
    cast.agent.sets(ticket, state=TicketState.PENDING_CUSTOMER)
    cast.stage.advance(20 * HOUR)
    assert cast.stage.ticket(ticket).fields.escalation_level == 1

    cast.customer.replies(ticket, "Yes. Still dead!")
    cast.stage.advance(9 * HOUR)

    assert cast.stage.ticket(ticket).fields.escalation_level == 5


def test_an_unanswered_ticket_that_is_parked_as_waiting_is_late_all_the_same(cast: Cast) -> None:
    ticket = cast.customer.writes("Line down", COMPLETE)
    cast.stage.settle()
    cast.agent.sets(ticket, state=TicketState.PENDING_CUSTOMER)
    cast.stage.advance(20 * MINUTE)

    seen = cast.stage.ticket(ticket)
    assert (seen.fields.escalation_level, levels_noted(seen)) == (2, ["Escalation level 2: shift manager"])


def test_nine_hours_as_p3_do_not_call_the_board_when_it_becomes_a_p1(cast: Cast) -> None:
    ticket = answered(cast, P3)
    cast.stage.advance(9 * HOUR)
    assert cast.stage.ticket(ticket).fields.escalation_level == 2

    cast.customer.replies(ticket, "It is down now.\nImpact: service affecting\nUrgency: high")
    cast.stage.settle()
    raised = cast.stage.ticket(ticket)
    cast.stage.advance(2 * HOUR)

    assert (raised.fields.priority, raised.fields.escalation_level) == (Priority.P1, 2)
    assert cast.stage.ticket(ticket).fields.escalation_level == 3


def test_a_request_on_a_closed_ticket_is_noted_at_once_and_never_served_later(cast: Cast) -> None:
    ticket = answered(cast)
    cast.agent.sets(ticket, state=TicketState.CLOSED)
    cast.stage.advance(24 * HOUR)
    _writes_in_the_portal(cast, ticket, f"It is dead again. {ESCALATE}")
    cast.stage.settle()

    noted = cast.stage.ticket(ticket).articles[-1]
    assert (noted.author, noted.internal) == (Actor.CONNECTOR, True)
    assert "asked for escalation" in noted.body

    cast.stage.advance(10 * 24 * HOUR)
    cast.agent.sets(ticket, state=TicketState.OPEN)
    cast.stage.settle()

    seen = cast.stage.ticket(ticket)
    assert seen.fields.escalation_level == 1
    assert len([one for one in seen.articles if "asked for escalation" in one.body]) == 1


def _writes_in_the_portal(cast: Cast, ticket: str, words: str) -> None:
    """Where no mail opens the ticket again."""
    if cast.stage.house.name == "zammad":
        message = {"ticket_id": int(ticket), "body": words, "type": "web", "internal": False}
        cast.customer.calls("POST", "ticket_articles", message)
    else:
        cast.customer.replies(ticket, words)


def test_a_refusal_is_told_to_the_customer_once_with_the_next_time(cast: Cast) -> None:
    ticket = answered(cast)
    for _ in range(3):
        cast.customer.replies(ticket, ESCALATE)
        cast.stage.advance(5 * MINUTE)

    seen = cast.stage.ticket(ticket)
    assert seen.fields.escalation_level == 2
    (told,) = told_customer(seen, "the next escalation at your request is possible from")
    assert "11:00 UTC" in told


def test_customers_and_agents_have_an_hour_each_and_a_manager_costs_nobody_anything(cast: Cast) -> None:
    ticket = answered(cast)
    cast.manager.sets(ticket, escalation_request="the board has called")
    cast.stage.advance(2 * MINUTE)
    cast.agent.sets(ticket, escalation_request="no progress")
    cast.stage.advance(2 * MINUTE)
    cast.customer.replies(ticket, ESCALATE)
    cast.stage.advance(2 * MINUTE)

    assert cast.stage.ticket(ticket).fields.escalation_level == 4


def test_a_customer_who_asks_at_the_top_is_told_so(cast: Cast) -> None:
    ticket = answered(cast)
    cast.stage.advance(9 * HOUR)
    cast.customer.replies(ticket, ESCALATE)
    cast.stage.advance(5 * MINUTE)

    seen = cast.stage.ticket(ticket)
    assert seen.fields.escalation_level == 5
    assert len(told_customer(seen, "with the highest level of our management already")) == 1


def test_the_group_goes_back_with_a_level_that_an_agent_lowers(cast: Cast) -> None:
    ticket = answered(cast)
    cast.stage.advance(4 * HOUR)
    assert cast.stage.ticket(ticket).fields.group == "level_4"

    cast.agent.sets(ticket, escalation_level=3)
    cast.stage.settle()
    third = cast.stage.ticket(ticket).fields
    cast.agent.sets(ticket, escalation_level=2)
    cast.stage.settle()
    second = cast.stage.ticket(ticket).fields

    assert (third.escalation_level, third.group) == (3, "level_3")
    assert (
        third.escalation_reason
        == "Level 3, head of operations: set by an agent on Mon 23 Nov 2026 15:00 CET (14:00 UTC)"
    )
    assert (second.escalation_level, second.group) == (2, "intake")


def test_a_request_by_the_mail_that_opens_the_ticket_counts(sqlite_url: str) -> None:
    """Zammad opens a closed ticket by any mail of the customer's."""
    cast = set_the_stage(sqlite_url, "zammad-7")
    with cast.stage:
        ticket = answered(cast)
        cast.agent.sets(ticket, state=TicketState.CLOSED)
        cast.stage.advance(24 * HOUR)
        cast.stage.house.mail(cast.customer.email, "Re: Line down", ESCALATE, ticket)
        cast.stage.settle()

        seen = cast.stage.ticket(ticket)
        assert not seen.state.is_over
        assert seen.fields.escalation_level == 2


def test_a_customer_who_asks_is_told_the_level_once_and_hears_of_levels_3_to_5(cast: Cast) -> None:
    ticket = answered(cast)
    cast.customer.replies(ticket, ESCALATE)
    cast.stage.advance(5 * MINUTE)

    (asked,) = told_customer(cast.stage.ticket(ticket), "of our escalation matrix")
    assert "You asked us to escalate your ticket. We have done so: it is now at level 2" in asked

    cast.stage.advance(10 * HOUR)

    seen = cast.stage.ticket(ticket)
    assert seen.fields.escalation_level == 5
    told = told_customer(seen, "of our escalation matrix")
    assert [level for level in range(2, 6) if sum(f"at level {level} " in letter for letter in told) == 1] == [
        2,
        3,
        4,
        5,
    ]
    assert len(told) == 4
