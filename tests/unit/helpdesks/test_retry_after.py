"""The Retry-After header (RFC 9110, section 10.2.3)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.helpdesks.http import retry_after

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
DAY = timedelta(days=1)
LONGEST = timedelta(minutes=15)


@pytest.mark.parametrize(
    ("header", "at"),
    [
        ("120", NOW + timedelta(minutes=2)),
        (" 0 ", NOW),
        ("Sun, 22 Nov 2026 10:05:00 GMT", NOW + timedelta(minutes=5)),
        ("Sunday, 22-Nov-26 10:05:00 GMT", NOW + timedelta(minutes=5)),
        ("Sun Nov 22 10:05:00 2026", NOW + timedelta(minutes=5)),
        ("Sun, 22 Nov 2026 11:05:00 +0100", NOW + timedelta(minutes=5)),
        ("Sat, 21 Nov 2026 10:00:00 GMT", NOW - DAY),
    ],
)
def test_seconds_and_dates_are_read(header: str, at: datetime) -> None:
    assert retry_after(header, NOW) == at


@pytest.mark.parametrize(
    "header", [None, "", "  ", "soon", "-1", "1.5", "²", "٣", "Sun, 99 Nov 2026", "Fri, 31 Dec 9999 23:59:59 -2359"]
)
def test_no_header_and_garbage_say_nothing(header: str | None) -> None:
    assert retry_after(header, NOW) is None


@pytest.mark.parametrize("header", ["901", "86401", "9" * 5000, "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_nobody_is_made_to_wait_for_more_than_a_quarter_of_an_hour(header: str) -> None:
    """A wrong clock or a broken proxy would stop the connector for long."""
    assert retry_after(header, NOW) == NOW + LONGEST


@given(st.text() | st.from_regex(r"\A\w{3}, [0-9]{1,3} \w{3} [0-9]{1,6} [0-9:]{1,9} [+-]?\w{1,12}\Z"))
def test_whatever_it_says_the_answer_is_a_time_or_nothing(header: str) -> None:
    at = retry_after(header, NOW)

    assert at is None or (at.tzinfo is UTC and at <= NOW + LONGEST)
