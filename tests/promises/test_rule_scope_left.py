"""A ticket that is moved to where the rules do not hold: people are told once that they have stopped."""

from datetime import timedelta

from connector.domain.vocabulary import Actor
from tests.counted import Counted
from tests.promises.conftest import COMPLETE, Cast, set_the_stage, zammad_house


def told(cast: Cast, ticket: str) -> int:
    read = cast.stage.ticket(ticket).articles
    return sum("clocks stand still here" in a.subject for a in read if a.author is Actor.CONNECTOR)


def test_whoever_moves_it_is_told_once_and_back_it_goes_on(zammad_cast: Cast) -> None:
    cast, stage, counted = zammad_cast, zammad_cast.stage, Counted()
    zammad_house(stage).sandbox.add_group("Billing")
    ticket = cast.customer.writes("Line down", COMPLETE)
    stage.advance(timedelta(hours=1, minutes=5))
    assert stage.ticket(ticket).fields.escalation_level == 2

    cast.agent.calls("PUT", f"tickets/{ticket}", {"group": "Billing"})
    stage.settle()
    stage.advance(timedelta(hours=5))

    assert told(cast, ticket) == 1
    assert stage.ticket(ticket).fields.escalation_level == 2
    assert counted("vanished_tickets_total", helpdesk="zammad") == 1
    assert stage.table.dead_letters() == []

    cast.agent.calls("PUT", f"tickets/{ticket}", {"group": "Users"})
    stage.advance(timedelta(hours=1, minutes=5))
    assert stage.ticket(ticket).fields.escalation_level == 3


def test_an_incident_in_the_group_of_rfo_tasks_is_missed_aloud(sqlite_url: str) -> None:
    """By mistake, for three days; what passes there is no time of an incident."""
    cast = set_the_stage(sqlite_url, "zammad-7")
    with cast.stage as stage:
        ticket = cast.answered()
        cast.agent.sets(ticket, group="rfo")
        stage.advance(timedelta(days=3))
        assert told(cast, ticket) == 1

        cast.agent.sets(ticket, group="intake")
        stage.advance(timedelta(hours=1))
        assert stage.ticket(ticket).fields.escalation_level == 1


def test_another_departments_ticket_is_left_alone(zammad_cast: Cast) -> None:
    cast, stage = zammad_cast, zammad_cast.stage
    sandbox = zammad_house(stage).sandbox
    sandbox.add_group("Billing")
    ticket = str(sandbox.receive_mail("ada@harbour.example", "My invoice", "Where is it?", "Billing"))
    stage.settle()
    cast.agent.calls("PUT", f"tickets/{ticket}", {"title": "Invoice"})
    stage.advance(timedelta(hours=5))

    assert told(cast, ticket) == 0
