"""Install → doctor → story → uninstall by the commands, on a system that was empty before and is afterwards."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from connector.domain.ticket import Ticket
from tests.ports import free_port, is_answering
from tests.waiting import wait_until

PATIENCE_S = 180.0
"""For what a real helpdesk does by itself within seconds."""


class LiveSystem(Protocol):
    """What differs between helpdesks."""

    helpdesk: str
    settings: dict[str, str]
    """Address and tokens, as environment variables of the commands."""
    expected: frozenset[str]
    """Checks of the doctor that a bare test system may fail: it sends no mail."""

    def refuse_unless_empty(self) -> None:
        """Raises SystemExit for a system that somebody works with."""

    def is_bare(self) -> bool:
        """Nothing of an installation is there."""

    def report(self) -> str:
        """A customer's incident with all details; the ticket's id."""

    def read(self, ticket: str) -> Ticket:
        """As the connector sees it."""

    def is_at_work(self, ticket: Ticket) -> bool:
        """The connector has brought the incident under the rules."""

    def goes_on(self, ticket: str) -> None:
        """What people do next. Raises TimeoutError if the connector does not follow."""

    def remove_tickets(self) -> None:
        """Removes what the story has made."""


def play(system: LiveSystem, folder: Path, receiver_url: str | None = None) -> None:
    """The whole story. What it made is taken back, also where it fails. Raises AssertionError, TimeoutError."""
    system.refuse_unless_empty()
    port = urlsplit(receiver_url).port if receiver_url else None
    port = port or free_port()
    environment = {
        "PATH": os.environ["PATH"],
        **system.settings,
        "INTERSPACE_DATABASE_URL": f"sqlite:///{folder / 'work.sqlite3'}",
        "INTERSPACE_SECRET_STORE": str(folder / "interspace.secrets"),
        "INTERSPACE_RECEIVER_URL": receiver_url or f"http://127.0.0.1:{port}",
        "INTERSPACE_HOST": "0.0.0.0" if receiver_url else "127.0.0.1",
        "INTERSPACE_PORT": str(port),
    }
    helpdesk = system.helpdesk
    try:
        planned = json.loads(_interspace(environment, folder, "install", "plan", helpdesk, "--json"))
        _interspace(environment, folder, "install", "apply", helpdesk, "--checksum", planned["checksum"])
        with _running(environment, folder, port):
            _examine(system, environment, folder)
            ticket = system.report()
            wait_until(lambda: system.is_at_work(system.read(ticket)), "the rules hold", PATIENCE_S, every_s=1)
            system.goes_on(ticket)
    finally:
        system.remove_tickets()
        _interspace(environment, folder, "install", "uninstall", helpdesk, "--force", "--purge-fields")
    assert system.is_bare()


def _examine(system: LiveSystem, environment: Mapping[str, str], folder: Path) -> None:
    """Nothing fails that a bare system would not."""
    told = _interspace(environment, folder, "doctor", "--json", "--scheduler-wait", "0", failing=True)
    failed = {one["name"]: one["seen"] for one in json.loads(told) if one["verdict"] == "fail"}
    unexpected = {name: seen for name, seen in failed.items() if name not in system.expected}
    assert unexpected == {}, unexpected


def _interspace(environment: Mapping[str, str], folder: Path, *arguments: str, failing: bool = False) -> str:
    command = [sys.executable, "-m", "connector", *arguments]
    ran = subprocess.run(command, env=dict(environment), cwd=folder, capture_output=True, text=True, check=False)
    assert ran.returncode == 0 or failing, f"{' '.join(arguments)}: {ran.returncode}\n{ran.stdout}\n{ran.stderr}"
    return ran.stdout


@contextmanager
def _running(environment: Mapping[str, str], folder: Path, port: int) -> Iterator[None]:
    """``interspace run``, until the end."""
    with (folder / "run.log").open("w") as log:
        command = [sys.executable, "-m", "connector", "run"]
        process: subprocess.Popen[Any] = subprocess.Popen(
            command, env=dict(environment), cwd=folder, stdout=log, stderr=log
        )
        try:
            wait_until(lambda: is_answering(port), "the receiver answers", PATIENCE_S)
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=PATIENCE_S)
