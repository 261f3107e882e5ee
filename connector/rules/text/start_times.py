"""When the problem began (R16): one moment in UTC, a doubt, or nothing."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from connector.rules.text.calendar_days import DATE, WEEKDAY, long_date, read_day, weekday_number
from connector.rules.text.everyday import spelled_out
from connector.rules.text.findings import Unclear
from connector.rules.text.zones import ZONE, Zone, iana_zone, offset_zone, read_zone, to_utc, unnamed_zone, zone_of_hint

MAX_AGE = timedelta(days=2 * 365 + 1)
"""An older start time is taken for a slip of the pen."""
MAX_AHEAD = timedelta(hours=1)
"""Clocks differ; a later start time is taken for a slip of the pen."""
_NIGHT = timedelta(hours=8)
_MAX_VALUE = 160
_TIME = (
    r"(?:(?<=\d)T(?=\d)|(?<![\d:./+-])T?)(?P<hour>\d{1,2})(?:"
    r":(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d{1,9})?)?"
    r"(?:\s?(?P<noon>[ap]\.?m\b\.?)|\s?(?:uhr|h|hrs?)\b)?"
    r"|[.:](?P<uhr_minute>\d{2})\s?(?:(?P<dot_noon>[ap]\.?m\b\.?)|(?:uhr|h|hrs?|(?=(?:Z|UTC|GMT|CES?T|MES?Z)\b))\b)"
    r"|\s?uhr\b"
    r"|\s?(?P<full_noon>[ap]\.?m\b\.?))"
    r"(?:(?P<zulu>\s?Z\b)|\s?(?P<offset>[+−-]\d{2}(?::?\d{2})?)(?![\d:]))?(?![\d:])"
)
DATE_RE, TIME_RE = re.compile(DATE, re.IGNORECASE), re.compile(_TIME, re.IGNORECASE)
ZONE_RE, _WEEKDAY_RE = re.compile(ZONE), re.compile(WEEKDAY, re.IGNORECASE)
_VAGUE = re.compile(
    r"\b(?:before|after|between|until|till|or|not|zwischen|vor|nach|bis|oder|nicht|ago|unsure|maybe|perhaps)\b|\?",
    re.IGNORECASE,
)
_PM_WORDS = re.compile(
    r"\b(?:afternoon|evening|night|tonight|noon|nachmittags?|abends?|nachts?|mittags?)\b", re.IGNORECASE
)
_PLAIN_WORDS = frozenset({
    "at", "around", "about", "approx", "approximately", "ca", "circa", "c", "etwa", "gegen", "um", "since",
    "from", "ab", "seit", "local", "time", "this", "morning", "the", "on", "am", "of", "clock", "o",
    "ungefähr", "früh", "morgens", "last", "letzten", "letzte", "vergangenen", "vergangener",
})  # fmt: skip
_HALVES = frozenset({"afternoon", "evening", "night", "nachmittag", "abend", "nacht", "mittag", "it", "began"})
FAULT = re.compile(
    r"\b(?:down|out(?:age)?|los[est]\w*|drop\w*|err\w*|crc|flap\w*|latenc\w*|slow\w*|no (?:light|link|signal|traffic"
    r"|connect\w*|service|ping|internet|network)|dead|offline|interrupt\w*|disturb\w*|degrad\w*|fail\w*|fault\w*"
    r"|alarm\w*|problem\w*"
    r"|issues?|packet\w*|jitter|unstable|unreachable|broken?|disconnect\w*|not (?:\w+ )?(?:work\w*|answer\w*"
    r"|announced|reach\w*"
    r"|respond\w*|available)|n['’]t (?:work|answer|reach|respond|ping)|does not|affect\w*|impair\w*|timeouts?|stopped"
    r"|congest\w*|blackhol\w*|no power|without (?:power|service|internet|connect\w*|network)|throughput|bgp|doubled"
    r"|dark(?! fib)|unavailable|inaccessible"
    r"|choppy|attack\w*|ddos|saturat\w*|stutter\w*|one-way|withdrawn|bounc(?:es|ing)"
    r"|fr[eo]+z\w*|hangs|hanging|lag(?:s|gy|ging)|aussetzer\w*|ruckel\w*|stockt|hakt|hängt|nothing (?:works"
    r"|is working|goes|gets"
    r"|comes|passes|arrives)"
    r"|tim(?:es?|ing) out|(?:can(?:not|['’]t)|unable to) (?:\w+ )?(?:connect|reach|log|ping)"
    r"|gestört|störung\w*|ausfall\w*|ausgefallen|fehler\w*|verlust\w*|langsam\w*"
    r"|tot|unterbrochen\w*|unterbrechung\w*|kein\w* (?:link|licht|verbindung|signal|strom|netz|dienst|internet)"
    r"|ohne (?:link|licht|verbindung|signal|netz|internet|strom)|stromlos"
    r"|nicht (?:\w+ )?"
    r"erreichbar|beeinträchtig\w*|verschlecht\w*|abbr\w*|instabil|defekt\w*|kaputt"
    r"|nichts (?:mehr|geht|läuft|funktioniert|kommt)|paketverlust\w*"
    r"|latenz\w*|laufzeiten?|reagier\w* nicht|brechen ab|bricht ab"
    r"|aufgetreten|probleme?)\b|störung|ausfall|abbr[uü]ch",
    re.IGNORECASE,
)
_NEXT_WORD = re.compile(r"\s*\(?([^\W\d_]{2,})")
_AFTER_TIME = frozenset({
    "when", "while", "and", "und", "als", "with", "mit", "by", "during", "während", "after", "nach", "before", "our",
    "we", "it", "to", "until", "till", "bis", "sharp", "already", "now", "jetzt", "so", "but", "aber", "due", "because",
    "wegen", "as", "or", "oder", "in", "im", "uhr", "hrs", "hours", "evening", "afternoon", "night", "abends",
    "mittags", "nachmittags", "nachts", "vormittags", "see", "siehe", "according", "laut", "today", "first", "no",
    "kein", "keine",
})  # fmt: skip
_ZONE_LIKE = re.compile(r"\s*\(?([A-Z]{2,5}\b(?!-\d)|(?<=\()[A-Z]\w+|[A-Z][a-zäöü]+(?=\s*(?:[.,;!)\n]|$)))")


_UTC = Zone(UTC, "UTC")


class Zones(NamedTuple):
    """The zones of the tz database in which a time is read that names none."""

    customer: str | None = None
    default: str = "UTC"


class Start(NamedTuple):
    """A start time, and the zone that was assumed for it because none was named."""

    at: datetime
    zone_assumed: str | None
    approximate: bool = False
    """Reckoned from "20 minutes ago", or given so."""


class Parts(NamedTuple):
    """The pieces a text names, and what is left without them."""

    dates: list[re.Match[str]]
    times: list[re.Match[str]]
    zones: list[str]
    weekdays: set[int]
    rest: str


def _take(pattern: re.Pattern[str], text: str) -> tuple[list[re.Match[str]], str]:
    matches = list(pattern.finditer(text))
    for match in matches:
        text = f"{text[: match.start()]}{' ' * (match.end() - match.start())}{text[match.end() :]}"
    return matches, text


def parts_of(text: str) -> Parts:
    dates, rest = _take(DATE_RE, text)
    zones, rest = _take(ZONE_RE, rest)
    times, rest = _take(TIME_RE, rest)
    weekdays, rest = _take(_WEEKDAY_RE, rest)
    return Parts(dates, times, [z[0] for z in zones], {weekday_number(w[0]) for w in weekdays}, rest)


def _clock(match: re.Match[str]) -> time | None:
    """The time of day; ``None`` for one that does not exist."""
    hour, minute = int(match["hour"]), int(match["minute"] or match["uhr_minute"] or 0)
    noon = (match["noon"] or match["dot_noon"] or match["full_noon"] or "")[:1].lower()
    if noon and not 1 <= hour <= 12:
        return None
    if noon:
        hour = hour % 12 + (12 if noon == "p" else 0)
    try:
        return time(hour, minute, int(match["second"] or 0))
    except ValueError:
        return None


def _offset_doubt(match: re.Match[str]) -> Unclear | None:
    """``10:00-11:00`` may be an offset or a span of time; ``T10:00-05:00`` and ``10:00:00 -0500`` are offsets."""
    offset = match["offset"] or "+"
    if offset[0] == "+" or match[0][0] in "Tt" or match["second"] or re.fullmatch(r"[−-]\d{4}", offset):
        return None
    return Unclear("offset", {"said": match[0].strip()})


def _zones(parts: Parts, hint: str, customer: Zone | None) -> list[Zone] | Unclear:
    """Every zone named; empty if none is."""
    zones: list[Zone] = []
    for match in parts.times:
        doubt = _offset_doubt(match)
        zone = offset_zone(match["offset"]) if match["offset"] else None
        if doubt or (match["offset"] and zone is None):
            return doubt or Unclear("start")
        zones += [zone] if zone else []
        zones += [_UTC] if match["zulu"] else []
    for name in parts.zones:
        named = read_zone(name)
        if isinstance(named, Unclear):
            return named
        zones.append(named)
    if not zones and (stated := zone_of_hint(hint)):
        zones.append(stated)
    if not zones and parts.times and names_unknown_zone(parts.rest, parts.times[-1].end()):
        return Unclear("zone")
    return zones if zones else unnamed_zone(parts.rest, customer) or []


def names_unknown_zone(text: str, at: int) -> bool:
    """Capitals or a name in brackets after a clock time, such as ``HNE`` or ``(Frankfurt)``, and no word of a fault."""
    named = _ZONE_LIKE.match(text, at)
    return named is not None and not FAULT.match(named[1]) and named[1].casefold() not in _PLAIN_WORDS


def _day_of(parts: Parts, today: date) -> date | Unclear | None:
    """The one day that is named, checked against a named weekday; without a date the last such weekday, or today."""
    if not parts.dates:
        (weekday,) = parts.weekdays or {today.weekday()}
        return today - timedelta(days=(today.weekday() - weekday) % 7)
    days = [read_day(match, today) for match in parts.dates]
    doubt = next((day for day in days if isinstance(day, Unclear)), None)
    if doubt or None in days:
        return doubt
    if len(set(days)) > 1:
        return Unclear("dates")
    day = days[0]
    if isinstance(day, date) and parts.weekdays and parts.weekdays != {day.weekday()}:
        return Unclear("weekday", {"date": long_date(day), "weekday": f"{day:%A}"})
    return day


def _moment(parts: Parts, clock: time, zone: Zone, sent_at: datetime) -> datetime | Unclear | None:
    """The moment in one zone."""
    today = sent_at.astimezone(zone.info).date()
    day = _day_of(parts, today)
    if not isinstance(day, date):
        return day
    at = to_utc(datetime.combine(day, clock), zone)
    if isinstance(at, Unclear):
        return at
    if not parts.dates and at > sent_at:
        # The last such weekday; in the small hours, an hour of last night.
        if parts.weekdays:
            at -= timedelta(days=7)
        elif at - timedelta(days=1) > sent_at - _NIGHT:
            at -= timedelta(days=1)
    relative = not parts.dates or parts.dates[0]["relative"]
    if at > sent_at + (timedelta(0) if relative else MAX_AHEAD):
        return Unclear("future", {"at": at})
    if at < sent_at - MAX_AGE:
        return Unclear("old", {"date": long_date(at.date())})
    return at


def _incomplete(parts: Parts, today: date) -> Unclear | None:
    """What is missing or said twice; ``None`` if it is one time on at most one day, with nothing else unread."""
    if not parts.times and not parts.dates:
        return Unclear("start")
    if not parts.times:
        day = _day_of(parts, today)
        if isinstance(day, date):
            return Unclear("clock_time", {"date": long_date(day)})
        return day or Unclear("start")
    if len({_clock(match) for match in parts.times}) > 1:
        return Unclear("times")
    words = set(re.findall(r"[^\W\d_]+", parts.rest.casefold()))
    small = _PLAIN_WORDS | _HALVES if parts.weekdays else _PLAIN_WORDS
    day_is_missing = not parts.dates and (len(parts.weekdays) > 1 or words - small)
    if day_is_missing or re.search(r"\d", parts.rest) or _VAGUE.search(parts.rest):
        return Unclear("start")
    bare = not any(match["noon"] or match["dot_noon"] or match["full_noon"] for match in parts.times)
    if bare and _PM_WORDS.search(parts.rest) and int(parts.times[0]["hour"]) <= 12:
        return Unclear("half_of_day", {"said": parts.times[0][0].strip()})
    return None


def _followed_by_name(parts: Parts) -> bool:
    """A word stands behind the clock time of a labelled value that is none of the small ones: it may be a zone."""
    following = _NEXT_WORD.match(parts.rest, parts.times[-1].end())
    return following is not None and following[1].casefold() not in _PLAIN_WORDS | _AFTER_TIME


def _resolve(parts: Parts, hint: str, sent_at: datetime, zones_of: Zones) -> Start | Unclear | None:
    customer = iana_zone(zones_of.customer) if zones_of.customer else None
    default = customer or iana_zone(zones_of.default) or _UTC
    today = sent_at.astimezone(default.info).date()
    doubt = _incomplete(parts, today)
    clock = _clock(parts.times[0]) if parts.times else None
    zones: list[Zone] | Unclear = _zones(parts, hint, customer)
    if zones == [] and parts.times and _followed_by_name(parts):
        zones = Unclear("zone")
    day_doubt = _day_of(parts, today) if parts.dates else None
    for unclear in (day_doubt, doubt, zones):
        if isinstance(unclear, Unclear):
            return unclear
    if clock is None or isinstance(zones, Unclear):
        return None
    assumed = None if zones else default
    at, *others = (_moment(parts, clock, known, sent_at) for known in ([assumed] if assumed else zones))
    if any(other != at for other in others):
        return Unclear("zones")
    if isinstance(at, Unclear) and at.about == "future" and assumed and not customer:
        # Nobody reports a fault before it begins: the zone that was assumed is the wrong one.
        return Unclear("zone")
    return Start(at, assumed.name if assumed else None, "approx" in parts.rest) if isinstance(at, datetime) else at


def read_start(value: str, hint: str, sent_at: datetime, zones: Zones) -> Start | Unclear | None:
    """The start time of a labelled value. ``None``: it holds no date and no time that exist.

    A time that names no zone is taken for the customer's, else for the default of ``zones``. An abbreviation means its
    own offset: 10:00 CET is 09:00 UTC, in summer too.
    """
    text = spelled_out(" ".join(value.split()), sent_at)
    parts = parts_of(text[:_MAX_VALUE])
    if len(text) > _MAX_VALUE or not (parts.dates or parts.times):
        return None
    try:
        return _in_two_zones(text, parts, sent_at, zones) or _resolve(parts, hint, sent_at, zones)
    except OverflowError:
        return None


def _in_two_zones(text: str, parts: Parts, sent_at: datetime, zones: Zones) -> Start | None:
    """One moment given twice: "10:14 CET / 09:14 UTC"."""
    if not len(parts.times) == len(parts.zones) == 2 or len(parts.dates) > 1:
        return None
    second = parts.times[1].start()
    day = parts.dates[0][0] if parts.dates and parts.dates[0].start() < second else ""
    first, other = (
        _resolve(parts_of(half), "", sent_at, zones)
        for half in (text[:second].rstrip(" /(=,"), f"{day} {text[second:]}")
    )
    return first if isinstance(first, Start) and isinstance(other, Start) and first.at == other.at else None


def tells_when(text: str) -> bool:
    """Whether it names a day or a time, or a part of one."""
    parts = parts_of(text[:_MAX_VALUE])
    named = parts.dates or parts.times or parts.weekdays or _PM_WORDS.search(parts.rest)
    return bool(named) or "ago" in parts.rest.casefold().split()


def bare_start(line: str, sent_at: datetime, zones: Zones) -> Start | Unclear | None:
    """A line with nothing but a time, which answers our question; ``None`` if it is something else."""
    text = spelled_out(line.strip(" .,!"), sent_at)
    parts = parts_of(text[:_MAX_VALUE])
    words = set(re.findall(r"[^\W\d_]+", parts.rest.casefold()))
    if not (parts.times or parts.dates) or not words <= _PLAIN_WORDS | _HALVES or re.search(r"\d", parts.rest):
        return None
    return read_start(line, "", sent_at, zones)
