"""Names change, states are added, a project gets another key, a field leaves its screen: nothing stops for it."""

from datetime import timedelta

from connector.domain.vocabulary import Actor, Priority, TicketState
from tests.counted import Counted
from tests.jira_admin import rename_project, take_off_screens
from tests.promises.conftest import COMPLETE, Cast, jira_house, zammad_house


def notes(cast: Cast, ticket: str, text: str) -> int:
    read = cast.stage.ticket(ticket).articles
    return sum(text in article.body for article in read if article.author is Actor.CONNECTOR)


def test_the_pauses_of_the_past_stay_pauses_when_their_state_is_renamed(cast: Cast) -> None:
    stage = cast.stage
    ticket = cast.customer.writes("Line dead", COMPLETE)
    stage.settle()
    cast.agent.replies(ticket, "Is it plugged in?")
    cast.agent.sets(ticket, state=TicketState.PENDING_CUSTOMER)
    stage.settle()
    stage.advance(timedelta(days=2))
    cast.agent.sets(ticket, state=TicketState.OPEN)
    stage.settle()

    stage.house.rename("state", waiting(cast), "with the customer")
    stage.connect()
    cast.agent.replies(ticket, "We go on.")
    stage.settle()

    assert stage.ticket(ticket).fields.escalation_level == 1


def waiting(cast: Cast) -> str:
    return "pending reminder" if cast.stage.desk.name == "zammad" else "Waiting for customer"


def test_a_priority_that_is_renamed_stays_what_it_was(cast: Cast) -> None:
    stage = cast.stage
    ticket = cast.customer.writes("Line dead", COMPLETE)
    stage.settle()
    stage.house.rename("priority", "P1 critical" if stage.desk.name == "zammad" else priority_name(cast), "Top")
    stage.connect()
    stage.advance(timedelta(hours=4, minutes=5))

    seen = stage.ticket(ticket)
    assert seen.fields.priority is Priority.P1
    assert seen.fields.escalation_level == 4


def priority_name(cast: Cast) -> str:
    row = cast.stage.sandbox.world.priorities  # type: ignore[attr-defined]
    issue = next(iter(cast.stage.sandbox.world.issues.values()))  # type: ignore[attr-defined]
    return str(row[issue.fields["priority"]].name)


def test_a_state_that_nobody_mapped_stops_nothing_and_is_said_once(zammad_cast: Cast) -> None:
    cast, stage, counted = zammad_cast, zammad_cast.stage, Counted()
    zammad_house(stage).sandbox.add_state("waiting for carrier", "open")
    ticket = cast.customer.writes("Line dead", COMPLETE)
    stage.settle()
    cast.agent.calls("PUT", f"tickets/{ticket}", {"state": "waiting for carrier"})
    stage.advance(timedelta(hours=9))

    assert stage.ticket(ticket).fields.escalation_level == 5
    assert notes(cast, ticket, "do not know the state waiting for carrier") == 1
    assert counted("unknown_states_total", helpdesk="zammad") == 1
    assert stage.table.dead_letters() == []


def test_a_jira_project_with_another_key_is_the_same(jira_cast: Cast) -> None:
    cast, stage = jira_cast, jira_cast.stage
    before = cast.customer.writes("Line dead", COMPLETE)
    stage.settle()
    rename_project(jira_house(cast.stage).sandbox, "NET")
    after = cast.customer.writes("Another line dead", COMPLETE)
    stage.advance(timedelta(hours=2, minutes=5))

    assert stage.ticket(before).number.startswith("NET-")
    assert [stage.ticket(ticket).fields.escalation_level for ticket in (before, after)] == [3, 3]
    assert stage.table.dead_letters() == []

    stage.connect()
    stage.advance(timedelta(hours=2))
    assert stage.ticket(before).fields.escalation_level == 4


def test_a_field_that_leaves_its_screen_stops_nothing(jira_cast: Cast) -> None:
    cast, stage, counted = jira_cast, jira_cast.stage, Counted()
    ticket = cast.customer.writes("Line dead", COMPLETE)
    stage.settle()
    take_off_screens(jira_house(stage).sandbox, "Reason for escalation")
    stage.advance(timedelta(hours=4, minutes=5))

    assert stage.ticket(ticket).fields.escalation_level == 4
    assert notes(cast, ticket, "Not set on this ticket: Reason for escalation.") == 1
    assert counted("refused_details_total", helpdesk="jira", detail="escalation_reason") >= 1
    assert stage.table.dead_letters() == []


def test_a_hidden_ticket_is_told(cast: Cast) -> None:
    stage = cast.stage
    ticket = cast.customer.writes("Line dead", COMPLETE)
    stage.settle()
    stage.house.hide(ticket)
    stage.advance(timedelta(hours=2))

    assert [letter.key.ticket for letter in stage.table.dead_letters()] == [ticket]


def test_a_group_that_is_renamed_while_we_work_is_known_by_its_id(zammad_cast: Cast) -> None:
    cast, stage = zammad_cast, zammad_cast.stage
    ticket = cast.customer.writes("Line dead", COMPLETE)
    stage.settle()
    group = next(row for row in zammad_house(stage).sandbox.world.table("Group").values() if row["name"] == "Users")
    group["name"] = "Service Desk"
    stage.advance(timedelta(hours=1, minutes=5))

    assert stage.ticket(ticket).fields.escalation_level == 2


def test_a_group_that_nobody_knows_any_more_is_told(zammad_cast: Cast) -> None:
    """Renamed, and the mapping has its old name after a restart: nothing is forgotten without a word."""
    cast, stage = zammad_cast, zammad_cast.stage
    cast.customer.writes("Line dead", COMPLETE)
    stage.settle()
    group = next(row for row in zammad_house(stage).sandbox.world.table("Group").values() if row["name"] == "Users")
    group["name"] = "Service Desk"
    stage.connect()
    stage.advance(timedelta(hours=1, minutes=5))

    (letter,) = stage.table.dead_letters()
    assert "'Service Desk'" in letter.error
    assert "renamed" in letter.error
