"""The files of a SQLite work table: they hold tickets' ids and errors, and are not for everybody's eyes."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.sandbox.clock import SteppedClock
from connector.work.table import Key, WorkTable


@pytest.fixture(params=[0o022, 0o000, 0o077], ids="{:03o}".format)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    mask: int = request.param
    before = os.umask(mask)
    yield mask
    os.umask(before)


def test_nobody_else_reads_the_files_of_a_new_work_table(tmp_path: Path, clock: SteppedClock, umask: int) -> None:
    table = WorkTable.open(f"sqlite:///{tmp_path / 'work.sqlite3'}", clock)
    table.touch([Key("zammad", "41")], clock())
    modes = {path.name.removeprefix("work.sqlite3"): stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    table.close()

    assert modes == dict.fromkeys(("", "-wal", "-shm", ".lock"), 0o660 & ~umask)


def test_the_mode_of_a_work_table_that_is_there_is_its_owners_choice(empty_sqlite_url: str) -> None:
    path = Path(empty_sqlite_url.removeprefix("sqlite:///"))
    WorkTable.open(empty_sqlite_url).close()
    path.chmod(0o604)
    WorkTable.open(empty_sqlite_url).close()

    assert stat.S_IMODE(path.stat().st_mode) == 0o604
