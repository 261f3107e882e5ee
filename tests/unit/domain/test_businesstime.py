"""Business time: the cases of every week, and the nights and days that go wrong elsewhere."""

import copy
import pickle
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from connector.domain.businesstime import BusinessCalendar
from connector.domain.openhours import OpenHours
from tests.builders import weekly

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY_TO_FRIDAY = frozenset(range(5))
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def office(state: str = "BE", closed: frozenset[date] = frozenset(), zone: ZoneInfo = BERLIN) -> BusinessCalendar:
    return BusinessCalendar(
        zone=zone,
        week=weekly(MONDAY_TO_FRIDAY, time(9), time(17, 30)),
        country="DE",
        state=state,
        closed=closed,
    )


def daily(opens: time, closes: time, zone: ZoneInfo = BERLIN) -> BusinessCalendar:
    return BusinessCalendar(zone=zone, week=weekly(range(7), opens, closes))


OFFICE = office()
ALWAYS = BusinessCalendar.always()


def berlin(text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN, fold=fold)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class TestWorkingHours:
    @pytest.mark.parametrize(
        ("at", "opening"),
        [
            pytest.param("2026-03-02T07:00", "2026-03-02T09:00", id="before opening: today's (R27)"),
            pytest.param("2026-03-02T09:00", "2026-03-02T09:00", id="at opening"),
            pytest.param("2026-03-02T12:34:56.789", "2026-03-02T12:34:56.789", id="open: at once"),
            pytest.param("2026-03-02T17:30", "2026-03-03T09:00", id="at closing"),
            pytest.param("2026-03-06T18:00", "2026-03-09T09:00", id="Friday evening"),
            pytest.param("2026-03-07T12:00", "2026-03-09T09:00", id="weekend"),
            pytest.param("2026-04-02T18:00", "2026-04-07T09:00", id="Easter"),
            pytest.param("2025-12-31T18:00", "2026-01-02T09:00", id="turn of the year"),
            pytest.param("2028-02-28T20:00", "2028-02-29T09:00", id="leap day"),
        ],
    )
    def test_next_opening(self, at: str, opening: str) -> None:
        assert OFFICE.next_opening(berlin(at)) == berlin(opening)

    @pytest.mark.parametrize(
        ("start", "end", "expected"),
        [
            pytest.param("2026-03-02T06:00", "2026-03-02T10:00", HOUR, id="from before opening"),
            pytest.param("2026-03-02T17:00", "2026-03-02T23:00", HOUR / 2, id="until after closing"),
            pytest.param("2026-03-06T18:00", "2026-03-09T09:00", timedelta(), id="weekend"),
            pytest.param("2026-03-27T16:30", "2026-03-30T10:00", 2 * HOUR, id="weekend of a clock change"),
            pytest.param("2026-03-02T00:00", "2026-03-09T00:00", 42.5 * HOUR, id="a week"),
            pytest.param("2026-03-30T00:00", "2026-04-13T00:00", 68 * HOUR, id="two weeks around Easter"),
            pytest.param("2028-02-28T00:00", "2028-03-01T00:00", 17 * HOUR, id="leap day"),
            pytest.param("2027-02-28T00:00", "2027-03-01T00:00", timedelta(), id="no leap day"),
        ],
    )
    def test_measure(self, start: str, end: str, expected: timedelta) -> None:
        assert OFFICE.measure(berlin(start), berlin(end)) == expected

    @pytest.mark.parametrize(
        ("start", "duration", "end"),
        [
            pytest.param("2026-03-27T16:30", HOUR, "2026-03-27T17:30", id="ends at closing, not at opening"),
            pytest.param("2026-03-27T16:30", 2 * HOUR, "2026-03-30T10:00", id="over a weekend"),
            pytest.param("2026-03-28T12:00", HOUR, "2026-03-30T10:00", id="from a weekend"),
            pytest.param("2026-03-28T12:00", timedelta(), "2026-03-28T12:00", id="no duration"),
            pytest.param("2026-03-30T09:00", 5 * 8.5 * HOUR, "2026-04-07T17:30", id="5 working days (P4)"),
            pytest.param("2026-12-23T17:00", HOUR, "2026-12-24T09:30", id="Christmas Eve is a working day"),
        ],
    )
    def test_add(self, start: str, duration: timedelta, end: str) -> None:
        assert OFFICE.add(berlin(start), duration) == berlin(end)

    @pytest.mark.parametrize(
        ("start", "days", "end"),
        [
            pytest.param("2026-03-02T14:00", 5, "2026-03-09T14:00", id="a week later"),
            pytest.param("2026-03-27T14:00", 1, "2026-03-30T14:00", id="same local time in summer"),
            pytest.param("2026-04-02T14:00", 5, "2026-04-13T14:00", id="over Easter"),
            pytest.param("2026-03-28T23:00", 1, "2026-03-30T17:30", id="from a weekend, after closing"),
            pytest.param("2026-03-03T06:00", 1, "2026-03-04T09:00", id="before opening"),
            pytest.param("2026-03-02T00:30", 1, "2026-03-03T09:00", id="the local date counts, not UTC's"),
            pytest.param("2026-03-02T17:30", 1, "2026-03-03T17:30", id="at closing"),
        ],
    )
    def test_add_working_days(self, start: str, days: int, end: str) -> None:
        assert OFFICE.add_working_days(berlin(start), days) == berlin(end)

    def test_day_length(self) -> None:
        assert OFFICE.day_length == 8.5 * HOUR

    def test_microseconds_are_kept(self) -> None:
        start = berlin("2026-03-02T16:59:59.999999")
        assert OFFICE.add(start, HOUR) == berlin("2026-03-03T09:29:59.999999")


