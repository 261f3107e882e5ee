"""What a machine room does to a connector: no memory, no room on the disk, a database that only reads, a helpdesk that
answers a byte now and then. Nothing is lost, nothing is done twice, nobody is held. ``make chaos`` does it for longer.

Tried, and red: deaths are not counted; the receiver acknowledges what the database did not take, on either database;
the time-out of an answer is that of each byte.
"""

from functools import partial
from pathlib import Path

import pytest

from tests.chaos import drip, memory
from tests.chaos.drip import fed_by_drips
from tests.chaos.evidence import Outcome
from tests.chaos.helpdesks import HELPDESKS
from tests.chaos.memory import killed_by_a_ticket
from tests.chaos.stores import full, only_reading, outlive, small_disk, small_disks_are_permitted
from tests.postgres import fresh_schema, running_server

pytestmark = pytest.mark.slow


def test_a_ticket_that_has_its_readers_killed_harms_no_other(sqlite_url: str, tmp_path: Path) -> None:
    with HELPDESKS["zammad"]() as helpdesk:
        found = killed_by_a_ticket(helpdesk, sqlite_url, tmp_path, 40)

    assert memory.is_as_promised(found), found


def test_a_helpdesk_that_answers_by_drips_holds_nobody(sqlite_url: str, tmp_path: Path) -> None:
    with HELPDESKS["zammad"]() as helpdesk:
        found = fed_by_drips(helpdesk, sqlite_url, tmp_path, 30, 16)

    assert drip.is_as_promised(found), found


def test_what_a_full_disk_did_not_take_was_not_acknowledged(tmp_path: Path) -> None:
    if not small_disks_are_permitted(tmp_path / "tried"):
        pytest.skip("no file system may be mounted here")
    with HELPDESKS["zammad"]() as helpdesk, small_disk(tmp_path / "disk") as disk:
        found = outlive(helpdesk, f"sqlite:///{disk / 'work.sqlite3'}", tmp_path, partial(full, disk), 1)

    nothing_is_missing(found)


def test_what_a_server_that_only_reads_did_not_take_was_not_acknowledged(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # One of its own, whatever the others use: all its sessions are struck.
    monkeypatch.delenv("INTERSPACE_TEST_POSTGRES", raising=False)
    with running_server(on_disk=False) as server, fresh_schema(server) as url, HELPDESKS["zammad"]() as helpdesk:
        found = outlive(helpdesk, url, tmp_path, partial(only_reading, server), 1)

    nothing_is_missing(found)


def nothing_is_missing(found: Outcome) -> None:
    assert (found.evidence.lost, found.evidence.twice) == ([], [])
    assert found.evidence.steps.keys() >= {"level", "request", "rfo"}
    assert found.evidence.created > 0
