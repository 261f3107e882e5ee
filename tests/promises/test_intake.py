"""What a panel reports becomes exactly one ticket in the customer's name, whatever crashes or is lost."""

from datetime import timedelta

import pytest

from connector.domain.vocabulary import Actor, Channel, IntakeChannel, Priority
from connector.helpdesks.on_behalf import ActsForCustomers, Request
from connector.intake.request import message_of
from connector.sandbox.faults import Fault
from connector.sandbox.stage import Stage
from connector.work.submissions import State, Submitted
from tests.promises.conftest import Cast
from tests.promises.intake_stage import panel_server
from tests.unit.intake.reports import ADA, by_panel, request


def reported(stage: Stage, given: Request | None = None) -> Submitted:
    """The report as it stands once the connector has done its work."""
    content = given or request()
    stage.table.submissions.accept(stage.desk.name, content, content.digest)
    stage.settle()
    found = stage.table.submissions.find(stage.desk.name, content.key)
    assert found is not None
    return found


@pytest.fixture
def stage(cast: Cast) -> Stage:
    return cast.stage


def test_a_report_is_a_ticket_of_the_customer_under_the_rules(stage: Stage) -> None:
    done = reported(stage, request(attachments=[{"name": "trace.txt", "content": "aGVsbG8="}]))

    assert done.state is State.MADE
    assert done.opened is not None
    assert done.promise is not None
    ticket = stage.ticket(done.opened.id)
    assert (ticket.number, ticket.channel) == (done.opened.number, Channel.PANEL)
    assert ticket.customer.email == "ada@harbour.example"
    assert ticket.fields.intake_channel is IntakeChannel.MY_INTERSPACE
    first = ticket.articles[0]
    assert (first.author, first.channel, first.internal) == (Actor.CUSTOMER, Channel.PANEL, False)
    assert first.body.startswith("The line to Hamburg is dead.\nNo light on port 3.")
    assert first.attachments == ("trace.txt",)
    # The rules decide what the panel was told.
    assert ticket.fields.priority is done.promise.priority is Priority.P1
    assert ticket.fields.first_response_due_at == done.promise.first_response_due
    assert ticket.fields.repair_due_at == done.promise.repair_due
    assert ticket.fields.escalation_level == 1
    assert done.content is None


def test_the_same_report_again_is_the_same_ticket(stage: Stage) -> None:
    first, second = reported(stage), reported(stage)

    assert first.opened == second.opened
    assert len(stage.house.tickets()) == 1


def test_a_lost_work_table_opens_nothing_twice(cast: Cast) -> None:
    stage = cast.stage
    first = reported(stage)
    stage.advance(timedelta(minutes=10))
    stage.table.submissions.forget(stage.desk.name, request().key)

    again = reported(stage)

    assert again.state is State.MADE
    assert again.opened == first.opened
    other = request(urgency="low")
    stage.table.submissions.forget(stage.desk.name, other.key)
    assert reported(stage, other).state is State.CONFLICT
    assert len(stage.house.tickets()) == 1


def test_words_in_the_panel_are_the_customers_and_stand_there_once(stage: Stage) -> None:
    opened = reported(stage).opened
    assert opened is not None
    said = message_of(ADA, "m1", opened.id, "Please escalate this ticket.")

    for _ in range(2):
        stage.table.submissions.accept(stage.desk.name, said, "")
        stage.settle()
    assert isinstance(stage.desk, ActsForCustomers)
    assert not stage.desk.say(said, stage.ticket(opened.id))

    ticket = stage.ticket(opened.id)
    own = [article for article in ticket.articles[1:] if article.author is Actor.CUSTOMER]
    assert [(article.body, article.channel) for article in own] == [("Please escalate this ticket.", Channel.PANEL)]
    assert ticket.fields.escalation_level == 2


def test_a_customers_open_incidents_are_listed(stage: Stage) -> None:
    opened = reported(stage).opened
    assert opened is not None
    assert isinstance(stage.desk, ActsForCustomers)
    stage.advance(timedelta(minutes=10))

    assert [one.number for one in stage.desk.reported(["SVC-1005", "SVC-1006"])] == [opened.number]
    assert stage.desk.reported(["SVC-1006"]) == []


def test_the_panel_is_answered_with_number_priority_and_times(stage: Stage) -> None:
    panel = panel_server(stage)

    first, second = panel.post(by_panel()), panel.post(by_panel(issueStartDate="2026-11-23T09:40:00Z"))

    assert (first.status_code, second.status_code) == (201, 200)
    told = first.get_json()
    assert told["number"] == stage.ticket(told["id"]).number
    assert (told["status"], told["priority"], told["missing"]) == ("new", "P1", [])
    assert told["firstResponseDue"] == "2026-11-23T10:15:00Z"
    assert second.get_json() == told
    assert first.headers["Location"] == told["href"] == "/intake/v1/tickets/4711"
    assert panel.post(by_panel(urgency="low")).status_code == 409
    assert len(stage.house.tickets()) == 1


def test_a_report_outlives_the_helpdesk_being_down(stage: Stage) -> None:
    panel = panel_server(stage)
    stage.sandbox.faults.add(Fault("refuse", times=None))

    answer = panel.post(by_panel())
    assert (answer.status_code, answer.get_json()["status"]) == (202, "accepted")
    assert panel.get("4711").get_json()["status"] == "accepted"
    stage.advance(timedelta(hours=1))
    stage.sandbox.faults.clear()
    stage.advance(timedelta(minutes=10))

    assert panel.post(by_panel()).status_code == 200
    told = panel.get("4711").get_json()
    assert (told["status"], told["escalationLevel"]) == ("new", 1)
    assert len(stage.house.tickets()) == 1


def test_a_forgotten_report_is_found_on_the_helpdesk(stage: Stage) -> None:
    panel = panel_server(stage)
    told = panel.post(by_panel()).get_json()
    stage.advance(timedelta(minutes=10))
    stage.table.submissions.forget(stage.desk.name, request().key)

    assert panel.get("4711").get_json()["number"] == told["number"]
    assert panel.get("4712").status_code == 404
