"""What a search shows of the tickets about one place: a service, its circuit, its region (R31)."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from connector.domain.model import Instant, Model, TicketId
from connector.domain.vocabulary import (
    Duplicate,
    Impact,
    ParentIncident,
    Priority,
    ProblemState,
    ServiceCheck,
    TicketKind,
    TicketState,
)

MOST_FOUND = 100
"""Tickets that one search about a place shows: the newest. Some helpdesk shows no more on a page, and no count needs
them."""


class PlaceSearch(NamedTuple):
    """Which tickets to look for: incidents and problem records of these services."""

    services: tuple[str, ...]
    """IDs as the catalogue spells them: the service itself and those on its circuit."""
    region: tuple[str, ...]
    """The other services of its region."""
    since: datetime
    """Created at this moment (UTC) or later."""


class PastTicket(Model):
    """An incident or problem record in a search result, as much of it as is counted. Times are UTC."""

    id: TicketId
    number: str
    kind: TicketKind
    state: TicketState
    """Of one that was merged: cancelled."""
    created_at: Instant
    began: Instant
    """As it states, else when it was reported."""
    ended: Instant | None = None
    """When it was closed last; ``None`` while it is open or where the helpdesk does not say."""
    service: str | None = None
    """The ID of the service that it is surely about."""
    services: frozenset[str] = frozenset()
    """Of a problem record: all that it names, in small letters."""
    priority: Priority | None = None
    impact: Impact | None = None
    problem_state: ProblemState | None = None
    parent_incident: ParentIncident | None = None


def named_services(fields: Mapping[str, Any]) -> frozenset[str]:
    """The IDs, in small letters, of the services that a problem record with these values is about."""
    named = re.split(r"[\s,;]+", f"{fields.get('service_id') or ''} {fields.get('affected_services') or ''}")
    return frozenset(name.casefold() for name in named if name)


PAST_FIELDS = (
    "service_id", "service_check", "problem_start", "impact", "affected_services", "problem_state", "parent_incident",
    "duplicate",
)  # fmt: skip
"""The names of the custom fields that :func:`past_ticket` reads."""


def past_ticket(fields: Mapping[str, Any], **known: Any) -> PastTicket:
    """A ticket with these values of :class:`connector.domain.fields.Fields`; ``known`` is what a helpdesk has of its
    own."""
    reported = known["created_at"]
    # One fault counts once, however often it was reported.
    surely = fields.get("service_check") is ServiceCheck.VERIFIED and fields.get("duplicate") is not Duplicate.CONFIRMED
    return PastTicket(
        **known,
        began=min(fields.get("problem_start") or reported, reported),
        service=fields.get("service_id") if surely else None,
        services=named_services(fields),
        impact=fields.get("impact"),
        problem_state=fields.get("problem_state"),
        parent_incident=fields.get("parent_incident"),
    )


class OpenProblem(Model):
    """A problem record that is not closed for good, as a search shows it."""

    id: TicketId
    services: frozenset[str]
    """The IDs of the services it is about, in small letters."""
    began: Instant | None = None
    """When the outage began that it was opened for."""


def open_problem(record_id: TicketId, fields: Mapping[str, Any]) -> OpenProblem:
    """What a search shows of a problem record with these values of :class:`Fields`."""
    return OpenProblem(id=record_id, services=named_services(fields), began=fields.get("problem_start"))
