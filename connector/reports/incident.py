"""What a report says of one incident, found out by the same clocks as the rules (R36–R38)."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from connector.domain.ticket import Ticket
from connector.domain.vocabulary import (
    Actor,
    CauseCategory,
    Channel,
    Impact,
    Priority,
    PrioritySource,
    RfoStatus,
    TicketKind,
)
from connector.policy.models import Policy
from connector.rules import timeline
from connector.rules.case import Case
from connector.rules.clocks import Clocks, TargetName, clocks
from connector.rules.outages import outages
from connector.rules.people import known
from connector.rules.timeline import Interval, Intervals
from connector.rules.trust import verified

_ONE_WRITE = timedelta(seconds=2)
"""Helpdesks give the entries of one write times that lie milliseconds apart."""


class Promise(NamedTuple):
    """A time limit and what became of it."""

    priority: Priority
    """The one in force when it was kept or missed; else that of now."""
    due: datetime | None
    met: datetime | None
    kept: bool | None
    """``None``: neither kept nor missed yet, or the clock stands still."""

    @property
    def late(self) -> timedelta:
        """By how much it was missed, as far as that is over."""
        return self.met - self.due if self.kept is False and self.met and self.due else timedelta()


class Rise(NamedTuple):
    """A level that the ticket has risen to."""

    at: datetime
    level: int
    why: str


class Rfo(NamedTuple):
    """The Reason-For-Outage document of an incident."""

    asked: datetime | None
    due: datetime | None
    delivered: datetime | None
    late: bool


class Incident(NamedTuple):
    """One incident. Times are UTC."""

    number: str
    customer: str
    """The catalogue's id, else the organization, else the contact."""
    service: str | None
    """Only one that the catalogue knows as this customer's."""
    priority: Priority
    impact: Impact | None
    channel: Channel
    created: datetime
    ended: datetime | None
    first_response: tuple[Promise, ...]
    """One that was missed, and the one that a raised priority made anew, are two."""
    repair: tuple[Promise, ...]
    updates: tuple[Promise, ...]
    """After the first response, as far as they are decided."""
    down: Intervals
    """When it was going on."""
    waited: Intervals
    """When its clocks stood still in that time: by consent, or for the customer."""
    levels: tuple[Rise, ...]
    deferred: Intervals
    rfo: Rfo | None
    problems: tuple[str, ...]
    """Numbers of linked problem records that are open."""
    asked_for: tuple[str, ...]
    """Required details that were missing when the customer was first asked: names of fields."""
    overridden: bool
    """Support has chosen the priority."""
    measure: datetime | None = None
    """When the next preventive measure is due that is not done."""
    cause: CauseCategory | None = None
    """As its problem record states it."""


def incident(ticket: Ticket, policy: Policy, until: datetime) -> Incident:
    """What happened on the ticket up to ``until`` (UTC). What came later counts for nothing. Only links are those of
    today: no history tells of them."""
    then = ticket.model_copy(update={"links": ()}).as_of(until).model_copy(update={"links": ticket.links})
    ticket = verified(known(then, policy.catalogue))[0]
    case = Case(ticket, policy, until)
    counted = clocks(case)
    going_on = tuple(Interval(one.began, one.ended) for one in outages(ticket))
    return Incident(
        number=ticket.number,
        customer=_customer(case),
        service=case.verified_service,
        priority=case.priority,
        impact=ticket.fields.impact,
        channel=ticket.channel,
        created=ticket.created_at,
        ended=timeline.resolved_at(ticket),
        first_response=tuple(_promises(counted, "first_response", until)),
        repair=tuple(_promises(counted, "repair", until)),
        updates=tuple(_updates(case, counted)),
        down=going_on,
        waited=timeline.less(going_on, timeline.runs(ticket, policy), ticket.created_at),
        levels=tuple(_levels(ticket)),
        deferred=timeline.deferrals(ticket),
        rfo=_rfo(ticket, until),
        problems=tuple(one.number for one in ticket.links if one.kind is TicketKind.PROBLEM and not one.state.is_over),
        asked_for=tuple(_asked_for(ticket, policy)),
        overridden=ticket.fields.priority_source is PrioritySource.AGENT,
        measure=ticket.fields.next_measure_at,
    )


