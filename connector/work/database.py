"""What the work table asks of a database."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol, TypeVar

from sqlalchemy import Column, Connection, Select, Table
from sqlalchemy.dialects import postgresql, sqlite

T = TypeVar("T")
Insert = sqlite.Insert | postgresql.Insert
"""An insert with ``ON CONFLICT``, which only the dialects know."""


class Database(Protocol):
    """A place where transactions happen. All methods may be called from any thread."""

    def insert(self, table: Table) -> Insert:
        """The insert of this database's dialect."""

    def rows(self, *columns: Column[Any]) -> Select[Any]:
        """A query of the rows in the parameter ``b_rows``, a JSON array of objects whose keys are these columns.

        One statement for all rows is one call of the driver, whatever their number.
        """

    def read(self, work: Callable[[Connection], T]) -> T:
        """Run single reading statements, without a transaction around them.

        Raises ``StoreUnavailable``; ``StoreError`` when the store is damaged.
        """

    def write(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` in one transaction that is on disk when this returns. It may run more than once.

        Raises ``StoreUnavailable``; ``StoreError`` when the store is damaged. Then nothing was written,
        unless the connection was lost during the commit itself.
        """

    def write_alone(self, statement: Insert, bound: Callable[[], Mapping[str, Any]]) -> None:
        """Run one statement that is a transaction of its own, the quickest way to write. It may run more than once.

        ``bound`` gives its parameters, and is called when the database is ready. Raises as ``write`` does.
        """

    def clock(self) -> Callable[[], datetime]:
        """The time that all users of this database agree on."""

    def close(self) -> None:
        """Give back all connections."""
