"""To whom nothing is sent: what they would have been told or asked is for support."""

from datetime import timedelta

import pytest

from connector.domain.decision import Decision, Note
from connector.domain.fields import Fields
from connector.domain.person import Person
from connector.domain.ticket import Article, Ticket
from connector.domain.vocabulary import Actor, Silence, TicketState
from connector.rules.evaluate import evaluate
from tests.builders import T0, at, complete, default_policy, incident, moved, said

POLICY = default_policy()


def told(ticket: Ticket) -> Note:
    decision: Decision = evaluate(ticket, POLICY, at(minutes=1))
    assert decision.note is not None
    return decision.note


@pytest.mark.parametrize("why", Silence)
def test_who_cannot_be_asked_is_asked_for_by_support(why: Silence) -> None:
    vague = incident(Fields(), articles=(said("internet dead"),))
    assert told(vague).public

    note = told(vague.silenced(why))

    assert not note.public
    assert "Details missing" in note.title
    assert "asked" in note.marks


def test_a_refusal_to_a_silenced_customer_is_for_support_to_pass_on() -> None:
    closed = moved(TicketState.OPEN, TicketState.CLOSED, at(minutes=5))
    ask = said("Please send us the RFO.", at(minutes=10))
    words = (said("dead"), ask)
    ticket = incident(complete(service_check=None), state=TicketState.CLOSED, history=(closed,), articles=words)
    assert (note := evaluate(ticket, POLICY, at(hours=1)).note) is not None
    assert note.public

    silent = evaluate(ticket.silenced(Silence.ENOUGH), POLICY, at(hours=1)).note

    assert silent is not None
    assert not silent.public
    assert silent.marks >= note.marks
    assert "as many messages in the last hour" in silent.text
    assert all(f"> {line}" in silent.text for line in note.text.splitlines()[2:4] if line)


@pytest.mark.parametrize(
    "opening",
    [
        said("Alarm: line down", author=Actor.MACHINE),
        said("Alarm: line down", by=Person(id="9", email="noreply@alarms.example")),
        said("Thank you for contacting us. This is an automatic reply.", subject="Automatic reply: Line down"),
    ],
    ids=["by its headers", "by its address", "by its words"],
)
def test_a_machines_ticket_is_not_answered(opening: Article) -> None:
    ticket = incident(Fields(), articles=(opening,))

    assert not told(ticket).public

    person = said(
        "This is Ada, I take over.", T0 + timedelta(minutes=1), by=Person(id="5", email="ada@harbour.example")
    )
    answered = ticket.model_copy(update={"articles": (*ticket.articles, person)})
    assert told(answered).public
