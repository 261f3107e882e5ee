"""Time zones as people write them (R16)."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connector.rules.text.calendar_days import long_date
from connector.rules.text.findings import Unclear

_HOURS = {
    "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 1, "CET": 1, "MEZ": 1, "CEST": 2, "MESZ": 2, "EET": 2, "OEZ": 2,
    "EEST": 3, "OESZ": 3, "MSK": 3, "JST": 9, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
    "TRT": 3, "SGT": 8, "HKT": 8, "KST": 9, "SAST": 2, "BRT": -3,
    "EST": -5, "EDT": -4, "MDT": -6, "PDT": -7, "PST": -8,
}  # fmt: skip
"""Abbreviations with one common meaning; the American ones as in RFC 5322, section 4.3."""
_AMBIGUOUS = frozenset({
    "AMT", "ART", "AST", "BST", "CDT", "CST", "ECT", "GST", "IST", "LMT", "MST", "PKT", "PYT", "SST", "WST",
})  # fmt: skip
"""Two or more zones in use share the abbreviation (BST: British Summer Time, Bangladesh Standard Time)."""
_NAMES = "|".join(sorted({*_HOURS, *_AMBIGUOUS} - {"Z"}, key=len, reverse=True))
ZONE = (
    r"(?:(?:UTC|GMT|utc|gmt)\s?[+−-]\d{1,2}(?::?\d{2})?(?![\d:])"
    rf"|[A-Z][A-Za-z]+/[A-Z][A-Za-z_]+(?:/[A-Z][A-Za-z_]+)?"
    rf"|(?:\b|(?<=\d))(?:{_NAMES}|utc|gmt|cet|cest|mez|mesz|est|edt|pst|pdt|cst|cdt|bst|eet|eest|msk)\b)"
)
"""A regular expression for a zone that is written out; offsets alone belong to a time."""
_OFFSET = re.compile(r"(?:UTC|GMT)?\s?([+−-])(\d{1,2}):?(\d{2})?", re.IGNORECASE)
_LOCAL = re.compile(
    r"\b(?:local time|localtime|ortszeit|lokalzeit|our time|unsere zeit|lokale zeit"
    r"|(?:local|lokal)(?=\W*$|[,;.)]))(?!\w)",
    re.IGNORECASE,
)
_UNNAMED = re.compile(r"\b(?!\w*start|\w*begin|occurrence)([^\W\d_]{3,})\s(?:time|zeit)\b|\b([A-Z]{2,4}T)\b")
_NO_ZONE_BEFORE_TIME = frozenset({
    "the", "this", "that", "same", "exact", "first", "its", "local", "our", "day", "which", "from", "since",
    "for",
})  # fmt: skip
_HINT = re.compile(
    rf"[\[(]\s*(?:all |times? |zeit(?:en)? |zeitzone |time ?zone )*(?:in |is |ist |= ?|: ?)?({ZONE})(?: time)?\s*[\])]"
)


class Zone(NamedTuple):
    """A zone and the name it goes by."""

    info: tzinfo
    name: str


@lru_cache(maxsize=256)
def iana_zone(name: str) -> Zone | None:
    """The zone of the tz database with this name."""
    try:
        return Zone(ZoneInfo(name), name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def offset_zone(text: str) -> Zone | None:
    """``+01:00``, ``-0500``, ``UTC+2``; ``None`` beyond the offsets in use (RFC 3339 allows more)."""
    match = _OFFSET.fullmatch(text)
    if match is None:
        return None
    minutes = int(match[2]) * 60 + int(match[3] or 0)
    if minutes > 14 * 60 or int(match[3] or 0) > 59:
        return None
    return Zone(timezone(timedelta(minutes=minutes if match[1] == "+" else -minutes)), text)


def read_zone(text: str) -> Zone | Unclear:
    """One zone as matched by :data:`ZONE`."""
    name = text.upper()
    if name in _AMBIGUOUS:
        return Unclear("which_zone", {"said": text})
    if name in _HOURS:
        return Zone(timezone(timedelta(hours=_HOURS[name])) if _HOURS[name] else UTC, name)
    return (iana_zone(text) if "/" in text else offset_zone(text)) or Unclear("zone")


def zone_of_hint(hint: str) -> Zone | None:
    """The zone that a label itself states, as in "Start time (UTC):". An example in a hint states none."""
    match = _HINT.fullmatch(hint)
    zone = read_zone(match[1]) if match else None
    return zone if isinstance(zone, Zone) else None


def unnamed_zone(rest: str, customer: Zone | None) -> Unclear | None:
    """A doubt if ``rest`` speaks of a zone that cannot be told, such as "Harbour time" or "AWST"."""
    local = _LOCAL.search(rest)
    if local:
        return None if customer else Unclear("zone")
    for match in _UNNAMED.finditer(rest):
        if match[2] or match[1].casefold() not in _NO_ZONE_BEFORE_TIME:
            return Unclear("zone")
    return None


def to_utc(local: datetime, zone: Zone) -> datetime | Unclear:
    """The moment of a naive local time, unless a change of the clocks skips or repeats it."""
    first, second = (local.replace(tzinfo=zone.info, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first == second:
        return first
    exists = first.astimezone(zone.info).replace(tzinfo=None) == local
    data = {"said": f"{local:%H:%M}", "date": long_date(local), "zone": zone.name}
    return Unclear("twice" if exists else "skipped_time", data)
