"""What follows from an error in a try at a job: it is tried again or given up, or the helpdesk is left alone for a
while (P8–P11)."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import structlog

from connector import metrics
from connector.helpdesks.errors import (
    EndpointLimitedError,
    ExposedNoteError,
    HelpdeskError,
    NotFoundError,
    OutOfReachError,
    PermanentError,
    RateLimitedError,
    ServerFaultError,
    TicketWaitsError,
    TransientError,
    UnavailableError,
)
from connector.work.errand import Errand, Pause, Result
from connector.work.errors import StoreError
from connector.work.jobs import Released
from connector.work.reconcile import LeaseEndedError
from connector.work.table import Deferred, Done, Failed

log = structlog.get_logger("worker")

MAX_ATTEMPTS = 10
"""Failures of one ticket before it becomes a dead letter. A helpdesk that is down never counts."""

_FIRST_DELAY = timedelta(seconds=2)
_LONGEST_DELAY = timedelta(minutes=10)
_LONGEST_PAUSE = timedelta(minutes=1)
_SPREAD = timedelta(seconds=1)


def consequence(errand: Errand, error: Exception) -> Result:
    """To be called while ``error`` is handled: what nobody expected is logged with its place."""
    return next(follows(errand, error) for kind, follows in _FOLLOWS if isinstance(error, kind))


def failed(errand: Errand, error: str, *, final: bool, not_before: datetime | None = None) -> Result:
    """The job is tried again later, or, if it is ``final`` or has failed too often, becomes a dead letter."""
    job, now = errand.job, errand.table.now()
    # A sweep is never given up: it would take long until somebody noticed.
    final = (final or job.attempts + 1 >= MAX_ATTEMPTS) and not errand.is_sweep
    metrics.failed(job.key.helpdesk, final)
    if final:
        log.error("dead letter", ticket=job.key.ticket, attempts=job.attempts + 1, error=error)
        return Result(Failed(job, error, None))
    delay = min(_FIRST_DELAY * 2 ** min(job.attempts, 20), _LONGEST_DELAY) * _jitter()
    log.warning("will be tried again", ticket=job.key.ticket, attempts=job.attempts + 1, error=error)
    return Result(Failed(job, error, max(now + delay, not_before or now)))


def pause_length(outages: int) -> timedelta:
    """How long to leave a helpdesk alone after ``outages`` failures in a row: 1 s, doubled, a minute at most."""
    return min(timedelta(seconds=2 ** min(outages, 10)), _LONGEST_PAUSE) * _jitter()


def later(named: datetime, now: datetime) -> datetime:
    """A random time a little after the one that the helpdesk has named, so that not all tickets come back at once."""
    return named + (_SPREAD + max(named - now, timedelta()) / 20) * random.random()  # noqa: S311 - spreads load only


def _jitter() -> float:
    """A random factor, so that tickets that failed together are not tried again together."""
    return random.uniform(0.75, 1.25)  # noqa: S311 - spreads load, protects nothing


def _given_back(errand: Errand, error: LeaseEndedError) -> Result:
    return Result(Released(errand.job))


def _exposed(errand: Errand, error: ExposedNoteError) -> Result:
    return Result(Released(errand.job), exposed=error)


def _limited(errand: Errand, error: RateLimitedError) -> Result:
    """Everybody waits, unless it is this ticket alone that has too many requests."""
    again = None if error.retry_at is None else later(error.retry_at, errand.table.now())
    if errand.outages.limited(errand.job.key):
        return failed(errand, str(error), final=False, not_before=again)
    return Result(Released(errand.job), pause=Pause(again, str(error)))


def _endpoint_limited(errand: Errand, error: EndpointLimitedError) -> Result:
    errand.desk.pauses.set(error.endpoint, error.retry_at)
    again = Deferred(errand.job, later(error.retry_at, errand.table.now()), strictly=False)
    return Result(again, pause=Pause(error.retry_at, str(error), error.endpoint))


def _waits(errand: Errand, error: TicketWaitsError) -> Result:
    ticket, until = errand.job.key.ticket, error.retry_at
    log.warning("ticket is left alone", ticket=ticket, until=until.isoformat(), cause=str(error))
    return Result(Deferred(errand.job, later(until, errand.table.now()), strictly=True))


def _broken(errand: Errand, error: TransientError) -> Result:
    """A failure of the ticket only if the helpdesk works otherwise: an outage makes no dead letters (P8), one
    ticket makes no outage (P23)."""
    if why := errand.outages.why(errand.desk, errand.job.key, error, errand.table.now()):
        return Result(Released(errand.job), pause=Pause(None, why))
    return failed(errand, str(error), final=False)


def _out_of_reach(errand: Errand, error: OutOfReachError) -> Result:
    """Another department's ticket is none of ours, and no failure. One that was ours, and went where the connector may
    not look, is told to people: its deadlines run on unseen."""
    key = errand.job.key
    known = errand.table.seen(key.helpdesk, [key.ticket]).get(key.ticket)
    if known is not None and known.seen is not None:
        return failed(errand, f"{error}. The ticket was under the rules until now", final=True)
    metrics.out_of_scope(key.helpdesk)
    log.warning("ticket is out of reach, and none of ours", ticket=key.ticket, cause=str(error))
    return Result(Done(errand.job, None, None))


def _gone(errand: Errand, error: NotFoundError) -> Result:
    """There is nothing to do for a deleted ticket. If the helpdesk shows no ticket at all, this one may still exist.

    One for which something was planned is not forgotten without a word: whether it was deleted, or only hidden or moved
    away, nobody can tell from here.
    """
    job = errand.job
    if why := errand.outages.why(errand.desk, job.key, error, errand.table.now()):
        return Result(Released(job), pause=Pause(None, why))
    if job.deadline is not None:
        metrics.vanished(job.key.helpdesk)
        planned = job.deadline.isoformat(" ", "minutes")
        text = (
            f"{error}. Something was planned for this ticket at {planned}: it was deleted, moved away, or hidden from "
            "the connector. If that was meant, drop this dead letter; else let the connector see it again and replay"
        )
        return failed(errand, text, final=True)
    log.info("ticket is gone", ticket=job.key.ticket, cause=str(error))
    return Result(Done(job, None, None))


def _is_final(errand: Errand, error: PermanentError) -> Result:
    return failed(errand, str(error), final=True)


def _is_not_final(errand: Errand, error: HelpdeskError | StoreError) -> Result:
    return failed(errand, str(error), final=False)


def _out_of_memory(errand: Errand, error: MemoryError) -> Result:
    # Whose fault that is nobody knows: another ticket's may be worked on at the same time.
    log.exception("memory ran out", ticket=errand.job.key.ticket)
    return failed(errand, "memory ran out while this ticket was worked on", final=False)


def _unexpected(errand: Errand, error: Exception) -> Result:
    """A poison ticket blocks only itself, visibly (P11)."""
    log.exception("reconcile failed unexpectedly", ticket=errand.job.key.ticket)
    return failed(errand, f"{type(error).__name__}: {error}", final=True)


_FOLLOWS: tuple[tuple[type[Exception], Callable[[Errand, Any], Result]], ...] = (
    (LeaseEndedError, _given_back),
    (RateLimitedError, _limited),
    (ExposedNoteError, _exposed),
    (UnavailableError, _broken),
    (ServerFaultError, _broken),
    (EndpointLimitedError, _endpoint_limited),
    (TicketWaitsError, _waits),
    (NotFoundError, _gone),
    (OutOfReachError, _out_of_reach),
    (PermanentError, _is_final),
    (HelpdeskError, _is_not_final),
    (StoreError, _is_not_final),
    (MemoryError, _out_of_memory),
    (Exception, _unexpected),
)
"""The first kind that fits counts: special ones stand before general ones."""
