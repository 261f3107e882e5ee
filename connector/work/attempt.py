"""One try at one job, and what follows from it: done, tried again, given up, or everybody waits (P8–P11)."""

import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog

from connector.helpdesks.errors import (
    HelpdeskError,
    NotFoundError,
    PermanentError,
    RateLimitedError,
    UnavailableError,
)
from connector.helpdesks.helpdesk import Helpdesk
from connector.policy.models import Policy
from connector.work.errors import StoreError
from connector.work.reconcile import Reconciled, reconcile
from connector.work.sweep import sweep
from connector.work.table import Done, Failed, Job, Key, WorkTable

log = structlog.get_logger("worker")

MAX_ATTEMPTS = 10
"""Failures of one ticket before it becomes a dead letter. A helpdesk that is down never counts."""

_FIRST_DELAY = timedelta(seconds=2)
_LONGEST_DELAY = timedelta(minutes=10)
_LONGEST_PAUSE = timedelta(minutes=1)

SWEEP = "@sweep"
FULL_SWEEP = "@full-sweep"
"""Housekeeping are jobs like tickets: one worker of all does them, and another takes over if it dies."""


class Result(NamedTuple):
    """The end of a try. Exactly one of ``done``, ``failed`` and ``released`` is set."""

    done: Done | None = None
    failed: Failed | None = None
    released: Job | None = None
    touches: tuple[Key, ...] = ()
    pause: tuple[datetime | None, str] | None = None
    """The helpdesk is not to be asked before then; no time: it did not say."""


class Rhythm(NamedTuple):
    """How often the sweeps come."""

    sweep: timedelta = timedelta(minutes=5)
    full_sweep: timedelta = timedelta(days=1)


def attempt(job: Job, table: WorkTable, desk: Helpdesk, policy: Policy, rhythm: Rhythm) -> Result:
    """Does the job once. Never raises: whatever a ticket does to us stays with this ticket."""
    try:
        if job.key.ticket in (SWEEP, FULL_SWEEP):
            return _sweep(job, table, desk, policy, rhythm)
        return _reconcile(job, table.now, desk, policy)
    except RateLimitedError as error:
        return Result(released=job, pause=(error.retry_at, str(error)))
    except UnavailableError as error:
        return Result(released=job, pause=(None, str(error)))
    except NotFoundError as error:
        log.info("ticket is gone", ticket=job.key.ticket, cause=str(error))
        return Result(done=Done(job, None, None))
    except PermanentError as error:
        return _failed(job, table.now(), str(error), final=True)
    except (HelpdeskError, StoreError) as error:
        return _failed(job, table.now(), str(error), final=False)
    except Exception as error:  # a poison ticket blocks only itself, visibly (P11)
        log.exception("reconcile failed unexpectedly", ticket=job.key.ticket)
        return _failed(job, table.now(), f"{type(error).__name__}: {error}", final=True)


def pause_length(outages: int) -> timedelta:
    """How long to leave a helpdesk alone after ``outages`` failures in a row: 1 s, doubled, a minute at most."""
    return min(timedelta(seconds=2 ** min(outages, 10)), _LONGEST_PAUSE) * _jitter()


def _reconcile(job: Job, now: Callable[[], datetime], desk: Helpdesk, policy: Policy) -> Result:
    started = time.perf_counter()
    result = reconcile(desk, policy, job.key.ticket, now())
    _tell(result, time.perf_counter() - started)
    touches = tuple(Key(job.key.helpdesk, ticket) for ticket in result.touched)
    return Result(done=Done(job, result.due, result.seen), touches=touches)


def _sweep(job: Job, table: WorkTable, desk: Helpdesk, policy: Policy, rhythm: Rhythm) -> Result:
    full = job.key.ticket == FULL_SWEEP
    found = sweep(desk, table, full=full, policy=policy.version)
    log.info("sweep", full=full, listed=found.listed, touched=found.touched, missed=found.missed)
    again = table.now() + (rhythm.full_sweep if full else rhythm.sweep)
    return Result(done=Done(job, again, None))


def _failed(job: Job, now: datetime, error: str, *, final: bool) -> Result:
    if final or job.attempts + 1 >= MAX_ATTEMPTS:
        log.error("dead letter", ticket=job.key.ticket, attempts=job.attempts + 1, error=error)
        return Result(failed=Failed(job, error, None))
    delay = min(_FIRST_DELAY * 2**job.attempts, _LONGEST_DELAY) * _jitter()
    log.warning("will be tried again", ticket=job.key.ticket, attempts=job.attempts + 1, error=error)
    return Result(failed=Failed(job, error, now + delay))


def _jitter() -> float:
    """So that what failed together does not come back together."""
    return random.uniform(0.75, 1.25)  # noqa: S311 - spreads load, protects nothing


def _tell(result: Reconciled, seconds: float) -> None:
    ticket, decision = result.ticket, result.decision
    log.info(
        "reconciled",
        ticket=ticket.number,
        changed=sorted(decision.changes),
        note=decision.note.title if decision.note else None,
        created=[new.key for new in decision.creates],
        rules={outcome.rule: outcome.reasons[-1] for outcome in decision.outcomes if outcome.reasons},
        due=result.due.isoformat() if result.due else None,
        ms=round(seconds * 1000, 1),
    )
