"""What people want to see of all work at once: what lies ahead, what was missed, what sweeps and examinations found.

Losing it loses nothing: good runs, sweeps and examinations write it again.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Integer, Select, Text, and_, bindparam, case, func, or_, select

from connector.work.database import Database
from connector.work.jobs import Key, storable
from connector.work.outlook import Outlook
from connector.work.schema import EXAMINATIONS, SWEEPS, TICKETS, from_micros, optional_micros, optional_time, to_micros
from connector.work.statements import OUTLOOK

_T, _S, _E = TICKETS.c, SWEEPS.c, EXAMINATIONS.c
_HELPDESK = bindparam("b_helpdesk", type_=Text)
_SINCE = bindparam("b_since", type_=BigInteger)
_UNTIL = bindparam("b_until", type_=BigInteger)
_KEPT = timedelta(days=1)
_LONGEST_FINDINGS = 200_000

_FOUND = select(_T.ticket, *OUTLOOK, func.count().over().label("of")).limit(bindparam("b_limit", type_=Integer))


def _within(time: Any) -> Any:
    return and_(time > _SINCE, time <= _UNTIL)


_NEXT = case((or_(_T.target_at.is_(None), _T.level_at <= _T.target_at), _T.level_at), else_=_T.target_at)
"""The earlier one of level and promise."""

# No row is due later than what lies ahead of its ticket: so the index on the due time serves.
_AHEAD = _FOUND.where(
    _T.helpdesk == _HELPDESK, _T.due <= _UNTIL, or_(_within(_T.level_at), _within(_T.target_at))
).order_by(_NEXT, _T.ticket)
_MISSED = _FOUND.where(_T.helpdesk == _HELPDESK, _within(_T.missed_at)).order_by(_T.missed_at.desc(), _T.ticket)
_OUTLOOKS: Select[Any] = select(_T.ticket, *OUTLOOK).where(
    _T.helpdesk == _HELPDESK, _T.ticket.in_(bindparam("b_tickets", expanding=True))
)
_SWEEPS = select(SWEEPS).where(_S.helpdesk == _HELPDESK).order_by(_S.at.desc())
_FORGET = SWEEPS.delete().where(_S.helpdesk == _HELPDESK, _S.at < _SINCE)
_EXAMINED = select(EXAMINATIONS).where(_E.helpdesk == _HELPDESK)


class Found(NamedTuple):
    """The first of some tickets."""

    tickets: Sequence[tuple[Key, Outlook]]
    of: int
    """How many there are in all."""


class PastSweep(NamedTuple):
    """A sweep of the last day."""

    at: datetime
    """UTC."""
    whole: bool
    """All unresolved tickets were listed."""
    listed: int
    touched: int
    missed: int
    """Changes whose webhook never came."""
    held: str | None
    """Why a new policy was not applied to the open tickets; ``None``: nothing was held back."""


class Examined(NamedTuple):
    """The last examination of an installation."""

    at: datetime
    """UTC."""
    findings: Sequence[Mapping[str, Any]]
    """As ``interspace doctor --json`` prints them."""


def as_row(outlook: Outlook) -> dict[str, Any]:
    """The outlook as the columns of its ticket's row."""
    row: dict[str, Any] = outlook._asdict()
    for name in ("level_at", "target_at", "missed_at"):
        row[name] = optional_micros(row[name])
    return row | {"number": None if outlook.number is None else storable(outlook.number)[:60]}


class Records:
    """See the module; made and used as the work table is."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        sweep, examined = database.insert(SWEEPS), database.insert(EXAMINATIONS)
        self._swept = sweep.on_conflict_do_nothing()
        said = {"at": examined.excluded.at, "findings": examined.excluded.findings}
        self._examined = examined.on_conflict_do_update(index_elements=[_E.helpdesk], set_=said)

    def ahead(self, helpdesk: str, length: timedelta, limit: int = 100) -> Found:
        """Tickets whose next level or promise comes within ``length`` from now, the next one first."""
        now = self._clock()
        return self._found(_AHEAD, helpdesk, now, now + length, limit)

    def missed(self, helpdesk: str, length: timedelta, limit: int = 100) -> Found:
        """Tickets of which a promise was missed within the last ``length``, the last one first. Reads all rows."""
        now = self._clock()
        return self._found(_MISSED, helpdesk, now - length, now, limit)

    def outlooks(self, helpdesk: str, tickets: Sequence[str]) -> dict[str, Outlook]:
        """What was seen of these tickets, a few hundred at most; an unknown one is absent."""
        bound = {"b_helpdesk": helpdesk, "b_tickets": list(tickets)}
        rows = self._database.read(lambda connection: connection.execute(_OUTLOOKS, bound).all())
        return {row.ticket: _outlook(row) for row in rows}

    def swept(self, helpdesk: str, sweep: PastSweep) -> None:
        """Store what a sweep found, and forget those of the day before."""
        row = {**sweep._asdict(), "helpdesk": helpdesk, "at": to_micros(sweep.at)}
        row["held"] = None if sweep.held is None else storable(sweep.held)
        bound = {"b_helpdesk": helpdesk, "b_since": to_micros(sweep.at - _KEPT)}

        def work(connection: Any) -> None:
            connection.execute(_FORGET, bound)
            connection.execute(self._swept, row)

        self._database.write(work)

    def sweeps(self, helpdesk: str) -> list[PastSweep]:
        """Those of the last day, the last one first."""
        rows = self._database.read(lambda connection: connection.execute(_SWEEPS, {"b_helpdesk": helpdesk}).all())
        return [
            PastSweep(from_micros(row.at), row.whole, row.listed, row.touched, row.missed, row.held) for row in rows
        ]

    def examined(self, helpdesk: str, findings: Sequence[Mapping[str, Any]]) -> None:
        """Store what an examination has found just now, instead of what the one before did."""
        text = json.dumps(findings)
        if len(text) > _LONGEST_FINDINGS:
            return
        row = {"helpdesk": helpdesk, "at": to_micros(self._clock()), "findings": text}
        self._database.write(lambda connection: connection.execute(self._examined, row))

    def examination(self, helpdesk: str) -> Examined | None:
        """The last one; ``None``: there was none."""
        row = self._database.read(lambda connection: connection.execute(_EXAMINED, {"b_helpdesk": helpdesk}).first())
        return None if row is None else Examined(from_micros(row.at), json.loads(row.findings))

    def _found(self, statement: Select[Any], helpdesk: str, since: datetime, until: datetime, limit: int) -> Found:
        bound = {"b_helpdesk": helpdesk, "b_since": to_micros(since), "b_until": to_micros(until), "b_limit": limit}
        rows = self._database.read(lambda connection: connection.execute(statement, bound).all())
        return Found([(Key(helpdesk, row.ticket), _outlook(row)) for row in rows], rows[0].of if rows else 0)


def _outlook(row: Any) -> Outlook:
    values = {name: getattr(row, name) for name in Outlook._fields}
    for name in ("level_at", "target_at", "missed_at"):
        values[name] = optional_time(values[name])
    return Outlook(**values)