def causes_of(record: Ticket) -> dict[str, CauseCategory]:
    """What a problem record states of its incidents: number → category."""
    category = verified(record)[0].fields.cause_category
    if category is None:
        return {}
    return {link.number: category for link in record.links if link.kind is TicketKind.INCIDENT}


def length(intervals: Iterable[Interval], until: datetime) -> timedelta:
    """How long they last together by ``until``."""
    spans = ((start, until if end is None else min(end, until)) for start, end in intervals)
    return sum((max(end - start, timedelta()) for start, end in spans), timedelta())


def _customer(case: Case) -> str:
    company = next(iter(case.companies), None)
    customer = case.ticket.customer
    return company.id if company else next(iter(customer.organizations), None) or customer.name or customer.id


def _promises(counted: Clocks, name: TargetName, until: datetime) -> Iterator[Promise]:
    """Each that was missed, once; one that was kept, unless the ticket had missed it already under the same or a higher
    priority: lowering keeps nothing."""
    missed = dict[datetime | None, Priority]()
    for one in counted.promised:
        limit = one.first_response if name == "first_response" else one.repair
        if one.missed(name, until):
            if limit.due not in missed:
                missed[limit.due] = one.priority
                yield Promise(one.priority, limit.due, limit.met, kept=False)
        elif limit.met is None:
            if one.until is None:
                yield Promise(one.priority, limit.due, None, kept=None)
        elif counted.promised_at(limit.met) is one and all(one.priority < other for other in missed.values()):
            yield Promise(one.priority, limit.due, limit.met, kept=True)


def _updates(case: Case, counted: Clocks) -> Iterator[Promise]:
    """The updates after the first response that came within the interval of a priority that the ticket had, and those
    that did not. A last one that nobody has waited for too long counts for nothing."""
    ticket = case.ticket
    first = timeline.first_response_at(ticket)
    limits = [(one.counter, case.policy.targets_of(case.verified_service, one.priority)) for one in counted.each]
    running = [(counter, limit.update_every.length) for counter, limit in limits if limit.update_every is not None]
    if not running or first is None:
        return
    last, end = first, timeline.resolved_at(ticket) or case.now
    told = sorted(answer.heard_at for answer in ticket.answers if first < answer.heard_at <= end)
    for at in (*told, end):
        dues = [counter.deadline(counter.elapsed(last) + length) for counter, length in running]
        due = min(filter(None, dues), default=None)
        if due is not None and due < at:
            yield Promise(counted.promised_at(due).priority, due, at if at in told else None, kept=False)
        elif at != end:
            yield Promise(counted.promised_at(at).priority, due, at, kept=True)
        last = at


def _levels(ticket: Ticket) -> Iterator[Rise]:
    """Every rise above the first level with its reason, as the history tells."""
    for change in ticket.changes.get("escalation_level", ()):
        if isinstance(change.new, int) and change.new > max(change.old or 1, 1):
            reasons = ticket.changes.get("escalation_reason", ())
            why = next((one.new for one in reasons if abs(one.at - change.at) <= _ONE_WRITE), None)
            yield Rise(change.at, change.new, str(why or ""))


def _rfo(ticket: Ticket, until: datetime) -> Rfo | None:
    changes = [one for one in ticket.changes.get("rfo_status", ()) if one.actor is not Actor.CUSTOMER]
    asked = next((one.at for one in changes if one.new in (RfoStatus.REQUESTED, RfoStatus.DUE)), None)
    if asked is None:
        return None
    delivered = next((one.at for one in reversed(changes) if one.new is RfoStatus.DELIVERED), None)
    declined = ticket.fields.rfo_status is RfoStatus.DECLINED
    due = ticket.fields.rfo_due_at
    late = due is not None and not declined and due < (delivered or until)
    return Rfo(asked, due, delivered, late)


def _asked_for(ticket: Ticket, policy: Policy) -> Iterator[str]:
    asked = min((at for mark, at in ticket.marks.items() if mark.name == "asked"), default=None)
    for field in policy.intake.required if asked is not None else ():
        changes = ticket.changes.get(field, ())
        before = [change.new for change in changes if asked is not None and change.at < asked]
        held = before[-1] if before else changes[0].old if changes else getattr(ticket.fields, field)
        if held is None:
            yield field
