"""A pause ends with the customer's answer, and a question counts as asked if it can reach somebody."""

from datetime import timedelta

from connector.domain.vocabulary import Actor, TicketState
from tests.promises.conftest import COMPLETE, Cast, zammad_house


def test_the_clock_runs_when_the_customer_has_answered(cast: Cast) -> None:
    """zammad/zammad#1322, #5332: the state still says that we wait."""
    ticket = cast.customer.writes("Line dead", COMPLETE)
    cast.stage.settle()
    cast.agent.replies(ticket, "Is the router on?")
    cast.agent.sets(ticket, state=TicketState.PENDING_CUSTOMER)
    cast.stage.settle()
    cast.stage.advance(timedelta(minutes=10))
    cast.customer.replies(ticket, "Yes. Still dead!")
    cast.stage.settle()
    cast.stage.advance(timedelta(hours=30))
    assert cast.stage.ticket(ticket).fields.escalation_level == 5


def test_who_has_no_address_is_not_asked_by_mail(zammad: Cast) -> None:
    """BEDOLAGA-DEV/remnawave-bedolaga-telegram-bot#3190, zammad/zammad#4344: the question is for the agent then."""
    house = zammad_house(zammad.stage)
    ticket = house.mail("x@messenger.example", "internet dead", "internet dead")
    number = house.sandbox.user_id("x@messenger.example")
    house.api(house.accounts.admin, "PUT", f"users/{number}", {"email": ""})
    zammad.stage.settle()
    articles = zammad.stage.ticket(ticket).articles
    asked = [one.internal for one in articles if one.author is Actor.CONNECTOR and "details" in one.subject.lower()]
    assert asked == [True]
