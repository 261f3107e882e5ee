"""What a customer does by buttons in the panel is on the ticket of each helpdesk, and the rules do the rest (R27, R34,
R39)."""

from datetime import datetime, timedelta

from connector.domain.vocabulary import Actor, Channel, CustomerAct, TicketState
from connector.helpdesks.on_behalf import ActsForCustomers, Contact, Message, key_of_request
from connector.sandbox.stage import Stage
from tests.promises.conftest import Cast

NIGHT = datetime.fromisoformat("2026-11-23T21:00+00:00")
QUIET = (
    "The backup line is down.\nService ID: SVC-1005\nStart time: 2026-11-23 20:50 UTC\nImpact: non service affecting\n"
)
AGAINST = "Do not escalate! We withdraw everything, no RFO."
"""Words that would undo each of these, were they read."""


def press(stage: Stage, ticket: str, act: CustomerAct, words: str = AGAINST, times: int = 1) -> None:
    """The button of a page; pressed again it is the same message."""
    key = key_of_request("main", f"{act} {stage.clock().isoformat()}")
    for _ in range(times):
        contact = Contact(email="ada@harbour.example", name="Ada Lovelace")
        message = Message(key=key, ticket=ticket, contact=contact, text=f"A sentence of ours.\n\n{words}", act=act)
        stage.table.submissions.accept(stage.desk.name, message, "digest")
        stage.settle()


def test_buttons_are_the_customers_own_words_on_every_helpdesk(cast: Cast) -> None:
    stage = cast.stage
    assert isinstance(stage.desk, ActsForCustomers)
    ticket = cast.answered()

    press(stage, ticket, CustomerAct.ESCALATE, times=2)

    escalated = stage.ticket(ticket)
    assert escalated.fields.escalation_level == 2
    (act,) = [article for article in escalated.articles if article.act is not None]
    assert (act.act, act.author, act.channel, act.internal) == (
        CustomerAct.ESCALATE,
        Actor.CUSTOMER,
        Channel.PANEL,
        False,
    )

    stage.advance(timedelta(minutes=20))
    press(stage, ticket, CustomerAct.ESCALATE)

    refused = stage.ticket(ticket)
    assert refused.fields.escalation_level == 2
    assert any(
        "the next escalation at your request is possible" in article.body
        for article in refused.articles
        if not article.internal
    )

    stage.advance(timedelta(minutes=41))
    press(stage, ticket, CustomerAct.ESCALATE)
    press(stage, ticket, CustomerAct.REQUEST_RFO)
    cast.agent.sets(ticket, state=TicketState.CLOSED)
    stage.settle()

    closed = stage.ticket(ticket)
    assert closed.fields.escalation_level == 3
    assert closed.fields.rfo_status is not None

    stage.advance_to(NIGHT)
    waits = cast.customer.writes("Backup line", QUIET)
    cast.agent.sets(waits, deferral_support=True)
    stage.settle()
    press(stage, waits, CustomerAct.DEFER)
    assert stage.ticket(waits).fields.deferred_until == datetime.fromisoformat("2026-11-24T08:00+00:00")
    press(stage, waits, CustomerAct.WITHDRAW)
    assert stage.ticket(waits).fields.deferred_until is None

    # Copied by somebody, its words are a message and no button.
    copied = next(article.body for article in stage.ticket(waits).articles if article.act is not None)
    before = [article.act for article in stage.ticket(waits).articles if article.act is not None]
    cast.outsider.replies(waits, copied)
    cast.customer.replies(waits, copied)
    stage.settle()
    assert [article.act for article in stage.ticket(waits).articles if article.act is not None] == before
