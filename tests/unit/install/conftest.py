"""The bench of the installation tests."""

import pytest

from tests.clock import FakeClock
from tests.unit.install.bench import Bench, new_bench


@pytest.fixture
def bench(clock: FakeClock) -> Bench:
    """A bare Zammad."""
    return new_bench(clock)
