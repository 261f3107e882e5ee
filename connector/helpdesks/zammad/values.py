"""Field values between the rules and Zammad's JSON and history texts.

Zammad stores an empty attribute as null or "", times as ``2026-11-22T10:00:00.000Z`` in JSON and as
``2026-11-22 10:00:00 UTC`` in the ticket history (recordings 008, 075).
"""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from connector.domain.fields import CATALOGUE


def read_time(text: str) -> datetime:
    """A time of Zammad's. Raises ValueError for anything else."""
    at = datetime.fromisoformat(text.replace(" UTC", "+00:00"))
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def decode(field: str, raw: Any) -> Any:
    """The value of a canonical field; ``None`` for empty and for what cannot be read as the field's type."""
    if raw is None or raw == "":
        return None
    kind = CATALOGUE[field].kind
    try:
        if kind is datetime:
            return read_time(str(raw)).replace(microsecond=0)
        if kind is bool:
            # Zammad gives every new ticket "no": it says as much as an empty field.
            return True if str(raw).casefold() in ("true", "1") else None
        if issubclass(kind, StrEnum):
            return kind(str(raw))
        return int(raw) if kind is int else str(raw)
    except (ValueError, TypeError, OverflowError):
        return None


def encode(value: Any) -> Any:
    """A canonical value as Zammad's JSON takes it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.value if isinstance(value, StrEnum) else value
