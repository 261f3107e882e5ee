"""P18: an old database opens in the new version with all that is in it; a newer one is refused and left as it is."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, MetaData, create_engine, text

from connector.work.errors import StoreError
from connector.work.schema import METADATA, VERSION, VERSIONS
from connector.work.table import Counts, Done, Key, RowState, WorkTable
from tests.builders import T0

FIRST_RELEASE = Path(__file__).parent.parent / "fixtures" / "first_release"
LEASE = timedelta(minutes=1)
OURS = {table.name for table in METADATA.tables.values()}

OPENER = "import sys; from connector.work.table import WorkTable; WorkTable.open(sys.argv[1]).close()"

DIES = """
import os, signal, sys
from sqlalchemy import Engine, event

@event.listens_for(Engine, "before_cursor_execute")
def die(connection, cursor, statement, *_):
    if statement.startswith(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)

"""


@pytest.fixture
def old(database_url: str) -> Iterator[Engine]:
    """A database as the first release made and left it."""
    engine = create_engine(database_url)
    with engine.begin() as connection:
        for file in (f"{engine.dialect.name}.sql", "rows.sql"):
            for statement in (FIRST_RELEASE / file).read_text(encoding="utf-8").split(";\n"):
                if statement.strip():
                    connection.exec_driver_sql(statement.replace("%", "%%"))
    yield engine
    engine.dispose()


def everything(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    """All rows of all tables."""
    found = MetaData()
    with engine.connect() as connection:
        found.reflect(connection)
        return {
            name: sorted((dict(row) for row in connection.execute(table.select()).mappings()), key=repr)
            for name, table in found.tables.items()
        }


def run(program: str, url: str, *arguments: str) -> "subprocess.Popen[bytes]":
    """A process of its own."""
    return subprocess.Popen([sys.executable, "-c", program, url, *arguments], stderr=subprocess.PIPE)


def test_a_database_of_the_first_release_opens_with_all_its_work(old: Engine, database_url: str) -> None:
    before = everything(old)

    with closing(WorkTable.open(database_url, lambda: T0)) as table:
        assert table.counts() == {
            "zammad": Counts(due=1, waiting=1, leased=1, dead=1, oldest_due=T0),
            "jira": Counts(due=0, waiting=0, leased=0, dead=0, oldest_due=None),
        }
        assert table.seen("jira", ["10042"]) == {"10042": RowState(T0 - timedelta(seconds=3000), None)}
        assert table.helpdesks.policy("zammad") == "a1b2c3d4e5f6"
        assert table.helpdesks.cursor("zammad") == T0 + timedelta(seconds=1000)
        assert table.paused_until("zammad") == T0 + timedelta(seconds=2000)
        assert table.dead_letters()[0].error == "GET tickets/9: answered 500 – „kaputt“"

    after = everything(old)
    assert after["connector_version"] == [{"version": VERSION}]
    for name in ("connector_ticket", "connector_helpdesk"):
        kept = [{column: row[column] for column in before[name][0]} for row in after[name]]
        assert sorted(kept, key=repr) == before[name]


def test_the_work_of_the_first_release_goes_on(old: Engine, database_url: str) -> None:
    late = T0 + timedelta(days=1)
    with closing(WorkTable.open(database_url, lambda: late)) as table:
        jobs = table.claim("zammad", 10, LEASE)
        assert [(job.key.ticket, job.generation, job.attempts) for job in jobs] == [("due", 3, 0), ("leased", 7, 3)]
        assert table.finish([Done(job, None, late) for job in jobs]) == []
        assert table.replay([Key("zammad", "dead")]) == 1
        assert [job.key.ticket for job in table.claim("zammad", 10, LEASE)] == ["dead"]


@pytest.mark.parametrize("made_by", ["migration", "first opening"])
def test_the_tables_are_as_the_statements_expect_them(
    request: pytest.FixtureRequest, database_url: str, made_by: str
) -> None:
    if made_by == "migration":
        request.getfixturevalue("old")
    WorkTable.open(database_url).close()
    engine = create_engine(database_url)
    with engine.connect() as connection:
        ours = {"include_object": lambda thing, name, kind, *_: kind != "table" or name in OURS}
        context = MigrationContext.configure(connection, opts={"compare_type": True, **ours})
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


def test_several_processes_open_an_old_database_at_once(old: Engine, database_url: str) -> None:
    processes = [run(OPENER, database_url) for _ in range(5)]

    assert [process.communicate()[1].decode() for process in processes] == [""] * 5
    assert {process.returncode for process in processes} == {0}
    found = everything(old)
    assert found["connector_migration"] == [{"version_num": f"{VERSION:04}"}]
    assert found["connector_version"] == [{"version": VERSION}]


@pytest.mark.parametrize("moment", ["ALTER TABLE connector_ticket", "UPDATE connector_version"])
def test_a_crash_in_the_middle_leaves_the_old_database(old: Engine, database_url: str, moment: str) -> None:
    before = everything(old)
    killed = run(DIES + OPENER, database_url, moment)
    killed.communicate()
    assert killed.returncode == -signal.SIGKILL
    assert everything(old) == before

    WorkTable.open(database_url).close()

    assert everything(old)["connector_version"] == [{"version": VERSION}]


def test_a_database_of_a_newer_version_is_refused_and_left_alone(database_url: str) -> None:
    with closing(WorkTable.open(database_url, lambda: T0)) as table:
        table.touch([Key("zammad", "1")], T0)
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(VERSIONS.update().values(version=99))
        connection.execute(text("CREATE TABLE connector_of_tomorrow (name TEXT)"))
    before = everything(engine)

    with pytest.raises(StoreError, match=f"has version 99, this connector knows version {VERSION}; run the version"):
        WorkTable.open(database_url)

    assert everything(engine) == before
    engine.dispose()


def test_a_database_of_this_version_opens_without_the_migration_tool(empty_sqlite_url: str) -> None:
    check = "; assert not [name for name in sys.modules if name.startswith(('alembic', 'mako'))]"
    for _ in range(2):
        opened = run(OPENER + check, empty_sqlite_url)
        assert opened.communicate()[1].decode() == ""
        assert opened.returncode == 0
