"""Every organization of a request counts, and a logo is no test result."""

from connector.domain.fields import Fields
from connector.domain.vocabulary import ServiceCheck
from connector.rules.evaluate import evaluate
from tests.builders import at, default_policy, incident, said
from tests.jira_admin import hide_email, share
from tests.promises.conftest import COMPLETE, Cast, jira_house
from tests.unit.rules.intake import ALL


def test_the_second_organization_of_a_request_counts(jira: Cast) -> None:
    """A request shared with a reseller; the reporter hides the address."""
    house = jira_house(jira.stage)
    ticket = jira.customer.writes("Line dead", COMPLETE)
    jira.stage.settle()
    share(house.sandbox, ticket, ["Reseller Ltd", "Harbour Bank"])
    hide_email(house.sandbox, jira.customer.email)
    jira.customer.replies(ticket, "hello")
    jira.stage.settle()
    assert jira.stage.ticket(ticket).fields.service_check is ServiceCheck.VERIFIED


def test_logos_of_a_signature_are_no_test_results() -> None:
    """huacnlee/omamail#251, OfficeDev/office-js#5457."""
    message = said(ALL, attachments=("image001.png", "image002.jpg"))
    ticket = incident(Fields(), title="ticket", articles=(message,))
    assert evaluate(ticket, default_policy(), at()).changes.get("test_results") is None
