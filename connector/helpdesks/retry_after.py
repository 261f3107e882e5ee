"""The Retry-After header in both its forms (RFC 9110, section 10.2.3)."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime


def retry_after(header: str | None, now: datetime) -> datetime | None:
    """The earliest time (UTC) of the next request; ``None`` for no header or one that cannot be read.

    >>> retry_after("120", datetime(2026, 11, 22, 10, 0, tzinfo=UTC))
    datetime.datetime(2026, 11, 22, 10, 2, tzinfo=datetime.timezone.utc)
    """
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return now + timedelta(seconds=min(int(text), 86_400))
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
