"""A pytest plugin: every call that any sandbox Jira answers in any test must be as the official specifications say."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.contract.jira_recorder import Recorder


@pytest.fixture(scope="session")
def recorder() -> Iterator["Recorder"]:
    """Listens to all sandboxes."""
    # Half a second of imports, which whoever only hands out the tests can do without.
    from tests.contract.jira_recorder import Recorder

    recorder = Recorder()
    recorder.listen()
    yield recorder
    recorder.stop()


@pytest.fixture
def nonsense() -> None:
    """The test sends what no client would: its calls are not judged."""


@pytest.fixture(autouse=True)
def judged(recorder: "Recorder", request: pytest.FixtureRequest) -> Iterator[None]:
    """Every call of a test, its own and the connector's."""
    yield
    complaints = recorder.complaints()
    assert "nonsense" in request.fixturenames or complaints == []
