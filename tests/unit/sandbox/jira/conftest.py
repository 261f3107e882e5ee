"""The desks of the tests of the sandbox Jira, whose calls are all judged by the official specifications."""

from collections.abc import Iterator

import pytest

from connector.sandbox.jira import Flavour
from tests.contract.jira_specifications import Recorder, available
from tests.unit.sandbox.jira.desk import Desk, new_desk


@pytest.fixture(scope="session")
def recorder() -> Iterator[Recorder | None]:
    """Listens to all sandboxes; None without the specifications."""
    if not available():
        yield None
        return
    recorder = Recorder()
    recorder.listen()
    yield recorder
    recorder.stop()


@pytest.fixture
def nonsense() -> None:
    """The test sends what no client would: its calls are not judged."""


@pytest.fixture(autouse=True)
def judged(recorder: Recorder | None, request: pytest.FixtureRequest) -> Iterator[None]:
    """Every call of a test must be as the specifications say."""
    yield
    if recorder is not None:
        complaints = recorder.complaints()
        assert "nonsense" in request.fixturenames or complaints == []


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
