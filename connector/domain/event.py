"""What is told outside of the helpdesk, and what became of it."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple


class EventKind(StrEnum):
    """What happened to a ticket, by the names that receivers know."""

    LEVEL = "escalation.level_reached"
    WARNING = "target.warning"
    MISSED = "target.missed"
    UPDATE_LATE = "update.late"
    RFO_REQUESTED = "rfo.requested"
    RFO_DELIVERED = "rfo.delivered"
    RFO_LATE = "rfo.late"


class Event(NamedTuple):
    """Something that stands on the ticket, proved by a mark or by the ticket's history."""

    id: str
    """The same whenever the ticket is read: what tells a repeat."""
    kind: EventKind
    at: datetime
    """When it was written on the ticket (UTC)."""
    details: Mapping[str, Any]
    """By the names of the payload: numbers, times, and words that the provider chose. Nothing of a customer's text."""


class Told(NamedTuple):
    """What became of telling a receiver of an event."""

    event: str
    kind: EventKind
    receiver: str
    at: datetime
    """When it was told, or given up (UTC)."""
    failure: str | None = None
    """Why it was given up; ``None``: it was told."""
