"""One try at one job, and what follows from it: it is done, tried again or given up, or the helpdesk is left alone for
a while (P8–P11)."""

import random
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog

from connector import metrics
from connector.domain.model import TicketId
from connector.domain.vocabulary import Actor, TicketKind
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
from connector.helpdesks.helpdesk import Helpdesk
from connector.messages.catalogue import Failure, failures_told_to
from connector.policy.models import Policy
from connector.work.errors import StoreError
from connector.work.jobs import MOST_DEATHS, Released
from connector.work.outages import Outages
from connector.work.outlook import outlook
from connector.work.outside import Outside
from connector.work.reconcile import LeaseEndedError, Reconciled, reconcile
from connector.work.records import PastSweep
from connector.work.refusals import Refusals
from connector.work.submissions import submission_of
from connector.work.submitting import Submitting
from connector.work.sweep import sweep
from connector.work.table import Deferred, Done, Failed, Job, Key, WorkTable
from connector.work.tellings import Teller

log = structlog.get_logger("worker")

MAX_ATTEMPTS = 10
"""Failures of one ticket before it becomes a dead letter. A helpdesk that is down never counts."""

_FIRST_DELAY = timedelta(seconds=2)
_LONGEST_DELAY = timedelta(minutes=10)
_LONGEST_PAUSE = timedelta(minutes=1)
_SPREAD = timedelta(seconds=1)

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


def attempt(
    job: Job,
    table: WorkTable,
    desk: Helpdesk,
    policy: Policy,
    schedule: SweepSchedule,
    *,
    holds: Callable[[], bool],
    refusals: Refusals | None = None,
    outages: Outages | None = None,
    tellers: Sequence[Teller] = (),
) -> Result:
    """Does the job once. Never raises: an error concerns this ticket only, and must not end the thread.

    ``holds`` tells whether the job's lease still lasts. After its end nothing is written. ``refusals`` is what the
    helpdesk has refused lately, ``outages`` how it has worked lately. ``tellers`` know who is told outside of it.
    """
    try:
        return _tried(
            job,
            table,
            desk,
            policy,
            schedule,
            holds=holds,
            refusals=refusals,
            outages=outages or Outages(),
            tellers=tellers,
        )
    except StoreError as error:
        # It went away while something else that had failed was looked into.
        log.warning("work table does not answer", ticket=job.key.ticket, error=str(error))
        return Result(Released(job))


def _tried(
    job: Job,
    table: WorkTable,
    desk: Helpdesk,
    policy: Policy,
    schedule: SweepSchedule,
    *,
    holds: Callable[[], bool],
    refusals: Refusals | None,
    outages: Outages,
    tellers: Sequence[Teller],
) -> Result:
    try:
        outages.before(desk, job.key)
        if job.key.ticket in (SWEEP, FULL_SWEEP):
            return _sweep(job, table, desk, policy, schedule)
        _check_deaths(job)
        result = _submit(job, table, desk, policy, holds=holds) or _reconcile(
            job, table, desk, policy, holds=holds, refusals=refusals, tellers=tellers
        )
    except LeaseEndedError:
        return Result(Released(job))
    except RateLimitedError as error:
        return _limited(job, table.now(), outages, error)
    except ExposedNoteError as error:
        return Result(Released(job), exposed=error)
    except (UnavailableError, ServerFaultError) as error:
        return _broken(job, table.now(), desk, outages, error)
    except EndpointLimitedError as error:
        desk.pauses.set(error.endpoint, error.retry_at)
        again = Deferred(job, later(error.retry_at, table.now()), strictly=False)
        return Result(again, pause=Pause(error.retry_at, str(error), error.endpoint))
    except TicketWaitsError as error:
        log.warning("ticket is left alone", ticket=job.key.ticket, until=error.retry_at.isoformat(), cause=str(error))
        return Result(Deferred(job, later(error.retry_at, table.now()), strictly=True))
    except (NotFoundError, OutOfReachError) as error:
        return _gone(job, table, desk, outages, error)
    except PermanentError as error:
        return _failed(job, table.now(), str(error), final=True)
    except (HelpdeskError, StoreError) as error:
        return _failed(job, table.now(), str(error), final=False)
    except MemoryError:
        # Whose fault that is nobody knows: another ticket's may be worked on at the same time.
        log.exception("memory ran out", ticket=job.key.ticket)
        return _failed(job, table.now(), "memory ran out while this ticket was worked on", final=False)
    except Exception as error:  # a poison ticket blocks only itself, visibly (P11)
        log.exception("reconcile failed unexpectedly", ticket=job.key.ticket)
        return _failed(job, table.now(), f"{type(error).__name__}: {error}", final=True)
    outages.works(job.key)
    return result


