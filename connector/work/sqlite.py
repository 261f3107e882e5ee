"""SQLite: the embedded default. WAL, every commit on disk, one writer at a time, readers never wait."""

import os
import sqlite3
import stat
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import (
    URL,
    Column,
    Connection,
    Engine,
    Select,
    Table,
    Text,
    bindparam,
    create_engine,
    event,
    func,
    select,
    true,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from connector.clock import now
from connector.work import schema
from connector.work.database import Insert, T, survive_fork
from connector.work.errors import StoreError, StoreUnavailable

log = structlog.get_logger("worktable")

try:
    import fcntl
except ImportError:  # no flock on this system: SQLite's own locks still keep the data right
    fcntl = None  # type: ignore[assignment]


class FileLock:
    """Processes that write the same SQLite file take turns: an advisory lock on a file beside the database. One thread
    per process may ask for it at a time.

    The kernel wakes those who wait for a ``flock``. Others poll, as SQLite's busy handler and the package ``filelock``
    do, and then some processes wait very long: of three that write all the time, 1.5 to 3 s with ``filelock`` (0.2 to
    0.5 s if it polls each millisecond), here 0.05 to 0.08 s with 1.8 times as many commits.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Wait for the lock and hold it. The system frees it when a process dies.

        Raises ``StoreError``, which names the file, if it cannot be written.
        """
        if fcntl is None:
            yield
            return
        file = self._open()
        fcntl.flock(file, fcntl.LOCK_EX)
        if not self._is_there(file):
            # Deleted together with the database: others would wait for another file.
            self.close()
            file = self._open()
            fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Close the file. It stays on disk: others may use it, and a new file of that name would be another lock."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _is_there(self, file: int) -> bool:
        opened = os.fstat(file)
        return _identity(self._path) == (opened.st_dev, opened.st_ino)

    def _open(self) -> int:
        if self._file is None:
            try:
                self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o660)
            except OSError as error:
                raise StoreError(
                    f"cannot write the lock file {self._path}: {error.strerror}; "
                    "the connector must be able to write the directory of its database"
                ) from error
        return self._file


_PATIENCE_S = 10
_READERS = 16
_COMMITTED = "PRAGMA synchronous = FULL"
"""A commit that has returned is on disk (P1)."""
_NAMED = sqlite.dialect(paramstyle="named")
_Identity = tuple[int, int]
_NO_FILE: _Identity = (-1, -1)
"""No file has it."""

_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


class SqliteDatabase:
    """One file on a local disk, used by any number of threads and processes of one machine."""

    def __init__(self, url: URL) -> None:
        """Raises ``StoreError``."""
        self._path = usable_path(url)
        self._turn = threading.Lock()
        self._between_processes = FileLock(self._path.with_name(self._path.name + ".lock"))
        self._inherited: list[object] = []
        self._direct: sqlite3.Connection | None = None
        # Of the file that the connections are on, and of those beside it.
        self._file: _Identity | None = _NO_FILE
        self._besides: set[_Identity] = set()
        self._writer = _engine(self._path, connections=1)
        self._reader = _engine(self._path, connections=_READERS)
        event.listen(self._writer, "connect", _prepare_writer)
        event.listen(self._writer, "begin", _begin_immediate)
        event.listen(self._reader, "connect", _prepare_reader)
        try:
            with self._my_turn():
                pass
        except StoreUnavailable as error:
            self.close()
            raise StoreError(f"{error}; the file and its directory must be writable and on a local disk") from error
        except StoreError:
            self.close()
            raise
        survive_fork(self)

    @staticmethod
    def insert(table: Table) -> sqlite.Insert:
        """The insert with ``ON CONFLICT``."""
        return sqlite.insert(table)

    @staticmethod
    def rows(*columns: Column[Any]) -> Select[Any]:
        """See ``Database.rows``."""
        row = func.json_each(bindparam("b_rows", type_=Text)).table_valued("value").c.value
        # Without a condition SQLite would read the ON of an upsert as that of a join.
        values = (
            func.json_extract(row, f"$.{column.name}", type_=column.type).label(column.name) for column in columns
        )
        return select(*values).where(true())

    def read(self, work: Callable[[Connection], T]) -> T:
        """See ``Database.read``."""
        if _identity(self._path) != self._file:
            with self._my_turn():
                pass
        with self._translated(), self._reader.connect() as connection:
            return work(connection)

    def write(self, work: Callable[[Connection], T]) -> T:
        """See ``Database.write``. Writers queue: threads for a lock, processes for the lock file."""
        with self._my_turn(), self._writer.begin() as connection:
            return work(connection)

    def write_alone(self, statement: Insert, bound: Callable[[], Mapping[str, Any]]) -> None:
        """See ``Database.write_alone``. In each call of the driver a thread gives up the interpreter's lock and has to
        wait for it again. Without a transaction around the statement there is only one call."""
        sql, fixed = _compiled(statement)
        with self._my_turn():
            if self._direct is None:
                self._direct = _direct(self._path)
            self._direct.execute(sql, {**fixed, **bound()})

    def clock(self) -> Callable[[], datetime]:
        """The machine's own time: all users of the file live on it."""
        return now

    def close(self) -> None:
        """Close all connections and the lock file."""
        self._disconnect()
        self._between_processes.close()

    def after_fork(self) -> None:
        """Use nothing of the parent's. The references stay, because a child must not even close a SQLite connection."""
        self._turn = threading.Lock()
        self._between_processes.close()
        self._inherited.append(self._direct)
        self._direct = None
        for engine in (self._reader, self._writer):
            self._inherited.append(engine.pool)
            engine.dispose(close=False)

    @contextmanager
    def _my_turn(self) -> Iterator[None]:
        """Wait until no other thread and no other process writes, on the file that has the name now.

        A file that was deleted, moved or replaced would take everything and keep nothing (P1): its connections are
        left, and the file that has its name now is opened, made if it is missing.

        Raises ``StoreUnavailable`` after ten seconds behind other threads, and if the file was lost during the turn.
        """
        if not self._turn.acquire(timeout=_PATIENCE_S):
            raise StoreUnavailable(f"{self._path} was busy for {_PATIENCE_S} s")
        try:
            with self._between_processes.held(), self._translated():
                if _identity(self._path) != self._file:
                    self._open()
                yield
                if _identity(self._path) != self._file:
                    raise StoreUnavailable(f"{self._path} was deleted or replaced at this moment")
        finally:
            self._turn.release()

    def _open(self) -> None:
        """Leave the file of before, and take away its log, which would be taken for that of the new file."""
        if self._file != _NO_FILE:
            log.warning("the work table's file is not the one it was: it is opened anew", file=str(self._path))
        self._disconnect()
        for name in _besides(self._path):
            if (found := _identity(name)) is not None and found in self._besides:
                name.unlink(missing_ok=True)
        self._besides = set()
        _create_for_us(self._path)
        with self._writer.begin() as connection:
            schema.prepare(connection)
        self._file = _identity(self._path)
        self._besides = {found for name in _besides(self._path) if (found := _identity(name)) is not None}

    def _disconnect(self) -> None:
        self._reader.dispose()
        self._writer.dispose()
        if self._direct is not None:
            self._direct.close()
            self._direct = None

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error) as error:
            reason = error.orig if isinstance(error, DBAPIError) else error
            if getattr(reason, "sqlite_errorcode", None) in _DAMAGED:
                # The next call opens the file anew: it may be mended by then, or another one.
                self._file, self._besides = _NO_FILE, set()
                raise StoreError(
                    f"{self._path} is damaged or not a SQLite database ({reason}); move it away: a new one is made at "
                    "once, it holds only work still to do, and a sweep finds all of it"
                ) from error
            raise StoreUnavailable(f"{self._path}: {reason}") from error


