"""Calendars and histories for Hypothesis, with a liking for what goes wrong elsewhere."""

from contextlib import suppress
from datetime import timedelta

from hypothesis import strategies as st

from connector.policy.calendar_spec import WEEKDAYS, CalendarSpec, Hours

_NIGHT = [0, 1, 60, 119, 120, 135, 150, 165, 180, 181, 360, 1320, 1380, 1439]
"""Minutes after midnight about which clocks change and shifts end."""


@st.composite
def weeks(draw: st.DrawFn, least: int = 1) -> tuple[Hours, ...]:
    """One to four hours on some weekdays each: whole days, nights, several on a day; never two at once."""
    found: list[Hours] = []
    for _ in range(draw(st.integers(least, 4))):
        days = tuple(draw(st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=7, unique=True)))
        opens = draw(st.sampled_from(_NIGHT) | st.integers(0, 1439))
        closes = draw(st.sampled_from([*_NIGHT, 1440]) | st.integers(0, 1440))
        if closes != opens:
            added = Hours(days=days, opens=timedelta(minutes=opens), closes=timedelta(minutes=closes))
            with suppress(ValueError):  # It overlaps or touches others.
                found = list(CalendarSpec(hours=(*found, added)).hours)
    return tuple(found) or (Hours(days=("mon",), opens=timedelta(), closes=timedelta(days=1)),)
