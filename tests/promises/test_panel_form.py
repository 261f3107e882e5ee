"""A report in the panel's form becomes the customer's ticket on every helpdesk, and its page shows what the rules made
of it (R4, R8–R11)."""

import re
from datetime import timedelta

import pytest

from connector.domain.vocabulary import Actor, Channel, Impact, IntakeChannel, Priority, TicketState
from connector.helpdesks.on_behalf import Contact, Message, key_of_request
from tests.panels import Counter, token
from tests.promises.conftest import Cast

FILLED = {
    "service": "SVC-1006",
    "title": "No traffic",
    "details": "Since the storm.\nLEDs are off.",
    "start-day": "2026-11-23",
    "start-time": "09:40",
    "start-zone": "UTC",
    "impact": "service_affecting",
    "urgency": "high",
    "addresses": "192.0.2.7",
}


def test_a_report_is_the_customers_ticket_and_nobody_makes_two(cast: Cast) -> None:
    stage = cast.stage
    client = Counter(stage).app().test_client()

    def session(page: str) -> str:
        found = re.search(r'name="session" value="([^"]+)"', page)
        assert found is not None
        return found[1]

    opened = client.post("/form/?service=SVC-1006", data={"token": token(stage.clock())}).text
    assert "HAM-ETH-0109" in opened
    form = {"session": session(opened), **FILLED}
    for _ in range(2):
        sent = client.post("/form/report", data=form)
        assert sent.status_code == 200

    (name,) = stage.house.tickets()
    ticket = stage.ticket(name)
    assert re.search(rf'class="number">{ticket.number}<', sent.text)
    assert (ticket.created_by, ticket.channel) == (Actor.CONNECTOR, Channel.PANEL)
    assert ticket.customer.email == "ada@harbour.example"
    assert ticket.fields.intake_channel is IntakeChannel.MY_INTERSPACE
    assert (ticket.fields.service_id, ticket.fields.circuit_id) == ("SVC-1006", "HAM-ETH-0109")
    assert (ticket.fields.impact, ticket.fields.priority) == (Impact.SERVICE_AFFECTING, Priority.P1)
    assert [article.author for article in ticket.articles if not article.internal] == [Actor.CUSTOMER]

    # It is shown to whoever is about to report it again, and its page tells where it stands.
    again = client.post("/form/?service=SVC-1006", data={"token": token(stage.clock())}).text
    assert ticket.number in again
    assert "Already reported?" in again
    cast.agent.replies(name, "We are on it: a fibre is cut.")
    stage.settle()
    page = client.post(f"/form/tickets/{name}", data={"session": session(again)}).text
    assert "P1 critical" in page
    assert "We are on it: a fibre is cut." in page
    assert "Since the storm." in page


@pytest.mark.parametrize(("words", "goes_on"), [("It is down again, please help.", True), ("Thank you all!", False)])
def test_what_is_written_on_a_closed_ticket_opens_it_as_a_mail_does(cast: Cast, words: str, goes_on: bool) -> None:
    stage, ticket = cast.stage, cast.answered()
    cast.agent.sets(ticket, state=TicketState.CLOSED)
    stage.settle()
    stage.advance(timedelta(hours=2))
    contact = Contact(email="ada@harbour.example", name="Ada Lovelace")
    message = Message(key=key_of_request("main", "1"), ticket=ticket, contact=contact, text=words)

    stage.table.submissions.accept(stage.desk.name, message, "digest")
    stage.settle()

    opened = stage.ticket(ticket)
    assert opened.state is TicketState.OPEN
    # Thanks start no clock.
    assert (opened.fields.next_escalation_at is not None) is goes_on
