"""Installations on Jira with which all is well."""

from collections.abc import Iterator

import pytest

from connector.sandbox.jira import Flavour
from tests.unit.helpdesks.jira.doctor.installation import Installation


@pytest.fixture(params=["cloud", "datacenter"])
def installed(sqlite_url: str, request: pytest.FixtureRequest) -> Iterator[Installation]:
    """One of each kind."""
    flavour: Flavour = request.param
    made = Installation(sqlite_url, flavour)
    yield made
    made.close()


@pytest.fixture
def cloud(sqlite_url: str) -> Iterator[Installation]:
    """On Cloud."""
    made = Installation(sqlite_url, "cloud")
    yield made
    made.close()


@pytest.fixture
def data_center(sqlite_url: str) -> Iterator[Installation]:
    """On Data Center."""
    made = Installation(sqlite_url, "datacenter")
    yield made
    made.close()
