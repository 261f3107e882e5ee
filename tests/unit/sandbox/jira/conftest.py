"""The desks of the tests of the sandbox Jira."""

import pytest

from connector.sandbox.jira import Flavour
from tests.unit.sandbox.jira.desk import Desk, new_desk


@pytest.fixture(params=["cloud", "datacenter"])
def flavour(request: pytest.FixtureRequest) -> Flavour:
    """Both flavours in turn."""
    flavour: Flavour = request.param
    return flavour


@pytest.fixture
def desk(flavour: Flavour) -> Desk:
    """A fresh desk of each flavour."""
    return new_desk(flavour)


@pytest.fixture
def cloud() -> Desk:
    """A fresh Cloud."""
    return new_desk("cloud")


@pytest.fixture
def data_center() -> Desk:
    """A fresh Data Center."""
    return new_desk("datacenter")
