"""A sandbox Jira of each flavour in turn. Every call that the adapter makes is judged by Atlassian's specifications."""

from collections.abc import Iterator

import pytest

from tests.contract.jira_specifications import Recorder
from tests.unit.helpdesks.jira.bench import Bench


@pytest.fixture(autouse=True, scope="module")
def judged() -> Iterator[None]:
    """Fails the module whose calls or answers the specifications do not know."""
    recorder = Recorder()
    recorder.listen()
    yield
    recorder.stop()
    assert recorder.complaints() == []


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