class TestHolidays:
    @pytest.mark.parametrize(
        ("day", "state", "works"),
        [
            (date(2025, 10, 3), "BE", False),  # German Unity Day, a Friday
            (date(2026, 4, 6), "BE", False),  # Easter Monday
            (date(2026, 4, 7), "BE", True),
            (date(2027, 3, 8), "BE", False),  # Women's Day, a Monday, not in Bavaria
            (date(2027, 3, 8), "BY", True),
            (date(2026, 11, 18), "SN", False),  # Repentance and Prayer Day, in Saxony alone
            (date(2026, 11, 18), "BE", True),
            (date(2026, 3, 7), "BE", False),  # Saturday
            (date(2028, 2, 29), "BE", True),
        ],
    )
    def test_of_a_state(self, day: date, state: str, works: bool) -> None:
        calendar = office(state)
        assert calendar.is_working_day(day) == works
        assert calendar.is_open(datetime.combine(day, time(12), BERLIN)) == works

    def test_extra_closed_days(self) -> None:
        calendar = office(closed=frozenset({date(2026, 12, 24), date(2026, 12, 31)}))
        assert not calendar.is_working_day(date(2026, 12, 24))
        assert calendar.next_opening(berlin("2026-12-23T18:00")) == berlin("2026-12-28T09:00")
        assert calendar.add_working_days(berlin("2026-12-23T12:00"), 1) == berlin("2026-12-28T12:00")

    def test_none_without_a_country(self) -> None:
        calendar = daily(time(9), time(17))
        assert calendar.is_working_day(date(2026, 12, 25))

    @pytest.mark.parametrize("year", [1900, 1950, 2150, 2298])
    def test_years_without_data_have_none(self, year: int) -> None:
        start = datetime(year, 6, 1, tzinfo=UTC)
        assert OFFICE.is_working_day(date(year, 12, 25)) == (date(year, 12, 25).weekday() < 5)
        assert OFFICE.measure(start, start + timedelta(weeks=10)) == 10 * 42.5 * HOUR


