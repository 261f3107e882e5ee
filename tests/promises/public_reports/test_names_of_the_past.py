"""The history is read by what things were, not by what they are called today."""

from datetime import timedelta

from connector.domain.vocabulary import TicketState
from tests.promises.conftest import COMPLETE, Cast


def test_a_pause_stays_when_its_state_is_renamed(zammad: Cast) -> None:
    """mikebowler/jirametrics#32, singer-io/tap-jira#50, shridhar-tl/jira-assistant#73."""
    stage = zammad.stage
    ticket = zammad.customer.writes("Line dead", COMPLETE)
    stage.settle()
    zammad.agent.replies(ticket, "Please send a picture")
    zammad.agent.sets(ticket, state=TicketState.PENDING_CUSTOMER)
    stage.settle()
    stage.advance(timedelta(days=2))
    zammad.agent.sets(ticket, state=TicketState.OPEN)
    stage.settle()
    stage.house.rename("state", "pending reminder", "waiting for customer")
    stage.connect()
    zammad.customer.replies(ticket, "picture sent")
    stage.settle()
    assert stage.ticket(ticket).fields.escalation_level == 1
