"""The Retry-After header in both its forms (RFC 9110, section 10.2.3)."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_LONGEST = timedelta(days=1)


def retry_after(header: str | None, now: datetime) -> datetime | None:
    """The earliest time (UTC) of the next request; ``None`` for no header or one that cannot be read.

    A day at most: a wrong clock or a broken proxy must not stop the connector for good.

    >>> retry_after("120", datetime(2026, 11, 22, 10, 0, tzinfo=UTC))
    datetime.datetime(2026, 11, 22, 10, 2, tzinfo=datetime.timezone.utc)
    """
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        digits = text.lstrip("0")
        return now + (min(timedelta(seconds=int(digits or 0)), _LONGEST) if len(digits) < 9 else _LONGEST)
    try:
        at = parsedate_to_datetime(text)
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return min(at, now + _LONGEST)
