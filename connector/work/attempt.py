"""One try at one job: a ticket is reconciled, a panel's submission opened, or a sweep made."""

import time

import structlog

from connector import metrics, tracing
from connector.domain.model import TicketId
from connector.domain.vocabulary import Actor, TicketKind
from connector.helpdesks.errors import PermanentError
from connector.messages.catalogue import Failure, failures_told_to
from connector.work.consequences import consequence, failed
from connector.work.errand import FULL_SWEEP, Errand, Result
from connector.work.errors import StoreError
from connector.work.jobs import MOST_DEATHS, Released
from connector.work.outlook import outlook
from connector.work.outside import Outside
from connector.work.reconcile import Reconciled, reconcile
from connector.work.records import PastSweep
from connector.work.submissions import submission_of
from connector.work.submitting import Submitting
from connector.work.sweep import sweep
from connector.work.table import Done, Job, Key

log = structlog.get_logger("worker")


def attempt(errand: Errand) -> Result:
    """Does the job once. Never raises: an error concerns this ticket only, and must not end the thread."""
    with _span(errand) as span:
        result = _tried(errand, span)
        span.say("interspace.outcome", type(result.outcome).__name__.lower())
    return result


def _span(errand: Errand) -> tracing.Span:
    key, tries = errand.job.key, errand.job.attempts
    if errand.is_sweep:
        return tracing.span("sweep", helpdesk=key.helpdesk, which=key.ticket)
    if submission_of(key) is not None:
        # Its key names a customer's panel.
        return tracing.span("submission", "CONSUMER", helpdesk=key.helpdesk, tries_before=tries)
    return tracing.span("reconcile", "CONSUMER", helpdesk=key.helpdesk, ticket=key.ticket, tries_before=tries)


def _tried(errand: Errand, span: tracing.Span) -> Result:
    try:
        try:
            return _done(errand)
        except Exception as error:  # noqa: BLE001 - what follows from any is decided there
            span.failed(type(error).__name__)
            return consequence(errand, error)
    except StoreError as error:
        # It went away while something else that had failed was looked into.
        log.warning("work table does not answer", ticket=errand.job.key.ticket, error=str(error))
        return Result(Released(errand.job))


def _done(errand: Errand) -> Result:
    errand.outages.before(errand.desk, errand.job.key)
    if errand.is_sweep:
        return _sweep(errand)
    _check_deaths(errand.job)
    result = _submit(errand) or _reconcile(errand)
    errand.outages.works(errand.job.key)
    return result


def _submit(errand: Errand) -> Result | None:
    """``None`` where the job is no submission of a panel."""
    if (key := submission_of(errand.job.key)) is None:
        return None
    table = errand.table
    ticket = Submitting(errand.desk, errand.policy, table.submissions, table.now, errand.holds).bring(key)
    touches = () if ticket is None else (ticket,)
    return Result(Done(errand.job, None, None), touches=touches, wrote=ticket is not None)


def _check_deaths(job: Job) -> None:
    if job.deaths >= MOST_DEATHS:
        raise PermanentError(
            f"{job.deaths} times whoever worked on this ticket was not heard of again: the process was killed, perhaps "
            "because memory ran out, or it hung. Look at the ticket's size and the log of that time, then replay this"
        )


def _reconcile(errand: Errand) -> Result:
    job, table, desk, policy = errand.job, errand.table, errand.desk, errand.policy

    def text_failed(text: Failure) -> None:
        metrics.text_failed(text.name)
        log.error("a text does not fit, another is said instead", ticket=job.key.ticket, **text._asdict())

    started, now = time.perf_counter(), table.now()
    telling = Outside(table.tellings, errand.tellers, job)
    with failures_told_to(text_failed):
        result = reconcile(
            desk,
            policy,
            TicketId(job.key.ticket),
            now,
            errand.holds,
            refusals=errand.refusals,
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
    if result.ticket.kind is TicketKind.OTHER and job.deadline is not None and (left := _left(errand, result)):
        return left
    if result.ticket.kind is TicketKind.OTHER:
        metrics.out_of_scope(job.key.helpdesk)
    touches = tuple(Key(job.key.helpdesk, ticket) for ticket in result.touched)
    done = Done(job, result.due, result.seen, outlook(result.ticket, result.decision, table.now()))
    return Result(done, touches=touches, wrote=not result.decision.writes_nothing)


def _left(errand: Errand, result: Reconciled) -> Result | None:
    """The rules do not hold any more for a ticket that they had something planned for. Whoever moved it there knows. If
    nobody did, the helpdesk or the mapping has changed around it, and that is a dead letter."""
    ticket = result.ticket
    metrics.vanished(errand.job.key.helpdesk)
    if any(change.field == "group" and change.actor is not Actor.CONNECTOR for change in ticket.history):
        log.warning("the rules do not hold for this ticket any more: it was moved", ticket=ticket.number)
        return None
    group = ticket.fields.group or "unknown"
    text = (
        f"ticket {ticket.number} is in the group {group!r} or of a type for which the rules do not hold, and nobody "
        "has moved it. Was the group or type renamed? Then write its new name into the mapping, restart and replay this"
    )
    return failed(errand, text, final=True)


def _sweep(errand: Errand) -> Result:
    job, table, desk, policy, schedule = errand.job, errand.table, errand.desk, errand.policy, errand.schedule
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
