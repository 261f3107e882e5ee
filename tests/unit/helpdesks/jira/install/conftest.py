"""The benches of the installation on Jira."""

import pytest

from connector.sandbox.clock import SteppedClock
from connector.sandbox.jira import Flavour
from tests.unit.helpdesks.jira.install.bench import FLAVOURS, JiraBench, new_bench
from tests.unit.install.conftest import run

__all__ = ["run"]


@pytest.fixture(params=FLAVOURS)
def jira_bench(clock: SteppedClock, request: pytest.FixtureRequest) -> JiraBench:
    """A bare Jira of each kind."""
    flavour: Flavour = request.param
    return new_bench(clock, flavour)


@pytest.fixture
def any_bench(jira_bench: JiraBench) -> JiraBench:
    """Here every kind of Jira is all kinds."""
    return jira_bench


@pytest.fixture
def cloud(clock: SteppedClock) -> JiraBench:
    """A bare Cloud."""
    return new_bench(clock, "cloud")


@pytest.fixture
def data_center(clock: SteppedClock) -> JiraBench:
    """A bare Data Center."""
    return new_bench(clock, "datacenter")
