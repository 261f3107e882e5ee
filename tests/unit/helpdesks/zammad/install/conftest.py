"""The bench of the installation on Zammad, and its command line."""

import pytest

from connector.sandbox.clock import SteppedClock
from tests.unit.helpdesks.zammad.install.bench import Bench, new_bench
from tests.unit.install.conftest import run

__all__ = ["run"]


@pytest.fixture
def bench(clock: SteppedClock) -> Bench:
    """A bare Zammad."""
    return new_bench(clock)


@pytest.fixture
def any_bench(bench: Bench) -> Bench:
    """Here there is no other helpdesk."""
    return bench
