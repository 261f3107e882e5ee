"""Lengths of time as an admin writes them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from connector.policy.kinds import FixedLength, Span

DAY = timedelta(hours=8, minutes=30)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", timedelta()),
        ("0 min", timedelta()),
        ("30 s", timedelta(seconds=30)),
        ("15 min", timedelta(minutes=15)),
        ("15min", timedelta(minutes=15)),
        ("4 h", timedelta(hours=4)),
        ("1 day", timedelta(days=1)),
        ("2 days", timedelta(days=2)),
        ("1 working day", DAY),
        ("5 working days", 5 * DAY),
    ],
)
def test_duration(text: str, expected: timedelta) -> None:
    assert Span(text).duration(DAY) == expected
    assert str(Span(text)) == text


@pytest.mark.parametrize(
    "text",
    ["", "5", "h", "1.5 h", "-1 h", "1  h", "1 hour", "1 h 30 min", "1 w", " 1 h", "1 h\n", "٤ h", "9" * 7 + " h"],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a length of time"):
        Span(text)


def test_equal_lengths_are_equal() -> None:
    assert Span("60 min") == Span("1 h")
    assert hash(Span("60 min")) == hash(Span("1 h"))
    assert Span("1 day") != Span("1 working day")
    assert Span("1 h") != "1 h"
    assert repr(Span("1 h")) == "Span('1 h')"


def test_working_days_are_refused_where_no_calendar_counts() -> None:
    assert TypeAdapter(FixedLength).validate_python("24 h").fixed == timedelta(hours=24)
    with pytest.raises(ValidationError, match="no calendar counts here"):
        TypeAdapter(FixedLength).validate_python("1 working day")


@given(st.text(max_size=20))
def test_any_text_is_a_span_or_a_value_error(text: str) -> None:
    try:
        span = Span(text)
    except ValueError:
        return
    assert span.duration(DAY) >= timedelta()
