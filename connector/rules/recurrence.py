"""Recurrence (R31): what comes back on one service, circuit or region, by counts that anybody can check.

No similarity of texts, no statistics. What is linked to a problem record is not counted, whatever became of the record:
so a proposal that was declined is silent until as many new incidents have come.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from connector.domain.model import TicketId
from connector.domain.past import PastTicket, PlaceSearch
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Duplicate, Impact, Priority, ProblemState, TicketKind, TicketState
from connector.policy.catalogue import Service
from connector.policy.models import Policy
from connector.policy.problem_rules import Recurrence
from connector.rules.outages import outages

Place = Literal["service", "circuit", "region"]
Why = Literal["often", "long", "critical"]


class CountedFault(NamedTuple):
    """As much of an incident as is counted. Times are UTC."""

    ticket: TicketId
    """Its id."""
    number: str
    service: Service
    priority: Priority | None
    began: datetime
    ended: datetime | None
    disturbs: bool = True
    """Customer traffic, as far as anybody has said: else nothing is down."""


class Recurring(NamedTuple):
    """What has come back too often, with the numbers that say so."""

    by: Place
    place: str
    why: tuple[Why, ...]
    faults: tuple[CountedFault, ...]
    """All that were counted, the first one first."""
    often: int
    """How many began within the policy's time."""
    down: timedelta
    """For how long customer traffic was disturbed in that time, overlaps counted once, what is open until now."""
    critical: int
    """How many P1 began within the policy's time for those."""


def fault_of(ticket: Ticket, policy: Policy) -> CountedFault | None:
    """``None``: not counted. It is no incident, was cancelled or merged, has a problem record already, or nobody knows
    for sure what service it is about."""
    service = policy.service(ticket.fields.verified_service)
    if ticket.kind is not TicketKind.INCIDENT or ticket.state is TicketState.CANCELLED or service is None:
        return None
    if _has_record(ticket):
        return None
    if ticket.merged_into is not None or ticket.fields.duplicate is Duplicate.CONFIRMED:
        return None
    began = min(ticket.fields.problem_start or ticket.created_at, ticket.created_at)
    ended, disturbs = outages(ticket)[-1].ended, ticket.fields.impact is not Impact.NON_SERVICE_AFFECTING
    return CountedFault(ticket.id, ticket.number, service, ticket.fields.priority, began, ended, disturbs)


def returned(ticket: Ticket, search: PlaceSearch, found: Iterable[PastTicket], policy: Policy) -> PastTicket | None:
    """The problem of the incident's service or circuit that was closed only lately: its fix has not helped. ``None``:
    there is none, the incident has a record, or no customer traffic is disturbed."""
    if _has_record(ticket) or ticket.fields.impact in (None, Impact.NON_SERVICE_AFFECTING):
        return None
    own = {service.casefold() for service in search.services}
    began = min(ticket.fields.problem_start or ticket.created_at, ticket.created_at)
    closed = [
        (record.ended, record)
        for record in found
        if _was_solved(record)
        and record.ended is not None
        and record.services & own
        and timedelta() < began - record.ended <= policy.recurrence.again_within.fixed
    ]
    return max(closed, key=lambda pair: pair[0])[1] if closed else None


def _was_solved(record: PastTicket) -> bool:
    solved = (ProblemState.FIXED, ProblemState.CLOSED)
    return record.kind is TicketKind.PROBLEM and record.state.is_over and record.problem_state in solved


def suspected(ticket: Ticket, found: Iterable[PastTicket], policy: Policy, now: datetime) -> Recurring | None:
    """What seems to come back with this incident, by what a search shows. An incident that began before the newest
    record of its service was opened was counted for that one; where a record is open, nothing is proposed.

    An incident whose priority asks for a record gets one of its own, so it proposes none; nor does a single one,
    however long it has lasted.
    """
    own = fault_of(ticket, policy)
    if own is None or own.priority in policy.problem.required:
        return None
    found = [one for one in found if one.id != ticket.id]
    records = [one for one in found if one.kind is TicketKind.PROBLEM]
    faults = [fault for one in found if (fault := _fault_found(one, policy)) and not _counted_before(fault, records)]
    if _counted_before(own, records):
        return None
    counted = recurrences([*faults, own], policy.recurrence, now)
    return next((one for one in counted if own in one.faults and len(one.faults) > 1), None)


