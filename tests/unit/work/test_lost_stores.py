"""A store that is lost, replaced or read-only while it is in use: noticed before anything is acknowledged (P1)."""

import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, make_url, text

from connector.sandbox.clock import SteppedClock
from connector.work.errand import FULL_SWEEP, SWEEP
from connector.work.errors import StoreError, StoreUnavailable
from connector.work.group_commit import GroupCommit
from connector.work.postgresql import PostgresqlDatabase
from connector.work.table import Key, WorkTable
from connector.work.worker import Worker
from tests.builders import T0, default_policy
from tests.promises.small_helpdesk import Client, SmallHelpdesk
from tests.waiting import wait_until
from tests.working import in_a_thread


def on_disk(path: Path) -> set[str]:
    """What another process finds in the file that has the name now."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return {ticket for (ticket,) in connection.execute("SELECT ticket FROM connector_ticket")}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "work.sqlite3"


@pytest.fixture
def table(path: Path, clock: SteppedClock) -> WorkTable:
    opened = WorkTable.open(f"sqlite:///{path}", clock)
    opened.touch([Key("zammad", "1")], clock())
    return opened


@pytest.mark.parametrize("everything", [False, True], ids=["the file", "all files"])
def test_what_is_acknowledged_after_a_deletion_is_on_disk(
    path: Path, table: WorkTable, clock: SteppedClock, everything: bool
) -> None:
    commits = GroupCommit(table)
    commits.touch(Key("zammad", "2"), clock(), timeout=10)
    for file in path.parent.iterdir() if everything else [path]:
        file.unlink()

    commits.touch(Key("zammad", "3"), clock(), timeout=10)
    table.touch([Key("zammad", "4")], clock())

    assert on_disk(path) == {"3", "4"}
    assert table.counts()["zammad"].due == 2
    commits.close()


def test_another_process_and_this_one_go_on_with_the_same_new_file(
    path: Path, table: WorkTable, clock: SteppedClock
) -> None:
    other = WorkTable.open(f"sqlite:///{path}", clock)
    path.unlink()
    table.touch([Key("zammad", "2")], clock())
    other.touch([Key("zammad", "3")], clock())
    assert {job.key.ticket for job in table.claim("zammad", 9, timedelta(minutes=1))} == {"2", "3"}
    assert other.counts()["zammad"].leased == 2, "whoever only reads notices, too"


def test_a_copy_that_is_put_in_its_place_is_used_without_the_old_log(
    path: Path, table: WorkTable, clock: SteppedClock, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.sqlite3"
    with closing(WorkTable.open(f"sqlite:///{copy}", clock)) as elsewhere:
        elsewhere.touch([Key("zammad", "of the copy")], clock())
    table.touch([Key("zammad", str(number)) for number in range(200)], clock())
    copy.replace(path)

    table.touch([Key("zammad", "new")], clock())

    assert on_disk(path) == {"of the copy", "new"}


def test_a_damaged_file_is_named_and_healed_without_a_restart(
    path: Path, table: WorkTable, clock: SteppedClock, tmp_path: Path
) -> None:
    rubbish = tmp_path / "rubbish"
    rubbish.write_bytes(b"no database at all " * 1000)
    shutil.move(rubbish, path)
    for _ in range(2):
        with pytest.raises(StoreError, match=r"work\.sqlite3 is damaged or not a SQLite database .* move it away"):
            table.touch([Key("zammad", "2")], clock())
    with pytest.raises(StoreError, match="is damaged"):
        table.counts()

    path.rename(tmp_path / "away")
    table.touch([Key("zammad", "3")], clock())

    assert on_disk(path) == {"3"}


def test_a_file_lost_in_the_middle_of_a_commit_is_not_acknowledged(
    path: Path, table: WorkTable, clock: SteppedClock
) -> None:
    def lose() -> dict[Key, object]:
        path.unlink()
        return {Key("zammad", "2"): clock()}

    with pytest.raises(StoreUnavailable, match="was deleted or replaced at this moment"):
        table.touch_late(lose)  # type: ignore[arg-type]


def test_a_worker_looks_for_everything_again(path: Path, table: WorkTable, clock: SteppedClock) -> None:
    with in_a_thread(Worker(table, Client(SmallHelpdesk(clock, [])), default_policy())):
        wait_until(lambda: len(table.seen("small", [SWEEP, FULL_SWEEP])) == 2, "the sweeps")
        path.unlink()
        clock.advance(timedelta(minutes=2))
        wait_until(lambda: len(table.seen("small", [SWEEP, FULL_SWEEP])) == 2, "the sweeps again")


def test_sessions_on_a_server_that_has_become_read_only_are_dropped(postgresql_url: str) -> None:
    table = WorkTable.open(postgresql_url, lambda: T0)
    database = table._database
    assert isinstance(database, PostgresqlDatabase)
    sessions = [database._writer.connect() for _ in range(3)]
    for session in sessions:
        session.execute(text("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"))
        session.commit()
        session.close()

    table.touch([Key("zammad", "1")], T0)

    assert table.counts()["zammad"].due == 1
    table.close()


def test_a_server_that_only_reads_is_named_with_what_to_do(postgresql_url: str) -> None:
    WorkTable.open(postgresql_url, lambda: T0).close()
    standby = f"{postgresql_url}%20-cdefault_transaction_read_only%3Don"
    with (
        closing(WorkTable.open(standby, lambda: T0)) as table,
        pytest.raises(StoreUnavailable, match="target_session_attrs=read-write"),
    ):
        table.touch([Key("zammad", "1")], T0)


END = text("SELECT pg_terminate_backend(:pid, 5000)")


def test_sessions_that_broke_while_they_were_idle_cost_nobody_an_answer(postgresql_url: str) -> None:
    with closing(WorkTable.open(postgresql_url, lambda: T0)) as table, closing(other(postgresql_url)) as killer:
        database = table._database
        assert isinstance(database, PostgresqlDatabase)

        def break_all() -> None:
            sessions = [database._writer.connect() for _ in range(3)]
            pids = [session.scalar(text("SELECT pg_backend_pid()")) for session in sessions]
            for session in sessions:
                session.close()
            killer.write(lambda connection: [connection.execute(END, {"pid": pid}) for pid in pids])

        break_all()
        table.touch([Key("zammad", "1")], T0)
        break_all()
        assert table.counts()["zammad"].due == 1


def test_what_was_lost_in_its_commit_is_not_written_again(postgresql_url: str) -> None:
    with closing(WorkTable.open(postgresql_url, lambda: T0)) as table, closing(other(postgresql_url)) as killer:
        database, tries = table._database, list[int]()
        assert isinstance(database, PostgresqlDatabase)

        def work(connection: Connection) -> None:
            tries.append(connection.scalar(text("SELECT pg_backend_pid()")) or 0)

        def lose(_: Connection) -> None:
            killer.write(lambda connection: connection.execute(END, {"pid": tries[-1]}))

        event.listen(database._writer, "commit", lose)
        with pytest.raises(StoreUnavailable):
            database.write(work)

        assert len(tries) == 1


def other(url: str) -> PostgresqlDatabase:
    return PostgresqlDatabase(make_url(url).set(drivername="postgresql+psycopg"))
