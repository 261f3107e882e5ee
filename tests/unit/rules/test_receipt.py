"""A receipt for mails with all details, where the policy asks for one (R11)."""

from typing import Any

import pytest

from connector.domain.fields import Fields
from connector.domain.person import Customer
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Actor, Channel, Priority, Silence, TicketState
from connector.policy.models import Policy
from connector.rules.evaluate import evaluate
from tests.builders import T0, at, default_policy, incident, said
from tests.unit.rules.intake import ALL
from tests.unit.rules.passes import written


def asking() -> Policy:
    policy = default_policy()
    return policy.model_copy(update={"intake": policy.intake.model_copy(update={"receipt": True})})


POLICY = asking()


def letters(ticket: Ticket, policy: Policy = POLICY, **when: float) -> list[str]:
    """The texts that the customer gets from looks until nothing is left to write, by default a minute after."""
    now, sent = at(**(when or {"minutes": 1})), []
    while not (decision := evaluate(ticket, policy, now)).writes_nothing:
        if decision.note is not None and decision.note.public:
            sent.append(decision.note.text)
        ticket = written(ticket, decision, now)
    return sent


def reported(body: str = ALL, *, by: Actor = Actor.CUSTOMER, **values: Any) -> Ticket:
    message = said(body, T0, by, channel=values.get("channel", Channel.EMAIL))
    return incident(Fields(priority=Priority.P3), articles=(message,), title="Line to Hamburg", **values)


def test_a_mail_with_all_details_is_acknowledged_once_with_its_number() -> None:
    (letter,) = letters(reported())

    assert "has come in as ticket 41007" in letter


def test_it_is_off_by_default() -> None:
    assert letters(reported(), default_policy()) == []


def test_where_details_are_missing_the_question_is_the_only_letter() -> None:
    (letter,) = letters(reported("The line loses packets."))

    assert "has come in as ticket" not in letter


@pytest.mark.parametrize(
    "ticket",
    [
        reported(customer=Customer(id="9", email="noreply@harbour.example")),
        reported(customer=Customer(id="9", email="ada@harbour.example", silence=Silence.ENOUGH)),
        reported(channel=Channel.WEB),
        reported(channel=Channel.PHONE, by=Actor.AGENT),
        reported(state=TicketState.CLOSED),
    ],
    ids=["machine", "cap is reached", "portal", "call", "over"],
)
def test_nobody_gets_one_who_needs_none(ticket: Ticket) -> None:
    assert letters(ticket) == []


def test_it_never_follows_late_or_after_an_answer() -> None:
    answered = reported()
    answer = said("We are on it.", at(minutes=1), Actor.AGENT)
    answered = answered.model_copy(update={"articles": (*answered.articles, answer)})

    assert letters(reported(), hours=2) == letters(answered, minutes=2) == []
