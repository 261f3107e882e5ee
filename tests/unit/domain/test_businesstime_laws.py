"""Business time: its laws, and independent implementations to compare with."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from connector.domain.businesstime import BusinessCalendar
from connector.domain.openhours import OpenHours
from connector.policy.calendar_spec import CalendarSpec, Hours
from tests.builders import weekly
from tests.reference.business_time import is_open, nth_working_day, open_minutes, working_day
from tests.reference.strategies import weeks

BERLIN = ZoneInfo("Europe/Berlin")
BERLIN_HOLIDAYS = frozenset(holidays.country_holidays("DE", subdiv="BE", years=range(1990, 2045)))
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def office(weekdays: frozenset[int], closed: frozenset[date] = frozenset()) -> BusinessCalendar:
    return BusinessCalendar(
        zone=BERLIN,
        week=weekly(weekdays, time(9), time(17, 30)),
        country="DE",
        state="BE",
        closed=closed,
    )


def daily(opens: time, closes: time, zone: ZoneInfo = BERLIN) -> BusinessCalendar:
    return BusinessCalendar(zone=zone, week=weekly(range(7), opens, closes))


OFFICE = office(frozenset(range(5)))
OFFICE_SPEC = CalendarSpec(
    timezone="Europe/Berlin",
    days=("mon", "tue", "wed", "thu", "fri"),
    opens="09:00",
    closes="17:30",
    holidays={"country": "DE", "state": "BE"},
)
ALWAYS = BusinessCalendar.always()


# Zones with their clock changes: whole hours, half an hour, one minute after midnight, a skipped day.
CHANGES = {
    "Europe/Berlin": ["2026-03-29", "2026-10-25", "1980-04-06"],
    "America/New_York": ["2026-03-08", "2026-11-01"],
    "Australia/Lord_Howe": ["2026-04-05", "2026-10-04"],
    "America/St_Johns": ["2006-10-29", "2007-03-11"],
    "Pacific/Apia": ["2011-12-30"],
    "Asia/Kolkata": ["2026-01-01"],
}


@st.composite
def clock_changes(draw: st.DrawFn) -> tuple[str, datetime]:
    """A zone, and a moment within a day and a half before one of its clock changes, or not long after."""
    zone = draw(st.sampled_from(sorted(CHANGES)))
    near = datetime.fromisoformat(draw(st.sampled_from(CHANGES[zone]))).replace(tzinfo=UTC)
    return zone, near + draw(st.integers(-36 * 60, 16 * 60)) * MINUTE


MOMENTS = st.timedeltas(timedelta(), 7300 * DAY).map(lambda passed: datetime(2015, 1, 1, tzinfo=UTC) + passed)
CALENDARS = st.sampled_from(
    [
        OFFICE,
        ALWAYS,
        office(frozenset(range(7)), frozenset({date(2026, 12, 24), date(2028, 2, 29)})),
        daily(time(1, 30), time(4)),
        daily(time(2, 15), time(2, 45)),
        BusinessCalendar(
            zone=BERLIN,
            week=(
                *weekly(range(5), time(8), time(12)),
                *weekly(range(4), time(13), time(17)),
                OpenHours(4, 22 * HOUR, 30 * HOUR),
            ),
            country="DE",
        ),
        daily(time(0), time(23, 59), ZoneInfo("Australia/Lord_Howe")),
        BusinessCalendar(zone=BERLIN, week=weekly({6}, time(2), time(3))),
    ]
)
DURATIONS = st.timedeltas(timedelta(), timedelta(days=400))


class TestLaws:
    @given(CALENDARS, MOMENTS, DURATIONS)
    def test_what_is_added_is_measured(self, calendar: BusinessCalendar, start: datetime, duration: timedelta) -> None:
        assert calendar.measure(start, calendar.add(start, duration)) == duration

    @given(CALENDARS, MOMENTS, DURATIONS.filter(bool))
    def test_add_is_the_earliest_such_moment(
        self, calendar: BusinessCalendar, start: datetime, duration: timedelta
    ) -> None:
        just_before = calendar.add(start, duration) - timedelta.resolution
        assert calendar.measure(start, just_before) < duration

    @given(CALENDARS, MOMENTS, MOMENTS, MOMENTS)
    def test_parts_add_up(self, calendar: BusinessCalendar, a: datetime, b: datetime, c: datetime) -> None:
        a, b, c = sorted((a, b, c))
        assert calendar.measure(a, c) == calendar.measure(a, b) + calendar.measure(b, c)

    @given(CALENDARS, MOMENTS, st.lists(DURATIONS, min_size=2, max_size=4))
    def test_more_time_ends_later(
        self, calendar: BusinessCalendar, start: datetime, durations: list[timedelta]
    ) -> None:
        ends = [calendar.add(start, duration) for duration in sorted(durations)]
        assert ends == sorted(ends)
        assert all(start <= end for end in ends)

    @given(CALENDARS, MOMENTS, MOMENTS)
    def test_business_time_is_at_most_elapsed_time(self, calendar: BusinessCalendar, a: datetime, b: datetime) -> None:
        a, b = sorted((a, b))
        assert timedelta() <= calendar.measure(a, b) <= b - a
        assert calendar.measure(b, a) == timedelta()

    @given(CALENDARS, MOMENTS)
    def test_nothing_runs_until_the_next_opening(self, calendar: BusinessCalendar, at: datetime) -> None:
        opening = calendar.next_opening(at)
        assert opening >= at
        assert calendar.measure(at, opening) == timedelta()
        assert calendar.is_open(opening)
        assert (opening == at) == calendar.is_open(at)

    @given(CALENDARS, MOMENTS, st.integers(1, 300))
    def test_results_are_utc(self, calendar: BusinessCalendar, at: datetime, days: int) -> None:
        local = at.astimezone(ZoneInfo("America/New_York"))
        results = (
            calendar.next_opening(local),
            calendar.add(local, days * HOUR),
            calendar.add(local, timedelta()),
            calendar.add_working_days(local, days),
        )
        assert [result.tzinfo for result in results] == [UTC] * 4


class TestAgainstIndependentImplementations:
    @given(clock_changes(), weeks(), st.integers(0, 3 * 1440), st.frozensets(st.integers(-2, 3), max_size=2))
    def test_measure_counts_open_minutes_of_the_wall_clock(
        self, change: tuple[str, datetime], week: tuple[Hours, ...], minutes: int, closed: frozenset[int]
    ) -> None:
        zone, start = change
        days = tuple(start.date() + number * DAY for number in sorted(closed))
        spec = CalendarSpec(timezone=zone, hours=week, closed=days)
        counted = sum(open_minutes(spec, start, minutes))
        assert spec.calendar.measure(start, start + minutes * MINUTE) == counted * MINUTE

    @given(clock_changes(), weeks())
    def test_is_open_reads_the_wall_clock(self, change: tuple[str, datetime], week: tuple[Hours, ...]) -> None:
        zone, at = change
        spec = CalendarSpec(timezone=zone, hours=week)
        assert spec.calendar.is_open(at) == is_open(spec, at)

    @given(MOMENTS, st.integers(0, 2))
    def test_measure_counts_open_minutes_with_holidays(self, start: datetime, days: int) -> None:
        start = start.replace(second=0, microsecond=0)
        counted = sum(open_minutes(OFFICE_SPEC, start, days * 1440))
        assert OFFICE.measure(start, start + days * DAY) == counted * MINUTE

    @given(clock_changes(), weeks(), st.integers(1, 12))
    def test_working_days_are_counted_day_by_day(
        self, change: tuple[str, datetime], week: tuple[Hours, ...], days: int
    ) -> None:
        zone, start = change
        spec = CalendarSpec(timezone=zone, hours=week)
        assert spec.calendar.add_working_days(start, days) == nth_working_day(spec, start, days)

    @given(weeks())
    def test_a_working_day_is_the_hours_of_a_week_by_its_days(self, week: tuple[Hours, ...]) -> None:
        spec = CalendarSpec(hours=week)
        assert spec.calendar.day_length == working_day(spec)

    @given(
        MOMENTS,
        st.integers(-400, 400).filter(bool),
        st.sets(st.integers(0, 6), min_size=1),
        st.frozensets(st.dates(date(2020, 1, 1), date(2030, 1, 1)), max_size=50),
    )
    @example(datetime(2028, 2, 28, 12, tzinfo=UTC), 1, {*range(5)}, frozenset())
    def test_working_days_are_numpy_business_days(
        self, start: datetime, days: int, weekdays: set[int], closed: frozenset[date]
    ) -> None:
        calendar = office(frozenset(weekdays), closed)
        expected = np.busday_offset(
            start.astimezone(BERLIN).date(),
            days,
            roll="backward" if days > 0 else "forward",
            weekmask=[number in weekdays for number in range(7)],
            holidays=sorted({*BERLIN_HOLIDAYS, *closed}),
        )
        found = calendar.add_working_days(start, days).astimezone(BERLIN)
        assert np.datetime64(found.date()) == expected
        assert calendar.is_working_day(found.date())
        assert found.time() == min(max(start.astimezone(BERLIN).time(), time(9)), time(17, 30))
