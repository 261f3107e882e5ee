"""PostgreSQL: any number of receivers and workers on any number of machines."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    URL,
    Column,
    Connection,
    Pool,
    Select,
    Table,
    Text,
    bindparam,
    cast,
    column,
    create_engine,
    event,
    func,
    select,
    text,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from connector.work import schema
from connector.work.database import Insert, T, survive_fork
from connector.work.errors import StoreError, StoreUnavailable
from connector.work.schema import from_micros


class DatabaseClock:
    """Measures the database's time now and then and counts on from there with the monotonic clock.

    A jump of this machine's own clock therefore changes nothing. The error is at most half a round trip
    plus the drift of ``every``. While the database does not answer, the last measurement stays in use.
    """

    def __init__(
        self,
        read: Callable[[], datetime],
        every: timedelta = timedelta(minutes=1),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Measures at once; raises the ``StoreError`` of ``read``."""
        self._read = read
        self._every = every.total_seconds()
        self._monotonic = monotonic
        self._measuring = threading.Lock()
        self._reading = self._measure()
        self._again = self._reading[1] + self._every

    def __call__(self) -> datetime:
        """Now, in UTC."""
        if self._monotonic() >= self._again and self._measuring.acquire(blocking=False):
            try:
                self._remeasure()
            finally:
                self._measuring.release()
        base, at = self._reading
        return base + timedelta(seconds=self._monotonic() - at)

    def after_fork(self) -> None:
        """The child's own lock."""
        self._measuring = threading.Lock()

    def _remeasure(self) -> None:
        self._again = self._monotonic() + self._every
        try:
            self._reading = self._measure()
        except StoreError:
            return

    def _measure(self) -> tuple[datetime, float]:
        before = self._monotonic()
        moment = self._read().astimezone(UTC)
        return moment, (before + self._monotonic()) / 2


_CONNECT_S = 5
_DEAD_LINE = {"keepalives_idle": 15, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 30_000}
"""After half a minute of silence a connection is given up, whatever happened to the machine at its other end
(PostgreSQL manual, libpq parameters: seconds, and milliseconds for the last)."""
_POOL_WAIT_S = 10
_CONNECTIONS = 8
_TRIES = 5
_RACES = {"40001", "40P01"}
"""SQLSTATE of a serialization failure and of a deadlock (PostgreSQL manual, appendix A)."""
_READ_ONLY = "25006"
"""SQLSTATE: the server does not write: it is a standby, or was made one (PostgreSQL manual, appendix A)."""
_OPENERS_LOCK = 0x1F7E_A5BA_CE00
"""An arbitrary number that stands for "preparing the tables" among the advisory locks of the database."""

_SESSION = """
    SET statement_timeout = '30s';
    SET random_page_cost = 1.1;
    SET idle_in_transaction_session_timeout = '30s';
    SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'
"""
"""Waits are bounded. Reads by index count as cheap, because the table fits into memory. A commit that has returned is
on disk (P1), whatever the server's default is."""

_NOW = text("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint")


