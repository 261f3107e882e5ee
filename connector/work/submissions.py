"""What panels have submitted, until it is on the helpdesk.

A submission is on disk before its sender is answered. It is worked on like a ticket: a row of the work table, named
after its key, says when, so that leases, repetitions, pauses and dead letters are those of tickets. Once it is done its
content is deleted, and the rest after a week: from then on the helpdesk alone tells of it.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Connection, Text, bindparam, select

from connector.domain.model import TicketId
from connector.helpdesks.on_behalf import Message, Opened, Request, is_of_panel
from connector.intake.promise import Promise
from connector.work import statements
from connector.work.database import Database
from connector.work.jobs import Key
from connector.work.parameters import of_touches
from connector.work.schema import SUBMISSIONS, TICKETS, USED, from_micros, optional_time, to_micros

KEPT = timedelta(days=7)
_MOST_FORGOTTEN = 200
_S = SUBMISSIONS.c
_HELPDESK = bindparam("b_helpdesk", type_=Text)
_KEY = bindparam("b_key", type_=Text)
_FIND = select(SUBMISSIONS).where(_S.helpdesk == _HELPDESK, _S.key == _KEY)
_LATELY = (
    select(_S.ticket)
    .where(_S.helpdesk == _HELPDESK, _S.kind == "request", _S.state == "made")
    .order_by(_S.accepted_at.desc())
    .limit(200)
)
_ONE = SUBMISSIONS.update().where(_S.helpdesk == _HELPDESK, _S.key == _KEY)
_OLD = select(_S.helpdesk, _S.key).where(_S.done_at < bindparam("b_before", type_=BigInteger)).limit(_MOST_FORGOTTEN)
_FORGET = SUBMISSIONS.delete().where(_S.helpdesk == _HELPDESK, _S.key == _KEY)
_FORGET_USED = USED.delete().where(USED.c.until < bindparam("b_before", type_=BigInteger))
_FORGET_ROW = TICKETS.delete().where(
    TICKETS.c.helpdesk == _HELPDESK,
    TICKETS.c.ticket == _KEY,
    TICKETS.c.due.is_(None),
    TICKETS.c.token.is_(None),
)


class State(StrEnum):
    """How far a submission is."""

    ACCEPTED = "accepted"
    """On disk; a worker will do it."""
    MADE = "made"
    """The ticket is there, or the message on it."""
    CONFLICT = "conflict"
    """The helpdesk has a ticket with this key and another content."""


class Submitted(NamedTuple):
    """A submission as the store knows it."""

    helpdesk: str
    key: str
    digest: str
    state: State
    content: Request | Message | None
    """``None`` once it is done."""
    begun_at: datetime | None
    """Since when (UTC) a request to the helpdesk may have made the ticket; ``None``: none was sent."""
    opened: Opened | None
    promise: Promise | None
    accepted_at: datetime
    was_there: bool = False
    """It had been submitted before."""


def row_of(helpdesk: str, key: str) -> Key:
    """The row of the work table that says when a submission is worked on: named by its key, which is no ticket's id."""
    return Key(helpdesk, key)


def submission_of(row: Key) -> str | None:
    """The key of the submission whose row it is; ``None``: a ticket's or a sweep's."""
    return row.ticket if is_of_panel(row.ticket) else None


