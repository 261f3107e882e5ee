"""The desk of the sandbox tests."""

import pytest

from connector.sandbox.clock import SteppedClock
from tests.unit.sandbox.zammad.desk import START, Desk, new_desk


@pytest.fixture
def clock() -> SteppedClock:
    """A clock that stands at the start of these tests."""
    return SteppedClock(START)


@pytest.fixture
def desk(clock: SteppedClock) -> Desk:
    """A fresh desk whose clock stands still."""
    return new_desk(clock)


@pytest.fixture
def older(clock: SteppedClock) -> Desk:
    """The same with the rules of 5.5."""
    return new_desk(clock, "5.5")
