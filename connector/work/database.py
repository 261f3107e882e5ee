"""What the work table asks of a database, and how it survives a fork."""

import os
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol, TypeVar
from weakref import WeakSet

from sqlalchemy import Column, Connection, Select, Table
from sqlalchemy.dialects import postgresql, sqlite

T = TypeVar("T")
Insert = sqlite.Insert | postgresql.Insert
"""An insert with ``ON CONFLICT``, which only the dialects know."""


class Database(Protocol):
    """A place where transactions happen. All methods may be called from any thread."""

    @staticmethod
    def insert(table: Table) -> Insert:
        """The insert of this database's dialect."""

    @staticmethod
    def rows(*columns: Column[Any]) -> Select[Any]:
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


class Forkable(Protocol):
    """Something that holds threads, locks or connections: after a fork the child has the parent's locks and
    connections, but none of its threads."""

    def after_fork(self) -> None:
        """Called in the child before any of its own threads exist."""


_members: "WeakSet[Forkable]" = WeakSet()


def survive_fork(member: Forkable) -> None:
    """Call ``member.after_fork()`` in every child process for as long as the member lives."""
    _members.add(member)


def _in_child() -> None:
    for member in list(_members):
        member.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)
