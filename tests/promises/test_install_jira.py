"""A Jira that ``interspace install`` and the checklist have set up, and nobody else, makes the rules come true."""

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import partial

import pytest

from connector.domain.vocabulary import Channel, IntakeStatus, Priority, RfoStatus, TicketKind, TicketState
from connector.helpdesks.http import EndpointPauses
from connector.helpdesks.jira.client import Connection, JiraClient
from connector.helpdesks.jira.install.checklist import asked_fields
from connector.helpdesks.jira.install.planning import JiraSetup, place_of, plan_jira, site_of
from connector.helpdesks.jira.install.tables import read_tables
from connector.helpdesks.jira.install.writer import JiraWriter
from connector.helpdesks.jira.mapping import JiraMapping, load_mapping
from connector.helpdesks.jira.settings import WEBHOOK_SECRET as JIRA_WEBHOOK
from connector.helpdesks.jira.site import Site
from connector.helpdesks.jira.values import field_options
from connector.install.apply import apply
from connector.policy.locate import MAPPINGS
from connector.sandbox.clock import SteppedClock
from connector.sandbox.house import IN_PROCESS, SECRET
from connector.sandbox.jira import Flavour, SandboxJira
from connector.sandbox.jira.desk import ADMIN as SITE_ADMIN
from connector.sandbox.jira.furnished import ADMIN, BOT, Accounts, request
from connector.sandbox.jira.house import JiraHouse
from connector.sandbox.jira.seed import ADMIN_ROLE, TEAM_ROLE
from connector.sandbox.stage import Stage
from tests.builders import T0, default_policy
from tests.promises.conftest import COMPLETE, Cast, with_people

SECRETS = {JIRA_WEBHOOK: SECRET}


def set_up(jira: SandboxJira, mapping: JiraMapping) -> Accounts:
    """A service project as Jira makes it, the installation, and the checklist."""
    jira.add_project(mapping.project)
    admin = jira.add_user(ADMIN, (SITE_ADMIN, ADMIN_ROLE, TEAM_ROLE))
    bot = jira.add_user(BOT, (), account_type="atlassian")
    cloud = jira.flavour == "cloud"
    clock = SteppedClock(T0)
    ways = {
        who: Connection(IN_PROCESS, address if cloud else None, token, adapter=jira.requests_adapter)
        for who, address, token in (("admin", ADMIN, admin), ("bot", BOT, bot))
    }
    client = JiraClient(ways["admin"], clock, EndpointPauses())
    setup = JiraSetup(client, Site(ways["bot"], mapping, clock), default_policy(), mapping)
    writer = JiraWriter(client, setup.bot.flavour, mapping.project)
    assert apply(writer, plan_jira(setup, SECRETS, receiver_url=IN_PROCESS), SECRETS) == ()
    if not cloud:
        by_hand(jira, mapping)
        assert apply(writer, plan_jira(setup, SECRETS), SECRETS) == ()
    site = site_of(setup, place_of(setup), read_tables(place_of(setup)), None)
    ids = {held.name: held.id for held in jira.world.custom_fields.values()}
    form = {
        "summary": True,
        "description": False,
        **{ids[site.fields[field]]: False for field in asked_fields(mapping)},
    }
    jira.add_request_type("Report a fault", mapping.issue_types.incident[0], form)
    return Accounts(bot, admin)


def by_hand(jira: SandboxJira, mapping: JiraMapping) -> None:
    """The options, which an admin of Data Center adds as the checklist says."""
    wanted = {name: field_options(field) for field, name in mapping.fields.items()}
    wanted[mapping.group_field] = tuple(mapping.groups.values())
    for name, values in wanted.items():
        jira.add_options(name, values)


@pytest.fixture(params=["cloud", "datacenter"])
def installed(request: pytest.FixtureRequest, sqlite_url: str) -> Iterator[Cast]:
    """The stage on a Jira with our installation instead of the sandbox's own furniture."""
    flavour: Flavour = request.param
    house = partial(JiraHouse, mapping=load_mapping(MAPPINGS / "jira.yaml"), flavour=flavour, set_up=set_up)
    with Stage(default_policy(), house, sqlite_url, T0) as stage:
        yield with_people(stage)


def test_a_cloud_that_has_no_field_schemes_yet_is_set_up_as_well(sqlite_url: str) -> None:
    house = partial(JiraHouse, mapping=load_mapping(MAPPINGS / "jira.yaml"), set_up=set_up, migrated=False)
    with Stage(default_policy(), house, sqlite_url, T0) as stage:
        ticket = with_people(stage).customer.writes("Line down", COMPLETE)
        stage.settle()

        seen = stage.ticket(ticket).fields
        assert (seen.priority, seen.service_id, seen.escalation_level) == (Priority.P1, "SVC-1005", 1)


