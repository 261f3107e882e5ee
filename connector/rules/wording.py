"""How times, lengths and values read in the reasons that ``explain`` and the log show: short English, times in UTC."""

from datetime import UTC, datetime, timedelta

from connector.domain.vocabulary import Actor
from connector.messages import words
from connector.messages.words import Reader

_ENGLISH = Reader()


def format_time(at: datetime) -> str:
    """``2026-11-22 10:05 UTC``"""
    return f"{at.astimezone(UTC).isoformat(' ')[:16]} UTC"


def format_duration(span: timedelta) -> str:
    """``2 h 30 min``; days from 48 hours on."""
    return words.duration(span, _ENGLISH)


def actor(who: Actor) -> str:
    """``the customer``, ``an agent`` …"""
    return words.person(who, _ENGLISH)


def value(stored: object) -> str:
    """A field's value on one line."""
    if stored is None or stored == "":
        return "empty"
    return format_time(stored) if isinstance(stored, datetime) else " ".join(str(stored).replace("_", " ").split())
