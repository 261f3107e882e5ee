"""What has to be told outside of the helpdesk: a row for each event and receiver, from the moment that the ticket says
it happened until the ticket says it was told.

If it is lost, the tickets themselves say what happened and what was told of it.
"""

import secrets
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol

from sqlalchemy import BigInteger, Connection, Integer, Text, and_, bindparam, func, select, tuple_, update

from connector.domain.decision import Decision
from connector.domain.ticket import Ticket
from connector.policy.models import Policy
from connector.work.database import Database
from connector.work.jobs import storable
from connector.work.schema import TELLINGS, from_micros, optional_time, to_micros

_T = TELLINGS.c
_HELPDESK = bindparam("b_helpdesk", type_=Text)
_TICKET = bindparam("b_ticket", type_=Text)
_NOW = bindparam("b_now", type_=BigInteger)

_ROWS = select(TELLINGS).where(_T.helpdesk == _HELPDESK, _T.ticket == _TICKET)
_READY = (
    select(_T.ticket, _T.event, _T.receiver)
    .where(_T.helpdesk == _HELPDESK, _T.due <= _NOW)
    .order_by(_T.due)
    .limit(bindparam("b_limit", type_=Integer))
    .with_for_update(skip_locked=True)
    .cte("ready")
)
_CLAIM = (
    update(TELLINGS)
    .where(_T.helpdesk == _HELPDESK)
    .where(tuple_(_T.ticket, _T.event, _T.receiver).in_(select(_READY.c.ticket, _READY.c.event, _READY.c.receiver)))
    .values(
        due=bindparam("b_until", type_=BigInteger),
        token=bindparam("b_token", type_=Text),
        attempts=_T.attempts + 1,
    )
    .returning(TELLINGS)
)
_ONE = and_(
    _T.helpdesk == bindparam("b_helpdesk"),
    _T.ticket == bindparam("b_ticket"),
    _T.event == bindparam("b_event"),
    _T.receiver == bindparam("b_receiver"),
)
_OWN = and_(_ONE, _T.token == bindparam("b_token"))
_TOLD = (
    update(TELLINGS)
    .where(_OWN)
    .values(due=None, token=None, error=None, told_at=bindparam("b_now", type_=BigInteger))
    .returning(_T.event)
)
_AGAIN = (
    update(TELLINGS)
    .where(_OWN)
    .values(due=bindparam("b_due", type_=BigInteger), token=None, error=bindparam("b_error", type_=Text))
    .returning(_T.event)
)
_GIVEN_UP = (
    update(TELLINGS)
    .where(_OWN)
    .values(
        due=None,
        token=None,
        error=bindparam("b_error", type_=Text),
        failed_at=bindparam("b_now", type_=BigInteger),
    )
    .returning(_T.event)
)
_REPLAY = (
    update(TELLINGS)
    .where(_ONE, _T.failed_at.is_not(None))
    .values(due=bindparam("b_now", type_=BigInteger), attempts=0, failed_at=None, error=None)
    .returning(_T.event)
)
_FORGET = TELLINGS.delete().where(_ONE, _T.due.is_(None))
_DROP = TELLINGS.delete().where(_ONE, _T.failed_at.is_not(None)).returning(_T.event)
_PRUNE = TELLINGS.delete().where(
    _T.helpdesk == _HELPDESK, _T.due.is_(None), _T.failed_at.is_(None), _T.told_at < bindparam("b_before")
)
_FINISHED = select(_T.ticket).distinct().where(_T.helpdesk == _HELPDESK, _T.due.is_(None))
_DEAD = select(TELLINGS).where(_T.failed_at.is_not(None)).order_by(_T.failed_at)
_NEXT = select(func.min(_T.due)).where(_T.helpdesk == _HELPDESK)
_COUNT = (
    select(
        _T.helpdesk,
        func.count(_T.due).label("waiting"),
        func.count(_T.failed_at).label("dead"),
        func.min(_T.created).filter(_T.due.is_not(None)).label("oldest"),
    )
    .group_by(_T.helpdesk)
    .order_by(_T.helpdesk)
)


class TellingKey(NamedTuple):
    """Who is told of what."""

    helpdesk: str
    ticket: str
    event: str
    receiver: str


class Telling(NamedTuple):
    """One row."""

    key: TellingKey
    body: str
    """JSON, as the receiver gets it."""
    created: datetime
    due: datetime | None = None
    attempts: int = 0
    told_at: datetime | None = None
    failed_at: datetime | None = None
    error: str | None = None
    token: str | None = None


class TellingCounts(NamedTuple):
    """How many wait and how many were given up."""

    waiting: int
    dead: int
    oldest: datetime | None
    """When the one that waits longest was planned."""


class WantedTelling(NamedTuple):
    """What a receiver has to be told, or was."""

    event: str
    receiver: str
    body: Callable[[], str]
    """Words it, as JSON. Only what is not told yet is worded."""


class Teller(Protocol):
    """Knows receivers."""

    def wanted(self, ticket: Ticket, policy: Policy, decision: Decision, now: datetime) -> Iterable[WantedTelling]:
        """Everything of a ticket on which ``decision`` was written just now."""

    def is_noted(self, receiver: str) -> bool:
        """Whether the ticket says what this receiver was told."""


