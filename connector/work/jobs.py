"""The values that go in and out of the work table."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from connector.domain.model import Instant, Model
from connector.helpdesks.errors import cleaned
from connector.work.outlook import Outlook

_LONGEST_NAME = 200
_LONGEST_ERROR = 4000


MOST_DEATHS = 4
"""Claims of one ticket in a row that nobody was heard of again, before it is tried no more. The first two may be the
fault of others that were worked on at the same time; from then on it is worked on while no other suspect is."""


class Key(NamedTuple):
    """A ticket of one helpdesk; the only unit of work."""

    helpdesk: str
    ticket: str


class Job(NamedTuple):
    """A ticket held under a lease. ``token`` names the lease: a result with an older token is refused."""

    key: Key
    generation: int
    """How many events the ticket had had when it was claimed."""
    attempts: int
    """Runs since the last good one that failed or were never heard of again."""
    token: str
    deadline: datetime | None = None
    """When the rules would have decided next, as the last good run saw it (UTC); ``None``: nothing was planned."""
    deaths: int = 0
    """How many of these attempts were never heard of again: whoever had claimed it may have died of it."""
    told: bool = True
    """Whether there are rows of what is or was to be told outside of it: only who holds the job adds to them."""


class Done(NamedTuple):
    """A finished job."""

    job: Job
    due: datetime | None
    """When the ticket must be looked at again; ``None``: not before the next event."""
    seen: datetime | None
    """The ticket's ``updated_at`` as last read or written; ``None`` keeps the value stored before."""
    outlook: Outlook = Outlook()
    """What people want to know of the ticket without asking the helpdesk."""


class Failed(NamedTuple):
    """A job that did not succeed."""

    job: Job
    error: str
    retry_at: datetime | None
    """``None``: it is not tried again, and the ticket becomes a dead letter."""


class Deferred(NamedTuple):
    """A job that has to wait through no fault of its own: no attempt is counted."""

    job: Job
    until: datetime
    strictly: bool
    """The helpdesk limits this very ticket: an event does not make it due before ``until``."""


class Released(NamedTuple):
    """A job given back as it was claimed: due at once, no attempt counted."""

    job: Job


class Paused(NamedTuple):
    """Until when (UTC) a helpdesk wants to be left alone."""

    whole: datetime | None
    """No requests at all before then; ``None``: it answers."""
    endpoints: Mapping[str, datetime]
    """No requests of this kind before then."""


class RunningPause(NamedTuple):
    """A pause as people see it."""

    helpdesk: str
    endpoint: str | None
    """The kind of requests that wait; ``None``: all of them."""
    until: datetime | None
    """UTC; ``None``: until a person has looked."""
    reason: str


class DeadLetter(Model):
    """A ticket that is not tried again until an event or a replay wakes it."""

    key: Key
    generation: int
    attempts: int
    error: str
    failed_at: Instant


class RowState(NamedTuple):
    """What the sweep needs to know of a ticket in order to tell a missed event from a handled one."""

    seen: datetime | None
    """The ticket's ``updated_at`` at the last good run."""
    due: datetime | None
    """When it will be looked at; ``None``: not before the next event."""
    dead_since: datetime | None = None
    """Set on a dead letter: only a change after this time wakes it."""


class Home(NamedTuple):
    """The one helpdesk of its kind that a work table belongs to."""

    address: str
    """Where it is."""
    account: str
    """The id of the connector's own account there."""
    installation: str | None
    """The name of the installation there; ``None`` where nothing has been installed."""
    since: datetime | None
    """The rules hold for tickets created from then on (UTC); ``None``: for all."""


class Counts(NamedTuple):
    """The state of one helpdesk's work."""

    due: int
    waiting: int
    leased: int
    dead: int
    oldest_due: datetime | None
    """Of the tickets due now."""


def checked(key: Key) -> Key:
    """The key itself; ``ValueError`` if one of the databases could not store it.

    Checked before it is mixed with other keys in a transaction, so that a bad one harms nobody else.
    """
    for name in key:
        if not 0 < len(name) <= _LONGEST_NAME or not name.isprintable():
            raise ValueError(f"not a helpdesk name or ticket id: {name[:_LONGEST_NAME]!r}")
    return key


def storable(error: str) -> str:
    """The error text on one line, without secrets, control characters and what a database refuses (NUL, lone
    surrogates), 4,000 characters at most."""
    text = cleaned(error.replace("\0", "\N{REPLACEMENT CHARACTER}")).encode("utf-8", "replace").decode()
    return text if len(text) <= _LONGEST_ERROR else text[: _LONGEST_ERROR - 1] + "…"
