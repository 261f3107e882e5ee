"""How each helpdesk and its workers are, for whoever asks (P25). Workers write it, receivers and people read it: so no
question ever reaches a helpdesk."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from connector.work.database import Database
from connector.work.jobs import storable
from connector.work.schema import HEALTH, from_micros, optional_micros, optional_time, to_micros

_H = HEALTH.c
_ALL = select(HEALTH)
_RECEIVERS = "@receivers"


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
