"""The stage of the promises: the whole system on a sandbox helpdesk, on each kind of database."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import NamedTuple

import pytest

from connector.domain.vocabulary import Actor
from connector.helpdesks.zammad.load import load_mapping
from connector.policy.locate import MAPPINGS
from connector.sandbox.stage import Person, Stage
from connector.sandbox.zammad.house import ZammadHouse
from tests.builders import T0, default_policy


class Cast(NamedTuple):
    """The stage and the people on it. The customer's services have the default ladder."""

    stage: Stage
    customer: Person
    agent: Person
    manager: Person


COMPLETE = (
    "Our line is dead.\nService ID: SVC-1005\nStart time: 2026-11-23 09:40 UTC\n"
    "Impact: service affecting\nUrgency: high\n"
)
"""A message with all required details of a P1."""


def open_stage(database_url: str, start: datetime = T0) -> Stage:
    """An empty stage with the default policy."""
    furnish = partial(ZammadHouse, mapping=load_mapping(MAPPINGS / "zammad.yaml"))
    return Stage(default_policy(), furnish, database_url, start)


def set_the_stage(database_url: str) -> Cast:
    """A stage with a customer, an agent and a manager."""
    return with_people(open_stage(database_url))


def with_people(stage: Stage) -> Cast:
    """The people come in."""
    return Cast(
        stage,
        stage.person("ada@harbour.example", organization="Harbour Bank", name="Ada Lovelace"),
        stage.person("grace@interspace.example", Actor.AGENT, name="Grace Hopper"),
        stage.person("edith@interspace.example", Actor.MANAGER, name="Edith Clarke"),
    )


@pytest.fixture
def cast(database_url: str) -> Iterator[Cast]:
    """A fresh stage."""
    made = set_the_stage(database_url)
    with made.stage:
        yield made


def zammad_house(stage: Stage) -> ZammadHouse:
    """The house of a stage on Zammad, for what only Zammad has."""
    assert isinstance(stage.house, ZammadHouse)
    return stage.house
