"""The stage of the promises: the whole system on a sandbox helpdesk of each kind, on each kind of database."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

import pytest

from connector.domain.vocabulary import Actor, Priority, TicketState
from connector.helpdesks.jira.mapping import load_mapping as load_jira
from connector.helpdesks.zammad.mapping import load_mapping as load_zammad
from connector.policy.locate import MAPPINGS
from connector.policy.models import Policy
from connector.sandbox.clock import SteppedClock
from connector.sandbox.house import House
from connector.sandbox.jira.house import JiraHouse
from connector.sandbox.stage import Person, Stage
from connector.sandbox.zammad.house import ZammadHouse
from tests.builders import T0, default_policy


class Cast(NamedTuple):
    """The stage and the people on it. The customer's services have the default ladder."""

    stage: Stage
    customer: Person
    agent: Person
    manager: Person
    outsider: Person
    """May write to tickets by API and is not support."""

    def answered(self) -> str:
        """A P1 by the matrix, which an agent has answered and made a P3."""
        ticket = self.customer.writes("Line dead", COMPLETE)
        self.stage.settle()
        self.agent.replies(ticket, "We are on it.")
        self.agent.sets(ticket, priority=Priority.P3)
        self.stage.settle()
        return ticket

    def left_waiting(self) -> str:
        """The same, left waiting for the customer for three days."""
        ticket = self.answered()
        self.agent.sets(ticket, state=TicketState.PENDING_CUSTOMER)
        self.stage.settle()
        self.stage.advance(timedelta(days=3))
        return ticket

    def come_to_the_rfo(self, ticket: str) -> None:
        """The customer asks for escalation; three hours later support closes the ticket, and the customer asks for the
        RFO."""
        self.customer.replies(ticket, "Please escalate this ticket.")
        self.stage.advance(timedelta(hours=3))
        self.agent.sets(ticket, state=TicketState.CLOSED)
        self.stage.settle()
        self.customer.replies(ticket, "Please send us the RFO.")
        self.stage.settle()


COMPLETE = (
    "Our line is dead.\nService ID: SVC-1005\nStart time: 2026-11-23 09:40 UTC\n"
    "Impact: service affecting\nUrgency: high\n"
)
"""A message with all required details of a P1."""


_ZAMMAD = partial(ZammadHouse, mapping=load_zammad(MAPPINGS / "zammad.yaml"))
HOUSES: dict[str, Callable[[SteppedClock], House]] = {
    "zammad": _ZAMMAD,
    "jira-cloud": partial(JiraHouse, mapping=load_jira(MAPPINGS / "jira.yaml"), flavour="cloud"),
    "jira-datacenter": partial(JiraHouse, mapping=load_jira(MAPPINGS / "jira.yaml"), flavour="datacenter"),
}
SHAPES: dict[str, Callable[[SteppedClock], House]] = {
    "zammad-5.5": partial(_ZAMMAD, version="5.5"),
    "zammad-7": partial(_ZAMMAD, version="7"),
}
"""The oldest and the newest Zammad; what is right on both is right on 6.4. Promises and rules are played on both."""
PLACES = [
    ("zammad-7", "sqlite"),
    ("zammad-5.5", "sqlite"),
    ("jira-cloud", "postgresql"),
    ("jira-datacenter", "sqlite"),
]
"""One of them on PostgreSQL, which takes longer: no helpdesk sees its database."""


class Place(NamedTuple):
    """Where a test plays."""

    helpdesk: str
    """A name of ``HOUSES`` or ``SHAPES``."""
    database_url: str


def open_stage(
    database_url: str, start: datetime = T0, helpdesk: str = "zammad", policy: Policy | None = None
) -> Stage:
    """An empty stage, with the default policy if no other is given."""
    return Stage(policy or default_policy(), {**HOUSES, **SHAPES}[helpdesk], database_url, start)


def set_the_stage(database_url: str, helpdesk: str = "zammad") -> Cast:
    """A stage with a customer, an agent and a manager."""
    return with_people(open_stage(database_url, helpdesk=helpdesk))


def with_people(stage: Stage) -> Cast:
    """The people come in."""
    return Cast(
        stage,
        stage.person("ada@harbour.example", organization="Harbour Bank", name="Ada Lovelace"),
        stage.person("grace@interspace.example", Actor.AGENT, name="Grace Hopper"),
        stage.person("edith@interspace.example", Actor.MANAGER, name="Edith Clarke"),
        Person(stage.house, "mallory", stage.house.outsider()),
    )


@pytest.fixture(params=PLACES, ids=["-".join(place) for place in PLACES])
def place(request: pytest.FixtureRequest) -> Place:
    """Every helpdesk and every database in turn, not each with each."""
    helpdesk, database = request.param
    return Place(helpdesk, request.getfixturevalue(f"{database}_url"))


@pytest.fixture
def cast(place: Place) -> Iterator[Cast]:
    """A fresh stage."""
    made = set_the_stage(place.database_url, place.helpdesk)
    with made.stage:
        yield made


@pytest.fixture(params=PLACES[:2], ids=["-".join(place) for place in PLACES[:2]])
def zammad_cast(request: pytest.FixtureRequest) -> Iterator[Cast]:
    """A fresh stage on Zammad, for what only Zammad has."""
    helpdesk, database = request.param
    made = set_the_stage(request.getfixturevalue(f"{database}_url"), helpdesk)
    with made.stage:
        yield made


@pytest.fixture(params=["jira-cloud", "jira-datacenter"])
def jira_cast(request: pytest.FixtureRequest, sqlite_url: str) -> Iterator[Cast]:
    """A fresh stage on Jira, for what only Jira has."""
    made = set_the_stage(sqlite_url, request.param)
    with made.stage:
        yield made


def jira_house(stage: Stage) -> JiraHouse:
    """The house of a stage on Jira, for what only Jira has."""
    assert isinstance(stage.house, JiraHouse)
    return stage.house


def zammad_house(stage: Stage) -> ZammadHouse:
    """The house of a stage on Zammad, for what only Zammad has."""
    assert isinstance(stage.house, ZammadHouse)
    return stage.house
