"""Business time by looking at the clock on the wall once a minute (R1, R27, R34)."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from connector.policy.calendar_spec import CalendarSpec

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def is_open(spec: CalendarSpec, at: datetime) -> bool:
    """Whether the clock on the wall reads some of the calendar's hours.

    Hours past midnight began the day before and are that day's.
    """
    if spec.always:
        return True
    local = at.astimezone(ZoneInfo(spec.timezone))
    return any(_reads(hours_of(spec, day), day, local) for day in (local.date() - DAY, local.date()))


def hours_of(spec: CalendarSpec, day: date) -> list[tuple[timedelta, timedelta]]:
    """What begins on this date, as the wall clock's time since its midnight."""
    if spec.holidays is not None and day in _public_holidays(spec.holidays.country, spec.holidays.state, day.year):
        return []
    if day in spec.closed:
        return []
    written = [(entry.days, entry.opens, entry.closes) for entry in spec.hours]
    if spec.opens is not None and spec.closes is not None:
        written.append((spec.days, spec.opens, spec.closes))
    return [
        (opens, closes if closes > opens else closes + DAY)
        for days, opens, closes in written
        if _WEEKDAYS[day.weekday()] in days
    ]


def open_minutes(spec: CalendarSpec, start: datetime, minutes: int) -> list[bool]:
    """For each of so many minutes whether the calendar is open at its begin. ``start`` is a whole minute."""
    found: list[bool] = []
    while len(found) < minutes:
        at = start + len(found) * MINUTE
        midnight = datetime.combine(at.astimezone(UTC).date(), time.min, UTC)
        found += _whole_day(spec, midnight)[(at - midnight) // MINUTE :]
    return found[:minutes]


@lru_cache(maxsize=4096)
def _whole_day(spec: CalendarSpec, midnight: datetime) -> list[bool]:
    return [is_open(spec, midnight + number * MINUTE) for number in range(24 * 60)]


def working_day(spec: CalendarSpec) -> timedelta:
    """How long a working day is as a length of time: the hours of a week, shared by its days that have some."""
    if spec.always:
        return DAY
    plain = spec.model_copy(update={"holidays": None, "closed": ()})
    week = [hours_of(plain, date(2026, 11, 23) + number * DAY) for number in range(7)]
    lengths = [sum((closes - opens for opens, closes in hours), timedelta()) for hours in week if hours]
    return sum(lengths, timedelta()) / len(lengths)


def nth_working_day(spec: CalendarSpec, start: datetime, days: int) -> datetime:
    """The same local time on the ``days``-th working day after the local date of ``start``, counted day by day (R34).

    Where the calendar is closed at that time: the nearest opening or closing of that day's hours, of two as near the
    earlier one; where a clock change skips all of them, the same time by the offset before.
    """
    if spec.always:
        return start + days * DAY
    zone = ZoneInfo(spec.timezone)
    local = start.astimezone(zone)
    day, left = local.date(), days
    while left:
        day += DAY
        left -= bool(hours_of(spec, day))
    same = datetime.combine(day, local.time(), zone).astimezone(UTC)
    if is_open(spec, same):
        return same
    scanned = [same - 3 * DAY + number * MINUTE for number in range(6 * 24 * 60)]
    inside = [_reads(hours_of(spec, day), day, at.astimezone(zone)) for at in scanned]
    edges = [at for at, before, now in zip(scanned[1:], inside[:-1], inside[1:], strict=True) if before != now]
    return min(edges, key=lambda edge: abs(edge - same), default=same)


def _reads(hours: list[tuple[timedelta, timedelta]], day: date, local: datetime) -> bool:
    """Whether the wall clock reads a time of these hours, which began on ``day``."""
    since_midnight = local.replace(tzinfo=None) - datetime.combine(day, time.min)
    return any(opens <= since_midnight < closes for opens, closes in hours)


@lru_cache(maxsize=64)
def _public_holidays(country: str, state: str | None, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, subdiv=state, years=year))
