"""Fixtures of the work table: the same tests run against both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from connector.sandbox.clock import SteppedClock
from connector.work.table import WorkTable
from tests.builders import T0
from tests.postgres import fresh_schema, running_server

pytest_plugins = ("tests.secret_scan", "tests.jira_judge")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a PostgreSQL server, started by the first test that needs it."""
    with running_server() as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """An empty SQLite database."""
    return f"sqlite:///{tmp_path / 'work.sqlite3'}"


@pytest.fixture
def postgresql_url(postgres_server: str) -> Iterator[str]:
    """An empty PostgreSQL schema."""
    with fresh_schema(postgres_server) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database of each kind in turn."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(autouse=True)
def plain_logging() -> Iterator[None]:
    """Whatever a test configures, the next one starts with the defaults."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def clock() -> SteppedClock:
    """A clock that stands still until it is advanced."""
    return SteppedClock(T0)


@pytest.fixture
def table(database_url: str, clock: SteppedClock) -> Iterator[WorkTable]:
    """An empty work table on each kind of database, by the stepped clock."""
    opened = WorkTable.open(database_url, clock)
    yield opened
    opened.close()
