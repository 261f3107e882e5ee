"""The benches of the installation on Jira."""

from collections.abc import Iterator

import pytest

from connector.sandbox.clock import SteppedClock
from connector.sandbox.jira import Flavour
from tests.contract.jira_specifications import Recorder, available
from tests.unit.install.jira.bench import FLAVOURS, JiraBench, new_bench


@pytest.fixture(params=FLAVOURS)
def jira_bench(clock: SteppedClock, request: pytest.FixtureRequest) -> JiraBench:
    """A bare Jira of each kind."""
    flavour: Flavour = request.param
    return new_bench(clock, flavour)


@pytest.fixture
def cloud(clock: SteppedClock) -> JiraBench:
    """A bare Cloud."""
    return new_bench(clock, "cloud")


@pytest.fixture
def data_center(clock: SteppedClock) -> JiraBench:
    """A bare Data Center."""
    return new_bench(clock, "datacenter")


@pytest.fixture(scope="session")
def recorder() -> Iterator[Recorder]:
    """Hears every call of the session."""
    held = Recorder()
    held.listen()
    yield held
    held.stop()


@pytest.fixture(autouse=True)
def as_specified(recorder: Recorder) -> Iterator[None]:
    """Every call and every answer is as Atlassian's specifications say, where these are at hand."""
    yield
    if available():
        assert recorder.complaints() == []
