"""The statements of the work table, the same for both databases.

Only the present owner can change a leased row, because each statement that does checks the token. ``due``
doubles as the end of the lease: one partial index then answers "what may a worker take now", expired leases
included.
"""

from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Delete,
    Integer,
    Select,
    Text,
    Update,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.sql.dml import ReturningUpdate

from connector.work.database import Database, Insert
from connector.work.jobs import MOST_DEATHS
from connector.work.outlook import Outlook
from connector.work.schema import HELPDESKS, PAUSES, TELLINGS, TICKETS

_T = TICKETS.c
_H = HELPDESKS.c
_P = PAUSES.c

_HELPDESK = bindparam("b_helpdesk", type_=Text)
_TICKET = bindparam("b_ticket", type_=Text)
_ENDPOINT = bindparam("b_endpoint", type_=Text)
_TOKEN = bindparam("b_token", type_=Text)
_NOW = bindparam("b_now", type_=BigInteger)
_DUE = bindparam("b_due", type_=BigInteger)
_SEEN = bindparam("b_seen", type_=BigInteger)
_ERROR = bindparam("b_error", type_=Text)

_ROW = and_(_T.helpdesk == _HELPDESK, _T.ticket == _TICKET)
_FREE: dict[str, Any] = {"token": None, "was_due": None, "bumped_due": None, "not_before": None}


def _earlier(time: ColumnElement[Any], other: ColumnElement[Any]) -> ColumnElement[Any]:
    """The smaller of two times; an absent one does not count."""
    return case((other.is_(None), time), (time < other, time), else_=other)


def _later(time: ColumnElement[Any], other: ColumnElement[Any]) -> ColumnElement[Any]:
    """The larger of two times; an absent other one does not count."""
    return case((other.is_(None), time), (time > other, time), else_=other)


TOUCHED = (_T.helpdesk, _T.ticket, _T.due)


def touch(insert: Insert, rows: Select[Any]) -> Insert:
    """Events, each on another ticket.

    While the ticket is leased, the event is noted beside the lease. Otherwise it makes the row due earlier, and wakes a
    dead letter. The row is never due before the time that the helpdesk has named for this ticket.
    """
    new = insert.excluded
    given = rows.add_columns(literal_column("1"), literal_column("0"))
    return insert.from_select(["helpdesk", "ticket", "due", "generation", "attempts"], given).on_conflict_do_update(
        index_elements=[_T.helpdesk, _T.ticket],
        set_={
            "generation": _T.generation + 1,
            "due": case((_T.token.is_not(None), _T.due), else_=_later(_earlier(new.due, _T.due), _T.not_before)),
            "bumped_due": case((_T.token.is_not(None), _earlier(new.due, _T.bumped_due)), else_=null()),
            "failed_at": None,
            # An event is worth one life more, not several.
            "deaths": case((_T.deaths >= MOST_DEATHS, MOST_DEATHS - 1), else_=_T.deaths),
        },
    )


def pause(insert: Insert) -> Insert:
    """Stop a helpdesk until a time, unless it is stopped for longer already."""
    return insert.values(helpdesk=_HELPDESK, paused_until=_DUE, pause_reason=_ERROR).on_conflict_do_update(
        index_elements=[_H.helpdesk],
        set_={"paused_until": insert.excluded.paused_until, "pause_reason": insert.excluded.pause_reason},
        where=or_(_H.paused_until.is_(None), _H.paused_until < insert.excluded.paused_until),
    )


def pause_endpoint(insert: Insert) -> Insert:
    """The same for requests of one kind."""
    bound = {"helpdesk": _HELPDESK, "endpoint": _ENDPOINT, "paused_until": _DUE, "reason": _ERROR}
    return insert.values(bound).on_conflict_do_update(
        index_elements=[_P.helpdesk, _P.endpoint],
        set_={"paused_until": insert.excluded.paused_until, "reason": insert.excluded.reason},
        where=_P.paused_until < insert.excluded.paused_until,
    )


PAUSED = union_all(
    select(literal("", Text).label("endpoint"), _H.paused_until).where(
        _H.helpdesk == _HELPDESK, _H.paused_until > _NOW
    ),
    select(_P.endpoint, _P.paused_until).where(_P.helpdesk == _HELPDESK, _P.paused_until > _NOW),
)
"""All running pauses of a helpdesk in one read; no endpoint: the whole of it."""

