"""A store that cannot be used is refused with one sentence that says what to do and never the password."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from connector.sandbox.clock import SteppedClock
from connector.work.errors import StoreError, StoreUnavailable
from connector.work.sqlite import _COMMITTED as AS_SHIPPED
from connector.work.table import Key, WorkTable

SECRET = "hunter2"


@pytest.mark.parametrize(
    ("url", "advice"),
    [
        ("", "the database URL cannot be read; use sqlite:///"),
        ("work.sqlite3", "the database URL cannot be read"),
        ("mysql://root:hunter2@db/work", "'mysql' is not a database the work table can use"),
        ("postgresql+psycopg2://u:hunter2@db/work", "'postgresql\\+psycopg2' is not a database"),
        ("postgresql://u:hunter2", "cannot be read"),
        ("postgresql://u:at@hunter2@db/work", "write an '@' in the password as %40"),
        ("postgresql://u:hunter2@127.0.0.1:1/work", "check that the server runs, and user, password"),
        ("sqlite://", "must name a file"),
        ("sqlite:///:memory:", "must name a file"),
        ("sqlite://work.sqlite3", "must name a file"),
        ("sqlite:///work.sqlite3?mode=ro", "takes no options"),
        ("sqlite:////no/such/place/work.sqlite3", "/no/such/place does not exist; create it"),
        ("sqlite:////tmp", "/tmp is a directory"),
        ("sqlite:////proc/work.sqlite3", "must be able to write the directory"),
    ],
)
def test_a_url_that_cannot_work(url: str, advice: str) -> None:
    with pytest.raises(StoreError, match=advice) as caught:
        WorkTable.open(url)
    assert SECRET not in str(caught.value)


def test_a_database_that_does_not_exist(postgresql_url: str) -> None:
    with pytest.raises(StoreError, match='database "absent" does not exist') as caught:
        WorkTable.open(postgresql_url.replace("postgres:@/postgres", f"postgres:{SECRET}@/absent"))
    assert SECRET not in str(caught.value)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "work.sqlite3"
    path.write_bytes(b"not a database, but long enough to look like one" * 100)
    with pytest.raises(StoreError, match=r"work\.sqlite3 is damaged or not a SQLite database .* move it away"):
        WorkTable.open(f"sqlite:///{path}")


def test_a_file_that_was_damaged_while_closed(tmp_path: Path, clock: SteppedClock) -> None:
    path = tmp_path / "work.sqlite3"
    table = WorkTable.open(f"sqlite:///{path}", clock)
    table.touch([Key("zammad", str(n)) for n in range(1000)], clock())
    table.close()
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xa5" * (len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(StoreError, match="a sweep finds all of it"):
        _use(f"sqlite:///{path}")


def _use(url: str) -> None:
    with closing(WorkTable.open(url)) as table:
        table.claim("zammad", 10, timedelta(minutes=1))


def test_a_sqlite_commit_is_on_disk_before_it_returns(
    empty_sqlite_url: str, clock: SteppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connector.work.sqlite._COMMITTED", AS_SHIPPED)
    table = WorkTable.open(empty_sqlite_url, clock)
    levels = table._database.write(
        lambda connection: [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")
        ]
    )
    table.touch([Key("zammad", "1")], clock())
    direct = table._database._direct.execute("PRAGMA synchronous").fetchone()  # type: ignore[attr-defined]
    table.close()
    assert levels == ["wal", 2]
    assert direct == (2,), "events go by a connection of their own"


def test_a_postgresql_commit_is_on_disk_before_it_returns(postgresql_url: str) -> None:
    careless = postgresql_url + "%20-csynchronous_commit%3Doff"
    table = WorkTable.open(careless)
    level = table._database.read(lambda connection: connection.exec_driver_sql("SHOW synchronous_commit").scalar())
    table.close()
    assert level == "on"


def test_a_table_that_another_program_locks_is_unavailable(
    empty_sqlite_url: str, clock: SteppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connector.work.sqlite._PATIENCE_S", 0)
    table = WorkTable.open(empty_sqlite_url, clock)
    stranger = sqlite3.connect(empty_sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    stranger.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="database is locked"):
        table.touch([Key("zammad", "1")], clock())
    assert table.claim("zammad", 1, timedelta(minutes=1)) == [], "an idle claim needs no write lock"
    stranger.execute("ROLLBACK")
    stranger.close()
    table.touch([Key("zammad", "1")], clock())
    table.close()


def test_postgresql_url_spellings(postgresql_url: str, clock: SteppedClock) -> None:
    for scheme in ("postgresql", "postgres", "postgresql+psycopg"):
        table = WorkTable.open(postgresql_url.replace("postgresql+psycopg", scheme, 1), clock)
        table.touch([Key("zammad", scheme)], clock())
        table.close()
    table = WorkTable.open(postgresql_url, clock)
    assert table.counts()["zammad"].due == 3
    table.close()
