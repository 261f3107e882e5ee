"""Hours of every week in local time, and when the clock of a zone reads them."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

_SECOND, _DAY, _WEEK = timedelta(seconds=1), timedelta(days=1), timedelta(days=7)

InUtc = tuple[tuple[datetime, datetime], ...]
"""From opening to closing in UTC, rising. A clock change divides hours into several of them."""


class OpenHours(NamedTuple):
    """Hours that begin on a weekday, 0 is Monday.

    ``opens`` and ``closes`` are what the local clock reads, counted from the midnight at which that day begins: what is
    more than 24 h is the following day.
    """

    weekday: int
    opens: timedelta
    closes: timedelta

    @property
    def length(self) -> timedelta:
        """How long they last where no clock changes."""
        return self.closes - self.opens


def overlapping(week: Sequence[OpenHours]) -> tuple[OpenHours, OpenHours] | None:
    """Two of these hours that are open at the same time, in the order of ``week``: the first that there are."""
    for index, later in enumerate(week):
        for earlier in week[:index]:
            apart = (later.weekday - earlier.weekday) * _DAY + later.opens - earlier.opens
            # Each follows the other within a week, and must not begin before that ends.
            if apart % _WEEK < earlier.length or -apart % _WEEK < later.length:
                return earlier, later
    return None


def in_utc(hours: Iterable[OpenHours], day: date, zone: ZoneInfo) -> InUtc:
    """When the clock of ``zone`` reads ``hours`` that begin on ``day``.

    Where the clock is put back it may read them twice, where it is put forward in part or never.
    """
    midnight = datetime.combine(day, time.min, UTC)
    found = []
    for _, opens, closes in hours:
        for since, until, ahead in _offsets(zone, day.year):
            opening, closing = max(since, midnight + opens - ahead), min(until, midnight + closes - ahead)
            if opening < closing:
                found.append((opening, closing))
    return tuple(sorted(found))


class _Offset(NamedTuple):
    """From ``since`` until ``until``, both UTC, the local clock is ``ahead`` of UTC."""

    since: datetime
    until: datetime
    ahead: timedelta


@lru_cache(maxsize=1024)
def _offsets(zone: ZoneInfo, year: int) -> Sequence[_Offset]:
    """The offsets of a year and of some days around it, oldest first.

    A zone that changes its clock and changes it back within a day would not be noticed; none ever did.
    """
    days = [datetime(year, 1, 1, tzinfo=UTC) + number * _DAY for number in range(-3, 371)]
    offsets = [_ahead(zone, day) for day in days]
    changes = [
        _clock_change(zone, days[index], days[index + 1])
        for index, (before, after) in enumerate(pairwise(offsets))
        if before != after
    ]
    bounds = [days[0], *changes, days[-1]]
    return [_Offset(since, until, _ahead(zone, since)) for since, until in pairwise(bounds)]


def _clock_change(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """The second between two moments at which ``zone`` takes up the offset it has at ``high``."""
    after = _ahead(zone, high)
    seconds = range((high - low) // _SECOND)
    index = bisect_left(seconds, True, key=lambda second: _ahead(zone, low + second * _SECOND) == after)
    return low + index * _SECOND


def _ahead(zone: ZoneInfo, at: datetime) -> timedelta:
    offset = at.astimezone(zone).utcoffset()
    assert offset is not None, "a zone has an offset at any time"
    return offset
