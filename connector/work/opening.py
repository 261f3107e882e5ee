"""The choice of a database by its URL."""

import sqlalchemy
from sqlalchemy import NullPool, create_engine, inspect, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from connector.work import schema
from connector.work.database import Database
from connector.work.errors import StoreError
from connector.work.postgresql import PostgresqlDatabase
from connector.work.sqlite import SqliteDatabase, usable_path

_SQLITE, _POSTGRESQL = "sqlite+pysqlite", "postgresql+psycopg"

_CONNECT_S = 5
_EXAMPLES = "use sqlite:///var/work.sqlite3 or postgresql://user:password@host/database"


def open_database(url: str) -> Database:
    """Open the database; create the tables if they are missing, migrate them if they are of an older version.

    Raises ``StoreError`` with what to do; the message never holds the password.
    """
    parsed = parse(url)
    return SqliteDatabase(parsed) if parsed.drivername == _SQLITE else PostgresqlDatabase(parsed)


def missing_at(url: str) -> str | None:
    """Where there is no work table yet, without a password; ``None`` if there is one, or only opening it can tell.

    Creates nothing. Raises ``StoreError`` for a URL that cannot work.
    """
    parsed = parse(url)
    if parsed.drivername == _SQLITE:
        path = usable_path(parsed)
        return None if path.exists() else str(path)
    engine = create_engine(parsed, poolclass=NullPool, connect_args={"connect_timeout": _CONNECT_S})
    try:
        with engine.connect() as connection:
            there = inspect(connection).has_table(schema.VERSIONS.name)
    except SQLAlchemyError:
        return None
    # Not the URL: its options may hold a password, too.
    return None if there else f"PostgreSQL database {parsed.database!r} at {parsed.host or 'this machine'}"


def parse(url: str) -> sqlalchemy.URL:
    """The URL of a database that the work table can use, with the driver's full name. Nothing is opened.

    Raises ``StoreError`` with what to do; the message never holds the password.
    """
    parsed = _read(url)
    match parsed.drivername:
        case "sqlite" | "sqlite+pysqlite":
            if parsed.query:
                raise StoreError("a sqlite URL takes no options; use sqlite:///path/to/work.sqlite3")
            if parsed.host or not parsed.database or parsed.database == ":memory:":
                raise StoreError(
                    "a sqlite URL must name a file: sqlite:///path/to/work.sqlite3 (three slashes, then the path)"
                )
            return parsed.set(drivername=_SQLITE)
        case "postgresql" | "postgres" | "postgresql+psycopg":
            return parsed.set(drivername=_POSTGRESQL)
        case other:
            raise StoreError(f"{other!r} is not a database the work table can use; {_EXAMPLES}")


def _read(url: str) -> sqlalchemy.URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        # The parser's own message may quote a part of the password.
        raise StoreError(f"the database URL cannot be read; {_EXAMPLES}") from None
    if "@" in (parsed.host or ""):
        raise StoreError("the database URL has a second '@'; write an '@' in the password as %40")
    return parsed
