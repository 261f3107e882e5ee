"""Installations with which all is well."""

from collections.abc import Iterator
from typing import Any

import pytest

from connector.sandbox.jira import Flavour
from tests.unit.doctor.examined import Examined
from tests.unit.helpdesks.jira.doctor import installation as jira
from tests.unit.helpdesks.zammad.doctor.installation import Installation


@pytest.fixture(params=["zammad", "cloud", "datacenter"])
def examined(sqlite_url: str, request: pytest.FixtureRequest) -> Iterator[Examined[Any]]:
    """One on each kind of helpdesk."""
    flavours: dict[str, Flavour] = {"cloud": "cloud", "datacenter": "datacenter"}
    kind = request.param
    made = jira.Installation(sqlite_url, flavours[kind]) if kind in flavours else Installation(sqlite_url)
    yield made
    made.close()
