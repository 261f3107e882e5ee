"""A promise to the customer stands; what people made by hand counts; nobody's words on a closed ticket get lost."""

from datetime import timedelta

from connector.domain.vocabulary import Actor, Priority, RfoStatus, TicketState
from tests.promises.conftest import COMPLETE, Cast


def closed(cast: Cast) -> str:
    """An incident that support has closed."""
    ticket = cast.customer.writes("Line dead", COMPLETE)
    cast.stage.settle()
    cast.agent.replies(ticket, "fixed")
    cast.agent.sets(ticket, state=TicketState.CLOSED)
    cast.stage.settle()
    return ticket


def test_a_promised_rfo_stands_when_the_priority_is_corrected(zammad: Cast) -> None:
    """LanternOps/breeze#6691, glpi-project/glpi#6902."""
    ticket = closed(zammad)
    zammad.customer.replies(ticket, "Please send us the RFO.")
    zammad.stage.settle()
    zammad.stage.advance(timedelta(hours=2))
    zammad.agent.sets(ticket, priority=Priority.P3)
    zammad.stage.settle()
    assert zammad.stage.ticket(ticket).fields.rfo_status is RfoStatus.DUE


def test_a_problem_that_an_agent_linked_is_the_incidents_problem(jira: Cast) -> None:
    """ansible-collections/servicenow.itsm#286, ServiceNowDevProgram/code-snippets#2053."""
    ticket = jira.customer.writes("Line dead", COMPLETE)
    jira.stage.settle()
    jira.agent.replies(ticket, "fixed")
    fields = {"project": {"key": "ISP"}, "issuetype": {"name": "Problem"}, "summary": "Fibre cut"}
    problem = jira.agent.calls("POST", "issue", {"fields": fields})
    ends = {"inwardIssue": {"id": str(problem["id"])}, "outwardIssue": {"id": ticket}}
    jira.agent.calls("POST", "issueLink", {"type": {"name": "Relates"}, **ends})
    jira.stage.settle()
    jira.agent.sets(ticket, state=TicketState.RESOLVED)
    jira.stage.settle()
    jira.stage.advance(timedelta(minutes=10))
    assert len(jira.stage.ticket(ticket).links) == 1


def test_a_request_on_a_closed_ticket_is_told(zammad: Cast) -> None:
    """SupportFlow/supportflow#235."""
    ticket = closed(zammad)
    zammad.stage.advance(timedelta(days=1))
    before = len(zammad.stage.ticket(ticket).articles)
    zammad.customer.replies(ticket, "It is dead again. Please escalate this ticket!")
    zammad.stage.settle()
    zammad.stage.advance(timedelta(minutes=5))
    seen = zammad.stage.ticket(ticket)
    told = [article for article in seen.articles[before:] if article.author is Actor.CONNECTOR]
    assert told or not seen.state.is_over
