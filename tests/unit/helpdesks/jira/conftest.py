"""A sandbox Jira of each flavour in turn."""

import pytest

from tests.unit.helpdesks.jira.bench import Bench


@pytest.fixture(params=["cloud", "datacenter"])
def bench(request: pytest.FixtureRequest) -> Bench:
    """Cloud, then Data Center."""
    return Bench(request.param)


@pytest.fixture
def cloud() -> Bench:
    """Jira Cloud."""
    return Bench("cloud")


@pytest.fixture
def data_center() -> Bench:
    """Jira Data Center."""
    return Bench("datacenter")
