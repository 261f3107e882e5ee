"""The desk of the sandbox tests."""

import pytest

from tests.clock import FakeClock
from tests.unit.sandbox.desk import Desk, new_desk


@pytest.fixture
def desk(clock: FakeClock) -> Desk:
    """A fresh desk whose clock stands still."""
    return new_desk(clock)
