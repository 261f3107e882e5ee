"""Business time: how long a clock of working hours has run, and when it will have run (R1, R27, R34).

A calendar is open exactly while the local clock of its zone reads a time of its ``week``, from opening (inclusive)
to closing (exclusive), on a working day. Hours past midnight belong to the day on which they begin: a night from
Friday 22:00 to 06:00 is Friday's, open on a Saturday that is a holiday and closed after a Friday that is one. A
working day has hours that begin on it, and is neither a public holiday nor in ``closed``. Durations are real elapsed
time: where the clock is put forward or back inside the hours, that day is really shorter or longer.

Monday to Friday, 09:00–17:30, Europe/Berlin, public holidays of Berlin; local times:

===========================================  ==========================================================
``next_opening`` Mon 2 Mar 2026 07:00        Mon 2 Mar 09:00, the same day (R27)
``next_opening`` Thu 2 Apr 2026 18:00        Tue 7 Apr 09:00, after Good Friday and Easter Monday
``measure`` Fri 27 Mar 16:30 – Mon 10:00     2 h; the night of the clock change lies outside the hours
``add`` Fri 27 Mar 16:30, 2 h                Mon 30 Mar 10:00
``add`` Fri 27 Mar 16:30, 1 h                Fri 27 Mar 17:30, the closing and not the next opening
``add_working_days`` Thu 2 Apr 14:00, 5      Mon 13 Apr 14:00
``add_working_days`` Sat 28 Mar 23:00, 1     Mon 30 Mar 17:30, moved into the hours of that day
===========================================  ==========================================================

Any aware ``datetime`` is accepted; results are UTC. Every function raises ``ValueError`` for a naive
``datetime`` and for a year outside 1900–2299. Years for which the ``holidays`` package has no data have
no public holidays.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache, cached_property, lru_cache
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo

import holidays

from connector.domain.openhours import InUtc, OpenHours, in_utc, overlapping

_FIRST_YEAR, _LAST_YEAR = 1900, 2299
_NONE = timedelta()
_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
_LONGEST = timedelta(days=366 * (_LAST_YEAR - _FIRST_YEAR + 1))


@dataclass(frozen=True, slots=True)
class _Table:
    """The opening hours of successive local years: what ``bisect`` needs to answer without counting."""

    first: int
    last: int
    since: datetime
    until: datetime
    days: Sequence[date]
    hours: Sequence[InUtc]
    """The hours of each of ``days``."""
    starts: Sequence[datetime]
    ends: Sequence[datetime]
    totals: Sequence[timedelta]
    """Business time before each of ``starts``, and after all of them."""
    dead: Sequence[int]
    """Years that have no open hours, neither they nor the year that follows."""

    def elapsed(self, at: datetime) -> timedelta:
        """Business time from the table's begin until ``at``."""
        index = bisect_right(self.starts, at)
        if not index or at >= self.ends[index - 1]:
            return self.totals[index]
        return self.totals[index - 1] + (at - self.starts[index - 1])


_NEVER = datetime.max.replace(tzinfo=UTC)
_NO_TABLE = _Table(_LAST_YEAR, _FIRST_YEAR, _NEVER, _NEVER, (), (), (), (), (), ())


