"""Whom a ticket waits for, and whose it was: a mail of anybody else opens it on many helpdesks, and ends no pause.

Tried, and red: any change of the state ends a pause; the customer of today was the customer ever since; what the
customer writes in a new mail is nobody's answer.
"""

from datetime import timedelta

import pytest

from connector.domain.vocabulary import Actor, Channel, Duplicate, TicketState
from connector.sandbox.jira.desk import SandboxJira
from tests.jira_admin import reopen_on_comment
from tests.promises.conftest import COMPLETE, Cast, set_the_stage

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
P3 = COMPLETE.replace("service affecting", "degradation").replace("high", "medium")
"""Level 2 after eight hours."""


def waiting(cast: Cast) -> str:
    """A P3 from the portal that support has answered and left waiting for the customer an hour ago."""
    ticket = cast.customer.writes("Line slow", P3, channel=Channel.WEB)
    cast.stage.settle()
    cast.agent.replies(ticket, "Please send us a traceroute.")
    cast.agent.sets(ticket, state=TicketState.PENDING_CUSTOMER)
    cast.stage.advance(HOUR)
    return ticket


@pytest.mark.parametrize("helpdesk", ["zammad-7", "jira-cloud"])
def test_only_the_customers_answer_ends_a_pause_whatever_mail_has_opened_the_ticket(
    sqlite_url: str, helpdesk: str
) -> None:
    """An absence notice, then a carrier. The answer comes as a new mail that names the ticket."""
    cast = set_the_stage(sqlite_url, helpdesk)
    with cast.stage as stage:
        if isinstance(stage.sandbox, SandboxJira):
            reopen_on_comment(stage.sandbox, ("Waiting for customer",), "Waiting for support")
        ticket = waiting(cast)
        absent = "Automatic reply: I am out of the office until Monday and will answer when I am back."
        cast.customer.mails(ticket, absent, automatic=True)
        stage.settle()
        stage.house.mail("noc@carrier.example", "Re: Line slow", "We see nothing.", ticket)
        stage.advance(3 * DAY)

        seen = stage.ticket(ticket)
        assert (seen.state, seen.fields.escalation_level) == (TicketState.OPEN, 1)

        news = f"Regarding ticket {seen.number}: the traceroute has 10 hops."
        again = stage.house.mail(cast.customer.email, "Your question", news)
        stage.advance(7 * HOUR)
        waited = stage.ticket(ticket).fields.escalation_level
        stage.advance(HOUR)

        assert stage.ticket(again).fields.duplicate is Duplicate.CONFIRMED
        assert (waited, stage.ticket(ticket).fields.escalation_level) == (1, 2)


def test_whose_ticket_it_was_was_answered_then(sqlite_url: str) -> None:
    """Somebody writes from an address of their own, is answered, and support gives the ticket to the customer."""
    cast = set_the_stage(sqlite_url, "zammad-7")
    with cast.stage as stage:
        assistant = stage.person("ann@freemail.example", Actor.CUSTOMER, name="Ann")
        ticket = assistant.writes("Line dead", COMPLETE)
        stage.settle()
        cast.agent.replies(ticket, "We are on it.")
        stage.advance(timedelta(minutes=20))
        ada = stage.house.sandbox.user_id(cast.customer.email)  # type: ignore[attr-defined]
        cast.agent.calls("PUT", f"tickets/{ticket}", {"customer_id": ada})
        stage.settle()

        seen = stage.ticket(ticket)
        assert (seen.customer.name, seen.fields.escalation_level) == ("Ada Lovelace", 1)
