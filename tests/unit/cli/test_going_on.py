"""Reading past tickets that breaks off goes on with the same command, and makes the same file."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from connector.cli import main, past
from connector.clock import now
from connector.domain.model import TicketId
from connector.domain.ticket import Ticket
from connector.helpdesks.jira.desk import JiraDesk
from connector.helpdesks.zammad.desk import ZammadDesk
from connector.sandbox.zammad.furnished import request
from tests.unit.cli.conftest import Live, LiveJira
from tests.unit.cli.test_commands import new_ticket
from tests.unit.cli.test_jira import mailed


class Reads:
    """What is read of the helpdesk; the reading breaks off before ``most``."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ids: list[str] = []
        self.most = 99
        for kind in (ZammadDesk, JiraDesk):
            monkeypatch.setattr(kind, "read", self._counted(kind.read))

    def _counted(self, read: Callable[[Any, TicketId], Ticket]) -> Callable[[Any, TicketId], Ticket]:
        def counted(desk: object, ticket_id: TicketId) -> Ticket:
            if len(self.ids) == self.most:
                raise KeyboardInterrupt
            self.ids.append(ticket_id)
            return read(desk, ticket_id)

        return counted

    def by(self, monkeypatch: pytest.MonkeyPatch, *command: str, most: int = 99) -> tuple[object, list[str]]:
        """The exit code of ``interspace`` with these arguments, and which tickets it read."""
        self.ids, self.most = [], most
        monkeypatch.setattr(sys, "argv", ["interspace", *command])
        try:
            main()
        except SystemExit as end:
            return end.code, self.ids
        return 0, self.ids


def lead_to(environment: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands go there."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def reads(bare: None, monkeypatch: pytest.MonkeyPatch) -> Reads:
    at = now()
    monkeypatch.setattr(past, "now", lambda: at)
    return Reads(monkeypatch)


@pytest.mark.parametrize(
    "command", [("simulate", "--since", "30d"), ("report", "--month", f"{now():%Y-%m}", "--out", "out")]
)
def test_it_goes_on_where_it_stopped(
    live: Live,
    reads: Reads,
    command: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    lead_to(live.environment, monkeypatch)
    first, second, third, fourth = (new_ticket(live) for _ in range(4))
    save = (*command, "--save", str(tmp_path / "past.json.gz"))
    part = tmp_path / "past.json.gz.part"

    assert reads.by(monkeypatch, *save, most=3) == (130, [first, second, third])
    assert f"kept in {part}: the same command goes on" in capsys.readouterr().err
    assert part.stat().st_mode & 0o077 == 0
    assert not (tmp_path / "past.json.gz").exists()

    request(live.desk, live.accounts.admin, "PUT", f"tickets/{second}", {"title": "Line down again"})
    request(live.desk, live.accounts.admin, "DELETE", f"tickets/{third}")
    assert reads.by(monkeypatch, *save) == (0, [second, fourth])
    assert f"{part}: 3 tickets read before" in capsys.readouterr().err
    assert not part.exists()

    at_once = reads.by(monkeypatch, *command, "--save", str(tmp_path / "at_once"))
    assert at_once == (0, [first, second, fourth])
    assert (tmp_path / "past.json.gz").read_bytes() == (tmp_path / "at_once").read_bytes()


def test_what_broke_off_before_the_first_ticket_leaves_nothing_and_another_period_is_refused(
    live: Live, reads: Reads, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lead_to(live.environment, monkeypatch)
    new_ticket(live)
    new_ticket(live)
    save = ("--save", str(tmp_path / "past.json.gz"))
    part = tmp_path / "past.json.gz.part"

    assert reads.by(monkeypatch, "simulate", *save, most=0) == (130, [])
    assert (part.exists(), "kept" in capsys.readouterr().err) == (False, False)

    assert reads.by(monkeypatch, "simulate", *save, most=1)[0] == 130
    capsys.readouterr()
    assert reads.by(monkeypatch, "simulate", "--since", "30d", *save) == (2, [])
    told = capsys.readouterr().err
    assert f"{part}: begun with another period (90 d, now 30 d)" in told
    assert "Traceback" not in told
    assert part.exists()


def test_on_jira_too(live_jira: LiveJira, reads: Reads, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lead_to(live_jira.environment, monkeypatch)
    issues = [mailed(live_jira) for _ in range(3)]
    save = ("simulate", "--save", str(tmp_path / "past.json.gz"))

    assert reads.by(monkeypatch, *save, most=2) == (130, issues[:2])
    assert reads.by(monkeypatch, *save) == (0, issues[2:])
    assert reads.by(monkeypatch, "simulate", "--save", str(tmp_path / "at_once")) == (0, issues)
    assert (tmp_path / "past.json.gz").read_bytes() == (tmp_path / "at_once").read_bytes()
