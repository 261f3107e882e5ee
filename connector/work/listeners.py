"""Who wants to hear of trouble tickets (TMF621, ``/hub``). If it is lost, its listeners have to say so again."""

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Text, bindparam, select

from connector.work.database import Database
from connector.work.schema import LISTENERS, from_micros, to_micros

MOST = 20
"""Of one panel."""

_L = LISTENERS.c
_ALL = select(LISTENERS).order_by(_L.created)
_ONE = LISTENERS.delete().where(_L.id == bindparam("b_id", type_=Text)).returning(_L.id)


class TooManyError(Exception):
    """The panel has as many as it may have."""


class Listener(NamedTuple):
    """A subscription."""

    id: str
    panel: str
    version: int
    """Of the standard: 4 or 5."""
    callback: str
    query: str
    """Which events: by their attributes, as in the query of an address; empty: all."""
    address: str
    """Where the panel reaches the collection of tickets."""
    created: datetime


class Listeners:
    """See the module; made and used as the work table is."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def all(self) -> list[Listener]:
        """The eldest first."""
        rows = self._database.read(lambda connection: connection.execute(_ALL).all())
        return [_listener(row) for row in rows]

    def add(self, panel: str, version: int, callback: str, query: str, address: str) -> Listener:
        """The same callback and query again are the same subscription.

        :raises TooManyError: nothing was added.
        """
        now = self._clock()
        new = Listener(secrets.token_hex(8), panel, version, callback, query, address, now)

        def store(connection: Connection) -> Any:
            rows = [row for row in connection.execute(_ALL).all() if row.panel == panel]
            same = next((row for row in rows if row[2:5] == new[2:5]), None)
            if same is not None:
                return same
            if len(rows) >= MOST:
                raise TooManyError
            connection.execute(LISTENERS.insert(), {**new._asdict(), "created": to_micros(now)})
            return None

        row = self._database.write(store)
        return new if row is None else _listener(row)

    def remove(self, listener_id: str) -> bool:
        """Whether there was one."""
        bound = {"b_id": listener_id}
        return self._database.write(lambda connection: connection.execute(_ONE, bound).first()) is not None


def _listener(row: Any) -> Listener:
    return Listener(row.id, row.panel, row.version, row.callback, row.query, row.address, from_micros(row.created))