class TestClockChanges:
    def test_the_short_night(self) -> None:
        """29 March 2026, Berlin: 02:00 CET is followed by 03:00 CEST."""
        calendar = daily(time(1), time(5))
        assert calendar.measure(berlin("2026-03-29T00:00"), berlin("2026-03-30T00:00")) == 3 * HOUR
        assert calendar.add(berlin("2026-03-29T01:00"), 2 * HOUR) == berlin("2026-03-29T04:00")
        assert calendar.day_length == 4 * HOUR

    def test_the_long_night(self) -> None:
        """25 October 2026, Berlin: 02:00 to 03:00 comes twice."""
        calendar = daily(time(1), time(5))
        assert calendar.measure(berlin("2026-10-25T00:00"), berlin("2026-10-26T00:00")) == 5 * HOUR
        assert calendar.add(berlin("2026-10-25T01:00"), 2 * HOUR) == utc("2026-10-25T01:00")
        assert calendar.measure(berlin("2026-10-25T02:30"), berlin("2026-10-25T02:30", fold=1)) == HOUR

    def test_hours_that_are_skipped(self) -> None:
        calendar = daily(time(2), time(3))
        assert calendar.measure(berlin("2026-03-29T00:00"), berlin("2026-03-30T00:00")) == timedelta()
        assert calendar.next_opening(berlin("2026-03-29T00:00")) == berlin("2026-03-30T02:00")
        assert calendar.add_working_days(berlin("2026-03-28T02:30"), 1) == utc("2026-03-29T01:30")

    def test_hours_that_come_twice(self) -> None:
        calendar = daily(time(2), time(2, 30))
        assert calendar.measure(berlin("2026-10-25T00:00"), berlin("2026-10-26T00:00")) == HOUR
        assert calendar.is_open(berlin("2026-10-25T02:15", fold=0))
        assert not calendar.is_open(berlin("2026-10-25T02:45", fold=0))
        assert calendar.is_open(berlin("2026-10-25T02:15", fold=1))

    def test_an_opening_that_comes_twice(self) -> None:
        calendar = daily(time(2, 30), time(5))
        assert calendar.measure(berlin("2026-10-25T00:00"), berlin("2026-10-26T00:00")) == 3 * HOUR
        assert not calendar.is_open(berlin("2026-10-25T02:15", fold=1))

    def test_an_opening_that_is_skipped_is_the_moment_of_the_change(self) -> None:
        calendar = daily(time(2, 30), time(5))
        assert calendar.next_opening(berlin("2026-03-29T00:00")) == utc("2026-03-29T01:00")
        assert calendar.add_working_days(berlin("2026-03-28T01:00"), 1) == utc("2026-03-29T01:00")

    def test_a_closing_that_is_skipped_is_the_moment_of_the_change(self) -> None:
        calendar = daily(time(1), time(2, 30))
        assert calendar.add_working_days(berlin("2026-03-28T12:00"), 1) == utc("2026-03-29T01:00")

    def test_a_closing_that_comes_twice(self) -> None:
        calendar = daily(time(0), time(2, 30))
        assert calendar.add_working_days(berlin("2026-10-24T12:00"), 1) == utc("2026-10-25T01:30")
        assert calendar.add_working_days(berlin("2026-10-24T02:30"), 1) == utc("2026-10-25T00:30")

    def test_the_second_of_two_equal_times_is_an_ordinary_time_on_another_day(self) -> None:
        """28 March 2027 is 154 days after the long night, and skips 02:30."""
        calendar = daily(time(0), time(5))
        for fold in (0, 1):
            start = berlin("2026-10-25T02:30", fold=fold)
            assert calendar.add_working_days(start, 154) == utc("2027-03-28T01:30")

    def test_a_change_at_midnight(self) -> None:
        """St John's went back from 00:01 on 29 October 2006 to 23:01 on 28 October: a Sunday in two parts."""
        calendar = daily(time(0), time(23, 30), ZoneInfo("America/St_Johns"))
        midnight = utc("2006-10-29T02:30")
        assert [calendar.is_open(midnight + timedelta(minutes=n)) for n in (-31, -1, 0, 1, 29, 30, 59, 60)] == [
            True, False, True, True, True, False, False, True
        ]  # fmt: skip
        assert calendar.measure(midnight - HOUR / 2, midnight + 2 * HOUR) == timedelta(minutes=1 + 29 + 60)

    def test_a_day_the_zone_skipped(self) -> None:
        """Samoa had no 30 December 2011."""
        calendar = daily(time(9), time(17), ZoneInfo("Pacific/Apia"))
        assert calendar.measure(utc("2011-12-29T00:00"), utc("2012-01-02T00:00")) == 4 * 8 * HOUR
        assert calendar.is_working_day(date(2011, 12, 30))


