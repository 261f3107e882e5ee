"""What the work table asks of a database, and the choice of one by URL."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol, TypeVar

import sqlalchemy
from sqlalchemy import Connection, Table, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError

from connector.work.errors import StoreError

T = TypeVar("T")
Insert = sqlite.Insert | postgresql.Insert
"""The two inserts that know ``ON CONFLICT``."""

_EXAMPLES = "use sqlite:///var/work.sqlite3 or postgresql://user:password@host/database"


class Database(Protocol):
    """A place where transactions happen. All methods may be called from any thread."""

    def insert(self, table: Table) -> Insert:
        """The dialect's insert."""

    def read(self, work: Callable[[Connection], T]) -> T:
        """Run single reading statements, without a transaction around them.

        Raises ``StoreUnavailable``; ``StoreError`` when the store is damaged.
        """

    def write(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` in one transaction that is on disk when this returns. It may run more than once.

        Raises ``StoreUnavailable``; ``StoreError`` when the store is damaged. Then nothing was written,
        unless the connection was lost during the commit itself.
        """

    def clock(self) -> Callable[[], datetime]:
        """The time that all users of this database agree on."""

    def close(self) -> None:
        """Give back all connections."""


def open_database(url: str) -> Database:
    """Open the database; create the tables if they are missing, migrate them if they are of an older version.

    Raises ``StoreError`` with what to do; the message never holds the password.
    """
    # Imported here, because each of the two uses the names above.
    from connector.work.postgresql import PostgresqlDatabase
    from connector.work.sqlite import SqliteDatabase

    parsed = _parse(url)
    match parsed.drivername:
        case "sqlite" | "sqlite+pysqlite":
            return SqliteDatabase(parsed)
        case "postgresql" | "postgres" | "postgresql+psycopg":
            return PostgresqlDatabase(parsed.set(drivername="postgresql+psycopg"))
        case other:
            raise StoreError(f"{other!r} is not a database the work table can use; {_EXAMPLES}")


def _parse(url: str) -> sqlalchemy.URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        # The parser's own message may quote a part of the password.
        raise StoreError(f"the database URL cannot be read; {_EXAMPLES}") from None
    if "@" in (parsed.host or ""):
        raise StoreError("the database URL has a second '@'; write an '@' in the password as %40")
    return parsed
