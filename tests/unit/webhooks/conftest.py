"""Fixtures of the receiver: a store in memory and a client."""

from collections.abc import Iterator

import pytest
import structlog
from structlog.testing import capture_logs
from structlog.typing import EventDict
from werkzeug.test import Client

from tests.unit.webhooks.deliveries import Ledger, client


@pytest.fixture(autouse=True)
def log() -> Iterator[list[EventDict]]:
    """Every log line of the test."""
    structlog.reset_defaults()
    with capture_logs() as lines:
        yield lines


@pytest.fixture
def ledger() -> Ledger:
    """An empty store."""
    return Ledger()


@pytest.fixture
def sender(ledger: Ledger) -> Client:
    """A client of a receiver on that store."""
    return client(ledger)