class TestAlways:
    def test_counts_real_time(self) -> None:
        start = berlin("2026-03-28T12:00")
        assert ALWAYS.day_length == DAY
        assert ALWAYS.is_open(start)
        assert ALWAYS.is_working_day(date(2026, 12, 25))
        assert ALWAYS.next_opening(start) == start
        assert ALWAYS.measure(start, berlin("2026-03-29T12:00")) == 23 * HOUR
        assert ALWAYS.add(start, 36 * HOUR) == utc("2026-03-29T23:00")
        assert ALWAYS.add_working_days(start, 5) == utc("2026-04-02T11:00")


class TestRefused:
    @pytest.mark.parametrize("calendar", [OFFICE, ALWAYS], ids=["office", "always"])
    @pytest.mark.parametrize("bad", [datetime.fromisoformat("2026-03-02"), datetime(1899, 12, 31, tzinfo=UTC)])
    def test_naive_or_remote_times_name_the_argument(self, calendar: BusinessCalendar, bad: datetime) -> None:
        good = utc("2026-03-02T00:00")
        with pytest.raises(ValueError, match=r"^at must"):
            calendar.is_open(bad)
        with pytest.raises(ValueError, match=r"^at must"):
            calendar.next_opening(bad)
        with pytest.raises(ValueError, match=r"^start must"):
            calendar.measure(bad, good)
        with pytest.raises(ValueError, match=r"^end must"):
            calendar.measure(good, bad)
        with pytest.raises(ValueError, match=r"^start must"):
            calendar.add(bad, HOUR)
        with pytest.raises(ValueError, match=r"^start must"):
            calendar.add_working_days(bad, 1)

    @pytest.mark.parametrize("calendar", [OFFICE, ALWAYS], ids=["office", "always"])
    def test_senseless_lengths(self, calendar: BusinessCalendar) -> None:
        start = utc("2026-03-02T00:00")
        for duration in (-timedelta.resolution, timedelta.max):
            with pytest.raises(ValueError, match=r"^duration must"):
                calendar.add(start, duration)
        for days in (0, 10**9, -(10**9)):
            with pytest.raises(ValueError, match=r"^days must"):
                calendar.add_working_days(start, days)

    def test_calendars_that_can_never_be_open(self) -> None:
        nine, five = 9 * HOUR, 17 * HOUR
        for week in (
            (),
            (OpenHours(7, nine, five),),
            (OpenHours(0, nine, nine),),
            (OpenHours(0, nine, nine + 25 * HOUR),),
        ):
            with pytest.raises(ValueError, match="hours"):
                BusinessCalendar(zone=BERLIN, week=week)

    @pytest.mark.parametrize(
        "week",
        [
            (OpenHours(0, 9 * HOUR, 13 * HOUR), OpenHours(0, 12 * HOUR, 17 * HOUR)),
            (OpenHours(0, 22 * HOUR, 30 * HOUR), OpenHours(1, 5 * HOUR, 9 * HOUR)),
            (OpenHours(0, 5 * HOUR, 9 * HOUR), OpenHours(6, 22 * HOUR, 30 * HOUR)),
            (OpenHours(0, 9 * HOUR, 17 * HOUR), OpenHours(0, 9 * HOUR, 17 * HOUR)),
        ],
    )
    def test_hours_that_overlap(self, week: tuple[OpenHours, ...]) -> None:
        for order in (week, week[::-1]):
            with pytest.raises(ValueError, match="overlap"):
                BusinessCalendar(zone=BERLIN, week=order)

    def assert_nothing_is_found(self, calendar: BusinessCalendar, before: datetime) -> None:
        with pytest.raises(ValueError, match="no open day in 2027 and 2028"):
            calendar.next_opening(before + HOUR)
        with pytest.raises(ValueError, match="no open day in 2027 and 2028"):
            calendar.add(before, HOUR)
        with pytest.raises(ValueError, match="no open day in 2027 and 2028"):
            calendar.add_working_days(before, 1)

    def test_two_years_without_an_open_day(self) -> None:
        days = (date(2027, 1, 1) + n * DAY for n in range(3 * 365 + 1))
        calendar = office(closed=frozenset(days))
        before = berlin("2026-12-31T17:00")
        assert calendar.add(before, HOUR / 2) == berlin("2026-12-31T17:30")
        self.assert_nothing_is_found(calendar, before)
        assert calendar.measure(before, berlin("2030-01-02T10:00")) == 1.5 * HOUR
        assert calendar.next_opening(berlin("2029-06-01T12:00")) == berlin("2030-01-02T09:00")
        self.assert_nothing_is_found(calendar, before)

    def test_closed_for_good(self) -> None:
        calendar = office(closed=frozenset(date(2027, 1, 1) + n * DAY for n in range(366 * 273)))
        with pytest.raises(ValueError, match="no open day in 2027 and 2028"):
            calendar.next_opening(berlin("2026-12-31T18:00"))

    def test_ends_after_the_last_known_year(self) -> None:
        evening = berlin("2299-12-31T18:00")
        with pytest.raises(ValueError, match="after 2299"):
            OFFICE.next_opening(evening)
        with pytest.raises(ValueError, match="after 2299"):
            OFFICE.add(evening, HOUR)
        with pytest.raises(ValueError, match="after 2299"):
            OFFICE.add_working_days(evening, 1)


