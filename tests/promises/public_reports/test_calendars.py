"""A day has 24 hours, and one can say so."""

from datetime import UTC, datetime, timedelta

from connector.policy.calendar_spec import CalendarSpec


def test_a_day_of_24_hours_can_be_said() -> None:
    """zammad/zammad#3180."""
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    always = CalendarSpec(timezone="Europe/Berlin", days=days, opens="00:00", closes="24:00").calendar
    midnight = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)
    assert always.measure(midnight, midnight + timedelta(days=1)) == timedelta(hours=24)