def _identity(path: Path) -> _Identity | None:
    """Tells a file from another one that had or gets its name; ``None`` if there is none now."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _besides(path: Path) -> tuple[Path, Path]:
    """Where SQLite keeps the log of a file, and the log's index."""
    return path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")


def usable_path(url: URL) -> Path:
    """Where the file is, or will be. Raises ``StoreError`` for a place that cannot hold it or is closed to us."""
    path = Path(url.database or "").absolute()
    # Not Path.is_dir() and its like: what they do without permission depends on the version of Python.
    try:
        is_folder = stat.S_ISDIR(path.stat().st_mode)
    except FileNotFoundError:
        is_folder = False
    except OSError as error:
        raise StoreError(f"{path} cannot be used: {error.strerror}; the database URL names it") from None
    if not is_folder and not path.parent.is_dir():
        raise StoreError(f"the directory {path.parent} does not exist; create it or change the database URL")
    if is_folder:
        raise StoreError(f"{path} is a directory; the database URL must name a file in it")
    return path


def _create_for_us(path: Path) -> None:
    """Create the file so that other users cannot read it; SQLite gives the files beside it the same mode.

    Does nothing if it exists. Must run under the lock between processes, because closing a file that SQLite uses frees
    SQLite's own locks on it.
    """
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o660))
    except FileExistsError:
        return
    except OSError as error:
        raise StoreError(f"{path} cannot be created: {error.strerror}") from error


def _engine(path: Path, connections: int) -> Engine:
    return create_engine(
        URL.create("sqlite+pysqlite", database=str(path)),
        pool_size=connections,
        max_overflow=0,
        pool_timeout=_PATIENCE_S,
        hide_parameters=True,
        connect_args={"timeout": _PATIENCE_S},
    )


@cache
def _compiled(statement: Insert) -> tuple[str, Mapping[str, Any]]:
    compiled = statement.compile(dialect=_NAMED)
    return compiled.string, compiled.params


def _direct(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_PATIENCE_S, isolation_level=None, check_same_thread=False)
    connection.execute(_COMMITTED)
    return connection


def _prepare_writer(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    # No BEGIN by the driver: its transaction would begin with a read lock and could fail to get the write lock.
    connection.isolation_level = None
    cursor = connection.cursor()
    mode = cursor.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode != ("wal",):
        raise StoreError("this file system cannot carry a SQLite write-ahead log; use a local disk, or PostgreSQL")
    cursor.execute(_COMMITTED)
    cursor.execute("PRAGMA journal_size_limit = 67108864")
    cursor.close()


def _prepare_reader(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA query_only = ON")
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