PAUSES_TOLD = union_all(
    select(_H.helpdesk, null().label("endpoint"), _H.paused_until, _H.pause_reason.label("reason"), _H.stopped).where(
        _H.paused_until > _NOW
    ),
    select(_P.helpdesk, _P.endpoint, _P.paused_until, _P.reason, null().label("stopped")).where(_P.paused_until > _NOW),
)
"""All running pauses of all helpdesks with their causes, for people."""

LIFT: Update = (
    update(HELPDESKS).where(_H.helpdesk == _HELPDESK, _H.stopped.is_(None)).values(paused_until=None, pause_reason=None)
)
LIFT_ENDPOINTS: Update = update(PAUSES).where(_P.helpdesk == _HELPDESK).values(paused_until=0)

NEXT_DUE: Select[Any] = (
    select(
        _T.due,
        select(_H.paused_until).where(_H.helpdesk == _HELPDESK).scalar_subquery().label("paused_until"),
    )
    .where(_T.helpdesk == _HELPDESK, _T.due.is_not(None))
    .order_by(_T.due)
    .limit(1)
)


def _claim(which: ColumnElement[bool]) -> ReturningUpdate[Any]:
    """Takes what is due. A row that still has a token was claimed by somebody who has not been heard of again: that
    attempt is counted now.

    The rows are chosen in a common table expression, because a subquery in a join may be run more than once and lock
    other rows each time.
    """
    ready = (
        select(_T.ticket)
        .where(_T.helpdesk == _HELPDESK, _T.due <= _NOW, which)
        .where(~select(_H.helpdesk).where(_H.helpdesk == _HELPDESK, _H.paused_until > _NOW).exists())
        .order_by(_T.due)
        .limit(bindparam("b_limit", type_=Integer))
        .with_for_update(skip_locked=True, of=TICKETS)
        .cte("ready")
    )
    died = case((_T.token.is_not(None), 1), else_=0)
    # Columns in RETURNING are written without their table, which would make those of the inner one of them.
    helpdesk, ticket = (literal_column(f"{TICKETS.name}.{name}", Text) for name in ("helpdesk", "ticket"))
    told = exists().where(TELLINGS.c.helpdesk == helpdesk, TELLINGS.c.ticket == ticket)
    return (
        update(TICKETS)
        .where(_T.helpdesk == _HELPDESK, _T.ticket.in_(select(ready.c.ticket)))
        .values(
            token=_TOKEN,
            was_due=_T.due,
            bumped_due=None,
            due=_DUE,
            attempts=_T.attempts + died,
            deaths=_T.deaths + died,
        )
        .returning(_T.was_due, _T.ticket, _T.generation, _T.attempts, _T.deadline, _T.deaths, told.label("told"))
    )


CLAIM = _claim(_T.deaths == 0)
CLAIM_SUSPECTS = _claim(_T.deaths > 0)
"""Tickets over which somebody may have died. They have an index of their own."""

OUTLOOK = tuple(TICKETS.c[name] for name in Outlook._fields)
"""The columns that are for people only."""

OWNED = (_T.helpdesk, _T.ticket, _T.token)
"""The columns that tell a leased row and its owner."""

RENEWED = (*OWNED, _T.due)
DEFERRED = (*OWNED, _T.due, _T.not_before)
FINISHED = (*OWNED, _T.due, _T.seen, *OUTLOOK)
FAILED = (*OWNED, _T.due, _T.error, _T.failed_at)
"""The columns of ``rows`` in the statements below."""


def renew(rows: Select[Any]) -> Update:
    """Leases that last until ``due``."""
    change, new = _owned(rows)
    return change.values(due=new.due)


def release(rows: Select[Any]) -> Update:
    """Jobs that nobody has begun."""
    change, _ = _owned(rows)
    return change.values(due=_T.was_due, **_FREE)


def defer(rows: Select[Any]) -> Update:
    """Jobs put off."""
    change, new = _owned(rows)
    return change.values(_FREE | {"due": new.due, "not_before": new.not_before})


def finish(rows: Select[Any]) -> Update:
    """Good results."""
    change, new = _owned(rows)
    seen = func.coalesce(new.seen, _T.seen)
    due = _earlier(new.due, _T.bumped_due)
    told = {column.name: new[column.name] for column in OUTLOOK}
    return change.values(due=due, deadline=new.due, seen=seen, attempts=0, deaths=0, error=None, **told, **_FREE)


