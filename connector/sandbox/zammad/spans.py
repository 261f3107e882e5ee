"""Spans of time as conditions and actions write them: `{"value": "2", "range": "hour"}`."""

from datetime import timedelta

from connector.sandbox.zammad.records import Record

_SPANS = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
    "month": timedelta(days=30),
    "year": timedelta(days=365),
}


def span(spec: Record) -> timedelta:
    """The span that a condition or action names; minutes if it names no unit."""
    return _SPANS.get(str(spec.get("range", "minute")), _SPANS["minute"]) * int(str(spec.get("value") or 0))
