"""Whose tickets: the rules touch what is theirs, and nothing else; on both helpdesks, whoever made it (R2, R28)."""

from datetime import timedelta
from typing import Any

import pytest

from connector.domain.vocabulary import Actor, TicketKind, TicketState
from connector.helpdesks.errors import WrongAccountError
from connector.helpdesks.installed import Identity
from connector.helpdesks.jira.client import Connection
from connector.helpdesks.jira.desk import JiraDesk
from connector.helpdesks.zammad.client import ZammadClient
from connector.helpdesks.zammad.desk import ZammadDesk
from connector.sandbox.house import IN_PROCESS
from connector.sandbox.jira.house import JiraHouse
from connector.sandbox.zammad.house import ZammadHouse
from connector.work.admission import RefusedAdmissionError, admit, in_force
from connector.work.table import Key
from connector.work.worker import Worker
from tests.builders import default_policy
from tests.promises.conftest import COMPLETE, Cast, zammad_house


@pytest.fixture
def hr(zammad_cast: Cast) -> Cast:
    """A Zammad with another department."""
    zammad_house(zammad_cast.stage).sandbox.add_group("HR")
    return zammad_cast


def test_another_departments_ticket_is_left_alone(hr: Cast) -> None:
    stage, sandbox = hr.stage, zammad_house(hr.stage).sandbox
    ticket = str(sandbox.receive_mail("applicant@mail.example", "My application", "Please find it attached.", "HR"))
    stage.settle()
    stage.advance(timedelta(days=9))

    seen = stage.ticket(ticket)
    assert seen.kind is TicketKind.OTHER
    assert [article for article in seen.articles if article.author is Actor.CONNECTOR] == []
    assert seen.fields.escalation_level is None
    assert stage.table.counts() == {} or stage.table.counts()["zammad"].dead == 0


def test_a_department_that_the_connector_may_not_see_makes_no_dead_letters(hr: Cast) -> None:
    stage, sandbox = hr.stage, zammad_house(hr.stage).sandbox
    _withdraw(sandbox, "HR")
    ticket = str(sandbox.receive_mail("applicant@mail.example", "My application", "Please find it attached.", "HR"))

    stage.settle()

    assert stage.table.dead_letters("zammad") == []
    assert stage.table.seen("zammad", [ticket])[ticket].due is None


def test_a_ticket_of_ours_that_goes_where_nobody_sees_it_is_told(hr: Cast) -> None:
    stage, sandbox = hr.stage, zammad_house(hr.stage).sandbox
    ticket = hr.customer.writes("Line dead", COMPLETE)
    stage.settle()
    _withdraw(sandbox, "HR")
    sandbox.world.tables["Ticket"][int(ticket)]["group_id"] = _id(sandbox, "HR")

    stage.advance(timedelta(hours=2))

    (letter,) = stage.table.dead_letters("zammad")
    assert letter.key.ticket == ticket
    assert "under the rules until now" in letter.error


def test_a_ticket_that_leaves_is_left_alone_and_one_that_comes_counts_from_then(hr: Cast) -> None:
    stage = hr.stage
    leaves = hr.customer.writes("Line dead", COMPLETE)
    stage.settle()
    comes = str(zammad_house(stage).sandbox.receive_mail(hr.customer.email, "Line dead", COMPLETE, "HR"))
    stage.settle()
    hr.agent.sets(leaves, group="HR")
    stage.settle()
    before = stage.ticket(leaves)
    stage.advance(timedelta(days=5))
    after = stage.ticket(leaves)
    assert after.kind is TicketKind.OTHER
    # Support is told once that the rules have stopped.
    assert all(article.internal for article in after.articles[len(before.articles) :])
    assert after.articles == before.articles
    assert after.fields == before.fields

    hr.agent.sets(comes, group="intake")
    stage.settle()

    seen = stage.ticket(comes)
    assert (seen.kind, seen.fields.escalation_level) == (TicketKind.INCIDENT, 1)
    stage.advance(timedelta(hours=1))
    assert stage.ticket(comes).fields.escalation_level == 2


def test_no_customer_takes_a_ticket_out_of_the_rules(hr: Cast) -> None:
    stage = hr.stage
    ticket = hr.customer.writes("Line dead", COMPLETE)
    stage.settle()

    hr.customer.sets(ticket, group="HR")
    stage.advance(timedelta(hours=1))

    seen = stage.ticket(ticket)
    assert (seen.kind, seen.fields.group, seen.fields.escalation_level) == (TicketKind.INCIDENT, "intake", 2)


def test_a_problem_that_a_person_opened_is_seen_and_not_doubled(cast: Cast) -> None:
    stage = cast.stage
    ticket = cast.customer.writes("Line dead", COMPLETE)
    stage.settle()
    record = _opens_problem(cast, ticket)
    stage.settle()
    cast.agent.sets(ticket, state=TicketState.RESOLVED)
    stage.settle()
    stage.advance(timedelta(minutes=40))

    (link,) = [link for link in stage.ticket(ticket).links if link.kind is TicketKind.PROBLEM]
    assert (link.id, link.created_by_connector) == (record, False)
    seen = stage.ticket(record)
    assert seen.kind is TicketKind.PROBLEM
    assert seen.fields.intake_status is None
    assert seen.fields.escalation_level is None


