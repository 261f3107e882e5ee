"""P20, "Who speaks": people are judged by what they are to the ticket and were at the time, not by today's roles.

Tried, and red: roles are judged as of today; the memory is not kept in the work table; strangers are customers; what
opened a ticket counts as an answer; mail to anybody counts as an answer.
"""

from datetime import timedelta
from typing import Any

import pytest

from connector.domain.model import TicketId
from connector.domain.vocabulary import Actor, Channel, Priority
from connector.operations.explanation import explained
from connector.sandbox.jira.house import JiraHouse
from connector.sandbox.stage import Stage
from tests.builders import default_policy
from tests.promises.conftest import COMPLETE, Cast, zammad_house
from tests.promises.evidence import proofs

DETAILS = "Impact: degradation\nUrgency: low\nPlease escalate this ticket. Please send us the RFO."


def test_what_an_agent_did_stays_an_agents_when_the_role_is_gone(cast: Cast) -> None:
    stage, ticket = cast.stage, cast.left_waiting()

    stage.house.leaves(cast.agent.email)
    # As after a restart: nothing is known but what the work table remembers.
    stage.connect()
    cast.customer.replies(ticket, "Any news?")
    stage.advance(timedelta(minutes=15))

    after = stage.ticket(ticket).fields
    assert (after.priority, after.escalation_level) == (Priority.P3, 1)


def test_without_any_memory_the_ticket_itself_tells_of_an_agents_priority(zammad_cast: Cast) -> None:
    """P19: the connector wrote down whose choice it was. Zammad says of a deleted user's changes that they were the
    system's."""
    stage, ticket = zammad_cast.stage, zammad_cast.left_waiting()
    world = zammad_house(stage).sandbox.world
    grace = world.user_ids["grace@interspace.example"]
    for row in (*world.history[int(ticket)], *(world.table("TicketArticle").values())):
        if row["created_by_id"] == grace:
            row["created_by_id"] = 1

    stage.connect()
    stage.advance(timedelta(minutes=1))
    zammad_cast.customer.replies(ticket, "Any news?")
    stage.settle()

    seen = stage.ticket(ticket)
    assert (seen.fields.priority, seen.fields.escalation_level) == (Priority.P3, 1)
    assert seen.answers


def test_a_stranger_who_knows_the_number_changes_nothing(cast: Cast) -> None:
    """Support reads what the stranger asks for, once for each message."""
    stage = cast.stage
    ticket = cast.customer.writes("Line dead", COMPLETE)
    stage.settle()
    before = stage.ticket(ticket)

    for sender in ("noc@carrier.example", "somebody@freemail.example"):
        stage.house.mail(sender, "Re: Line dead", DETAILS, ticket)
        stage.settle()

    after = stage.ticket(ticket)
    assert after.fields == before.fields
    assert sum(step.startswith("unclear-") for step in proofs(after)) == 2


def test_a_colleague_speaks_for_the_customer(zammad_cast: Cast) -> None:
    stage = zammad_cast.stage
    ticket = zammad_cast.customer.writes("Line dead", COMPLETE)
    stage.settle()
    number = stage.ticket(ticket).number

    zammad_house(stage).sandbox.receive_mail(
        "bob@harbour.example", f"Re: [Ticket#{number}]", "Please escalate this ticket."
    )
    stage.settle()

    assert stage.ticket(ticket).fields.escalation_level == 2


def article(ticket: str, **values: Any) -> dict[str, Any]:
    """A public message of an agent in Zammad's words."""
    return {"ticket_id": int(ticket), "internal": False, "body": "We are on it."} | values


@pytest.mark.parametrize(
    ("values", "level"),
    [
        ({"type": "email", "to": "Ada <ada@harbour.example>"}, 1),
        ({"type": "email", "to": "noc@carrier.example", "cc": "bob@harbour.example"}, 1),
        ({"type": "phone"}, 1),
        ({"type": "email", "to": "noc@carrier.example"}, 2),
        ({"type": "email", "to": ""}, 2),
        ({"type": "note"}, 2),
        ({"type": "email", "to": "ada@harbour.example", "internal": True}, 2),
    ],
    ids=lambda value: ",".join(map(str, value.values())) if isinstance(value, dict) else None,
)
def test_only_what_reaches_the_customer_is_a_first_response(
    zammad_cast: Cast, values: dict[str, Any], level: int
) -> None:
    stage = zammad_cast.stage
    ticket = zammad_cast.customer.writes("Line dead", COMPLETE)
    stage.settle()

    zammad_cast.agent.calls("POST", "ticket_articles", article(ticket, **values))
    stage.advance(timedelta(minutes=20))

    assert stage.ticket(ticket).fields.escalation_level == level


def test_a_mail_that_only_names_an_agent_as_its_sender_is_no_first_response(zammad_cast: Cast) -> None:
    stage = zammad_cast.stage
    ticket = zammad_cast.customer.writes("Line dead", COMPLETE)
    stage.settle()
    number = stage.ticket(ticket).number

    zammad_house(stage).sandbox.receive_mail("grace@interspace.example", f"Re: [Ticket#{number}]", "On it.")
    # Whoever writes chooses whom it is said to go to, too.
    [*zammad_house(stage).sandbox.world.table("TicketArticle").values()][-1]["cc"] = "ada@harbour.example"
    stage.advance(timedelta(minutes=20))

    assert stage.ticket(ticket).fields.escalation_level == 2


