"""A report in the panel's form becomes the customer's ticket on every helpdesk, and its page shows what the rules made
of it (R4, R8–R11)."""

import re

from connector.domain.vocabulary import Actor, Channel, Impact, IntakeChannel, Priority
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
