"""How times, lengths and values read in notes and messages. English (R6), times in UTC."""

from datetime import UTC, datetime, timedelta

from connector.domain.fields import LABELS
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Actor

_ACTORS = {
    Actor.CUSTOMER: "the customer",
    Actor.AGENT: "an agent",
    Actor.MANAGER: "a manager",
    Actor.CONNECTOR: "the connector",
    Actor.SYSTEM: "the helpdesk",
}


def label(field: str) -> str:
    """A field's name for people."""
    return LABELS[field]


def format_time(at: datetime) -> str:
    """``2026-11-22 10:05 UTC``"""
    return f"{at.astimezone(UTC).isoformat(' ')[:16]} UTC"


def format_duration(span: timedelta) -> str:
    """``2 h 30 min``; days from 48 hours on."""
    seconds = int(span.total_seconds())
    if seconds < 60:
        return f"{seconds} s"
    minutes = seconds // 60
    days, minutes = divmod(minutes, 1440) if minutes >= 2880 else (0, minutes)
    hours, minutes = divmod(minutes, 60)
    parts = [(days, "d"), (hours, "h"), (minutes, "min")]
    return " ".join(f"{number} {unit}" for number, unit in parts if number)


def actor(who: Actor) -> str:
    """``the customer``, ``an agent`` …"""
    return _ACTORS[who]


def sentence(text: str) -> str:
    """``text`` with a capital first letter; the others stay."""
    return text[:1].upper() + text[1:]


def one_line(said: str) -> str:
    """A stranger's words within a text of ours: they begin no line of it."""
    return " ".join(said.split())


def value(held: object) -> str:
    """A field's value for people."""
    if held is None or held == "":
        return "empty"
    return format_time(held) if isinstance(held, datetime) else one_line(str(held).replace("_", " "))


def greeting(ticket: Ticket) -> str:
    """The first line of a message to the customer."""
    return f"Hello {one_line(ticket.customer.name)}," if ticket.customer.name else "Hello,"


def whole_second(at: datetime) -> datetime:
    """Rounded up: helpdesks store whole seconds, and a deadline must never read earlier than it is."""
    if at.microsecond == 0:
        return at
    return at.replace(microsecond=0) + timedelta(seconds=1)
