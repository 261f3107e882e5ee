"""Profiles of Hypothesis, and fixtures of the work table: the same tests run against both databases.

By default property tests play the same few examples each time; with ``--hypothesis-profile thorough`` many others. No
test may depend on the machine's speed: nothing has a deadline, see ``tests.waiting`` for what has to be waited for.
"""

import gc
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, settings

from connector.sandbox.clock import SteppedClock
from connector.work.table import WorkTable
from tests.builders import T0
from tests.postgres import fresh_schema, running_server

settings.register_profile(
    "quick",
    max_examples=30,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
# A gate gives the same tree the same answer; whoever runs it by hand searches where nobody has looked yet.
settings.register_profile("thorough", settings.get_profile("quick"), max_examples=400, derandomize="CI" in os.environ)
settings.load_profile("quick")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A job in the background inherits that, and so would all processes of tests, which then could not be interrupted.
    signal.signal(signal.SIGINT, signal.default_int_handler)

# What was imported and collected is no garbage. To look for cycles among it after every 700 new objects, as Python does
# by itself, took an eighth of all processor time.
gc.disable()


def pytest_collection_finish() -> None:
    """For pytest."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


pytest_plugins = ("tests.crossings", "tests.jira_judge", "tests.secret_scan")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a PostgreSQL server, started by the first test that needs it."""
    with running_server(on_disk=False) as url:
        yield url


@pytest.fixture(scope="session", autouse=True)
def no_power_cut() -> Iterator[None]:
    """Tests kill processes, not machines: nothing in this one waits until a commit is on the disk."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("connector.work.sqlite._COMMITTED", "PRAGMA synchronous = OFF")
        yield


@pytest.fixture(scope="session")
def new_work_table(tmp_path_factory: pytest.TempPathFactory, no_power_cut: None) -> Path:
    """An empty work table on SQLite, to be copied: making one takes longer than most tests."""
    made = tmp_path_factory.mktemp("new") / "work.sqlite3"
    WorkTable.open(f"sqlite:///{made}").close()
    return made


@pytest.fixture
def sqlite_url(tmp_path: Path, new_work_table: Path) -> str:
    """A SQLite database with an empty work table."""
    return f"sqlite:///{shutil.copy(new_work_table, tmp_path / 'work.sqlite3')}"


@pytest.fixture
def empty_sqlite_url(tmp_path: Path) -> str:
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
    url: str = request.getfixturevalue("empty_sqlite_url" if request.param == "sqlite" else "postgresql_url")
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
def table(database_url: str, new_work_table: Path, clock: SteppedClock) -> Iterator[WorkTable]:
    """An empty work table on each kind of database, by the stepped clock."""
    if database_url.startswith("sqlite"):
        shutil.copy(new_work_table, database_url.removeprefix("sqlite:///"))
    opened = WorkTable.open(database_url, clock)
    yield opened
    opened.close()
