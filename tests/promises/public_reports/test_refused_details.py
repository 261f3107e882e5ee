"""One refused detail, or one name that nobody mapped, does not stop what matters."""

from datetime import timedelta

from tests.jira_admin import take_off_screens
from tests.promises.conftest import COMPLETE, Cast, jira_house, zammad_house


def test_a_field_off_the_screen_does_not_stop_the_escalation(jira: Cast) -> None:
    """tenable/integration-jira-cloud#147, #297."""
    take_off_screens(jira_house(jira.stage).sandbox, "Reason for priority")
    ticket = jira.customer.writes("Line dead", COMPLETE)
    jira.stage.settle()
    jira.stage.advance(timedelta(hours=3))
    assert jira.stage.ticket(ticket).fields.escalation_level == 3


def test_a_state_that_nobody_mapped_escalates(zammad: Cast) -> None:
    """zammad/zammad#5054, basher83/Zammad-MCP#323."""
    sandbox = zammad_house(zammad.stage).sandbox
    sandbox.add_state("waiting for carrier", "open")
    ticket = zammad.customer.writes("Line dead", COMPLETE)
    zammad.stage.settle()
    zammad.agent.calls("PUT", f"tickets/{ticket}", {"state": "waiting for carrier"})
    zammad.stage.settle()
    zammad.stage.advance(timedelta(hours=9))
    assert zammad.agent.calls("GET", f"tickets/{ticket}")["escalation_level"] == 5
