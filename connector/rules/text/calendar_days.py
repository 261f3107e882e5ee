"""Dates as people write them. dd/mm against mm/dd is never guessed (R16)."""

import re
from datetime import date, timedelta

from connector.rules.text.findings import Unclear

_MONTHS = {
    1: "january januar jänner jan", 2: "february februar feb", 3: "march märz maerz mär mar mrz", 4: "april apr",
    5: "may mai", 6: "june juni jun", 7: "july juli jul", 8: "august aug", 9: "september sept sep",
    10: "october oktober oct okt", 11: "november nov", 12: "december dezember dec dez",
}  # fmt: skip
_MONTH_NUMBERS = {name: number for number, names in _MONTHS.items() for name in names.split()}
_MONTH = "|".join(sorted(_MONTH_NUMBERS, key=len, reverse=True))
_ENGLISH = ("", *(names.split()[0].capitalize() for names in _MONTHS.values()))
_RELATIVE = {"today": 0, "heute": 0, "yesterday": 1, "gestern": 1, "vorgestern": 2}
_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        ("monday mon montag", "tuesday tue tues dienstag", "wednesday wed mittwoch",
         "thursday thu thur thurs donnerstag",
         "friday fri freitag", "saturday sat samstag sonnabend", "sunday sun sonntag")
    )
    for name in names.split()
}  # fmt: skip
_GERMAN_SHORT = {"mo": 0, "di": 1, "mi": 2, "do": 3, "fr": 4, "sa": 5, "so": 6}
_NOT_A_CLOCK = r"(?![\d:]|\.\d|\s?(?:uhr|h|am|pm|a\.m|p\.m)\b)"
DATE = (
    r"(?<![\d./:-])(?:"
    rf"(?P<iso_y>\d{{4}})(?P<iso_s>[-/.])(?P<iso_m>\d{{1,2}})(?P=iso_s)(?P<iso_d>\d{{1,2}})(?=[Tt]\d|(?![\w/:-]))"
    rf"|(?P<dot_d>\d{{1,2}})\.\s?(?P<dot_m>\d{{1,2}})\.(?:\s?(?P<dot_y>\d{{4}}|\d{{2}}){_NOT_A_CLOCK}(?!\w))?(?!\d)"
    rf"|(?P<two_a>\d{{1,2}})(?P<two_s>[/-])(?P<two_b>\d{{1,2}})(?P=two_s)(?P<two_y>\d{{4}}|\d{{2}})(?![\w/:-])"
    r"|(?!24/7\b)(?P<short_a>\d{1,2})/(?P<short_b>\d{1,2})(?![\w/:.-])"
    rf"|(?P<day_d>\d{{1,2}})(?:st|nd|rd|th|\.)?[\s-]?(?:of\s)?(?P<day_m>{_MONTH})(?:\b\.?|(?=\d\d\b))"
    rf"(?:[\s,-]{{0,2}}(?P<day_y>\d{{4}}|\d{{2}}){_NOT_A_CLOCK}(?!\w))?"
    rf"|\b(?P<mon_m>{_MONTH})\.?\s?(?P<mon_d>\d{{1,2}})(?:st|nd|rd"
    rf"|th)?{_NOT_A_CLOCK}(?:,?\s(?P<mon_y>\d{{4}}){_NOT_A_CLOCK})?(?!\w)"
    rf"|(?<!before )\b(?P<relative>{'|'.join(_RELATIVE)})\b"
    r")"
)
"""A regular expression (ignoring case) for a date; its named groups are read by :func:`read_day`."""
WEEKDAY = rf"\b(?:{'|'.join(sorted(_WEEKDAYS, key=len, reverse=True))})\b|\b(?:{'|'.join(_GERMAN_SHORT)})[.,]"
_OLD = timedelta(days=180)
_LONG_AGO = timedelta(days=2 * 365)


def long_date(day: date) -> str:
    """``2 March 2026``"""
    return f"{day.day} {_ENGLISH[day.month]} {day.year}"


def _day(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def _without_year(month: int, number: int, today: date) -> date | Unclear | None:
    """The last such day, if it is less than half a year ago (tomorrow, for another zone's sake)."""
    tomorrow = today + timedelta(days=1)
    days = [day for year in (today.year + 1, today.year, today.year - 1) if (day := _day(year, month, number))]
    past = next((day for day in days if day <= tomorrow), None)
    if past is None or today - past > _OLD:
        return Unclear("year") if days else None
    return past


def _numbers(match: re.Match[str], today: date) -> date | Unclear | None:
    """``a/b/year``: only one reading, or a doubt. A year of two digits may stand first, unless that is long ago."""
    said = match[0]
    a, b, year = int(match["two_a"]), int(match["two_b"]), _year(match["two_y"])
    if len(match["two_y"]) == 2 and (_day(2000 + a, b, year - 2000) or date.min) > today - _LONG_AGO:
        return Unclear("written_date", {"said": said})
    day_first, month_first = _day(year, b, a), _day(year, a, b)
    if day_first and month_first and day_first != month_first:
        days = {"date": long_date(day_first), "other": long_date(month_first)}
        return Unclear("day_or_month", {"said": said, **days})
    return day_first or month_first


def _short(match: re.Match[str], today: date) -> date | Unclear | None:
    """``a/b`` without a year: only one reading, or a doubt."""
    a, b = int(match["short_a"]), int(match["short_b"])
    if a <= 12 and b <= 12:
        return Unclear("written_date", {"said": match[0]})
    return _without_year(min(a, b), max(a, b), today)


def read_day(match: re.Match[str], today: date) -> date | Unclear | None:
    """The day of a match of :data:`DATE`, seen from ``today``; ``None`` for a day that does not exist."""
    if match["iso_y"]:
        return _day(int(match["iso_y"]), int(match["iso_m"]), int(match["iso_d"]))
    if match["two_y"]:
        return _numbers(match, today)
    if match["short_a"]:
        return _short(match, today)
    if match["relative"]:
        return today - timedelta(days=_RELATIVE[match["relative"].lower()])
    for kind in ("dot", "day", "mon"):
        if match[f"{kind}_d"]:
            month = match[f"{kind}_m"]
            number = int(month) if month.isdigit() else _MONTH_NUMBERS[month.lower()]
            if match[f"{kind}_y"]:
                return _day(_year(match[f"{kind}_y"]), number, int(match[f"{kind}_d"]))
            return _without_year(number, int(match[f"{kind}_d"]), today)
    return None


def weekday_number(name: str) -> int:
    """0 for Monday, from a match of :data:`WEEKDAY`."""
    key = name.lower().rstrip(".,")
    return _GERMAN_SHORT[key] if key in _GERMAN_SHORT else _WEEKDAYS[key]
