"""The month of a report."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from connector.rules.timeline import Interval, Intervals, both


class Month(NamedTuple):
    """A calendar month in the provider's time zone."""

    year: int
    number: int
    zone: ZoneInfo

    @classmethod
    def parse(cls, text: str, zone: ZoneInfo) -> "Month":
        """``2026-11``.

        :raises ValueError: it is no month.
        """
        day = date.fromisoformat(f"{text}-01")
        return cls(day.year, day.month, zone)

    @property
    def name(self) -> str:
        """``2026-11``"""
        return f"{self.year:04}-{self.number:02}"

    @property
    def begins(self) -> datetime:
        """Its first moment."""
        return datetime(self.year, self.number, 1, tzinfo=self.zone)

    @property
    def ends(self) -> datetime:
        """The first moment of the next one."""
        return self.shifted(1).begins

    def shifted(self, months: int) -> "Month":
        """The month that is ``months`` later (negative: earlier)."""
        year, month = divmod(self.year * 12 + self.number - 1 + months, 12)
        return self._replace(year=year, number=month + 1)

    def __contains__(self, moment: object) -> bool:
        return isinstance(moment, datetime) and self.begins <= moment < self.ends

    def within(self, intervals: Intervals, until: datetime) -> Intervals:
        """The part of the intervals that lies in the month, and not after ``until``."""
        return both(merged(intervals), (Interval(self.begins, min(self.ends, max(until, self.begins))),))


def merged(intervals: Iterable[Interval]) -> Intervals:
    """The intervals in order, overlapping and touching ones joined, so that no time counts twice."""
    found: list[Interval] = []
    for start, end in sorted(intervals, key=lambda one: one.start):
        last = found[-1] if found else None
        if last is not None and (last.end is None or start <= last.end):
            ends = None if last.end is None or end is None else max(last.end, end)
            found[-1] = Interval(last.start, ends)
        else:
            found.append(Interval(start, end))
    return tuple(found)


def share(part: timedelta, whole: timedelta) -> float:
    """A share in percent, rounded down to three places: 99.9996 % of a month is not all of it."""
    return int(100_000 * (part / whole)) / 1000 if whole else 100.0
