"""Calendars as the policy writes them: several hours a day, other ones by weekday, 24:00, nights (R27, R34)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from connector.domain.vocabulary import Priority
from connector.policy.calendar_spec import WEEKDAYS, CalendarSpec
from connector.policy.load import load_policy

from .files import POLICY, SERVICES, changed, line_of, problems

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = timedelta(hours=1)
CLOCK = "expected a time of day from 00:00 to 23:59, with two digits (example: 09:00)"
OFFICE = """    days: [mon, tue, wed, thu, fri]
    opens: 09:00
    closes: 17:30
"""
LIST = """    hours:
      - {days: [mon, tue, wed, thu], opens: 09:00, closes: 12:00}
      - {days: [mon, tue, wed, thu], opens: 13:00, closes: 17:30}
      - {days: [fri], opens: 09:00, closes: 15:00}
      - {days: [fri, sat], opens: 22:00, closes: 06:00}
"""


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


def nights(*days: str, **more: object) -> CalendarSpec:
    hours = {"days": days, "opens": "22:00", "closes": "06:00"}
    return CalendarSpec.model_validate({"timezone": "Europe/Berlin", "hours": [hours], **more})


def test_hours_of_a_week(tmp_path: Path) -> None:
    """Mon–Thu 7.5 h with a break at noon, Friday 6 h and a night, Saturday a night: 52 h on six days."""
    policy = load_policy(changed(POLICY, tmp_path, (OFFICE, LIST)), SERVICES)
    calendar = policy.calendars["office"].calendar

    assert calendar.day_length == 52 * HOUR / 6
    assert calendar.next_opening(berlin("2026-03-02T12:30")) == berlin("2026-03-02T13:00")
    assert calendar.measure(berlin("2026-03-02T11:00"), berlin("2026-03-02T14:00")) == 2 * HOUR
    assert calendar.measure(berlin("2026-03-06T14:00"), berlin("2026-03-09T09:00")) == 17 * HOUR
    assert calendar.add(berlin("2026-03-06T14:30"), HOUR) == berlin("2026-03-06T22:30")


def test_the_same_hours_written_both_ways_are_one_calendar() -> None:
    hours = {"days": ["mon", "fri"], "opens": "09:00", "closes": "24:00"}
    assert CalendarSpec.model_validate(hours).calendar == CalendarSpec.model_validate({"hours": [hours]}).calendar


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-11-23", 24), ("2026-03-29", 23), ("2026-10-25", 25)], ids=["", "forward", "back"]
)
def test_a_whole_local_day(day: str, hours: int) -> None:
    spec = CalendarSpec(timezone="Europe/Berlin", days=WEEKDAYS, opens="00:00", closes="24:00")
    midnight = berlin(f"{day}T00:00")
    following = datetime.combine(midnight.date() + timedelta(days=1), midnight.time(), BERLIN)

    assert spec.calendar.measure(midnight, following) == hours * HOUR
    assert spec.calendar.never_closes


@pytest.mark.parametrize("hours", [{"closed": ["2026-12-24"]}, {"days": WEEKDAYS[:6]}, {"closes": "23:59"}])
def test_a_week_that_is_not_whole_closes(hours: dict[str, object]) -> None:
    whole = {"days": WEEKDAYS, "opens": "00:00", "closes": "24:00"}
    assert not CalendarSpec.model_validate({**whole, **hours}).calendar.never_closes


def test_a_night_belongs_to_the_weekday_on_which_it_begins() -> None:
    friday = nights("fri").calendar

    assert friday.measure(berlin("2026-03-06T00:00"), berlin("2026-03-09T00:00")) == 8 * HOUR
    assert friday.is_open(berlin("2026-03-07T05:59"))
    assert not friday.is_open(berlin("2026-03-06T05:59"))
    assert not friday.is_open(berlin("2026-03-07T06:00"))
    assert friday.is_working_day(berlin("2026-03-06T12:00").date())
    assert not friday.is_working_day(berlin("2026-03-07T12:00").date())


def test_a_holiday_takes_its_own_night_and_leaves_the_one_before() -> None:
    """Good Friday is 3 April 2026."""
    calendar = nights(*WEEKDAYS, holidays={"country": "DE"}).calendar

    assert calendar.is_open(berlin("2026-04-03T03:00"))
    assert not calendar.is_open(berlin("2026-04-03T23:00"))
    assert not calendar.is_open(berlin("2026-04-04T03:00"))
    assert calendar.is_open(berlin("2026-04-04T23:00"))


@pytest.mark.parametrize(
    ("evening", "hours"), [("2026-03-28T22:00", 7), ("2026-10-24T22:00", 9), ("2025-12-31T22:00", 8)]
)
def test_a_night_in_which_the_clock_or_the_year_changes(evening: str, hours: int) -> None:
    """The first question after a start is about the morning: the year's first hours began in the year before."""
    calendar = nights(*WEEKDAYS).calendar
    begins = berlin(evening).astimezone(UTC)

    assert calendar.is_open(begins + (hours - 0.5) * HOUR)
    assert not calendar.is_open(begins + hours * HOUR)
    assert calendar.measure(begins + HOUR, begins + 12 * HOUR) == (hours - 1) * HOUR
    assert calendar.add(begins, hours * HOUR) == begins + hours * HOUR


