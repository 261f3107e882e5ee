"""Start times (R16): UTC, with the zone named, else the customer's, else UTC; never guessed."""

from datetime import UTC, datetime

import pytest

from tests.unit.rules.text.reading import question_of, read, start_of


@pytest.mark.parametrize(
    ("value", "at"),
    [
        ("2026-11-22 10:00 UTC", "2026-11-22T10:00:00"),
        ("2026-11-22T10:00:07.5Z", "2026-11-22T10:00:07"),
        ("2026-11-22T10:00+01:00", "2026-11-22T09:00:00"),
        ("2026-11-22 10:00 +0100", "2026-11-22T09:00:00"),
        ("2026-11-22T03:00-05:00", "2026-11-22T08:00:00"),
        ("2026/11/22 10:00 GMT", "2026-11-22T10:00:00"),
        ("22 Nov 2026 10:00 CET", "2026-11-22T09:00:00"),
        ("22. November 2026 10:00 Uhr MEZ", "2026-11-22T09:00:00"),
        ("22.11.2026 um 10.30 Uhr", "2026-11-22T10:30:00"),
        ("22.11.26 9:05", "2026-11-22T09:05:00"),
        ("22.11. 10:00", "2026-11-22T10:00:00"),
        ("02.03.2026 10:00", "2026-03-02T10:00:00"),
        ("11/22/2026 10:00", "2026-11-22T10:00:00"),
        ("22/11/2026 10:00", "2026-11-22T10:00:00"),
        ("03/03/2026 10:00", "2026-03-03T10:00:00"),
        ("November 21st, 2026 at 9:30 pm EST", "2026-11-22T02:30:00"),
        ("21st of November 2026, 12:05 am UTC", "2026-11-21T00:05:00"),
        ("15. Juli 2026 10:00 MESZ", "2026-07-15T08:00:00"),
        ("15 Jul 2026 10:00 CET", "2026-07-15T09:00:00"),
        ("Sun, 22 Nov 2026 10:00:00 +0100", "2026-11-22T09:00:00"),
        ("2026-11-22 10:00 UTC+2", "2026-11-22T08:00:00"),
        ("2026-11-22 03:00 GMT-05:00", "2026-11-22T08:00:00"),
        ("2026-11-22 10:00 Europe/Berlin", "2026-11-22T09:00:00"),
        ("2026-11-22 10:00 CET (Europe/Berlin)", "2026-11-22T09:00:00"),
        ("today 10:00", "2026-11-22T10:00:00"),
        ("gestern um 22:15 Uhr", "2026-11-21T22:15:00"),
        ("vorgestern 22:15", "2026-11-20T22:15:00"),
        ("since about 10:00 this morning", "2026-11-22T10:00:00"),
        ("10am", "2026-11-22T10:00:00"),
    ],
)
def test_a_time_that_can_be_understood_in_one_way(value: str, at: str) -> None:
    assert start_of(value) == at


@pytest.mark.parametrize(
    ("value", "question"),
    [
        ("02/03/2026 10:00", 'Is "02/03/2026" 2 March 2026 or 3 February 2026?'),
        ("02-03-2026 10:00", 'Is "02-03-2026" 2 March 2026 or 3 February 2026?'),
        ("26/11/22 10:00", 'Which date is "26/11/22"?'),
        ("22.11.2026", "At what time on 22 November 2026"),
        ("gestern", "At what time on 21 November 2026"),
        ("2026-11-22 10:00 IST", 'Which time zone is "IST"?'),
        ("2026-11-22 10:00 CST", 'Which time zone is "CST"?'),
        ("2026-11-22 10:00 AWST", "In which time zone"),
        ("2026-11-22 10:00 local time", "In which time zone"),
        ("2026-11-22 10:00 Mars/Base", "In which time zone"),
        ("2026-11-22 10:00 UTC or 10:00 CET", "When did the problem start?"),
        ("2026-11-22 10:00 CEST (Europe/Berlin)", "The time zones that you gave do not agree."),
        ("10:00-11:00", 'Is "10:00-11:00" a time zone offset or a span of time?'),
        ("10:00 - 11:00", "You gave more than one time."),
        ("21.11.2026 10:00, 22.11.2026 10:00", "You gave more than one date."),
        ("Monday 22 Nov 2026 10:00", "22 November 2026 is a Sunday."),
        ("10:00 last week", "When did the problem start?"),
        ("before 10:00", "When did the problem start?"),
        ("the day before yesterday 10:00", "When did the problem start?"),
        ("heute nachmittag 2:30", 'Is "2:30" in the morning or in the afternoon?'),
        ("13:00", "In which time zone"),
        ("2026-11-22 13:01 UTC", "The start time, Sun 22 Nov 2026 13:01 UTC, would be in the future."),
        ("2024-11-20 10:00", "20 November 2024 is more than two years ago."),
        ("2026-10-25 02:30 Europe/Berlin", "The local time 02:30 on 25 October 2026 happens twice in Europe/Berlin"),
        ("2026-03-29 02:30 Europe/Berlin", "The local time 02:30 on 29 March 2026 does not exist in Europe/Berlin"),
        ("2026-02-30 10:00 UTC", "When did the problem start?"),
        ("2026-11-22 25:00 UTC", "When did the problem start?"),
        ("2h", "When did the problem start?"),
        ("2026-11-22-10:00", "When did the problem start?"),
        ("soon", "When did the problem start?"),
    ],
)
def test_anything_else_is_asked_not_guessed(value: str, question: str) -> None:
    body = f"Start time: {value}"
    assert read(body).problem_start is None
    asked = question_of(body)
    assert asked is not None
    assert asked.startswith(question)