class Submissions:
    """Made and used as the work table is: any thread, any process; every method is one transaction."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._use = database.insert(USED).on_conflict_do_nothing().returning(USED.c.token)
        # The number of rows is no answer here: PostgreSQL's driver does not tell it.
        self._insert = database.insert(SUBMISSIONS).on_conflict_do_nothing().returning(_S.key)
        self._touch = statements.changing(type(database)).touch

    def accept(self, helpdesk: str, content: Request | Message, digest: str) -> Submitted:
        """Keeps it and makes it due; what has been submitted under the same key before stays as it is."""
        return self.accept_all([(helpdesk, content, digest)])[0]

    def accept_all(self, given: Sequence[tuple[str, Request | Message, str]]) -> list[Submitted]:
        """The same for several, in one transaction."""
        now = self._clock()
        rows = [_row(*each, now) for each in given]
        touches = of_touches({row_of(helpdesk, content.key): now for helpdesk, content, _ in given})

        def store(connection: Connection) -> list[Any]:
            found = []
            for row in rows:
                is_new = connection.execute(self._insert, row).first() is not None
                bound = {"b_helpdesk": row["helpdesk"], "b_key": row["key"]}
                found.append((connection.execute(_FIND, bound).one(), is_new))
            # Also for what was there: a dead letter is woken by a repetition, like by any event.
            connection.execute(self._touch, touches)
            return found

        return [_submitted(row)._replace(was_there=not is_new) for row, is_new in self._database.write(store)]

    def find(self, helpdesk: str, key: str) -> Submitted | None:
        """One cheap read."""
        bound = {"b_helpdesk": helpdesk, "b_key": key}
        row = self._database.read(lambda connection: connection.execute(_FIND, bound).first())
        return None if row is None else _submitted(row)

    def opened_lately(self, helpdesk: str) -> list[TicketId]:
        """Ids of the tickets that were opened in the last days, which a helpdesk's search may not show yet."""
        rows = self._database.read(lambda connection: connection.execute(_LATELY, {"b_helpdesk": helpdesk}).all())
        return [row.ticket for row in rows]

    def use_once(self, token: str, until: datetime) -> bool:
        """Whether a token is used for the first time. It is remembered until ``until`` (UTC), after which nobody takes
        it any more. Kept as a digest."""
        row = {"token": sha256(token.encode()).hexdigest(), "until": to_micros(until)}
        now = to_micros(self._clock())

        def use(connection: Connection) -> bool:
            connection.execute(_FORGET_USED, {"b_before": now})
            return connection.execute(self._use, row).first() is not None

        return self._database.write(use)

    def begin(self, helpdesk: str, key: str, at: datetime | None) -> None:
        """From ``at`` on the ticket may be there; ``None``: the helpdesk has refused to make it."""
        self._set(helpdesk, key, begun_at=None if at is None else to_micros(at))

    def made(self, helpdesk: str, key: str, opened: Opened, promise: Promise | None) -> None:
        """It is on the helpdesk."""
        answer = promise.model_dump_json() if promise else None
        self._done(helpdesk, key, State.MADE, ticket=opened.id, number=opened.number, answer=answer)

    def conflicts(self, helpdesk: str, key: str, opened: Opened) -> None:
        """Another submission with this key is on the helpdesk."""
        self._done(helpdesk, key, State.CONFLICT, ticket=opened.id, number=opened.number)

    def _done(self, helpdesk: str, key: str, state: State, **values: str | None) -> None:
        now = self._clock()
        self._set(helpdesk, key, state=state.value, content=None, done_at=to_micros(now), **values)
        old = self._database.read(
            lambda connection: connection.execute(_OLD, {"b_before": to_micros(now - KEPT)}).all()
        )
        if old:
            self._forget((row.helpdesk, row.key) for row in old)

    def forget(self, helpdesk: str, key: str) -> None:
        """As after a week: from now on the helpdesk alone tells of it."""
        self._forget([(helpdesk, key)])

    def _forget(self, old: Iterable[tuple[str, str]]) -> None:
        gone = [{"b_helpdesk": helpdesk, "b_key": key} for helpdesk, key in old]

        def forget(connection: Connection) -> None:
            for statement in (_FORGET, _FORGET_ROW):
                connection.execute(statement, gone)

        self._database.write(forget)

    def _set(self, helpdesk: str, key: str, **values: Any) -> None:
        bound = {"b_helpdesk": helpdesk, "b_key": key}
        statement = _ONE.values(**values)
        self._database.write(lambda connection: connection.execute(statement, bound))


def _row(helpdesk: str, content: Request | Message, digest: str, now: datetime) -> dict[str, Any]:
    return {
        "helpdesk": helpdesk,
        "key": content.key,
        "digest": digest,
        "kind": "request" if isinstance(content, Request) else "message",
        "state": State.ACCEPTED.value,
        "content": content.model_dump_json(),
        "accepted_at": to_micros(now),
    }


def _submitted(row: Any) -> Submitted:
    kind = Request if row.kind == "request" else Message
    return Submitted(
        helpdesk=row.helpdesk,
        key=row.key,
        digest=row.digest,
        state=State(row.state),
        content=kind.model_validate_json(row.content) if row.content else None,
        begun_at=optional_time(row.begun_at),
        opened=Opened(row.ticket, row.number) if row.ticket else None,
        promise=Promise.model_validate_json(row.answer) if row.answer else None,
        accepted_at=from_micros(row.accepted_at),
    )