class TestValue:
    def test_equal_settings_are_one_key(self) -> None:
        one, other = office(), office()
        one.measure(utc("2020-01-01T00:00"), utc("2026-01-01T00:00"))
        assert one == other
        assert hash(one) == hash(other)
        assert one != office("BY")
        assert "_table" not in repr(one)

    def test_attributes_cannot_change(self) -> None:
        with pytest.raises(AttributeError):
            OFFICE.week = ()  # type: ignore[misc]

    @pytest.mark.parametrize("used", [False, True])
    def test_copies_work(self, used: bool) -> None:
        calendar = office()
        span = utc("2026-03-02T00:00"), utc("2026-03-09T00:00")
        if used:
            calendar.measure(*span)
        for twin in (copy.deepcopy(calendar), pickle.loads(pickle.dumps(calendar))):
            assert twin == calendar
            assert twin.measure(*span) == 42.5 * HOUR

    def test_answers_do_not_depend_on_what_was_asked_before(self) -> None:
        years = [2026, 2010, 2040, 2012, 2039, 2009]
        fresh = [office().add(datetime(year, 5, 4, tzinfo=UTC), 3000 * HOUR) for year in years]
        calendar = office()
        assert [calendar.add(datetime(year, 5, 4, tzinfo=UTC), 3000 * HOUR) for year in years] == fresh

    @pytest.mark.parametrize("noon", ["2025-12-31T12:00", "2027-01-01T12:00"])
    def test_neighbouring_years(self, noon: str) -> None:
        calendar = daily(time(9), time(17))
        assert calendar.is_open(berlin("2026-06-01T12:00"))
        assert calendar.is_open(berlin(noon))
        assert calendar.measure(*sorted((berlin("2026-06-01T12:00"), berlin(noon)))) % (8 * HOUR) == timedelta()

    def test_threads_share_a_calendar(self) -> None:
        calendar = office(closed=frozenset({date(2031, 7, 1)}))
        starts = [datetime(2000 + n * 7 % 60, 1 + n % 12, 1, tzinfo=UTC) for n in range(240)]
        with ThreadPoolExecutor(8) as threads:
            ends = list(threads.map(lambda start: calendar.add(start, 100 * HOUR), starts))
        assert [calendar.measure(*span) for span in zip(starts, ends, strict=True)] == [100 * HOUR] * 240
        by_start = [end for _, end in sorted(zip(starts, ends, strict=True))]
        assert all(a <= b for a, b in pairwise(by_start))
