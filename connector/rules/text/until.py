"""Until when a customer agrees to wait: "tomorrow", "Saturday", "8 am", "for two hours" (R27)."""

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from connector.rules.text.calendar_days import WEEKDAY, weekday_number
from connector.rules.text.sentences import normalized
from connector.rules.text.zones import ZONE, Zone, read_zone

Until = date | datetime | None
"""A local day, a moment (aware), or ``None``: no limit was named. One after the next opening changes nothing."""

UNREADABLE: Final = "unreadable"
"""The customer named a limit, and it cannot be read."""

_DAY_AFTER = re.compile(r"\b(?:day after tomorrow|übermorgen)\b", re.IGNORECASE)
_TOMORROW = re.compile(
    r"\b(?:tomorrow|tmrw|tomorow|(?<!guten )(?<!heute )(?<!jeden )(?<!tag )(?<!woch )morgen)\b", re.IGNORECASE
)
_WEEKDAY = re.compile(WEEKDAY, re.IGNORECASE)
_DATE = re.compile(
    r"(?<![\d.:])(?:(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})|(?P<dot_day>\d{1,2})\.(?P<dot_month>\d{1,2})\.)"
)
_TIME = re.compile(
    r"(?<![\d.:-])(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2}))?(?: ?(?P<half>am|pm|a\.m|p\.m)\b"
    r"| ?(?:uhr|o'?clock|hrs?|h)\b|(?<=:\d\d)(?!\d))"
    r"|\b(?P<noon>noon|midday|mittags?)\b|\b(?P<midnight>midnight|mitternacht)\b",
    re.IGNORECASE,
)
_ZONE = re.compile(rf" ?\(?({ZONE})")
_NUMBERS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "six": 6, "ein": 1, "eine": 1, "einen": 1,
            "zwei": 2, "drei": 3, "vier": 4, "sechs": 6}  # fmt: skip
_LENGTH = re.compile(
    rf"\b(?:for|another|wait|warten|noch|max\w*|at most|höchstens|defer|next|nächsten) (?:another |noch |maximal )?"
    rf"(?:(?P<number>\d{{1,2}}|{'|'.join(_NUMBERS)}) ?)?(?P<unit>min\w*|h|hours?|hrs?|stunden?|days?|tage?)\b",
    re.IGNORECASE,
)
_UNTIL = re.compile(r"\b(?:until|till|til|bis|no later than|not later than|spätestens)\b(?P<what>.*)", re.IGNORECASE)
_NO_LIMIT = re.compile(
    r"\W*(?:(?:to|zu|zum|the|den|der|your|you|ihr\w*|sie|our|next|nächsten?|then|when|wenn) )*(?:working|business|work"
    r"|office|opening|you open|open|arbeitstag|werktag|arbeitsbeginn|geschäftszeit\w*|bürozeit\w*|monday|then|dahin"
    r"|dann|bald|later|später|that time|further|weiteres|nächste woche|next week|after the weekend)",
    re.IGNORECASE,
)
_WEEKEND = re.compile(r"\b(?:until|till|bis|by|spätestens)(?: zum| the)* (?:weekend|wochenende)\b", re.IGNORECASE)
_SATURDAY = 5


def read_until(text: str, sent_at: datetime, zone: ZoneInfo) -> Until | Literal["unreadable"]:
    """The earliest end that ``text`` names, a consent sent at ``sent_at`` (aware). Days are those of ``zone``.

    >>> read_until("OK, tomorrow is fine", datetime(2026, 11, 27, 19, 0, tzinfo=ZoneInfo("UTC")), ZoneInfo("UTC"))
    datetime.date(2026, 11, 28)
    """
    words, local = normalized(text), sent_at.astimezone(zone)
    moments = [sent_at + length for length in _lengths(words)]
    days, times = list(_days(words, local.date())), list(_times(words))
    if times:
        moments += [_at(local, min(days, default=None), each) for each in times]
    elif days and not moments:
        return min(days)
    if moments:
        return min(moments)
    until = _UNTIL.search(words)
    return UNREADABLE if until and not _NO_LIMIT.match(until["what"]) else None


def _lengths(words: str) -> Iterator[timedelta]:
    for match in _LENGTH.finditer(words):
        said = (match["number"] or "a").lower()
        number = _NUMBERS.get(said) or int(said)
        unit = match["unit"][0].lower()
        yield timedelta(minutes=number) if unit == "m" else timedelta(hours=number * (24 if unit in "dt" else 1))


def _days(words: str, today: date) -> Iterator[date]:
    if _DAY_AFTER.search(words):
        yield today + timedelta(days=2)
    elif _TOMORROW.search(words):
        yield today + timedelta(days=1)
    names = [weekday_number(match[0]) for match in _WEEKDAY.finditer(words)]
    names += [_SATURDAY] if _WEEKEND.search(words) else []
    for weekday in names:
        yield today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
    for match in _DATE.finditer(words):
        day = _day(match, today)
        if day is not None:
            yield day


def _day(match: re.Match[str], today: date) -> date | None:
    try:
        if match["year"]:
            return date(int(match["year"]), int(match["month"]), int(match["day"]))
        day = date(today.year, int(match["dot_month"]), int(match["dot_day"]))
        return day if day >= today else day.replace(year=today.year + 1)
    except ValueError:
        return None


def _times(words: str) -> Iterator[time]:
    """The times of day in ``words``; aware if a zone is named beside them."""
    for match in _TIME.finditer(words):
        if match["noon"]:
            yield time(12)
        elif match["midnight"]:
            yield time(0)
        else:
            hour, minute = int(match["hour"]), int(match["minute"] or 0)
            half = (match["half"] or "").lower()[:1]
            hour = hour % 12 + (12 if half == "p" else 0) if half else hour
            zone = _ZONE.match(words, match.end())
            named = read_zone(zone[1]) if zone else None
            if hour < 24 and minute < 60:
                yield time(hour, minute, tzinfo=named.info if isinstance(named, Zone) else None)


def _at(local: datetime, day: date | None, clock: time) -> datetime:
    """The moment at ``clock`` on ``day``; without a day, the next one after ``local``."""
    at = datetime.combine(day or local.date(), clock, clock.tzinfo or local.tzinfo)
    return at if day is not None or at > local else at + timedelta(days=1)
