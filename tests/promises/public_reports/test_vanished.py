"""An open ticket that goes out of sight is never forgotten in silence."""

from datetime import timedelta

from tests.jira_admin import rename_project
from tests.promises.conftest import COMPLETE, Cast, jira_house


def watched(cast: Cast) -> bool:
    """Somebody is told, or the ticket is on the worklist still."""
    counts = cast.stage.table.counts()["jira"]
    return counts.waiting + counts.due + counts.dead > 0


def test_a_project_may_get_another_key(jira: Cast) -> None:
    """getsentry/sentry#44454, #101334."""
    ticket = jira.customer.writes("Line dead", COMPLETE)
    jira.stage.settle()
    rename_project(jira_house(jira.stage).sandbox, "NET")
    jira.customer.replies(ticket, "Please escalate this ticket.")
    jira.stage.settle()
    jira.stage.advance(timedelta(hours=6))
    assert watched(jira)


def test_a_hidden_issue_is_told(jira: Cast) -> None:
    """apache/devlake#2226: 404 means gone, or hidden."""
    ticket = jira.customer.writes("Line dead", COMPLETE)
    jira.stage.settle()
    jira.stage.house.hide(ticket)
    jira.customer.replies(ticket, "hello")
    jira.stage.settle()
    jira.stage.advance(timedelta(hours=1))
    assert watched(jira)
