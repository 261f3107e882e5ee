"""What is kept of each helpdesk as a whole: how far its sweep has read, which policy its tickets have been looked at
under, which installation it is, and whether all work on it is stopped."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import Insert, Select, Text, bindparam, select

from connector.work.database import Database
from connector.work.jobs import Home, storable
from connector.work.schema import HELPDESKS, optional_micros, optional_time, to_micros

_H = HELPDESKS.c
_FOR_EVER = datetime(9000, 1, 1, tzinfo=UTC)

_ROW: Select[Any] = select(_H.bookmark, _H.policy, _H.address, _H.account, _H.installation, _H.since, _H.stopped).where(
    _H.helpdesk == bindparam("b_helpdesk", type_=Text)
)


@cache
def _storing(kind: type[Database], *columns: str) -> Insert:
    """Stores these values of a helpdesk, a bound one for each column, and leaves the others as they are. Writing such
    a statement takes longer than running it."""
    insert = kind.insert(HELPDESKS)
    bound = {name: bindparam(f"b_{name}", type_=_H[name].type) for name in ("helpdesk", *columns)}
    return insert.values(bound).on_conflict_do_update(
        index_elements=[_H.helpdesk], set_={name: insert.excluded[name] for name in columns}
    )


class HelpdeskTable:
    """See the module; made and used as the work table is."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def cursor(self, helpdesk: str) -> datetime | None:
        """Up to where the incremental sweep has read; ``None`` before the first sweep."""
        row = self._row(helpdesk)
        return None if row is None else optional_time(row.bookmark)

    def set_cursor(self, helpdesk: str, at: datetime) -> None:
        """Store how far the incremental sweep has read."""
        self._store(helpdesk, bookmark=to_micros(at))

    def policy(self, helpdesk: str) -> str | None:
        """The version of the policy under which every unresolved ticket has been marked due; ``None`` before."""
        row = self._row(helpdesk)
        return None if row is None else row.policy

    def set_policy(self, helpdesk: str, version: str) -> None:
        """Store that every unresolved ticket has been marked due since this policy came into force."""
        self._store(helpdesk, policy=version)

    def home(self, helpdesk: str) -> Home | None:
        """Which helpdesk of this kind the work here is for; ``None`` before the first start."""
        row = self._row(helpdesk)
        if row is None or row.address is None:
            return None
        return Home(row.address, row.account, row.installation, optional_time(row.since))

    def set_home(self, helpdesk: str, home: Home) -> None:
        """Store which helpdesk it is."""
        self._store(helpdesk, **{**home._asdict(), "since": optional_micros(home.since)})

    def stopped(self, helpdesk: str) -> str | None:
        """Why nothing may be written on this helpdesk until a person has looked; ``None``: it may."""
        row = self._row(helpdesk)
        return None if row is None else row.stopped

    def set_stopped(self, helpdesk: str, why: str | None) -> None:
        """Stop all work on a helpdesk, or allow it again."""
        reason = None if why is None else storable(why)
        # All workers keep pauses: so they hear of it.
        until = None if why is None else to_micros(_FOR_EVER)
        self._store(helpdesk, stopped=reason, paused_until=until, pause_reason=reason)

    def _row(self, helpdesk: str) -> Any:
        return self._database.read(lambda connection: connection.execute(_ROW, {"b_helpdesk": helpdesk}).first())

    def _store(self, helpdesk: str, **values: str | int | None) -> None:
        bound = {f"b_{name}": value for name, value in {"helpdesk": helpdesk, **values}.items()}
        statement = _storing(type(self._database), *values)
        self._database.write(lambda connection: connection.execute(statement, bound))
