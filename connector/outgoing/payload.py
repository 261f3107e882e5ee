"""What a receiver gets: ids, numbers, times and words that the provider chose. No text of a customer."""

import json
from datetime import UTC, datetime
from typing import Literal

from pydantic import Field

from connector.domain.event import Event
from connector.domain.model import Instant, Model
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Priority, TicketKind

TEST = "interspace.test"
"""The type of an event that only tests whether a receiver can be reached."""


class TicketData(Model):
    """The ticket that it is about."""

    helpdesk: str
    id: str = Field(description="in the helpdesk's API")
    number: str = Field(description="as people name it: 41002, ISP-7")
    url: str | None = Field(default=None, description="where agents see it")
    kind: TicketKind
    priority: Priority | None = None
    service: str | None = Field(default=None, description="the service ID, where the catalogue proves it")


class LevelData(Model):
    """A level of the escalation matrix."""

    number: int
    name: str | None = None
    contacts: tuple[str, ...] = Field(default=(), description="as the policy names them")


class TargetData(Model):
    """A limit."""

    name: Literal["first_response", "repair", "update"]
    due: Instant | None = None
    percent: int | None = Field(default=None, description="of a warning: how much of the time has passed")


class RfoData(Model):
    """A reason for outage."""

    due: Instant | None = None


class Data(Model):
    """What happened."""

    event: str = Field(description="the same for each repeat of this event on this ticket")
    ticket: TicketData | None = Field(default=None, description="missing only in a test")
    level: LevelData | None = None
    target: TargetData | None = None
    rfo: RfoData | None = None


class Payload(Model):
    """The body of a delivery."""

    type: Literal[
        "escalation.level_reached",
        "target.warning",
        "target.missed",
        "update.late",
        "rfo.requested",
        "rfo.delivered",
        "rfo.late",
        "interspace.test",
    ]
    timestamp: Instant = Field(description="when it was written on the ticket")
    data: Data


def body_of(event: Event, ticket: Ticket, url: str | None) -> str:
    """The payload of an event as JSON."""
    details = {name: dict(value) for name, value in event.details.items()}
    for name in ("addresses", "called"):
        details.get("level", {}).pop(name, None)
    fields = ticket.fields
    about = TicketData(
        helpdesk=ticket.helpdesk,
        id=ticket.id,
        number=ticket.number,
        url=url,
        kind=ticket.kind,
        priority=fields.priority,
        service=fields.verified_service,
    )
    data = Data.model_validate({"event": event.id, "ticket": about, **details})
    return _json(Payload(type=event.kind.value, timestamp=event.at, data=data))


def test_body(now: datetime) -> str:
    """A delivery that means nothing."""
    return _json(Payload(type=TEST, timestamp=now.astimezone(UTC), data=Data(event="test")))


def _json(payload: Payload) -> str:
    return json.dumps(payload.model_dump(mode="json", exclude_none=True), ensure_ascii=False, separators=(",", ":"))
