"""What a try at a job needs, and what can come of it."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from connector.helpdesks.errors import ExposedNoteError
from connector.helpdesks.helpdesk import Helpdesk
from connector.policy.models import Policy
from connector.work.jobs import Released
from connector.work.outages import Outages
from connector.work.refusals import Refusals
from connector.work.table import Deferred, Done, Failed, Job, Key, WorkTable
from connector.work.tellings import Teller

SWEEP = "@sweep"
FULL_SWEEP = "@full-sweep"
"""The sweeps are rows of the work table like tickets: only one worker does a sweep at a time, and another takes over if
it dies."""


class Pause(NamedTuple):
    """The helpdesk wants to be left alone."""

    until: datetime | None
    """UTC; ``None``: it did not say."""
    reason: str
    endpoint: str | None = None
    """Set: only requests of this kind are to wait."""


class Result(NamedTuple):
    """The end of a try."""

    outcome: Done | Failed | Deferred | Released
    touches: tuple[Key, ...] = ()
    """Other tickets that have to be looked at because of this one."""
    pause: Pause | None = None
    wrote: bool = False
    """Something was written to the ticket."""
    exposed: ExposedNoteError | None = None
    """Nothing more may be written before a person has looked."""


class SweepSchedule(NamedTuple):
    """How often the sweeps come, and how far one may go."""

    sweep: timedelta = timedelta(minutes=5)
    full_sweep: timedelta = timedelta(days=1)
    after_write: timedelta | None = None
    """How soon a sweep follows what the connector has written, where the helpdesk does not tell of what people do to
    the same ticket at that moment."""
    largest_change: float = 0.3
    """A new policy that would visibly change more than this share of the open tickets waits for permission (P15)."""


class Errand(NamedTuple):
    """A job, and all that a try at it needs."""

    job: Job
    table: WorkTable
    desk: Helpdesk
    policy: Policy
    schedule: SweepSchedule
    holds: Callable[[], bool]
    """Whether the job's lease still lasts. After its end nothing is written."""
    refusals: Refusals
    """What the helpdesk has refused lately."""
    outages: Outages
    """How it has worked lately."""
    tellers: Sequence[Teller] = ()
    """They know who is told outside of it."""

    @property
    def is_sweep(self) -> bool:
        """Whether it is about no ticket but all of them."""
        return self.job.key.ticket in (SWEEP, FULL_SWEEP)
