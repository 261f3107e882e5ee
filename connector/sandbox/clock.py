"""A clock that moves only when it is told to."""

from datetime import datetime, timedelta


class SteppedClock:
    """Call it for the time (UTC)."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def __call__(self) -> datetime:
        return self._now

    def advance(self, length: timedelta) -> None:
        """Forward by ``length``."""
        self._now += length

    def advance_to(self, moment: datetime) -> None:
        """Forward to ``moment``; a moment that has passed changes nothing."""
        self._now = max(self._now, moment)

    def set(self, moment: datetime) -> None:
        """To any time, also back: a clock that is corrected."""
        self._now = moment
