"""The bench of the installation tests."""

import pytest

from connector.sandbox.clock import SteppedClock
from tests.unit.install.bench import Bench, new_bench


@pytest.fixture
def bench(clock: SteppedClock) -> Bench:
    """A bare Zammad."""
    return new_bench(clock)