def jira(stage: Stage) -> SandboxJira:
    """The sandbox of this stage."""
    assert isinstance(stage.house, JiraHouse)
    return stage.house.sandbox


def test_a_mail_becomes_a_p1_and_rises(installed: Cast) -> None:
    stage = installed.stage
    ticket = installed.customer.writes("Line down", COMPLETE)
    stage.settle()
    assert stage.ticket(ticket).fields.priority is Priority.P1

    stage.advance(timedelta(hours=2))

    seen = stage.ticket(ticket).fields
    assert (seen.escalation_level, seen.group) == (3, "level_3")


def test_the_portal_form_fills_the_fields(installed: Cast) -> None:
    stage = installed.stage
    said = {"service_id": "SVC-1005", "short_description": "no light", "impact": "degradation"}
    ticket = installed.customer.writes("Line slow", "Please help.", channel=Channel.WEB, **said)
    stage.settle()

    seen = stage.ticket(ticket).fields
    assert seen.service_id == "SVC-1005"
    assert seen.intake_status is IntakeStatus.ASKED, "the start of the problem is asked back"


def test_the_connector_hears_of_everything_and_skips_itself(installed: Cast) -> None:
    stage, heard = installed.stage, list[str]()
    post = stage.post

    def listen(url: str, headers: Mapping[str, str], body: bytes) -> int:
        heard.append(url)
        return post(url, headers, body)

    stage.post = listen
    ticket = installed.customer.writes("Line down", COMPLETE)
    stage.settle()
    assert heard
    before = stage.ticket(ticket).fields.escalation_level

    installed.agent.sets(ticket, escalation_request="the customer is not satisfied")
    stage.settle()

    seen = stage.ticket(ticket).fields
    assert seen.escalation_level == (before or 0) + 1
    assert seen.escalation_request is None


def test_rfo_task_and_problem_record_are_made_and_found_by_the_managers_filters(installed: Cast) -> None:
    stage = installed.stage
    ticket = installed.customer.writes("Line down", COMPLETE)
    stage.settle()
    found = searched(stage, "By customer")
    installed.agent.sets(ticket, state=TicketState.CLOSED)
    installed.customer.replies(ticket, "Thank you. Please send us an RFO.")
    stage.advance(timedelta(minutes=31))

    seen = stage.ticket(ticket)
    assert seen.fields.rfo_status is RfoStatus.DUE
    links = {link.kind: link.id for link in seen.links}
    assert stage.ticket(links[TicketKind.PROBLEM]).fields.group == "problems"
    assert stage.ticket(links[TicketKind.RFO_TASK]).fields.group == "rfo"
    stage.advance(timedelta(minutes=5))
    assert found == [ticket]
    assert searched(stage, "RFO due") == [links[TicketKind.RFO_TASK]]
    assert searched(stage, "Problems") == [links[TicketKind.PROBLEM]]
    assert searched(stage, "By customer") == []


def test_the_filter_of_what_waits_for_details_is_there(installed: Cast) -> None:
    stage = installed.stage
    ticket = installed.customer.writes("Help", "It is broken.")
    stage.advance(timedelta(minutes=5))

    assert searched(stage, "Waiting for required details") == [ticket]


def test_what_is_late_stays_in_the_filter_that_shows_late_things(installed: Cast) -> None:
    stage = installed.stage
    ticket = installed.customer.writes("Line down", COMPLETE)
    stage.advance(timedelta(minutes=20))
    assert searched(stage, "Missed targets") == [ticket]

    installed.agent.sets(ticket, state=TicketState.CLOSED)
    installed.customer.replies(ticket, "Thank you. Please send us an RFO.")
    stage.settle()
    (task,) = (link.id for link in stage.ticket(ticket).links if link.kind is TicketKind.RFO_TASK)
    installed.agent.sets(task, state=TicketState.CLOSED)
    stage.advance(timedelta(days=5))
    assert stage.ticket(task).state is TicketState.OPEN, "nothing shows that the customer has it"
    assert searched(stage, "RFO due") == [task]

    installed.agent.sets(task, rfo_status=RfoStatus.DELIVERED)
    assert searched(stage, "RFO due") == []


def searched(stage: Stage, title: str) -> list[str]:
    """The ids of the issues that a saved filter finds for a manager, once the search has caught up."""
    stage.advance(timedelta(minutes=1))
    held = jira(stage)
    (saved,) = (one for one in held.world.filters.values() if one.name == f"Interspace: {title}")
    assert isinstance(stage.house, JiraHouse)
    path = "search/jql" if held.flavour == "cloud" else "search"
    answer = request(held, stage.house.accounts.admin, "POST", path, {"jql": saved.jql, "fields": ["status"]})
    return [row["id"] for row in json.loads(answer.body)["issues"]]