def _submit(job: Job, table: WorkTable, desk: Helpdesk, policy: Policy, *, holds: Callable[[], bool]) -> Result | None:
    """``None`` where the job is no submission of a panel."""
    if (key := submission_of(job.key)) is None:
        return None
    ticket = Submitting(desk, policy, table.submissions, table.now, holds).bring(key)
    return Result(Done(job, None, None), touches=() if ticket is None else (ticket,), wrote=ticket is not None)


def _check_deaths(job: Job) -> None:
    if job.deaths >= MOST_DEATHS:
        raise PermanentError(
            f"{job.deaths} times whoever worked on this ticket was not heard of again: the process was killed, perhaps "
            "because memory ran out, or it hung. Look at the ticket's size and the log of that time, then replay this"
        )


def _gone(
    job: Job, table: WorkTable, desk: Helpdesk, outages: Outages, error: NotFoundError | OutOfReachError
) -> Result:
    """There is nothing to do for a deleted ticket. If the helpdesk shows no ticket at all, this one may still exist.

    One for which something was planned is not forgotten without a word: whether it was deleted, or only hidden or moved
    away, nobody can tell from here.
    """
    if isinstance(error, OutOfReachError):
        return _out_of_reach(job, table, error)
    if why := outages.why(desk, job.key, error, table.now()):
        return Result(Released(job), pause=Pause(None, why))
    if job.deadline is not None:
        metrics.vanished(job.key.helpdesk)
        planned = job.deadline.isoformat(" ", "minutes")
        text = (
            f"{error}. Something was planned for this ticket at {planned}: it was deleted, moved away, or hidden from "
            "the connector. If that was meant, drop this dead letter; else let the connector see it again and replay"
        )
        return _failed(job, table.now(), text, final=True)
    log.info("ticket is gone", ticket=job.key.ticket, cause=str(error))
    return Result(Done(job, None, None))


def _out_of_reach(job: Job, table: WorkTable, error: OutOfReachError) -> Result:
    """Another department's ticket is none of ours, and no failure. One that was ours, and went where the connector may
    not look, is told to people: its deadlines run on unseen."""
    known = table.seen(job.key.helpdesk, [job.key.ticket]).get(job.key.ticket)
    if known is not None and known.seen is not None:
        return _failed(job, table.now(), f"{error}. The ticket was under the rules until now", final=True)
    metrics.out_of_scope(job.key.helpdesk)
    log.warning("ticket is out of reach, and none of ours", ticket=job.key.ticket, cause=str(error))
    return Result(Done(job, None, None))


def _broken(job: Job, now: datetime, desk: Helpdesk, outages: Outages, error: TransientError) -> Result:
    """A failure of the ticket only if the helpdesk works otherwise: an outage makes no dead letters (P8), one
    ticket makes no outage (P23)."""
    if why := outages.why(desk, job.key, error, now):
        return Result(Released(job), pause=Pause(None, why))
    return _failed(job, now, str(error), final=False)


def _limited(job: Job, now: datetime, outages: Outages, error: RateLimitedError) -> Result:
    """Everybody waits, unless it is this ticket alone that has too many requests."""
    again = None if error.retry_at is None else later(error.retry_at, now)
    if outages.limited(job.key):
        return _failed(job, now, str(error), final=False, not_before=again)
    return Result(Released(job), pause=Pause(again, str(error)))


def pause_length(outages: int) -> timedelta:
    """How long to leave a helpdesk alone after ``outages`` failures in a row: 1 s, doubled, a minute at most."""
    return min(timedelta(seconds=2 ** min(outages, 10)), _LONGEST_PAUSE) * _jitter()


def later(named: datetime, now: datetime) -> datetime:
    """A random time a little after the one that the helpdesk has named, so that not all tickets come back at once."""
    return named + (_SPREAD + max(named - now, timedelta()) / 20) * random.random()  # noqa: S311 - spreads load only


def _reconcile(
    job: Job,
    table: WorkTable,
    desk: Helpdesk,
    policy: Policy,
    *,
    holds: Callable[[], bool],
    refusals: Refusals | None,
    tellers: Sequence[Teller],
) -> Result:
    def failed(text: Failure) -> None:
        metrics.text_failed(text.name)
        log.error("a text does not fit, another is said instead", ticket=job.key.ticket, **text._asdict())

    started, now = time.perf_counter(), table.now()
    telling = Outside(table.tellings, tellers, job)
    with failures_told_to(failed):
        result = reconcile(
            desk,
            policy,
            TicketId(job.key.ticket),
            now,
            holds,
            refusals=refusals,
            people=table.people,
            places=table.places,
            told=telling.told,
        )
    telling.plan(result.ticket, policy, result.decision, now)
    seconds = time.perf_counter() - started
    metrics.reconciled(job.key.helpdesk, result.decision, seconds)
    for detail, why in result.refused.items():
        name = detail.partition(":")[0]
        metrics.detail_refused(job.key.helpdesk, name)
        log.error("the helpdesk refuses a detail, the rest was done", ticket=result.ticket.number, detail=name, why=why)
    if result.decision.note and any(mark.name == "state-unknown" for mark in result.decision.note.marks):
        metrics.state_unknown(job.key.helpdesk)
        log.error(
            "the mapping does not say what a state means",
            ticket=result.ticket.number,
            state=result.ticket.unknown_state,
            counts_as=str(result.ticket.state),
        )
    _tell(result, seconds)
    if (
        result.ticket.kind is TicketKind.OTHER
        and job.deadline is not None
        and (left := _left(job, table.now(), result))
    ):
        return left
    if result.ticket.kind is TicketKind.OTHER:
        metrics.out_of_scope(job.key.helpdesk)
    touches = tuple(Key(job.key.helpdesk, ticket) for ticket in result.touched)
    done = Done(job, result.due, result.seen, outlook(result.ticket, result.decision, table.now()))
    return Result(done, touches=touches, wrote=not result.decision.writes_nothing)


