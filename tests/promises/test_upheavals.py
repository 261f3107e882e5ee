"""What people do to tickets and to the helpdesk around them changes no past and escalates nobody: splitting, deleting
accounts, renaming, hiding, writing to what was closed."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from connector.domain.vocabulary import Priority, TicketKind, TicketState
from connector.sandbox.house import Named
from tests.promises.conftest import COMPLETE, Cast, set_the_stage
from tests.promises.evidence import levels_noted


@pytest.fixture(params=["zammad-5.5", "zammad-7", "jira-cloud"])
def cast(request: pytest.FixtureRequest, sqlite_url: str) -> Iterator[Cast]:
    """A fresh stage on each kind of helpdesk."""
    with (made := set_the_stage(sqlite_url, request.param)).stage:
        yield made


def test_a_ticket_made_out_of_another_has_clocks_of_its_own(cast: Cast) -> None:
    stage = cast.stage
    ticket = cast.customer.writes("Line dead", COMPLETE)
    cast.stage.settle()
    stage.advance(timedelta(hours=3))
    cast.customer.replies(ticket, "Please send us the RFO.")
    stage.settle()
    assert stage.ticket(ticket).fields.escalation_level == 3

    made = cast.agent.splits(ticket)
    stage.settle()

    seen = stage.ticket(made)
    assert seen.kind is TicketKind.INCIDENT
    assert (seen.fields.escalation_level, levels_noted(seen)) == (1, [])
    assert (seen.fields.rfo_status, seen.fields.connector_key) == (None, None)
    stage.advance(timedelta(hours=1))
    assert stage.ticket(made).fields.escalation_level == 2


def test_what_a_deleted_agent_did_counts_still(cast: Cast) -> None:
    stage = cast.stage
    ticket = cast.answered()
    before = stage.ticket(ticket).fields
    stage.house.delete_person(cast.agent.email)
    cast.customer.replies(ticket, "Any news?")
    stage.settle()
    stage.advance(timedelta(minutes=20))

    seen = stage.ticket(ticket).fields
    assert (seen.priority, seen.escalation_level) == (Priority.P3, 1)
    assert (seen.repair_due_at, seen.first_response_due_at) == (before.repair_due_at, before.first_response_due_at)


NAMES: dict[tuple[str, Named], str] = {
    ("zammad", "priority"): "P3 minor",
    ("zammad", "group"): "Users",
    ("zammad", "state"): "open",
    ("jira", "priority"): "Medium",
    ("jira", "group"): "Service Desk",
    ("jira", "state"): "Open",
}
"""What P3, the group of new tickets and the state of the ticket are called."""


@pytest.mark.parametrize("kind", ["priority", "group", "state"])
def test_a_new_name_changes_nothing(cast: Cast, kind: Named) -> None:
    stage = cast.stage
    ticket = cast.answered()
    before, notes = stage.ticket(ticket).fields, len(stage.ticket(ticket).articles)
    stage.house.rename(kind, NAMES[stage.house.name, kind], "Something else")
    stage.connect()
    cast.customer.replies(ticket, "Any news?")
    stage.settle()

    assert stage.ticket(ticket).fields == before
    assert len(stage.ticket(ticket).articles) == notes + 1


@pytest.mark.parametrize("automatic", [False, True])
def test_a_mail_to_a_closed_ticket_starts_no_storm(cast: Cast, automatic: bool) -> None:
    stage = cast.stage
    ticket = cast.customer.writes("Line dead", COMPLETE)
    stage.settle()
    cast.agent.replies(ticket, "Fixed.")
    cast.agent.sets(ticket, state=TicketState.CLOSED)
    stage.settle()
    stage.advance(timedelta(days=3))
    cast.customer.mails(ticket, "Thank you.", automatic=automatic)
    stage.settle()

    assert levels_noted(stage.ticket(ticket)) == []
    stage.advance(timedelta(minutes=10))
    assert levels_noted(stage.ticket(ticket)) == []