def fail(rows: Select[Any]) -> Update:
    """Failures. Those without ``due``, and without an event since they were claimed, become dead letters."""
    change, new = _owned(rows)
    return change.values(
        due=_earlier(new.due, _T.bumped_due),
        failed_at=case((and_(new.due.is_(None), _T.bumped_due.is_(None)), new.failed_at), else_=null()),
        attempts=_T.attempts + 1,
        error=new.error,
        **_FREE,
    )


def _owned(rows: Select[Any]) -> tuple[Update, ReadOnlyColumnCollection[str, Any]]:
    """A change of the rows that still have the given token, and what is given for each.

    The rows are locked in one order, so that transactions cannot deadlock.
    """
    given = rows.subquery("given")
    owned = (
        select(given)
        .join_from(given, TICKETS, _same(given.c))
        .where(_T.token == given.c.token)
        .order_by(_T.helpdesk, _T.ticket)
        .with_for_update(of=TICKETS)
        .cte("owned", nesting=True)
    )
    locked = select(owned).subquery("locked")
    return update(TICKETS).where(_same(locked.c)), locked.c


def _same(given: ReadOnlyColumnCollection[str, Any]) -> ColumnElement[bool]:
    return and_(_T.helpdesk == given.helpdesk, _T.ticket == given.ticket)


DEAD: Select[Any] = (
    select(_T.helpdesk, _T.ticket, _T.generation, _T.attempts, _T.error, _T.failed_at)
    .where(_T.failed_at.is_not(None))
    .order_by(_T.failed_at, _T.helpdesk, _T.ticket)
)

DEAD_OF_HELPDESK = DEAD.where(_T.helpdesk == _HELPDESK)

DEAD_TICKET = DEAD.where(_ROW)

REPLAY: Update = (
    update(TICKETS)
    .where(_ROW, _T.failed_at.is_not(None))
    .values(due=_NOW, generation=_T.generation + 1, attempts=0, deaths=0, error=None, failed_at=None)
)

DROP: Delete = delete(TICKETS).where(_ROW, _T.failed_at.is_not(None))

SEEN: Select[Any] = select(_T.ticket, _T.seen, _T.due, _T.failed_at).where(
    _T.helpdesk == _HELPDESK, _T.ticket.in_(bindparam("b_tickets", expanding=True))
)

FORGET: Delete = delete(TICKETS).where(
    _T.helpdesk == _HELPDESK,
    _T.ticket.in_(
        select(_T.ticket)
        .where(
            _T.helpdesk == _HELPDESK,
            _T.due.is_(None),
            _T.failed_at.is_(None),
            or_(_T.seen.is_(None), _T.seen < _SEEN),
        )
        .limit(bindparam("b_limit", type_=Integer))
        .with_for_update(skip_locked=True)
    ),
)

COUNTS: Select[Any] = select(
    _T.helpdesk,
    func.count().filter(_T.due <= _NOW),
    func.count().filter(_T.due > _NOW, _T.token.is_(None)),
    func.count().filter(_T.due > _NOW, _T.token.is_not(None)),
    func.count().filter(_T.failed_at.is_not(None)),
    func.min(_T.due).filter(_T.due <= _NOW),
).group_by(_T.helpdesk)


class Changing(NamedTuple):
    """The statements that each kind of database wants written otherwise."""

    touch: Insert
    renew: Update
    release: Update
    defer: Update
    finish: Update
    fail: Update
    pause: Insert
    pause_endpoint: Insert


@cache
def changing(kind: type[Database]) -> Changing:
    """For this kind of database. Writing them takes longer than opening a table that is there."""
    return Changing(
        touch=touch(kind.insert(TICKETS), kind.rows(*TOUCHED)),
        renew=renew(kind.rows(*RENEWED)),
        release=release(kind.rows(*OWNED)),
        defer=defer(kind.rows(*DEFERRED)),
        finish=finish(kind.rows(*FINISHED)),
        fail=fail(kind.rows(*FAILED)),
        pause=pause(kind.insert(HELPDESKS)),
        pause_endpoint=pause_endpoint(kind.insert(PAUSES)),
    )
