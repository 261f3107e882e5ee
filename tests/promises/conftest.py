"""The stage of the promises: the whole system on a sandbox Zammad, on each kind of database."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from connector.helpdesks.zammad.load import load_mapping
from connector.policy.locate import MAPPINGS
from connector.sandbox.stage import Person, Stage
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


def set_the_stage(database_url: str) -> Cast:
    """A stage with a customer, an agent and a manager."""
    stage = Stage(default_policy(), load_mapping(MAPPINGS / "zammad.yaml"), database_url, T0)
    stage.admin.calls("POST", "roles", {"name": "Escalation Manager"})
    return Cast(
        stage,
        stage.person("ada@harbour.example", organization="Harbour Bank", name="Ada Lovelace"),
        stage.person("grace@interspace.example", "Agent", name="Grace Hopper"),
        stage.person("edith@interspace.example", "Agent", "Escalation Manager", name="Edith Clarke"),
    )


@pytest.fixture
def cast(database_url: str) -> Iterator[Cast]:
    """A fresh stage."""
    made = set_the_stage(database_url)
    with made.stage:
        yield made
