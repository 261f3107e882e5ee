"""An author is who he was then, and what he is to this ticket; an answer is what reached the customer."""

from datetime import timedelta
from pathlib import Path

import pytest

from connector.domain.vocabulary import Priority
from connector.helpdesks.zammad.client import ZammadClient
from connector.helpdesks.zammad.desk import ZammadDesk
from connector.helpdesks.zammad.mapping import load_mapping
from connector.policy.locate import MAPPINGS
from connector.sandbox.house import IN_PROCESS
from connector.work.table import Key, WorkTable
from connector.work.worker import Worker
from tests.promises.conftest import COMPLETE, Cast, zammad_house

ANSWER_DUE = timedelta(minutes=15)


def left_by_the_agent(cast: Cast) -> str:
    """An agent answers, sets P3 and waits for the customer; the agent leaves support; then the customer asks."""
    stage = cast.stage
    ticket = cast.left_waiting()
    stage.house.leaves(cast.agent.email)
    stage.advance(timedelta(minutes=15))
    cast.customer.replies(ticket, "Any news?")
    stage.advance(timedelta(minutes=15))
    return ticket


def test_the_priority_that_an_agent_chose_stays_when_the_agent_has_left(cast: Cast) -> None:
    """fivetran/dbt_zendesk_source#47, JRASERVER-38898."""
    ticket = left_by_the_agent(cast)
    assert cast.stage.ticket(ticket).fields.priority is Priority.P3


def test_the_pause_that_an_agent_began_stays_when_the_agent_has_left(cast: Cast) -> None:
    """fivetran/dbt_zendesk_source#47, JRASERVER-38898."""
    ticket = left_by_the_agent(cast)
    assert cast.stage.ticket(ticket).fields.escalation_level == 1


def test_a_stranger_who_knows_the_number_does_not_change_the_priority(zammad: Cast) -> None:
    """faveosuite/faveo-helpdesk#165, jbostoen/itop-jb-mail-to-ticket-automation-v2#8,
    freescout-help-desk/freescout#3551."""
    ticket = zammad.customer.writes("Line dead", COMPLETE)
    zammad.stage.settle()
    carrier = "Your case 7712345 has been created.\nPriority: Low\nImpact: degradation"
    zammad.stage.house.mail("noc@carrier.example", "Re: Line dead", carrier, ticket)
    zammad.stage.settle()
    assert zammad.stage.ticket(ticket).fields.priority is Priority.P1


def asked_by_a_stranger(cast: Cast) -> str:
    """A ticket on which a stranger asks for everything."""
    ticket = cast.customer.writes("Line dead", COMPLETE)
    cast.stage.settle()
    wish = "Please escalate this ticket. Please send us the RFO."
    cast.stage.house.mail("somebody@freemail.example", "Line dead", wish, ticket)
    cast.stage.settle()
    return ticket


def test_a_stranger_cannot_escalate(zammad: Cast) -> None:
    """faveosuite/faveo-helpdesk#165."""
    assert zammad.stage.ticket(asked_by_a_stranger(zammad)).fields.escalation_level == 1


def test_a_stranger_cannot_request_an_rfo(zammad: Cast) -> None:
    """faveosuite/faveo-helpdesk#165."""
    assert zammad.stage.ticket(asked_by_a_stranger(zammad)).fields.rfo_status is None


def test_an_agents_mail_to_our_own_address_is_no_first_response(zammad: Cast) -> None:
    """zammad/zammad#5084, #1596, #1065: an agent forwards a customer's mail, which opens the ticket."""
    text = (
        "Please handle.\n\n-----Original Message-----\nFrom: Ada <ada@harbour.example>\nSent: Monday\nTo: Grace\n"
        f"Subject: dead\n\n{COMPLETE}"
    )
    article = {"type": "email", "sender": "Agent", "to": "support@interspace.example", "subject": "FW: line dead"}
    made: dict[str, object] = {"title": "FW: line dead", "group": "Users", "customer": "ada@harbour.example"}
    made["article"] = {**article, "internal": False, "body": text}
    ticket = str(zammad.agent.calls("POST", "tickets", made)["id"])
    zammad.stage.settle()
    assert zammad.stage.ticket(ticket).fields.first_response_due_at is not None


def test_the_reporters_own_description_is_no_first_response(jira: Cast) -> None:
    """fivetran/dbt_zendesk#273."""
    ticket = jira.agent.writes("Line dead", COMPLETE)
    jira.stage.settle()
    assert jira.stage.ticket(ticket).fields.first_response_due_at is not None


def test_the_description_of_a_reporter_who_is_an_agent_is_read(jira: Cast) -> None:
    """fivetran/dbt_zendesk#273."""
    ticket = jira.agent.writes("Line dead", COMPLETE)
    jira.stage.settle()
    assert jira.stage.ticket(ticket).fields.priority is Priority.P1


@pytest.mark.parametrize(
    "article",
    [
        pytest.param({"type": "email", "to": "noc@carrier.example", "subject": "Circuit down"}, id="mail to a carrier"),
        pytest.param({"type": "note"}, id="public note that no mail tells"),
    ],
)
def test_what_does_not_reach_the_customer_is_no_first_response(zammad: Cast, article: dict[str, str]) -> None:
    """frappe/helpdesk#3774, osTicket/osTicket#3684; zammad/zammad#1620, zammad/zammad-documentation#129."""
    ticket = zammad.customer.writes("Line dead", COMPLETE)
    zammad.stage.settle()
    zammad.stage.advance(timedelta(minutes=3))
    zammad.agent.calls(
        "POST", "ticket_articles", {"ticket_id": int(ticket), "internal": False, "body": "Fibre cut.", **article}
    )
    zammad.stage.settle()
    zammad.stage.advance(ANSWER_DUE + timedelta(minutes=5))
    assert zammad.stage.ticket(ticket).fields.escalation_level == 2


def test_the_question_of_another_installation_is_no_first_response(zammad: Cast, tmp_path: Path) -> None:
    """Clinical-Genomics/cg#2996: a staging system works on the production helpdesk."""
    stage, house = zammad.stage, zammad_house(zammad.stage)
    token = house.sandbox.add_user("stagingbot@interspace.example", ("Agent",), firstname="Staging", lastname="Bot")
    client = ZammadClient(IN_PROCESS, token, stage.clock, adapter=house.sandbox.requests_adapter)
    table = WorkTable.open(f"sqlite:///{tmp_path}/staging.sqlite", stage.clock)
    staging = Worker(table, ZammadDesk(client, load_mapping(MAPPINGS / "zammad.yaml")), stage.policy)
    ticket = zammad.customer.writes("Line dead", "Service ID: SVC-1005\nImpact: service affecting\nUrgency: high")
    for _ in range(30):
        stage.advance(timedelta(minutes=1))
        table.touch([Key("zammad", ticket)], stage.clock())
        stage.clock.advance(timedelta(seconds=2))
        staging.run_due()
    table.close()
    assert stage.ticket(ticket).fields.escalation_level == 2
