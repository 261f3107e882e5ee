"""The work table: one row per ticket, due at a time, one worker at a time, nothing acknowledged is lost.

Three laws hold for any number of threads, processes and machines. A ticket is held by one live lease at most.
An event that arrives while its ticket is being worked counts as if it had arrived right after. The result of
an owner whose lease has passed to another is refused.
"""

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Delete, Select, Update

from connector.work import statements
from connector.work.database import Database
from connector.work.errors import StoreMissing
from connector.work.health import HealthTable
from connector.work.helpdesk_table import HelpdeskTable
from connector.work.jobs import (
    Counts,
    DeadLetter,
    Deferred,
    Done,
    Failed,
    Home,
    Job,
    Key,
    Paused,
    RowState,
    RunningPause,
    storable,
)
from connector.work.listeners import Listeners
from connector.work.opening import missing_at, open_database
from connector.work.owner import as_owner
from connector.work.parameters import Row, of_key, of_touches
from connector.work.people import People
from connector.work.places import Places
from connector.work.records import Records, as_row
from connector.work.schema import TICKETS, from_micros, optional_micros, optional_time, to_micros
from connector.work.submissions import Submissions
from connector.work.tellings import Tellings

__all__ = [
    "Counts",
    "DeadLetter",
    "Deferred",
    "Done",
    "Failed",
    "Home",
    "Job",
    "Key",
    "Paused",
    "RowState",
    "WorkTable",
]

_CHUNK = 1000