def test_a_start_up_to_one_hour_ahead_is_taken_for_a_clock_that_differs() -> None:
    assert start_of("2026-11-22 13:00") == "2026-11-22T13:00:00"


def test_without_a_zone_the_customers_zone_is_used_and_named() -> None:
    said = read("Start time: 22.11.2026 10:00", zone="Europe/Berlin")
    assert said.problem_start == datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
    assert said.zone_assumed == "Europe/Berlin"


def test_without_any_zone_utc_is_used_and_named() -> None:
    assert read("Start time: 22.11.2026 10:00").zone_assumed == "UTC"


def test_a_named_zone_is_not_assumed() -> None:
    assert read("Start time: 22.11.2026 10:00 UTC", zone="Europe/Berlin").zone_assumed is None


def test_a_zone_name_that_does_not_exist_is_no_zone() -> None:
    assert read("Start time: 22.11.2026 10:00", zone="No/Where").zone_assumed == "UTC"


def test_today_is_today_in_the_customers_zone() -> None:
    late = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
    assert start_of("today 00:15", zone="Europe/Berlin", sent_at=late) == "2026-11-21T23:15:00"
    assert start_of("today 00:15", sent_at=late) == "2026-11-21T00:15:00"


def test_a_day_without_a_year_is_the_last_such_day() -> None:
    january = datetime(2027, 1, 2, tzinfo=UTC)
    assert start_of("31.12. 10:00", sent_at=january) == "2026-12-31T10:00:00"
    assert start_of("3 Mar 10:00", sent_at=january) is None


def test_local_time_is_the_customers_where_it_is_known() -> None:
    assert start_of("2026-11-22 10:00 local time", zone="Europe/Berlin") == "2026-11-22T09:00:00"


def test_a_label_states_the_zone_but_an_example_in_it_does_not() -> None:
    stated = read("Start time (UTC): 22.11.2026 10:00", zone="Europe/Berlin")
    example = read("Start time (for example 2026-11-22 10:05 UTC): 22.11.2026 10:00", zone="Europe/Berlin")
    assert (stated.problem_start, stated.zone_assumed) == (datetime(2026, 11, 22, 10, 0, tzinfo=UTC), None)
    assert (example.problem_start, example.zone_assumed) == (datetime(2026, 11, 22, 9, 0, tzinfo=UTC), "Europe/Berlin")


@pytest.mark.parametrize(
    ("prose", "at"),
    [
        ("The link is down since 22.11.2026 10:00 UTC, please help.", 10),
        ("Nicht erreichbar seit heute, 10:00 Uhr UTC.", 10),
        ("It started at 10:00 UTC on Nov 22, 2026 and persists", 10),
        ("Die Störung begann am 22.11.2026 um 10:00 Uhr (MEZ).", 9),
    ],
)
def test_prose_with_a_date_and_a_time(prose: str, at: int) -> None:
    assert read(prose).problem_start == datetime(2026, 11, 22, at, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "prose",
    [
        "The link is down since 10:00",
        "We have been your customer since 22.11.2025 10:00",
        "All is restored since 22.11.2026 10:00 UTC",
        "On 22.11.2026 10:00 UTC we called you",
        "We have seen this since Monday",
    ],
)
def test_prose_that_says_less_says_nothing(prose: str) -> None:
    said = read(prose)
    assert said.problem_start is None
    assert said.doubts == ()


@pytest.mark.parametrize(
    ("prose", "question"),
    [
        ("down since 02/03/2026 10:00 UTC", 'Is "02/03/2026" 2 March 2026 or 3 February 2026?'),
        ("down since 22.11.2026 10:00 Hamburg time", "In which time zone"),
        (
            "down since 22.11.2026 10:00 UTC. Flapping since 21.11.2026 09:00 UTC",
            "You gave more than one value for Start of the problem",
        ),
    ],
)
def test_prose_is_not_guessed_either(prose: str, question: str) -> None:
    assert read(prose).problem_start is None
    assert (question_of(prose) or "").startswith(question)