class Tellings:
    """See the module; made and used as the work table is."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._add = database.insert(TELLINGS).on_conflict_do_nothing()

    def of(self, helpdesk: str, ticket: str) -> list[Telling]:
        """All of one ticket, in one cheap read."""
        bound = {"b_helpdesk": helpdesk, "b_ticket": ticket}
        return [_telling(row) for row in self._database.read(lambda connection: connection.execute(_ROWS, bound).all())]

    def add(self, keys: Sequence[tuple[TellingKey, str]]) -> None:
        """To be told from now on, each with its body. What is there already stays as it is."""
        now = to_micros(self._clock())
        rows = [{**key._asdict(), "body": body, "created": now, "due": now, "attempts": 0} for key, body in keys]
        if rows:
            self._database.write(lambda connection: connection.execute(self._add, rows))

    def next_due(self, helpdesk: str) -> datetime | None:
        """When ``claim`` has something to give."""
        bound = {"b_helpdesk": helpdesk}
        return optional_time(
            self._database.read(lambda connection: connection.execute(_NEXT, bound).scalar_one_or_none())
        )

    def claim(self, helpdesk: str, limit: int, lease: timedelta) -> list[Telling]:
        """Takes up to ``limit`` that are due, the longest due first. The attempt counts from now on: whoever dies over
        one may have told it."""
        now, due = self._clock(), self.next_due(helpdesk)
        if due is None or due > now:
            return []
        bound = {
            "b_helpdesk": helpdesk,
            "b_now": to_micros(now),
            "b_until": to_micros(now + lease),
            "b_token": secrets.token_hex(8),
            "b_limit": limit,
        }
        rows = self._database.write(lambda connection: connection.execute(_CLAIM, bound).all())
        return sorted((_telling(row) for row in rows), key=lambda telling: (telling.created, telling.key))

    def told(self, telling: Telling) -> bool:
        """The receiver has taken it; ``False``: the lease had passed to another, who tells it too."""
        return self._own(_TOLD, telling, b_now=to_micros(self._clock()))

    def failed(self, telling: Telling, error: str, again: datetime | None) -> bool:
        """To be tried again then (UTC), or given up; ``False`` as above."""
        if again is None:
            return self._own(_GIVEN_UP, telling, b_error=storable(error), b_now=to_micros(self._clock()))
        return self._own(_AGAIN, telling, b_error=storable(error), b_due=to_micros(again))

    def finished(self, helpdesk: str) -> list[str]:
        """Ids of the tickets that have not said yet what was told or given up."""
        bound = {"b_helpdesk": helpdesk}
        rows = self._database.read(lambda connection: connection.execute(_FINISHED, bound).all())
        return [row.ticket for row in rows]

    def forget(self, keys: Sequence[TellingKey]) -> None:
        """The ticket says it itself, or nobody asks any more."""
        bound = [_bound(key) for key in keys]
        if bound:
            self._database.write(lambda connection: connection.execute(_FORGET, bound))

    def prune(self, helpdesk: str, before: datetime) -> None:
        """Forgets what was told before (UTC) to receivers of whom no ticket speaks."""
        bound = {"b_helpdesk": helpdesk, "b_before": to_micros(before)}
        self._database.write(lambda connection: connection.execute(_PRUNE, bound))

    def dead(self, helpdesk: str | None = None) -> list[Telling]:
        """What was given up, of all helpdesks or one, the oldest first."""
        found = self._database.read(lambda connection: connection.execute(_DEAD).all())
        return [telling for row in found if (telling := _telling(row)).key.helpdesk == (helpdesk or row.helpdesk)]

    def replay(self, keys: Iterable[TellingKey]) -> int:
        """Try these again now, with all attempts before them; returns how many were given up."""
        return self._count(_REPLAY, [{**_bound(key), "b_now": to_micros(self._clock())} for key in keys])

    def drop(self, keys: Iterable[TellingKey]) -> int:
        """Forget these; returns how many were given up."""
        return self._count(_DROP, [_bound(key) for key in keys])

    def counts(self) -> dict[str, TellingCounts]:
        """By helpdesk."""
        rows = self._database.read(lambda connection: connection.execute(_COUNT).all())
        return {row.helpdesk: TellingCounts(row.waiting, row.dead, optional_time(row.oldest)) for row in rows}

    def _own(self, statement: Any, telling: Telling, **values: Any) -> bool:
        return self._count(statement, [{**_bound(telling.key), "b_token": telling.token, **values}]) == 1

    def _count(self, statement: Any, each: Sequence[dict[str, Any]]) -> int:
        def work(connection: Connection) -> int:
            return sum(len(connection.execute(statement, bound).all()) for bound in each)

        return self._database.write(work) if each else 0


def _bound(key: TellingKey) -> dict[str, Any]:
    return {f"b_{name}": value for name, value in key._asdict().items()}


def _telling(row: Any) -> Telling:
    return Telling(
        TellingKey(row.helpdesk, row.ticket, row.event, row.receiver),
        row.body,
        from_micros(row.created),
        optional_time(row.due),
        row.attempts,
        optional_time(row.told_at),
        optional_time(row.failed_at),
        row.error,
        row.token,
    )
