"""Times as Zammad writes them: text in UTC with milliseconds, which sorts like the moments it names."""

import re
from datetime import UTC, datetime
from typing import Any

Record = dict[str, Any]
"""One row of a table, in the shape of its JSON."""
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def stamp(moment: datetime) -> str:
    """`2026-11-22T12:49:04.995Z` for an aware moment."""
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def parse_stamp(text: object) -> str | None:
    """The stamp of an ISO 8601 text, UTC if it does not say; None for what is no time, as Zammad stores it (065)."""
    try:
        moment = datetime.fromisoformat(str(text).strip())
    except ValueError:
        return None
    return stamp(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def as_history_text(value: object) -> str:
    """A value as the ticket history shows it: `2026-11-22 10:00:00 UTC`, `true`, empty for nothing (030, 075)."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str) and _STAMP.fullmatch(value):
        return f"{value[:10]} {value[11:19]} UTC"
    return "[" + ", ".join(f'"{item}"' for item in value) + "]" if isinstance(value, list) else str(value)


def full_name(user: Record) -> str:
    """First and last name of a user, else the e-mail address."""
    return f"{user['firstname']} {user['lastname']}".strip() or str(user["email"])


def is_on(value: object) -> bool:
    """Whether a parameter such as `true` or `1` says yes."""
    return str(value).lower() in {"true", "1"}