def test_what_a_person_of_support_writes_down_for_a_caller_is_answered(jira_cast: Cast) -> None:
    """Their own description is not."""
    stage, house = jira_cast.stage, jira_cast.stage.house
    assert isinstance(house, JiraHouse)
    key = "accountId" if house.sandbox.flavour == "cloud" else "name"
    caller = house.sandbox.user_id("ada@harbour.example") if key == "accountId" else "ada"
    issue: dict[str, Any] = {"project": {"key": "ISP"}, "issuetype": {"name": "Incident"}}
    issue |= {"summary": "Line dead", "description": COMPLETE}
    called = str(jira_cast.agent.calls("POST", "issue", {"fields": {**issue, "reporter": {key: caller}}})["id"])
    noticed = jira_cast.agent.writes("Line dead", COMPLETE)
    stage.advance(timedelta(minutes=20))

    assert [stage.ticket(ticket).fields.escalation_level for ticket in (called, noticed)] == [1, 2]
    assert {stage.ticket(ticket).fields.priority for ticket in (called, noticed)} == {Priority.P1}


def public(stage: Stage, tickets: list[str]) -> int:
    """How many messages of the connector went to customers."""
    articles = [article for ticket in tickets for article in stage.ticket(ticket).articles]
    return sum(article.author is Actor.CONNECTOR and not article.internal for article in articles)


def test_a_robot_that_opens_a_ticket_for_each_answer_gets_few(zammad_cast: Cast) -> None:
    """Nothing shows that it is a machine: a bound for each address is the last resort. It outlasts a restart."""
    stage, sandbox, most = (
        zammad_cast.stage,
        zammad_house(zammad_cast.stage).sandbox,
        default_policy().messages_per_hour,
    )
    tickets = list[str]()
    for number in range(most + 3):
        tickets.append(str(sandbox.receive_mail("robot@alarms.example", f"Alarm {number}", "Something is odd.")))
        stage.settle()
        stage.connect()

    assert public(stage, tickets) == most
    for ticket in tickets[most:]:
        (asked,) = [a for a in stage.ticket(ticket).articles if "asked" in a.marks]
        assert asked.internal

    late = TicketId(str(sandbox.receive_mail("robot@alarms.example", "Alarm", "Something is odd.")))
    seen = explained(stage.desk, stage.policy, late, stage.clock(), None, people=stage.table.people)
    assert seen["would_write"]["message"]["public"] is False, "the operations page says so beforehand"
    stage.settle()

    stage.advance(timedelta(hours=1))
    other = str(sandbox.receive_mail("robot@alarms.example", "Alarm", "Something is odd."))
    stage.settle()
    assert public(stage, [other]) == 1


@pytest.mark.parametrize("by", ["address", "headers"])
def test_a_machine_is_never_answered(cast: Cast, by: str) -> None:
    """Jira shows no headers: there it is known by its address alone."""
    stage = cast.stage
    by_headers = by == "headers" and not isinstance(stage.house, JiraHouse)
    sender = "noc@carrier.example" if by_headers else "noreply@alarms.example"
    ticket = stage.house.mail(sender, "Case opened", COMPLETE, automatic=by_headers)
    stage.advance(timedelta(days=2))

    seen = stage.ticket(ticket)
    assert public(stage, [ticket]) == 0
    assert (seen.fields.impact, seen.fields.service_id) == (None, None)
    assert seen.fields.escalation_level


def test_a_note_that_is_made_public_later_counts_from_then(zammad_cast: Cast) -> None:
    stage = zammad_cast.stage
    ticket = zammad_cast.customer.writes("Line dead", COMPLETE, channel=Channel.WEB)
    stage.settle()
    written = article(ticket, type="note", internal=True)
    note = zammad_cast.agent.calls("POST", "ticket_articles", written)["id"]
    stage.advance(timedelta(minutes=20))
    assert stage.ticket(ticket).fields.escalation_level == 2

    zammad_cast.agent.calls("PUT", f"ticket_articles/{note}", {"internal": False})
    stage.advance(timedelta(minutes=1))

    (answer,) = stage.ticket(ticket).answers
    assert answer.heard_at > answer.created_at + timedelta(minutes=15)


def test_a_clone_of_a_customers_issue_is_no_call(jira_cast: Cast) -> None:
    """An issue that is opened in the customer's name is one."""
    stage = jira_cast.stage
    ticket = jira_cast.customer.writes("Line dead", COMPLETE)
    stage.settle()
    clone = jira_cast.agent.splits(ticket)
    stage.advance(timedelta(minutes=20))

    assert stage.ticket(clone).answers == ()
    assert stage.ticket(clone).fields.escalation_level == 2


def test_a_ticket_split_off_in_the_phone_mask_is_no_call(zammad_cast: Cast) -> None:
    """A real call is one, in the same mask."""
    stage, house = zammad_cast.stage, zammad_house(zammad_cast.stage)
    ticket = zammad_cast.customer.writes("Line dead", COMPLETE)
    stage.settle()
    split = house.split(zammad_cast.agent.token, ticket)
    call = {"type": "phone", "sender": "Customer", "body": COMPLETE}
    body = {"title": "Line dead", "group": "Users", "customer": "ada@harbour.example", "article": call}
    called = str(zammad_cast.agent.calls("POST", "tickets", body)["id"])
    stage.advance(timedelta(minutes=20))

    assert [stage.ticket(one).fields.priority for one in (split, called)] == [Priority.P1] * 2
    assert [stage.ticket(one).fields.escalation_level for one in (split, called)] == [2, 1]
