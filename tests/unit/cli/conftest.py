"""The command line against a sandbox Zammad and a sandbox Jira on sockets."""

import os
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from connector.helpdesks.jira.mapping import load_mapping as load_jira_mapping
from connector.helpdesks.zammad.mapping import load_mapping
from connector.policy.locate import MAPPINGS
from connector.sandbox.jira import Flavour, SandboxJira
from connector.sandbox.jira import furnished as jira
from connector.sandbox.zammad import SandboxZammad
from connector.sandbox.zammad.furnished import Accounts, furnish
from tests.command_server import CommandServer, serving
from tests.secret_scan import Scanner

ROOT = Path(__file__).parents[3]
TOKEN = "INTERSPACE_ZAMMAD_TOKEN"
Ran = subprocess.CompletedProcess[str]
Run = Callable[..., Ran]


class Live(NamedTuple):
    """A sandbox with people in it, and the environment that leads a command there."""

    desk: SandboxZammad
    accounts: Accounts
    customer: str
    environment: dict[str, str]


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    """A furnished Zammad on a free port, with the real clock."""
    desk = SandboxZammad(lambda: datetime.now(UTC))
    accounts = furnish(desk, load_mapping(MAPPINGS / "zammad.yaml"))
    customer = desk.add_user("ada@harbour.example", ("Customer",), "Harbour Bank", firstname="Ada")
    with desk.serve() as server:
        environment = {
            "INTERSPACE_ZAMMAD_URL": server.url,
            TOKEN: accounts.bot,
            "INTERSPACE_DATABASE_URL": f"sqlite:///{tmp_path / 'work.sqlite3'}",
        }
        yield Live(desk, accounts, customer, environment)


class LiveJira(NamedTuple):
    """The same for Jira."""

    desk: SandboxJira
    accounts: jira.Accounts
    environment: dict[str, str]


@pytest.fixture(params=["cloud", "datacenter"])
def live_jira(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[LiveJira]:
    """A furnished Jira of either kind on a free port, with the real clock."""
    flavour: Flavour = request.param
    desk = SandboxJira(lambda: datetime.now(UTC), flavour)
    accounts = jira.furnish(desk, load_jira_mapping(MAPPINGS / "jira.yaml"))
    desk.add_user("ada@harbour.example", (), "Harbour Bank", firstname="Ada")
    with desk.serve() as server:
        environment = {
            "INTERSPACE_JIRA_URL": server.url,
            "INTERSPACE_JIRA_TOKEN": accounts.bot,
            "INTERSPACE_DATABASE_URL": f"sqlite:///{tmp_path / 'work.sqlite3'}",
        }
        if flavour == "cloud":
            environment["INTERSPACE_JIRA_USER"] = jira.BOT
        yield LiveJira(desk, accounts, environment)


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty directory and no settings of this process's own."""
    for name in [name for name in os.environ if name.startswith("INTERSPACE_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def command_server() -> Iterator[CommandServer]:
    """Started by the first test that runs a command."""
    with serving() as server:
        yield server


@pytest.fixture
def run(tmp_path: Path, command_server: CommandServer, secret_scan: Scanner, request: pytest.FixtureRequest) -> Run:
    """Runs ``interspace`` as a user does, with nothing of this process's own settings."""

    def command(*arguments: str, **environment: str) -> Ran:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("INTERSPACE_")}
        secret_scan.know_settings(environment)
        own = {**inherited, "PYTHONPATH": str(ROOT), "COLUMNS": "160", **environment}
        ran = command_server.run(arguments, own, tmp_path)
        for output in (ran.stdout, ran.stderr):
            secret_scan.look(output, request.node.nodeid)
        return ran

    return command
