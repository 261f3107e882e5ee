"""Times as Zammad writes them: text in UTC with milliseconds, which sorts like the moments it names."""

import re
from datetime import UTC, datetime
from typing import Any

Record = dict[str, Any]
"""One row of a table, in the shape of its JSON."""


def stamp(moment: datetime) -> str:
    """`2026-11-22T12:49:04.995Z` for an aware moment."""
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def parse_stamp(text: object) -> str | None:
    """The stamp of an ISO 8601 text of any offset; None if it is no time, as Zammad stores it (recording 065).

    A text without an offset is UTC.
    """
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return stamp(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def moment_of(text: str) -> datetime:
    """The aware moment of a stamp."""
    return datetime.fromisoformat(text)


_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def as_history_text(value: object) -> str:
    """A value as the ticket history shows it: `2026-11-22 10:00:00 UTC`, `true`, empty for nothing (030, 075)."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and _STAMP.fullmatch(value):
        return f"{value[:10]} {value[11:19]} UTC"
    if isinstance(value, list):
        return "[" + ", ".join(f'"{item}"' for item in value) + "]"
    return str(value)


def full_name(user: Record) -> str:
    """First and last name of a user, else the e-mail address."""
    return f"{user['firstname']} {user['lastname']}".strip() or str(user["email"])
