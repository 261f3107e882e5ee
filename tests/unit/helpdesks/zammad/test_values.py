"""Field values between the rules, Zammad's JSON and its history."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.fields import Fields
from connector.domain.vocabulary import Impact, Priority, RfoStatus
from connector.helpdesks.zammad.values import decode, encode, read_time

START = datetime(2026, 11, 22, 10, 30, 15, tzinfo=UTC)

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates().map(str) | st.datetimes().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@pytest.mark.parametrize(
    ("field", "raw", "value"),
    [
        ("problem_start", "2026-11-22T10:30:15.123Z", START),
        ("problem_start", "2026-11-22 10:30:15 UTC", START),
        ("problem_start", "2026-11-22T11:30:15+01:00", START),
        ("problem_start", "not a date", None),
        ("problem_start", "0001-01-01T00:00:00+23:59", None),
        ("escalation_level", 3, 3),
        ("escalation_level", "3", 3),
        ("escalation_level", "three", None),
        ("escalation_level", [], None),
        ("escalation_level", float("inf"), None),
        ("rfo_requested", True, True),
        ("rfo_requested", "true", True),
        ("rfo_requested", "1", True),
        ("rfo_requested", "false", None),
        ("rfo_requested", False, None),
        ("impact", "degradation", Impact.DEGRADATION),
        ("impact", "high", None),
        ("service_id", "SVC-1", "SVC-1"),
        ("service_id", "", None),
        ("service_id", None, None),
        ("escalation_level", 0, 0),
    ],
)
def test_values_as_recorded(field: str, raw: Any, value: Any) -> None:
    assert decode(field, raw) == value


@pytest.mark.parametrize("field", Fields.model_fields)
@given(raw=anything)
def test_whatever_stands_in_an_attribute_gives_a_value_of_the_fields_type(field: str, raw: Any) -> None:
    value = decode(field, raw)

    assert value is None or getattr(Fields(**{field: value}), field) == value


@pytest.mark.parametrize(
    ("value", "raw"),
    [
        (START, "2026-11-22T10:30:15Z"),
        (START.astimezone(timezone(timedelta(hours=1))), "2026-11-22T10:30:15Z"),
        (RfoStatus.DUE, "due"),
        (3, 3),
        (None, None),
        ("text", "text"),
    ],
)
def test_values_are_written_as_zammad_takes_them(value: Any, raw: Any) -> None:
    assert encode(value) == raw
    assert type(encode(value)) is type(raw)


@given(
    st.one_of(
        st.tuples(
            st.just("rfo_due_at"),
            st.datetimes(datetime(1900, 1, 1), datetime(2299, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
                lambda at: at.replace(microsecond=0)
            ),
        ),
        st.tuples(st.just("escalation_level"), st.integers(1, 9)),
        st.tuples(st.just("impact"), st.sampled_from(Impact)),
        st.tuples(st.just("priority"), st.sampled_from(Priority)),
        st.tuples(st.just("priority_reason"), st.text(min_size=1)),
    )
)
def test_what_was_written_reads_back_the_same(held: tuple[str, Any]) -> None:
    field, value = held

    assert decode(field, encode(value)) == value


def test_a_moment_without_a_zone_is_utc() -> None:
    assert read_time("2026-11-22 10:30:15") == START
