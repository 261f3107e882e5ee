"""A Zammad that ``interspace install`` has set up, and nobody else, makes the rules come true."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from connector.domain.vocabulary import Actor, IntakeStatus, Priority, RfoStatus, TicketKind, TicketState
from connector.helpdesks.zammad.client import ZammadClient
from connector.helpdesks.zammad.install.planning import Setup, plan_zammad
from connector.helpdesks.zammad.install.tables import ZammadWriter
from connector.helpdesks.zammad.install.webhook import CHANGED, CREATED
from connector.helpdesks.zammad.mapping import ZammadMapping, load_mapping
from connector.helpdesks.zammad.settings import WEBHOOK_SECRET as WEBHOOK
from connector.install.apply import apply
from connector.policy.load import load_policy
from connector.policy.locate import MAPPINGS
from connector.policy.models import Policy
from connector.sandbox.house import IN_PROCESS, SECRET
from connector.sandbox.stage import Stage
from connector.sandbox.zammad import SandboxZammad
from connector.sandbox.zammad.furnished import ADMIN, BOT, Accounts
from connector.sandbox.zammad.house import ZammadHouse
from tests.builders import T0
from tests.promises.conftest import COMPLETE, Cast, with_people, zammad_house
from tests.unit.intake.reports import request

SHIFT, HEAD = "shift@interspace.example", "head@interspace.example"
CUSTOMERS_ADDRESS = "ada@harbour.example"


@pytest.fixture
def policy(tmp_path: Path) -> Policy:
    """The default rules, with addresses as contacts of levels 2 and 3."""
    text = (MAPPINGS / "interspace.yaml").read_text(encoding="utf-8")
    text = text.replace("contacts: [Shift manager]", f"contacts: [{SHIFT}]")
    text = text.replace("contacts: [Head of operations]", f"contacts: [Head of operations, {HEAD}]")
    path = tmp_path / "interspace.yaml"
    path.write_text(text, encoding="utf-8")
    return load_policy(path, MAPPINGS / "services.yaml")


@pytest.fixture(params=["5.5", "7"])
def installed(request: pytest.FixtureRequest, policy: Policy, sqlite_url: str) -> Iterator[Cast]:
    """The stage on a bare Zammad, the oldest and the newest, with our installation instead of the sandbox's own
    furniture."""

    def install(zammad: SandboxZammad, mapping: ZammadMapping) -> Accounts:
        accounts = Accounts(zammad.add_user(BOT, ("Agent",)), zammad.add_user(ADMIN, ("Admin", "Agent")))
        zammad.add_sender("Users", "support@interspace.example")
        admin, bot = (
            ZammadClient(IN_PROCESS, token, lambda: T0, adapter=zammad.requests_adapter)
            for token in (accounts.admin, accounts.bot)
        )
        setup = Setup(admin, bot, policy, mapping)
        plan = plan_zammad(setup, {WEBHOOK: SECRET}, T0.date(), receiver_url=IN_PROCESS, adopt=True)
        assert apply(ZammadWriter(admin), plan, {WEBHOOK: SECRET}) == ()
        zammad.restart_worker()
        return accounts

    mapping = load_mapping(MAPPINGS / "zammad.yaml")
    with Stage(
        policy, partial(ZammadHouse, mapping=mapping, set_up=install, version=request.param), sqlite_url, T0
    ) as stage:
        yield with_people(stage)


def mails(stage: Stage, trigger: str) -> list[str]:
    """Who got mail of triggers whose name begins so."""
    return [mail.to for mail in zammad_house(stage).sandbox.mails if mail.origin.startswith(trigger)]


def letters(stage: Stage, ticket: str) -> list[str]:
    """What the customer was told of levels: the sentence about the level."""
    told = [
        article
        for article in stage.ticket(ticket).articles
        if article.author is Actor.CONNECTOR and not article.internal
    ]
    return [line for article in told for line in article.body.splitlines() if "escalat" in line]


AT_LEVEL_3 = (
    "Your ticket is still open, and we have escalated it: "
    "it is now at level 3 of our escalation matrix (head of operations)."
)


def test_a_mail_becomes_a_p1_and_rises_with_mail_to_the_contacts_and_one_letter_to_the_customer(
    installed: Cast,
) -> None:
    stage = installed.stage
    ticket = str(zammad_house(stage).sandbox.receive_mail(CUSTOMERS_ADDRESS, "Line down", COMPLETE))
    stage.settle()
    assert stage.ticket(ticket).fields.priority is Priority.P1
    assert mails(stage, "Interspace: level") == []

    stage.advance(timedelta(hours=1))

    assert stage.ticket(ticket).fields.escalation_level == 2
    assert mails(stage, "Interspace: level 2") == [SHIFT]
    assert letters(stage, ticket) == []

    stage.advance(timedelta(hours=1))

    assert stage.ticket(ticket).fields.group == "level_3"
    assert mails(stage, "Interspace: level") == [SHIFT, HEAD], "the new group has a sender's address too"
    assert letters(stage, ticket) == [AT_LEVEL_3]


def test_every_level_passed_in_an_outage_calls_its_own_contacts_once_and_the_customer_once(installed: Cast) -> None:
    stage = installed.stage
    ticket = str(zammad_house(stage).sandbox.receive_mail(CUSTOMERS_ADDRESS, "Line down", COMPLETE))
    stage.settle()

    stage.clock.advance_to(T0 + timedelta(hours=3))
    stage.settle()

    assert stage.ticket(ticket).fields.escalation_level == 3
    assert mails(stage, "Interspace: level") == [SHIFT, HEAD]
    assert letters(stage, ticket) == [AT_LEVEL_3]
    assert zammad_house(stage).sandbox.world.tags.get(int(ticket), []) == []


@pytest.mark.parametrize("forged", [{"escalation_level": 4}, {"escalation_level": 2, "escalated_from": 0}])
def test_what_a_customer_sets_and_the_connector_sets_back_mails_nobody(installed: Cast, forged: dict[str, int]) -> None:
    stage = installed.stage
    ticket = str(zammad_house(stage).sandbox.receive_mail(CUSTOMERS_ADDRESS, "Line down", COMPLETE))
    stage.settle()
    stage.advance(timedelta(hours=2))
    before = [mail.to for mail in zammad_house(stage).sandbox.mails]
    assert stage.ticket(ticket).fields.escalation_level == 3

    installed.customer.calls("PUT", f"tickets/{ticket}", forged)
    stage.settle()

    seen = stage.ticket(ticket)
    assert (seen.fields.escalation_level, seen.fields.escalated_from) == (3, 3)
    assert [mail.to for mail in zammad_house(stage).sandbox.mails] == before


def test_the_connector_hears_of_everything_but_itself(installed: Cast) -> None:
    stage, heard = installed.stage, list[str]()
    post = stage.post

    def listen(url: str, headers: Mapping[str, str], body: bytes) -> int:
        heard.append(headers["X-Zammad-Trigger"])
        return post(url, headers, body)

    stage.post = listen
    ticket = str(zammad_house(stage).sandbox.receive_mail(CUSTOMERS_ADDRESS, "Line down", COMPLETE))
    stage.advance(timedelta(hours=2))
    assert stage.ticket(ticket).fields.escalation_level == 3
    assert heard == [CREATED], "the mail, and none of the connector's own changes"

    installed.customer.replies(ticket, "Any news?")
    installed.agent.replies(ticket, "We are on it.")
    installed.agent.sets(ticket, impact="degradation")
    installed.agent.calls("POST", "tags/add", {"item": "x", "object": "Ticket", "o_id": int(ticket)})
    stage.settle()

    assert heard == [CREATED, CHANGED, CHANGED, CHANGED]


def test_a_customer_on_another_ladder_gets_its_own_contacts(installed: Cast) -> None:
    stage = installed.stage
    carl = stage.person("carl@acme.example", organization="Acme Logistics", name="Carl")
    zammad_house(stage).sandbox.receive_mail(carl.email, "Line down", COMPLETE.replace("SVC-1005", "SVC-1001"))
    stage.settle()

    stage.advance(timedelta(hours=1))

    assert mails(stage, "Interspace: level 3 reached (acme)") == [HEAD]
    assert mails(stage, "Interspace: level 2 reached (default)") == []


def test_agents_must_fill_in_a_new_ticket_and_may_change_incomplete_ones(installed: Cast) -> None:
    stage, agent = installed.stage, installed.agent
    ticket = {"title": "call", "group": "Users", "customer": CUSTOMERS_ADDRESS, "article": {"body": "no light"}}
    with pytest.raises(ValueError, match="422"):
        agent.calls("POST", "tickets", ticket)
    said = {"service_ref": "SVC-1005", "problem_start": "2026-11-23T09:40:00Z", "short_description": "no light"}
    agent.calls("POST", "tickets", {**ticket, **said, "impact": "degradation"})

    incomplete = str(zammad_house(stage).sandbox.receive_mail(CUSTOMERS_ADDRESS, "Help", "It is broken."))
    stage.settle()
    agent.calls("PUT", f"tickets/{incomplete}", {"title": "Help wanted"})

    assert stage.ticket(incomplete).title == "Help wanted"
    assert stage.ticket(incomplete).fields.service_id is None


def test_a_panel_may_report_without_a_mandatory_detail_which_is_asked_for(installed: Cast) -> None:
    stage = installed.stage
    incomplete = request(issueStartDate=None, impact=None, urgency=None)
    stage.table.submissions.accept(stage.desk.name, incomplete, incomplete.digest)
    stage.settle()

    done = stage.table.submissions.find(stage.desk.name, incomplete.key)
    assert done is not None
    assert done.opened is not None
    ticket = stage.ticket(done.opened.id)
    assert ticket.fields.intake_status is IntakeStatus.ASKED
    assert ticket.articles[-1].recipients == ("ada@harbour.example",)


def test_the_connector_makes_its_rfo_tasks_in_spite_of_mandatory_fields(installed: Cast) -> None:
    stage = installed.stage
    ticket = str(zammad_house(stage).sandbox.receive_mail(CUSTOMERS_ADDRESS, "Line down", COMPLETE))
    stage.settle()
    installed.agent.sets(ticket, state=TicketState.CLOSED)
    installed.customer.replies(ticket, "Thank you. Please send us an RFO.")
    stage.advance(timedelta(minutes=31))

    seen = stage.ticket(ticket)
    assert seen.fields.rfo_status is RfoStatus.DUE
    task, record = sorted(seen.links, key=lambda link: link.kind, reverse=True)
    assert stage.ticket(record.id).kind is TicketKind.PROBLEM
    assert stage.ticket(record.id).fields.group == "problems"
    assert stage.ticket(task.id).kind is TicketKind.RFO_TASK
    assert stage.ticket(task.id).fields.group == "rfo"


def test_the_macros_ask_what_the_rules_answer(installed: Cast) -> None:
    stage = installed.stage
    ticket = str(zammad_house(stage).sandbox.receive_mail(CUSTOMERS_ADDRESS, "Line down", COMPLETE))
    stage.settle()
    macros = {macro["name"]: macro["perform"] for macro in zammad_house(stage).sandbox.world.table("Macro").values()}

    for macro in ("Escalate now: no progress", "Request RFO"):
        values = {name.removeprefix("ticket."): spec["value"] for name, spec in macros[macro].items()}
        installed.agent.calls("PUT", f"tickets/{ticket}", values)
        stage.settle()

    seen = stage.ticket(ticket).fields
    assert (seen.escalation_level, seen.escalation_request) == (2, None)
    assert seen.rfo_status is RfoStatus.REQUESTED


def test_what_is_late_stays_in_the_view_that_shows_late_things(installed: Cast) -> None:
    """An overdue RFO has left its group by then."""
    stage = installed.stage
    ticket = str(zammad_house(stage).sandbox.receive_mail(CUSTOMERS_ADDRESS, "Line down", COMPLETE))
    stage.advance(timedelta(minutes=10))
    assert viewed(installed, "Missed targets") == []
    stage.advance(timedelta(minutes=10))
    assert viewed(installed, "Missed targets") == [ticket]

    installed.agent.sets(ticket, state=TicketState.CLOSED)
    installed.customer.replies(ticket, "Thank you. Please send us an RFO.")
    stage.settle()
    (task,) = (link.id for link in stage.ticket(ticket).links if link.kind is TicketKind.RFO_TASK)
    assert viewed(installed, "RFO due") == [task]
    stage.advance(timedelta(days=10))
    assert stage.ticket(task).fields.group == "level_5"
    assert viewed(installed, "RFO due") == [task]

    installed.agent.sets(task, rfo_status=RfoStatus.DELIVERED)
    stage.settle()
    assert viewed(installed, "RFO due") == []


def viewed(cast: Cast, title: str) -> list[str]:
    """The ids of the tickets that an overview shows to an admin."""
    house = zammad_house(cast.stage)
    (view,) = (row for row in house.sandbox.world.table("Overview").values() if row["name"] == f"Interspace: {title}")
    rows = house.api(house.accounts.admin, "POST", "tickets/search?expand=true", {"condition": view["condition"]})
    return [str(row["id"]) for row in rows]