class PostgresqlDatabase:
    """A database on a server."""

    def __init__(self, url: URL) -> None:
        """Raises ``StoreError``."""
        self._place = f"PostgreSQL database {url.database!r} at {url.host or url.query.get('host', 'localhost')}"
        self._inherited: list[Pool] = []
        self._clock: DatabaseClock | None = None
        self._writer = create_engine(
            url,
            isolation_level="READ COMMITTED",
            pool_size=_CONNECTIONS,
            max_overflow=_CONNECTIONS,
            pool_timeout=_POOL_WAIT_S,
            hide_parameters=True,
            connect_args={"connect_timeout": _CONNECT_S, **_DEAD_LINE},
        )
        event.listen(self._writer, "connect", _prepare)
        self._reader = self._writer.execution_options(isolation_level="AUTOCOMMIT")
        try:
            self.write(_prepare_tables)
        except StoreUnavailable as error:
            self.close()
            raise StoreError(
                f"{error}; check that the server runs, and user, password and database in the URL"
            ) from error
        except StoreError:
            self.close()
            raise
        survive_fork(self)

    @staticmethod
    def insert(table: Table) -> postgresql.Insert:
        """The insert with ``ON CONFLICT``."""
        return postgresql.insert(table)

    @staticmethod
    def rows(*columns: Column[Any]) -> Select[Any]:
        """See ``Database.rows``."""
        array = cast(bindparam("b_rows", type_=Text), postgresql.JSON)
        of_type = (column(given.name, given.type) for given in columns)
        return select(func.json_to_recordset(array).table_valued(*of_type).render_derived(with_types=True))

    def read(self, work: Callable[[Connection], T]) -> T:
        """See ``Database.read``. A session that has broken while it was idle shows so by its first statement, which is
        tried once more: to ask each session first whether it stands would double the round trips."""
        with self._translated():
            try:
                with self._reader.connect() as connection:
                    return work(connection)
            except DBAPIError as error:
                if not _is_lost(error):
                    raise
            with self._reader.connect() as connection:
                return work(connection)

    def write(self, work: Callable[[Connection], T]) -> T:
        """See ``Database.write``. A transaction that the server gave up as a deadlock is tried again; one that met a
        server that only reads, or a broken session, once more, over a new connection. One that was lost in its commit
        is not: it may be stored."""
        for tries_left in reversed(range(_TRIES)):
            commits = False
            try:
                with self._writer.begin() as connection:
                    result = work(connection)
                    commits = True
            except SQLAlchemyError as error:
                state = _state(error)
                if state == _READ_ONLY:
                    # A session of before a change-over, and all others may be of that server, too.
                    self._writer.dispose()
                is_new_needed = state == _READ_ONLY or (_is_lost(error) and not commits)
                if tries_left and (state in _RACES or (is_new_needed and tries_left == _TRIES - 1)):
                    continue
                raise self._unavailable(error) from error
            else:
                return result
        raise AssertionError("unreachable: the last try returns or raises")

    def write_alone(self, statement: Insert, bound: Callable[[], Mapping[str, Any]]) -> None:
        """See ``Database.write_alone``."""
        self.write(lambda connection: connection.execute(statement, bound()))

    def clock(self) -> Callable[[], datetime]:
        """The server's time, because the clocks of the machines may differ."""
        if self._clock is None:
            self._clock = DatabaseClock(
                lambda: from_micros(self.read(lambda connection: int(connection.execute(_NOW).scalar_one())))
            )
        return self._clock

    def close(self) -> None:
        """Close all idle connections."""
        self._writer.dispose()

    def after_fork(self) -> None:
        """Leave the parent's connections alone: closing one here would end the parent's session."""
        self._inherited.append(self._writer.pool)
        self._writer.dispose(close=False)
        if self._clock is not None:
            self._clock.after_fork()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            raise self._unavailable(error) from error

    def _unavailable(self, error: SQLAlchemyError) -> StoreUnavailable:
        reason = str(error.orig if isinstance(error, DBAPIError) else error).strip()
        if _state(error) == _READ_ONLY:
            reason += "; with several servers, name all in the URL with target_session_attrs=read-write"
        return StoreUnavailable(f"{self._place}: {reason}")


def _state(error: SQLAlchemyError) -> str | None:
    """The SQLSTATE; ``None`` if the server gave none."""
    return getattr(error.orig, "sqlstate", None) if isinstance(error, DBAPIError) else None


def _is_lost(error: SQLAlchemyError) -> bool:
    """The session had broken, and so have all of before."""
    return isinstance(error, DBAPIError) and error.connection_invalidated


def _prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute(_SESSION)
    cursor.close()
    connection.commit()


def _prepare_tables(connection: Connection) -> None:
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _OPENERS_LOCK})
    schema.prepare(connection)
