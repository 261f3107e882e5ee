"""Times as the store keeps them: whole microseconds since 1970-01-01 UTC, exact in both directions."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_micros(moment: datetime) -> int:
    """Microseconds since the epoch; ``ValueError`` for a naive datetime."""
    if moment.tzinfo is None:
        raise ValueError(f"the work table needs an aware time, got {moment.isoformat()} without a zone")
    return (moment - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """The moment in UTC."""
    return _EPOCH + timedelta(microseconds=micros)


def optional_micros(moment: datetime | None) -> int | None:
    """``to_micros`` that lets ``None`` through."""
    return None if moment is None else to_micros(moment)


def optional_moment(micros: int | None) -> datetime | None:
    """``from_micros`` that lets ``None`` through."""
    return None if micros is None else from_micros(micros)
