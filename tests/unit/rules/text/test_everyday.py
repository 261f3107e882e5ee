"""R16: everyday times as dates and clock times; what is no such time stays as it was written."""

from datetime import UTC, datetime

import pytest

from connector.rules.text.everyday import spelled_out

SENT_AT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
EVENING = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("2 hours ago", "2026-11-23 08:00 UTC approx"),
        ("an hour ago", "2026-11-23 09:00 UTC approx"),
        ("half an hour ago", "2026-11-23 09:30 UTC approx"),
        ("30 min ago", "2026-11-23 09:30 UTC approx"),
        ("vor 2 Stunden", "2026-11-23 08:00 UTC approx"),
        ("vor zehn Minuten", "2026-11-23 09:50 UTC approx"),
        ("since 3 hours", "since 2026-11-23 07:00 UTC approx"),
        ("seit 3 Stunden", "seit 2026-11-23 07:00 UTC approx"),
        ("99999999999 hours ago", "99999999999 hours ago"),
        ("last night at 23", "yesterday 23:00"),
        ("last night at 18:05", "yesterday 18:05"),
        ("last night at 2:15", "today 02:15"),
        ("last night at 12", "last night at 12"),
        ("heute nacht um 3", "today 03:00"),
        ("this morning at 8:30", "today 08:30"),
        ("this morning at 12", "today 12:00"),
        ("this morning at 14", "this morning at 14"),
        ("half past nine", "9:30"),
        ("quarter to 10", "9:45"),
        ("quarter past 12", "12:15"),
        ("viertel nach 9", "9:15"),
        ("halb zehn", "9:30"),
        ("halb eins", "12:30"),
        ("half past 13", "half past 13"),
        ("at noon", "at 12:00"),
        ("um Mitternacht", "um 00:00"),
        ("midnight yesterday", "midnight yesterday"),
        ("at 0930 UTC", "at 09:30 UTC"),
        ("0930 Z", "09:30 UTC"),
        ("9 Uhr 05.", "9:05 Uhr."),
        ("9 Uhr 30 Pakete", "9 Uhr 30 Pakete"),
        ("2026-11-23 at 2026 0930 UTC", "2026-11-23 at 2026 09:30 UTC"),
        ("10:00 ET", "10:00 America/New_York"),
        ("10:00 Pacific time", "10:00 America/Los_Angeles"),
        ("10:00 Berlin", "10:00 Europe/Berlin"),
        ("10:00 Berliner Zeit", "10:00 Europe/Berlin"),
        ("10:00 (Paris)", "10:00 Europe/Paris"),
        ("8 this morning, Berlin time", "today 08:00 Europe/Berlin"),
        ("10:00 today, Berlin time", "10:00 today Europe/Berlin"),
        ("10:00 - Berlin local time", "10:00 Europe/Berlin"),
        ("10:00 (Berliner Ortszeit)", "10:00 Europe/Berlin"),
        ("10:00 a.m., UK time", "10:00 a.m. Europe/London"),
        ("10:00, Eastern time", "10:00 America/New_York"),
        ("10:00, Berlin reports loss", "10:00, Berlin reports loss"),
        ("10:00, packet loss all the time", "10:00, packet loss all the time"),
        ("10:00 (Paris time)", "10:00 Europe/Paris"),
        ("10:00 (New York time)", "10:00 America/New_York"),
        ("10:00 Packet loss", "10:00 Packet loss"),
        ("Mon Nov 23 08:07:55 UTC 2026", "Mon Nov 23 2026 08:07:55 UTC"),
        ("two lines are down", "two lines are down"),
    ],
)
def test_everyday_times_are_spelled_out(text: str, spelled: str) -> None:
    assert spelled_out(text, SENT_AT) == spelled


@pytest.mark.parametrize("text", ["half past nine", "quarter to 10"])
def test_in_the_evening_nobody_knows_which_half_of_the_day_is_meant(text: str) -> None:
    assert spelled_out(text, EVENING) == text


def test_right_after_midnight_nobody_knows_which_night_was_the_last() -> None:
    assert spelled_out("last night at 2:15", datetime(2026, 11, 23, 3, 0, tzinfo=UTC)) == "last night at 2:15"
