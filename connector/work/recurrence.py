"""What comes back, and what fails at once, on the helpdesk (R31): found by one search, checked on the tickets
themselves, proposed once."""

from collections.abc import Callable, Mapping
from datetime import datetime

from connector.domain.decision import NewTicket
from connector.domain.model import TicketId
from connector.domain.past import PlaceSearch
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import TicketKind
from connector.helpdesks.errors import NotFoundError, OutOfReachError
from connector.helpdesks.helpdesk import Helpdesk
from connector.policy.models import Policy
from connector.rules.parent import group
from connector.rules.proposal import proposed_record
from connector.rules.recurrence import Recurring, fault_of, recurrences, returned, suspected

Create = Callable[[NewTicket, Ticket], TicketId | None]
"""Finds, links or creates a record, and returns its id; ``None``: not now."""


_MOST_LINKED = 50
"""Incidents that are linked to the first one of an outage by the rules: each has to be read."""


def act_on_past(
    desk: Helpdesk, policy: Policy, ticket: Ticket, search: PlaceSearch, *, now: datetime, create: Create
) -> list[TicketId]:
    """Links what may be one outage; opens a problem again whose fix has not helped, or proposes one for what comes
    back. ``ticket`` is with its past. Returns the ids of the tickets that have to be looked at for it. ``create`` is
    what makes the record.

    :raises HelpdeskError: the same call later completes what is missing.
    """
    return [*_link_outage(desk, policy, ticket), *_count(desk, policy, ticket, search, now=now, create=create)]


def _link_outage(desk: Helpdesk, policy: Policy, ticket: Ticket) -> list[TicketId]:
    """Before a person has decided: whoever decides sees what it is about, and takes links away."""
    if (found := group(ticket, ticket.past, policy)) is None:
        return []
    for part in found.parts[:_MOST_LINKED]:
        incident = ticket if part == ticket.id else _read(desk, part)
        if incident is not None:
            desk.link(found.parent, incident)
    return [found.parent]


def _count(
    desk: Helpdesk, policy: Policy, ticket: Ticket, search: PlaceSearch, *, now: datetime, create: Create
) -> list[TicketId]:
    found = ticket.past
    if (record := returned(ticket, search, found, policy)) is not None:
        desk.link(record.id, ticket)
        return [record.id]
    maybe = suspected(ticket, found, policy, now)
    if maybe is None:
        return []
    # A search does not show what is linked to a record by hand.
    read = {ticket.id: ticket} | {
        other.id: other for fault in maybe.faults if fault.ticket != ticket.id and (other := _read(desk, fault.ticket))
    }
    faults = [fault for one in read.values() if (fault := fault_of(one, policy)) is not None]
    for one in recurrences(faults, policy.recurrence, now):
        if len(one.faults) > 1 and ticket.id in {fault.ticket for fault in one.faults}:
            return propose(desk, policy, one, read, create)
    return []


def propose(
    desk: Helpdesk,
    policy: Policy,
    recurring: Recurring,
    read: Mapping[TicketId, Ticket],
    create: Create | None = None,
) -> list[TicketId]:
    """The ids of the proposed record, linked to all its incidents, and of those. A repeat finds it: by its key, and
    because what is linked counts no more. Nothing: its newest incident has a record by now, or somebody else is making
    one.

    :raises HelpdeskError: the same call later completes what is missing.
    """
    newest = desk.read(recurring.faults[-1].ticket)
    if any(link.kind is TicketKind.PROBLEM for link in newest.links):
        return []
    record = (create or desk.ensure)(proposed_record(policy, recurring, newest), newest)
    if record is None:
        return []
    others = [fault.ticket for fault in recurring.faults[:-1]]
    for other in others:
        desk.link(record, read[other])
    return [record, *others]


def _read(desk: Helpdesk, ticket_id: TicketId) -> Ticket | None:
    try:
        return desk.read(ticket_id)
    except (NotFoundError, OutOfReachError):
        return None
