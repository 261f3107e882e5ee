"""Months, and how much of a time lies in one."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.reports.month import Month, merged, share
from connector.rules.timeline import Interval
from tests.builders import T0

BERLIN = ZoneInfo("Europe/Berlin")


def test_a_month_begins_at_midnight_where_the_provider_is() -> None:
    march = Month.parse("2026-03", BERLIN)

    assert march.begins == datetime(2026, 2, 28, 23, tzinfo=UTC)
    assert march.ends == datetime(2026, 3, 31, 22, tzinfo=UTC)
    assert (march.name, march.shifted(-3).name, march.shifted(10).name) == ("2026-03", "2025-12", "2027-01")
    assert march.begins in march
    assert march.ends not in march


@pytest.mark.parametrize("text", ["2026", "2026-13", "11-2026", "", "2026-11-01", "x"])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"isoformat|month"):
        Month.parse(text, BERLIN)


SPANS = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50) | st.none()), max_size=8)


@given(SPANS)
def test_merged_time_is_the_same_time_once(spans: list[tuple[int, int | None]]) -> None:
    hour = timedelta(hours=1)
    intervals = [
        Interval(T0 + start * hour, None if length is None else T0 + (start + length) * hour) for start, length in spans
    ]
    once = merged(intervals)

    def covers(its: object, moment: datetime) -> bool:
        return any(start <= moment and (end is None or moment < end) for start, end in its)  # type: ignore[attr-defined]

    moments = [T0 + (half / 2) * hour for half in range(210)]
    assert [covers(once, moment) for moment in moments] == [covers(intervals, moment) for moment in moments]
    assert all(one.end is not None and one.end < other.start for one, other in pairwise(once))


def test_nearly_all_is_not_all() -> None:
    assert share(timedelta(days=30) - timedelta(seconds=1), timedelta(days=30)) == 99.999
    assert share(timedelta(days=30), timedelta(days=30)) == 100.0
