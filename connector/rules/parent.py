"""One outage, several tickets (R31): the incident that stands for it, and those that are part of it.

The rules propose, a person decides, and a no is remembered. Every ladder goes on; what its parent has announced to the
same contacts a part does not announce again. What support writes for all customers reaches each by a letter of their
own ticket: only a person's words on a confirmed parent, once for each text, and never with a name in it.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from connector.domain.decision import Notice, Outcome
from connector.domain.mark import Mark
from connector.domain.model import TicketId
from connector.domain.past import PastTicket
from connector.domain.ticket import LinkedTicket, Ticket
from connector.domain.vocabulary import Impact, ParentIncident, TicketKind, TicketState
from connector.policy.ladder import Level
from connector.policy.models import Policy
from connector.rules.case import Case
from connector.rules.outages import is_over


class OutageGroup(NamedTuple):
    """Incidents that may be one outage: the ids of the one that would stand for it and of those to be linked to it."""

    parent: TicketId
    parts: tuple[TicketId, ...]


def parent(case: Case) -> Outcome:
    """What is said of an outage on the incident that stands for it, and on those that are part of it."""
    ticket = case.ticket
    if is_over(ticket):
        return _OVER
    if (stands := _stands_for(case)) is not None:
        return stands
    if (of := parent_of(ticket)) is not None:
        told = Notice("part_of", {"parent": of.number}, frozenset({Mark("part-of", of.id)}))
        return _outcome(f"part of {of.number}", (told, *_update(case, of)))
    near = _confirmed_near(ticket, ticket.past, case.policy) if ticket.past else None
    if near is not None:
        maybe = Notice("parent_maybe", {"parent": near.number}, frozenset({Mark("parent-maybe", near.id)}))
        return _outcome(f"{near.number} stands for an outage in the same region", (maybe,))
    return _ALONE


def parent_of(ticket: Ticket) -> Ticket | None:
    """The incident that this one is part of, by its own history: a person of support has confirmed it, and it goes
    on."""
    related = ticket.related
    if related is None or related.id != ticket.part_of or is_over(related):
        return None
    return related if related.fields.parent_incident is ParentIncident.CONFIRMED else None


def announced(case: Case, levels: Iterable[Level]) -> Ticket | None:
    """The incident that this one is part of, if that has told the same contacts of all these levels."""
    of = parent_of(case.ticket)
    if of is None:
        return None
    ladder = case.policy.ladder_of(of.fields.verified_service, of.began_at)
    theirs = {level.level: level.contacts for level in ladder.levels}
    proved = {mark.number for mark in of.marks if mark.name == "level"}
    told = all(level.level in proved and theirs.get(level.level) == level.contacts for level in levels)
    return of if told else None


def group(ticket: Ticket, found: Iterable[PastTicket], policy: Policy) -> OutageGroup | None:
    """Which incidents are to be linked because they may be one outage; ``None``: nothing is proposed, or a person has
    decided on what failed there then."""
    if not policy.parent_incident.propose or is_over(ticket):
        return None
    near = _near(ticket, found, policy)
    standing = {one.parent_incident: one for one in near if one.parent_incident is not None}
    if standing:
        proposed = standing.get(ParentIncident.PROPOSED)
        undecided = proposed is not None and len(standing) == 1 and not proposed.state.is_over
        return OutageGroup(proposed.id, (ticket.id,)) if proposed is not None and undecided else None
    if len({ticket.fields.verified_service, *(one.service for one in near)}) < policy.parent_incident.services:
        return None
    own = (_began(ticket), ticket.created_at, len(ticket.id), ticket.id)
    first = min([own, *((one.began, one.created_at, len(one.id), one.id) for one in near if not one.state.is_over)])[-1]
    return OutageGroup(first, tuple(number for number in (ticket.id, *(one.id for one in near)) if number != first))


def _began(ticket: Ticket) -> datetime:
    """As its customer says, else when it was reported."""
    return min(ticket.fields.problem_start or ticket.created_at, ticket.created_at)


def _near(ticket: Ticket, found: Iterable[PastTicket], policy: Policy) -> list[PastTicket]:
    """The other incidents of the region whose faults began at the same time and disturb traffic, or may."""
    service = policy.service(ticket.fields.verified_service)
    if service is None or not service.region or ticket.fields.impact is Impact.NON_SERVICE_AFFECTING:
        return []
    region, within = service.region.casefold(), policy.parent_incident.within.fixed
    began = _began(ticket)
    return [
        one
        for one in found
        if one.kind is TicketKind.INCIDENT
        and one.id != ticket.id
        and one.state is not TicketState.CANCELLED
        and one.impact is not Impact.NON_SERVICE_AFFECTING
        and abs(one.began - began) <= within
        and (other := policy.service(one.service)) is not None
        and (other.region or "").casefold() == region
    ]


def _confirmed_near(ticket: Ticket, found: Iterable[PastTicket], policy: Policy) -> PastTicket | None:
    standing = (one for one in _near(ticket, found, policy) if not one.state.is_over)
    return next((one for one in standing if one.parent_incident is ParentIncident.CONFIRMED), None)


def _stands_for(case: Case) -> Outcome | None:
    """``None``: the incident stands for no others."""
    ticket, parts = case.ticket, _parts(case.ticket)
    stands = ticket.fields.parent_incident
    if stands is ParentIncident.CONFIRMED:
        open_parts = tuple(link.id for link in parts if not link.state.is_over)
        told = (*_confirmed(ticket, parts), *_update(case, ticket))
        return _outcome(f"stands for an outage with {len(parts)} other incidents", told)._replace(touches=open_parts)
    if stands is ParentIncident.DECLINED:
        return _outcome("stands for no others: a person has declined it")
    if stands is None and (any(mark.name == "parent-proposed" for mark in ticket.marks) or not _may_stand(case, parts)):
        return None
    outcome = _outcome("may stand for an outage: a person decides", _proposed(case, parts))
    return outcome._replace(changes={"parent_incident": ParentIncident.PROPOSED})


def _parts(ticket: Ticket) -> list[LinkedTicket]:
    linked = (link for link in ticket.links if link.kind is TicketKind.INCIDENT and link.duplicate_of is None)
    return sorted((link for link in linked if link.state is not TicketState.CANCELLED), key=lambda one: one.number)


def _may_stand(case: Case, parts: Sequence[LinkedTicket]) -> bool:
    """The first of several services of a region that failed at once, which the rules or people have linked."""
    ticket, rules = case.ticket, case.policy.parent_incident
    if not rules.propose or len(parts) + 1 < rules.services:
        return False
    own = case.policy.service(case.verified_service)
    if own is None or not own.region or any(link.parent_incident for link in parts):
        return False
    began, services = _began(ticket), {own.id}
    for link in parts:
        service = case.policy.service(link.service_id)
        if service is None or (service.region or "").casefold() != own.region.casefold() or link.began is None:
            continue
        if abs(link.began - began) > rules.within.fixed or (not link.state.is_over and link.began < began):
            continue
        services.add(service.id)
    return len(services) >= rules.services


def _proposed(case: Case, parts: Sequence[LinkedTicket]) -> tuple[Notice, ...]:
    """One note for each list: the last one is whole."""
    ticket, service = case.ticket, case.policy.service(case.verified_service)
    rows = [
        {
            "number": link.number,
            "priority": link.priority and link.priority.value,
            "service": link.service_id,
            "began": link.began,
        }
        for link in parts
    ]
    listed = sha256(" ".join(link.id for link in parts).encode()).hexdigest()[:12]
    data = {
        "region": (service.region if service else None) or "",
        "services": len({ticket.fields.service_id, *(link.service_id for link in parts)}),
        "within": case.policy.parent_incident.within,
        "incidents": rows,
    }
    return (Notice("parent_proposed", data, frozenset({Mark("parent-proposed", listed)})),)


def _confirmed(ticket: Ticket, parts: Sequence[LinkedTicket]) -> tuple[Notice, ...]:
    changes = ticket.changes.get("parent_incident", ())
    mark = Mark("parent-confirmed", changes[-1].id if changes else "created")
    return (Notice("parent_confirmed", {"incidents": [link.number for link in parts]}, frozenset({mark})),)


def _update(case: Case, of: Ticket) -> Iterator[Notice]:
    """The text for all customers as it stands on the parent, to this ticket's own customer. One that names somebody
    goes to nobody, and the parent says so."""
    text = (of.fields.parent_update or "").strip()
    if not text:
        return
    state = sha256(text.encode(errors="surrogatepass")).hexdigest()[:12]
    if not (named := case.policy.catalogue.named_in(text)):
        yield Notice("parent_update", {"text": text}, frozenset({Mark("parent-update", of.id, state)}))
    elif of.id == case.ticket.id:
        yield Notice("parent_update_held", {"named": named}, frozenset({Mark("parent-held", state)}))


def _outcome(reason: str, notices: tuple[Notice, ...] = ()) -> Outcome:
    return Outcome(rule="parent", notices=notices, reasons=(reason,))


_OVER = _outcome("nothing is said of an outage: the incident is over")
_ALONE = _outcome("part of no other incident")
