"""How each helpdesk and its workers are, for whoever asks (P25). Workers write it, receivers and people read it: so no
question ever reaches a helpdesk."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select

from connector.work.database import Database
from connector.work.jobs import Counts, storable
from connector.work.schema import HEALTH, from_micros, optional_micros, optional_time, to_micros

_H = HEALTH.c
_ALL = select(HEALTH)
_RECEIVERS = "@receivers"

BEAT_LATE = timedelta(seconds=60)
WORK_LATE = timedelta(minutes=5)


class Health(NamedTuple):
    """What a worker knows of itself and its helpdesk. All times in UTC."""

    helpdesk: str
    beat: datetime
    """When a worker was alive and could write this."""
    answered: datetime | None
    """The helpdesk's last good answer."""
    looked: datetime | None
    """When the last ticket or sweep was finished well."""
    failed: datetime | None
    """Since when the helpdesk has not answered, refused the token or wanted to be left alone; ``None``: it works."""
    failure: str | None
    """Why."""
    token_ends: datetime | None
    """Until when the token is good, where that is known."""
    policy: str | None
    """The version of the policy in use."""
    policy_failure: str | None
    """Why a newer one is not in use; ``None``: there is none."""


NOT_READ = "the work table cannot be read now"
NOT_ANSWERED = "the work table has not answered yet"
NOT_WRITTEN = "the work table cannot be written now"
_NOT_BEGUN = "no worker has begun"
_NO_WORKER = "no worker since"
_FAILS = "the helpdesk does not answer or refuses the token"
_LATE = "a ticket has been due since"
_ENDED = "the token has ended"
_POLICY = "a newer policy or file of receivers is not in use"

_DATABASE = (
    "Look at the work table's database: is it there, does it answer, is its disk full? The receiver's log says why."
)
_START = "Start interspace run (or work); if it is running, its log says why its worker does not."

_REMEDIES = {
    NOT_READ: _DATABASE,
    NOT_ANSWERED: _DATABASE,
    NOT_WRITTEN: _DATABASE,
    _NOT_BEGUN: _START,
    _NO_WORKER: _START,
    _FAILS: "The worker's log says which of the two; the examination of address and token shows it from here.",
    _LATE: "The worker's log says what holds it up; interspace explain TICKET shows what is to be done on one.",
    _ENDED: "Make a new token for the connector's user, set it, and restart the workers.",
    _POLICY: "interspace check names its mistakes; mend them, and the workers take it within a minute.",
}
"""What is said of a problem → what to do about it."""


def remedy(problem: str) -> str:
    """One sentence on what to do about a problem that was told in the words of this module."""
    return next((do for said, do in _REMEDIES.items() if said in problem), "The log of receiver and worker says more.")


def problems(helpdesk: str, health: Health | None, counts: Counts | None, now: datetime) -> list[str]:
    """What is wrong, in words for whoever asks without a password. ``now``: UTC."""
    if health is None:
        return [f"{helpdesk}: {_NOT_BEGUN}"]
    found = []
    if now - health.beat > BEAT_LATE:
        found.append(f"{helpdesk}: {_NO_WORKER} {_said(health.beat)}")
    if health.failed is not None:
        # Why is in the worker's log: whoever asks here need not have a password.
        found.append(f"{helpdesk}: {_FAILS} since {_said(health.failed)}")
    elif counts and counts.oldest_due is not None and now - counts.oldest_due > WORK_LATE:
        found.append(f"{helpdesk}: {_LATE} {_said(counts.oldest_due)}")
    if health.token_ends is not None and health.token_ends < now:
        found.append(f"{helpdesk}: {_ENDED}")
    if health.policy_failure is not None:
        found.append(f"{helpdesk}: {_POLICY}, it has mistakes")
    return found


def _said(moment: datetime) -> str:
    return moment.isoformat()


class HealthTable:
    """See the module; made and used as the work table is."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        insert = database.insert(HEALTH)
        told = {column.name: insert.excluded[column.name] for column in HEALTH.columns if not column.primary_key}
        self._tell = insert.on_conflict_do_update(index_elements=[_H.name], set_=told)

    def all(self) -> list[Health]:
        """What the workers of each helpdesk have told last."""
        rows = self._database.read(lambda connection: connection.execute(_ALL).all())
        return [
            Health(
                row.name,
                from_micros(row.beat),
                optional_time(row.answered),
                optional_time(row.looked),
                optional_time(row.failed),
                row.failure,
                optional_time(row.token_ends),
                row.policy,
                row.policy_failure,
            )
            for row in sorted(rows, key=lambda row: row.name)
            if row.name != _RECEIVERS
        ]

    def tell(self, health: Health) -> None:
        """Store it instead of what was told before."""
        times = {
            name: optional_micros(getattr(health, name)) for name in ("answered", "looked", "failed", "token_ends")
        }
        texts = {
            name: None if (text := getattr(health, name)) is None else storable(text)
            for name in ("failure", "policy", "policy_failure")
        }
        row = {"name": health.helpdesk, "beat": to_micros(health.beat), **times, **texts}
        self._database.write(lambda connection: connection.execute(self._tell, row))

    def commit(self) -> datetime:
        """Write a row of no meaning and wait until it is on disk: only that shows that events can be accepted, as on a
        full disk. Returns the time (UTC). Raises ``StoreError``."""
        now = self._clock()
        empty = {column.name: None for column in HEALTH.columns}
        row = {**empty, "name": _RECEIVERS, "beat": to_micros(now)}
        self._database.write(lambda connection: connection.execute(self._tell, row))
        return now
