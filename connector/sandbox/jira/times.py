"""Times as Jira writes them: in the zone of whoever asks, with milliseconds and an offset without a colon."""

import re
from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache

_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,3}[+-]\d{4}")


@lru_cache(maxsize=65536)
def stamp(moment: datetime, zone: tzinfo = UTC) -> str:
    """`2026-11-22T11:00:00.000+0100` for an aware moment.

    >>> stamp(datetime(2026, 11, 22, 10, tzinfo=UTC))
    '2026-11-22T10:00:00.000+0000'
    """
    local = moment.astimezone(zone)
    return f"{local:%Y-%m-%dT%H:%M:%S}.{local.microsecond // 1000:03d}{local:%z}"


def moment_of(text: object) -> datetime | None:
    """The aware moment of such a text; None if it is anything else, because Jira is strict here.

    >>> moment_of("2026-11-22T10:00:00.000+0100")
    datetime.datetime(2026, 11, 22, 9, 0, tzinfo=datetime.timezone.utc)
    >>> moment_of("2026-11-22T10:00:00Z")
    """
    if not isinstance(text, str) or not _DATE_TIME.fullmatch(text):
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z").astimezone(UTC)
    except ValueError:
        return None


def date_of(text: object) -> str | None:
    """A date as it is stored, `2026-11-22`; None if it is none."""
    try:
        return date.fromisoformat(str(text)).isoformat()
    except ValueError:
        return None


def epoch_millis(moment: datetime) -> int:
    """Milliseconds since 1970."""
    return int(moment.timestamp() * 1000)


def whole_millis(moment: datetime) -> datetime:
    """The moment in UTC without what Jira does not store."""
    return moment.astimezone(UTC).replace(microsecond=moment.microsecond // 1000 * 1000)
