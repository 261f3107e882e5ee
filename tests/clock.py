"""Time that moves only when a test says so."""

from datetime import UTC, datetime, timedelta


class FakeClock:
    """Call it, or read ``now``; both give an aware UTC time."""

    def __init__(self, now: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, by: timedelta) -> datetime:
        """Move on and return the new time."""
        self.now += by
        return self.now