def _left(job: Job, now: datetime, result: Reconciled) -> Result | None:
    """The rules do not hold any more for a ticket that they had something planned for. Whoever moved it there knows. If
    nobody did, the helpdesk or the mapping has changed around it, and that is a dead letter."""
    ticket = result.ticket
    metrics.vanished(job.key.helpdesk)
    if any(change.field == "group" and change.actor is not Actor.CONNECTOR for change in ticket.history):
        log.warning("the rules do not hold for this ticket any more: it was moved", ticket=ticket.number)
        return None
    group = ticket.fields.group or "unknown"
    text = (
        f"ticket {ticket.number} is in the group {group!r} or of a type for which the rules do not hold, and nobody "
        "has moved it. Was the group or type renamed? Then write its new name into the mapping, restart and replay this"
    )
    return _failed(job, now, text, final=True)


def _sweep(job: Job, table: WorkTable, desk: Helpdesk, policy: Policy, schedule: SweepSchedule) -> Result:
    full = job.key.ticket == FULL_SWEEP
    swept = sweep(desk, table, full=full, policy=policy, largest_change=schedule.largest_change)
    metrics.swept(desk.name, swept.missed)
    held = swept.held and f"policy {policy.version} would visibly change {swept.held.description}"
    past = PastSweep(table.now(), full, swept.listed, swept.touched, swept.missed, held)
    table.records.swept(desk.name, past)
    log.info("sweep", full=full, listed=swept.listed, touched=swept.touched, missed=swept.missed)
    if swept.held is not None:
        metrics.held_back(desk.name)
        log.error(
            "the new policy is not applied to the open tickets: it would visibly change too many of them",
            helpdesk=desk.name,
            policy=policy.version,
            changed=swept.held.changed,
            of_sample=swept.held.looked_at,
            unresolved=swept.held.unresolved,
            what=dict(swept.held.acts),
            allowed_share=schedule.largest_change,
            to_apply_it="interspace sweep --full --force",
        )
    again = table.now() + (schedule.full_sweep if full else schedule.sweep)
    return Result(Done(job, again, None))


def _failed(job: Job, now: datetime, error: str, *, final: bool, not_before: datetime | None = None) -> Result:
    # A sweep is never given up: it would take long until somebody noticed.
    final = (final or job.attempts + 1 >= MAX_ATTEMPTS) and job.key.ticket not in (SWEEP, FULL_SWEEP)
    metrics.failed(job.key.helpdesk, final)
    if final:
        log.error("dead letter", ticket=job.key.ticket, attempts=job.attempts + 1, error=error)
        return Result(Failed(job, error, None))
    delay = min(_FIRST_DELAY * 2 ** min(job.attempts, 20), _LONGEST_DELAY) * _jitter()
    log.warning("will be tried again", ticket=job.key.ticket, attempts=job.attempts + 1, error=error)
    return Result(Failed(job, error, max(now + delay, not_before or now)))


def _jitter() -> float:
    """A random factor, so that tickets that failed together are not tried again together."""
    return random.uniform(0.75, 1.25)  # noqa: S311 - spreads load, protects nothing


def _tell(result: Reconciled, seconds: float) -> None:
    ticket, decision = result.ticket, result.decision
    log.info(
        "reconciled",
        ticket=ticket.number,
        changed=sorted(decision.changes),
        # The title of a letter is that of the ticket: the customer's words.
        note=("letter" if decision.note.public else decision.note.title) if decision.note else None,
        created=[new.key for new in decision.creates],
        # To put the reasons of all the others into words would cost a tenth of the whole look; explain does.
        rules={outcome.rule: outcome.reasons[-1] for outcome in decision.outcomes if outcome.acts and outcome.reasons},
        due=result.due.isoformat() if result.due else None,
        ms=round(seconds * 1000, 1),
    )