def test_an_rfo_asked_for_at_night_is_due_at_night() -> None:
    """Tuesday 03:00 is in Monday's night: the next working day's 03:00 is in Tuesday's."""
    calendar = nights(*WEEKDAYS[:5]).calendar

    assert calendar.add_working_days(berlin("2026-03-03T03:00"), 1) == berlin("2026-03-04T03:00")
    assert calendar.add_working_days(berlin("2026-03-03T12:00"), 1) == berlin("2026-03-04T22:00")


@pytest.mark.parametrize(
    ("added", "says"),
    [
        ("{days: [wed], opens: 11:00, closes: 13:30}", "wed 11:00–13:30 overlaps wed 09:00–12:00"),
        ("{days: [sun, thu], opens: 17:30, closes: 18:00}", "thu 17:30–18:00 touches thu 13:00–17:30: make it one"),
        ("{days: [sun], opens: 05:59, closes: 07:00}", "sun 05:59–07:00 overlaps sat 22:00–06:00"),
        ("{days: [thu], opens: 20:00, closes: 09:01}", "thu 20:00–09:01 overlaps fri 09:00–15:00"),
        ("{days: [sat], opens: 22:00, closes: 06:00}", "sat 22:00–06:00 overlaps sat 22:00–06:00"),
    ],
)
def test_hours_that_overlap_or_touch(added: str, says: str, tmp_path: Path) -> None:
    path = changed(POLICY, tmp_path, (OFFICE, f"{LIST}      - {added}\n"))
    assert problems(path) == [f"{path}:{line_of(path, added)}: calendars.office.hours[4]: {says}"]


@pytest.mark.parametrize(
    "added", ["{days: [sun], opens: 06:00, closes: 08:00}", "{days: [thu], opens: 20:00, closes: 09:00}"]
)
def test_hours_may_follow_a_night_at_once(added: str, tmp_path: Path) -> None:
    assert problems(changed(POLICY, tmp_path, (OFFICE, f"{LIST}      - {added}\n"))) == []


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ("{days: [], opens: 10:00, closes: 12:00}", "days: must not be empty"),
        ("{days: [sun], opens: 24:00, closes: 12:00}", f"opens: {CLOCK}"),
        ("{days: [sun], opens: 10:00}", "closes: is missing"),
        (
            "{days: [sun], open: 9:00, opens: 09:00, closes: 12:00}",
            "open: there is no such setting; did you mean opens?",
        ),
    ],
)
def test_a_list_entry_that_is_wrong_in_itself(entry: str, says: str, tmp_path: Path) -> None:
    path = changed(POLICY, tmp_path, (OFFICE, f"{LIST}      - {entry}\n"))
    assert problems(path) == [f"{path}:{line_of(path, entry)}: calendars.office.hours[4].{says}"]


def test_a_priority_by_such_a_calendar(tmp_path: Path) -> None:
    """P4 has 8 h to its first response: Friday from 14:00 to 15:00, and seven hours of the night."""
    p4 = "name: low\n    calendar: always\n    first_response: 24 h"
    by_office = (p4, p4.replace("always", "office").replace("24 h", "8 h"))
    policy = load_policy(changed(POLICY, tmp_path, (OFFICE, LIST), by_office), SERVICES)
    limits = policy.targets_of(None, Priority.P4)

    assert limits.calendar.add(berlin("2026-03-06T14:00"), limits.first_response.length) == berlin("2026-03-07T05:00")