class WorkTable:
    """Every method is one transaction and may be called from any thread and, after a fork, in any process.

    Every method raises ``StoreUnavailable`` when the database does not answer and ``ValueError`` for a naive
    time.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self.people = People(database, self.now)
        self.helpdesks = HelpdeskTable(database)
        self.health = HealthTable(database, self.now)
        self.places = Places(database, self.now)
        self.submissions = Submissions(database, self.now)
        self.tellings = Tellings(database, self.now)
        self.listeners = Listeners(database, self.now)
        self.records = Records(database, self.now)
        self._change = statements.changing(type(database))

    @classmethod
    def open(cls, url: str, clock: Callable[[], datetime] | None = None) -> "WorkTable":
        """Open ``sqlite:///path`` or ``postgresql://user:password@host/database``; create what is missing.

        Without a clock the time is the database's own on PostgreSQL and the system's on SQLite. Raises
        ``StoreError``, which says what to do and never holds the password.
        """
        database = open_database(url)
        return cls(database, clock or database.clock())

    @classmethod
    def open_existing(cls, url: str) -> "WorkTable":
        """``open`` for commands that show or repair a table: an empty new one would look as if all were well.

        Raises ``StoreMissing`` where there is none yet; otherwise as ``open`` does.
        """
        if place := missing_at(url):
            raise StoreMissing(f"there is no work table at {place}")
        return cls.open(url)

    def now(self) -> datetime:
        """The time by which this table judges what is due, in UTC."""
        return self._clock()

    def close(self) -> None:
        """Give back all connections. Leases stay until they are released or expire."""
        self._database.close()

    # Events

    def touch(self, keys: Iterable[Key], due: datetime) -> None:
        """Something happened to these tickets: look at them at ``due``, or earlier if that was planned.

        A ticket in back-off is tried at ``due`` but keeps its count of attempts. A dead letter is woken with
        its count as it is, so a worker that goes by the count gives it one try per event. Raises
        ``ValueError`` for a key that cannot be stored; then none is.
        """
        if dues := dict.fromkeys(keys, due):
            bound = of_touches(dues)
            self._database.write_alone(self._change.touch, lambda: bound)

    def touch_late(self, collect: Callable[[], Mapping[Key, datetime]]) -> None:
        """``touch``, each ticket at its own time, of what ``collect`` gives once the database is ready to write.

        So events that arrive while another process writes join this transaction. ``collect`` may be called more
        than once, because a transaction may be tried again.
        """
        self._database.write_alone(self._change.touch, lambda: of_touches(collect()))

    # Work

    def next_due(self, helpdesk: str) -> datetime | None:
        """When ``claim`` can have something to give, if nothing happens before: the end of a pause counts."""
        row = self._database.read(
            lambda connection: connection.execute(statements.NEXT_DUE, {"b_helpdesk": helpdesk}).first()
        )
        return None if row is None else from_micros(max(row.due, row.paused_until or row.due))

    def claim(self, helpdesk: str, limit: int, lease: timedelta, suspects: int = 1) -> list[Job]:
        """Take up to ``limit`` tickets that are due, the longest due first, for the length of ``lease``.

        A ticket whose lease has expired is due, and whoever had it counts as a failed attempt. If that has happened to
        it twice, it is a suspect, and up to ``suspects`` of those are taken: one that ends the process takes down only
        what it is worked on with (P23). Nothing is claimed while the helpdesk is paused. When nothing is due, this is
        one cheap read and takes no lock.
        """
        now = self.now()
        ready = self.next_due(helpdesk)
        if limit < 1 or ready is None or ready > now:
            return []
        token = secrets.token_hex(8)
        bound = {
            "b_helpdesk": helpdesk,
            "b_now": to_micros(now),
            "b_due": to_micros(now + lease),
            "b_token": token,
        }

        def work(connection: Connection) -> list[Any]:
            rows: list[Any] = []
            for statement, most in ((statements.CLAIM_SUSPECTS, min(suspects, limit)), (statements.CLAIM, limit)):
                if most > len(rows):
                    rows += connection.execute(statement, {**bound, "b_limit": most - len(rows)})
            return rows

        return [
            Job(
                Key(helpdesk, row.ticket),
                row.generation,
                row.attempts,
                token,
                optional_time(row.deadline),
                row.deaths,
                bool(row.told),
            )
            for row in sorted(self._database.write(work), key=lambda row: (row.was_due, row.ticket))
        ]

    def renew(self, jobs: Sequence[Job], lease: timedelta) -> list[Job]:
        """Extend the leases to now + ``lease``; returns the jobs that have passed to another owner."""
        until = to_micros(self.now() + lease)
        return as_owner(self._database, self._change.renew, [(job, {"due": until}) for job in jobs])

    def release(self, jobs: Sequence[Job]) -> list[Job]:
        """Give back unstarted jobs: due at once, attempts unchanged; returns those of another owner."""
        return as_owner(self._database, self._change.release, [(job, {}) for job in jobs])

    def defer(self, deferred: Sequence[Deferred]) -> list[Job]:
        """Put jobs off, attempts unchanged; returns the jobs that were refused, as ``finish`` does.

        A ticket that was touched meanwhile waits as well: it will be read again anyway.
        """
        return as_owner(
            self._database,
            self._change.defer,
            [
                (job, {"due": to_micros(until), "not_before": to_micros(until) if strictly else None})
                for job, until, strictly in deferred
            ],
        )

    def finish(self, done: Sequence[Done]) -> list[Job]:
        """Store good results; returns the jobs that were refused because they have passed to another owner.

        A ticket that was touched meanwhile is due at the touch's time or at ``due``, whichever is earlier. A
        ticket with nothing to do keeps its row, because the sweep needs ``seen``.
        """
        return as_owner(
            self._database,
            self._change.finish,
            [
                (job, {"due": optional_micros(due), "seen": optional_micros(seen), **as_row(outlook)})
                for job, due, seen, outlook in done
            ],
        )

    def fail(self, failed: Sequence[Failed]) -> list[Job]:
        """Store failures; returns the jobs that were refused because they have passed to another owner.

        A ticket that was touched meanwhile is tried again at the touch's time or at ``retry_at``, whichever
        is earlier, even if ``retry_at`` is ``None``: the event wakes the dead letter it would have become.
        """
        now = to_micros(self.now())
        return as_owner(
            self._database,
            self._change.fail,
            [
                (job, {"due": optional_micros(retry_at), "error": storable(error), "failed_at": now})
                for job, error, retry_at in failed
            ],
        )

    # Pauses

    def pause(self, helpdesk: str, until: datetime, reason: str, endpoint: str | None = None) -> None:
        """Let no worker on any machine claim from this helpdesk before ``until``; the latest of all wins.

        With ``endpoint``: let none of them make a request of this kind.
        """
        bound = {"b_helpdesk": helpdesk, "b_due": to_micros(until), "b_error": storable(reason)}
        statement = self._change.pause
        if endpoint:
            statement, bound = self._change.pause_endpoint, bound | {"b_endpoint": endpoint}
        self._database.write(lambda connection: connection.execute(statement, bound))

    def paused(self, helpdesk: str) -> Paused:
        """The running pauses, in one cheap read."""
        bound = {"b_helpdesk": helpdesk, "b_now": to_micros(self.now())}
        rows = self._database.read(lambda connection: connection.execute(statements.PAUSED, bound).all())
        untils = {endpoint: from_micros(until) for endpoint, until in rows}
        return Paused(untils.pop("", None), untils)

    def paused_until(self, helpdesk: str) -> datetime | None:
        """The end of the running pause of the whole helpdesk; ``None`` if it is not paused now."""
        return self.paused(helpdesk).whole

    def pauses(self, helpdesk: str | None = None) -> list[RunningPause]:
        """All running pauses with their causes, or one helpdesk's."""
        bound = {"b_now": to_micros(self.now())}
        rows = self._database.read(lambda connection: connection.execute(statements.PAUSES_TOLD, bound).all())
        told = [
            RunningPause(name, endpoint, None if stopped else from_micros(until), stopped or reason or "no cause")
            for name, endpoint, until, reason, stopped in rows
            if helpdesk in (None, name)
        ]
        return sorted(told, key=lambda pause: (pause.helpdesk, pause.endpoint or ""))

    def lift(self, helpdesk: str) -> None:
        """End the pauses of a helpdesk for all workers. One that is stopped until a person has looked stays so."""
        bound = {"b_helpdesk": helpdesk}

        def work(connection: Connection) -> None:
            connection.execute(statements.LIFT, bound)
            connection.execute(statements.LIFT_ENDPOINTS, bound)

        self._database.write(work)

    # Dead letters

    def dead_letters(self, helpdesk: str | None = None) -> list[DeadLetter]:
        """All of them, or one helpdesk's, the oldest first."""
        if helpdesk is None:
            return self._dead(statements.DEAD, {})
        return self._dead(statements.DEAD_OF_HELPDESK, {"b_helpdesk": helpdesk})

    def dead_letter(self, key: Key) -> DeadLetter | None:
        """The ticket's dead letter; ``None`` if it is not dead."""
        return next(iter(self._dead(statements.DEAD_TICKET, of_key(key))), None)

    def replay(self, keys: Iterable[Key]) -> int:
        """Make these dead letters due now, with no attempt counted; returns how many were dead."""
        now = to_micros(self.now())
        return self._count(statements.REPLAY, [of_key(key, b_now=now) for key in sorted(set(keys))])

    def drop(self, keys: Iterable[Key]) -> int:
        """Forget these dead letters; returns how many were dead. An event or a sweep may bring them back."""
        return self._count(statements.DROP, [of_key(key) for key in sorted(set(keys))])

    # The sweep

    def seen(self, helpdesk: str, tickets: Sequence[str]) -> dict[str, RowState]:
        """What is known of these tickets, in one query for each thousand; an unknown ticket is absent."""

        def work(connection: Connection) -> dict[str, RowState]:
            return {
                row.ticket: RowState(*(optional_time(micros) for micros in (row.seen, row.due, row.failed_at)))
                for start in range(0, len(tickets), _CHUNK)
                for row in connection.execute(
                    statements.SEEN,
                    {"b_helpdesk": helpdesk, "b_tickets": list(tickets[start : start + _CHUNK])},
                )
            }

        return self._database.read(work)

    def forget(self, helpdesk: str, seen_before: datetime) -> int:
        """Delete the rows with nothing to do whose ticket last changed before that; returns how many.

        In transactions of a thousand rows, so that events need not wait for it.
        """
        bound = {"b_helpdesk": helpdesk, "b_seen": to_micros(seen_before), "b_limit": _CHUNK}
        total = 0
        while deleted := self._count(statements.FORGET, [bound]):
            total += deleted
        return total

    # For people

    def counts(self) -> dict[str, Counts]:
        """The state of every helpdesk that has rows. Reads the whole table: for a scrape, not for a loop.

        Sweeps, whose names begin with ``@``, are no tickets. They count only as dead letters, which people must see.
        """
        bound = {"b_now": to_micros(self.now())}
        tickets = statements.COUNTS.where(~TICKETS.c.ticket.startswith("@") | TICKETS.c.failed_at.is_not(None))
        rows = self._database.read(lambda connection: connection.execute(tickets, bound).all())
        return {
            helpdesk: Counts(due, waiting, leased, dead, optional_time(oldest))
            for helpdesk, due, waiting, leased, dead, oldest in rows
        }

    def _count(self, statement: Update | Delete, rows: list[Row]) -> int:
        if not rows:
            return 0
        return self._database.write(lambda connection: connection.execute(statement, rows).rowcount)

    def _dead(self, statement: Select[Any], bound: Row) -> list[DeadLetter]:
        rows = self._database.read(lambda connection: connection.execute(statement, bound).all())
        return [
            DeadLetter(
                key=Key(row.helpdesk, row.ticket),
                generation=row.generation,
                attempts=row.attempts,
                error=row.error,
                failed_at=from_micros(row.failed_at),
            )
            for row in rows
        ]