@dataclass(frozen=True, kw_only=True)
class BusinessCalendar:
    """When a clock runs. An immutable value, compared by its settings and safe to share between threads.

    ``week`` are the hours of every week in local time of ``zone``. ``country`` is an ISO 3166-1 code and ``state`` the
    part of an ISO 3166-2 code after the dash, as the ``holidays`` package knows them. ``round_the_clock`` overrides
    everything else; see :meth:`always`.

    Raises ``ValueError`` for a week without hours, for hours that are none, and for hours that overlap.
    """

    zone: ZoneInfo
    week: tuple[OpenHours, ...]
    country: str | None = None
    state: str | None = None
    closed: frozenset[date] = frozenset()
    round_the_clock: bool = False
    _table: _Table = field(default=_NO_TABLE, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.week:
            raise ValueError("a week needs hours")
        for hours in self.week:
            if not (0 <= hours.weekday <= 6 and _NONE <= hours.opens < _DAY and _NONE < hours.length <= _DAY):
                raise ValueError(f"these are no hours of a week: {hours}")
        if overlap := overlapping(self.week):
            raise ValueError(f"these hours overlap: {overlap}")

    @classmethod
    def always(cls) -> "BusinessCalendar":
        """24 hours a day, 7 days a week, counted in UTC (R1)."""
        whole_week = tuple(OpenHours(weekday, _NONE, _DAY) for weekday in range(7))
        return cls(zone=ZoneInfo("UTC"), week=whole_week, round_the_clock=True)

    @cached_property
    def never_closes(self) -> bool:
        """Whether the clock never rests."""
        whole = self._weekly == _WEEK and self.country is None and not self.closed
        return self.round_the_clock or whole

    @cached_property
    def day_length(self) -> timedelta:
        """What "1 working day" means as a duration: the hours of a week, by its days that have some.

        So as many working days as a week has are the hours of one week, even where Friday ends earlier.
        """
        return _DAY if self.round_the_clock else self._weekly / len(self._by_weekday)

    @cached_property
    def _weekly(self) -> timedelta:
        return sum((hours.length for hours in self.week), _NONE)

    @cached_property
    def _by_weekday(self) -> Mapping[int, tuple[OpenHours, ...]]:
        days = {hours.weekday for hours in self.week}
        return {day: tuple(hours for hours in self.week if hours.weekday == day) for day in days}

    def is_working_day(self, day: date) -> bool:
        """Whether hours begin on the local date ``day``."""
        if self.round_the_clock:
            return True
        if day.weekday() not in self._by_weekday or day in self.closed:
            return False
        return self.country is None or day not in _public_holidays(self.country, self.state, day.year)

    def hours_of(self, day: date) -> InUtc:
        """From opening to closing, the hours that begin on the local date ``day``, unless it is always open."""
        if self.round_the_clock or not self.is_working_day(day):
            return ()
        return in_utc(self._by_weekday[day.weekday()], day, self.zone)

    def is_open(self, at: datetime) -> bool:
        """Whether the clock runs at ``at``."""
        moment = _utc(at, "at")
        if self.round_the_clock:
            return True
        table = self._covering(moment, moment)
        index = bisect_right(table.starts, moment)
        return index > 0 and moment < table.ends[index - 1]

    def next_opening(self, at: datetime) -> datetime:
        """``at`` itself while open, else the next moment of opening (R27).

        Raises ``ValueError`` where two whole years in a row have no opening hours.
        """
        moment = _utc(at, "at")
        if self.round_the_clock:
            return moment
        table = self._covering(moment, moment)
        index = bisect_right(table.ends, moment)
        while index >= len(table.starts):
            table = self._longer(table, 1, moment)
        self._refuse_dead_years(table, moment, table.starts[index])
        return max(moment, table.starts[index])

    def measure(self, start: datetime, end: datetime) -> timedelta:
        """Business time from ``start`` to ``end``; none where ``end`` is not later than ``start``.

        An end before the start is what clocks of two machines produce, no reason to fail.
        """
        begin, finish = _utc(start, "start"), _utc(end, "end")
        if finish <= begin:
            return _NONE
        if self.round_the_clock:
            return finish - begin
        table = self._covering(begin, finish)
        return table.elapsed(finish) - table.elapsed(begin)

    def add(self, start: datetime, duration: timedelta) -> datetime:
        """The earliest moment by which ``duration`` of business time has run since ``start``.

        So ``measure(start, add(start, duration)) == duration``, and no duration at all ends at ``start``,
        open or not. Raises ``ValueError`` for a negative duration, for one that does not end by 2299, and
        where two whole years in a row have no opening hours.
        """
        begin = _utc(start, "start")
        if not _NONE <= duration <= _LONGEST:
            raise ValueError(f"duration must be between nothing and 400 years, not {duration}")
        if self.round_the_clock or not duration:
            return begin + duration
        table = self._covering(begin, begin)
        target = table.elapsed(begin) + duration
        while table.totals[-1] < target:
            at_least = (target - table.totals[-1]) // (366 * self.day_length)
            table = self._longer(table, at_least + 1, begin)
        index = bisect_left(table.totals, target) - 1
        moment = table.starts[index] + (target - table.totals[index])
        self._refuse_dead_years(table, begin, moment)
        return moment

    def add_working_days(self, start: datetime, days: int) -> datetime:
        """The same local time on the ``days``-th working day after the local date of ``start`` (R34).

        With negative ``days``, on the working day so many before it. A time at which the calendar is closed is moved to
        the nearest opening or closing of that day's hours, of two as near to the earlier one. A local time that the day
        skips counts by the offset before the change; of one that comes twice the first is meant. A calendar that is
        always open adds days of 24 hours.

        Raises ``ValueError`` for no days at all, and where two whole years in a row have no opening hours.
        """
        return self._by_working_days(start, days)

    @cached_property
    def _by_working_days(self) -> Callable[[datetime, int], datetime]:
        return lru_cache(maxsize=4_096)(self._added_working_days)

    def _added_working_days(self, start: datetime, days: int) -> datetime:
        begin = _utc(start, "start")
        if not 1 <= abs(days) <= _LONGEST.days:
            raise ValueError(f"days must be between 1 and {_LONGEST.days}, or negative, not {days}")
        if self.round_the_clock:
            return begin + days * _DAY
        local = begin.astimezone(self.zone)
        table = self._covering(begin, begin)
        if days < 0:
            table, index = self._day_before(table, local.date(), -days)
        else:
            index = bisect_right(table.days, local.date()) + days - 1
        while index >= len(table.days):
            table = self._longer(table, (index - len(table.days)) // 366 + 1, begin)
        day = table.days[index]
        same_time = _instant(datetime.combine(day, local.time()), self.zone, fold=0)
        self._refuse_dead_years(table, begin, same_time)
        if self.is_open(same_time):  # Perhaps by hours of the night before.
            return same_time
        inside = (min(max(same_time, opening), closing) for opening, closing in table.hours[index])
        return min(inside, key=lambda moment: abs(moment - same_time), default=same_time)

    def _day_before(self, table: _Table, day: date, count: int) -> tuple[_Table, int]:
        """Where the working day stands that is ``count`` before ``day``, in a table that reaches back so far."""
        while (index := bisect_left(table.days, day) - count) < 0:
            if table.first <= _FIRST_YEAR:
                raise ValueError(f"{count} working days before {day} lie before {_FIRST_YEAR}")
            table = self._grown(max(table.first + index // 366, _FIRST_YEAR), table.last)
        return table, index

    def _covering(self, begin: datetime, finish: datetime) -> _Table:
        """A table with the local years of both moments."""
        table = self._table
        if table.since <= begin and finish < table.until:
            return table
        first, last = begin.astimezone(self.zone).year, finish.astimezone(self.zone).year
        return self._grown(min(first, table.first), max(last, table.last))

    def _longer(self, table: _Table, years: int, begin: datetime) -> _Table:
        """``table`` with more years appended, on the search for something after ``begin``."""
        if table.last >= _LAST_YEAR:
            raise ValueError(f"the end of a business time since {begin:%Y-%m-%d} lies after {_LAST_YEAR}")
        longer = self._grown(table.first, min(table.last + years, _LAST_YEAR))
        self._refuse_dead_years(longer, begin, longer.until)
        return longer

    def _refuse_dead_years(self, table: _Table, begin: datetime, end: datetime) -> None:
        if not table.dead:
            return
        first, last = begin.astimezone(self.zone).year, end.astimezone(self.zone).year
        for year in table.dead:
            if first <= year < last:
                raise ValueError(
                    f"the calendar has no open day in {year} and {year + 1}: check its days, holidays and closed days"
                )

    def _grown(self, first: int, last: int) -> _Table:
        """Build and keep the table of the local years ``first`` to ``last``.

        A table never changes and is replaced by one assignment. Threads that meet here may work twice, or
        one may keep fewer years than the other, but each gets the table it asked for.
        """
        years = [_year(self, year) for year in range(first, last + 1)]
        night = self.hours_of(date(first, 1, 1) - _DAY)  # It may reach into the first year.
        hours = sorted((*night, *(pair for year in years for pairs in year.values() for pair in pairs)))
        table = _Table(
            first=first,
            last=last,
            since=datetime(first, 1, 1, tzinfo=self.zone).astimezone(UTC),
            until=datetime(last + 1, 1, 1, tzinfo=self.zone).astimezone(UTC),
            days=[day for year in years for day in year],
            hours=[pairs for year in years for pairs in year.values()],
            starts=[opening for opening, _ in hours],
            ends=[closing for _, closing in hours],
            totals=list(accumulate((closing - opening for opening, closing in hours), initial=_NONE)),
            dead=[first + index for index, pair in enumerate(pairwise(years)) if not any(pair)],
        )
        object.__setattr__(self, "_table", table)
        return table


def _utc(value: datetime, name: str) -> datetime:
    if value.tzinfo is UTC and _FIRST_YEAR <= value.year <= _LAST_YEAR:
        return value
    if value.utcoffset() is None:
        raise ValueError(f"{name} must be an aware datetime, not {value.isoformat()}")
    if not _FIRST_YEAR <= value.year <= _LAST_YEAR:
        raise ValueError(f"{name} must lie in the years {_FIRST_YEAR} to {_LAST_YEAR}: {value.isoformat()}")
    return value.astimezone(UTC)


@cache
def _public_holidays(country: str, state: str | None, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, subdiv=state, years=year))


@lru_cache(maxsize=1024)
def _year(calendar: BusinessCalendar, year: int) -> Mapping[date, InUtc]:
    """The working days of one local year, rising, with their hours; none where a clock change skips them all."""
    first, following = date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()
    whole_year = map(date.fromordinal, range(first, following))
    return {day: calendar.hours_of(day) for day in whole_year if calendar.is_working_day(day)}


def _instant(wall: datetime, zone: ZoneInfo, *, fold: int) -> datetime:
    """A local time by the offset before (fold 0) or after (1) a change that skips or repeats it (PEP 495)."""
    return wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