def _fault_found(one: PastTicket, policy: Policy) -> CountedFault | None:
    service = policy.service(one.service)
    if one.kind is not TicketKind.INCIDENT or one.state is TicketState.CANCELLED or service is None:
        return None
    disturbs = one.impact is not Impact.NON_SERVICE_AFFECTING
    return CountedFault(one.id, one.number, service, one.priority, one.began, one.ended, disturbs)


def _counted_before(fault: CountedFault, records: Iterable[PastTicket]) -> bool:
    own = fault.service.id.casefold()
    return any(
        own in record.services and (not record.state.is_over or fault.began <= record.created_at) for record in records
    )


def _has_record(ticket: Ticket) -> bool:
    return any(link.kind is TicketKind.PROBLEM for link in ticket.links)


def recurrences(faults: Iterable[CountedFault], rules: Recurrence, now: datetime) -> tuple[Recurring, ...]:
    """What is to be proposed at ``now``, services before circuits before regions; each incident counts for one."""
    left = {fault.ticket: fault for fault in faults}
    found: list[Recurring] = []
    for by in ("service", "circuit", "region"):
        if by not in rules.by:
            continue
        for place, here in sorted(_by_place(left.values(), by).items()):
            recurring = _counted(by, place, here, rules, now)
            if recurring is not None:
                found.append(recurring)
                for fault in recurring.faults:
                    left.pop(fault.ticket, None)
    return tuple(found)


def _by_place(faults: Iterable[CountedFault], by: Place) -> Mapping[str, list[CountedFault]]:
    places: dict[str, list[CountedFault]] = {}
    for fault in faults:
        service = fault.service
        place = {"service": service.id, "circuit": service.circuit_id, "region": service.region}[by]
        if place:
            places.setdefault(place, []).append(fault)
    return places


def _counted(by: Place, place: str, faults: list[CountedFault], rules: Recurrence, now: datetime) -> Recurring | None:
    services = {fault.service.id for fault in faults}
    if by != "service" and len(services) < 2:
        return None
    since = now - rules.within.fixed
    recent = [fault for fault in faults if fault.began >= since]
    critical = [
        fault
        for fault in faults
        if fault.priority is Priority.P1 and fault.began >= now - rules.critical_within.fixed
    ]  # fmt: skip
    down = _down((fault for fault in faults if fault.disturbs), since, now)
    why = tuple(_why(by, len(recent), down, len(critical), rules))
    if not why:
        return None
    lasting = [
        fault
        for fault in faults
        if "long" in why and fault.disturbs and (fault.ended is None or fault.ended > since)
    ]  # fmt: skip
    counted = {
        fault.ticket: fault
        for fault in (*recent, *lasting, *(critical if "critical" in why else ()))
    }  # fmt: skip
    in_order = tuple(sorted(counted.values(), key=lambda fault: (fault.began, fault.number)))
    return Recurring(by, place, why, in_order, len(recent), down, len(critical))


def _why(by: Place, recent: int, down: timedelta, critical: int, rules: Recurrence) -> Iterator[Why]:
    """In a region services fail for many reasons: only many faults count there."""
    if recent >= (rules.region_incidents if by == "region" else rules.incidents):
        yield "often"
    if by == "region":
        return
    if down > rules.down.fixed:
        yield "long"
    if critical >= rules.critical:
        yield "critical"


def _down(faults: Iterable[CountedFault], since: datetime, now: datetime) -> timedelta:
    total, until = timedelta(), since
    for fault in sorted(faults, key=lambda fault: fault.began):
        began, ended = max(fault.began, until), min(fault.ended or now, now)
        if ended > began:
            total += ended - began
            until = ended
    return total