def test_the_token_of_a_customer_is_refused(cast: Cast) -> None:
    desk = _desk_of(cast, cast.customer.email, cast.customer.token)

    with pytest.raises(WrongAccountError, match="ublic"):
        desk.identity()

    assert _identity(cast).installed is not None


def test_a_second_installation_is_refused(zammad_cast: Cast) -> None:
    stage = zammad_cast.stage
    token = zammad_house(stage).sandbox.add_user("staging@interspace.example", ("Agent",), firstname="Staging")
    staging = _desk_of(zammad_cast, "", token)

    with pytest.raises(RefusedAdmissionError, match="set up for another account"):
        admit(stage.table, "zammad", staging.identity())

    admit(stage.table, "zammad", _identity(zammad_cast))


def test_a_table_works_for_one_helpdesk(cast: Cast) -> None:
    stage = cast.stage
    identity = _identity(cast)
    admit(stage.table, stage.desk.name, identity)

    with pytest.raises(RefusedAdmissionError, match="interspace installation move"):
        admit(stage.table, stage.desk.name, identity._replace(address="https://another.example.com"))


def test_a_first_start_touches_nothing_old_and_a_lost_table_forgets_nothing(cast: Cast) -> None:
    """The installation's own date is on the helpdesk, so it survives the work table (P19)."""
    stage = cast.stage
    old = cast.customer.writes("Old line dead", COMPLETE)
    stage.sandbox.deliver_webhooks(lambda *_: 202)
    stage.clock.advance(timedelta(days=30))
    identity = _identity(cast)
    installed = identity.installed
    assert installed is not None
    home = admit(stage.table, stage.desk.name, identity._replace(installed=installed._replace(since=stage.clock())))
    policy = in_force(default_policy(), home.since)
    new = cast.customer.writes("New line dead", COMPLETE)

    worker = Worker(stage.table, stage.desk, policy)
    stage.table.touch([Key(stage.desk.name, "@full-sweep"), Key(stage.desk.name, old)], stage.clock())
    worker.run_due()

    assert stage.ticket(old).fields.escalation_level is None
    assert [article for article in stage.ticket(old).articles if article.author is Actor.CONNECTOR] == []
    assert stage.ticket(new).fields.escalation_level == 1
    assert admit(stage.table, stage.desk.name, identity).since == home.since


def test_a_first_policy_that_would_touch_many_old_tickets_is_held_back(cast: Cast) -> None:
    stage = cast.stage
    tickets = [cast.customer.writes(f"Old line {number} dead", COMPLETE) for number in range(12)]
    stage.sandbox.deliver_webhooks(lambda *_: 202)
    stage.clock.advance(timedelta(days=3))
    table = stage.table
    table.touch([Key(stage.desk.name, "@full-sweep")], stage.clock())

    stage.worker.run_due()

    assert [stage.ticket(ticket).fields.escalation_level for ticket in tickets] == [None] * 12
    assert table.helpdesks.policy(stage.desk.name) is None


def _identity(cast: Cast) -> Identity:
    desk = cast.stage.desk
    assert isinstance(desk, ZammadDesk | JiraDesk)
    return desk.identity()


def _withdraw(sandbox: Any, group: str) -> None:
    """Nobody but admins may see the group."""
    group_id = str(_id(sandbox, group))
    for record in (*sandbox.world.tables["Role"].values(), *sandbox.world.tables["User"].values()):
        record["group_ids"].pop(group_id, None)


def _id(sandbox: Any, group: str) -> int:
    return next(int(row["id"]) for row in sandbox.world.tables["Group"].values() if row["name"] == group)


def _opens_problem(cast: Cast, incident: str) -> str:
    if cast.stage.desk.name == "zammad":
        article = {"body": "A cable is cut.", "internal": True}
        made = cast.agent.calls(
            "POST",
            "tickets",
            {"title": "Cable", "group": "Problem Management", "customer": cast.agent.email, "article": article},
        )
        number = cast.stage.ticket(incident).number
        link = {"link_type": "normal", "link_object_target": "Ticket", "link_object_target_value": made["id"]}
        cast.agent.calls(
            "POST", "links/add", {**link, "link_object_source": "Ticket", "link_object_source_number": number}
        )
    else:
        fields = {"project": {"key": "ISP"}, "issuetype": {"name": "Problem"}, "summary": "Cable"}
        made = cast.agent.calls("POST", "issue", {"fields": fields})
        ends = {"inwardIssue": {"id": str(made["id"])}, "outwardIssue": {"id": incident}}
        cast.agent.calls("POST", "issueLink", {"type": {"name": "Relates"}, **ends})
    return str(made["id"])


def _desk_of(cast: Cast, email: str, token: str) -> Any:
    """The connector with somebody else's token."""
    house = cast.stage.house
    if isinstance(house, ZammadHouse):
        client = ZammadClient(IN_PROCESS, token, cast.stage.clock, adapter=house.sandbox.requests_adapter)
        return ZammadDesk(client, house._mapping)
    assert isinstance(house, JiraHouse)
    user = email if house.sandbox.flavour == "cloud" else None
    connection = Connection(IN_PROCESS, user, token, adapter=house.sandbox.requests_adapter)
    return JiraDesk(connection, house._mapping, cast.stage.clock)
