"""When the problem began (R16): one moment in UTC, a doubt, or nothing."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
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
    r"|[.:](?P<uhr_minute>\d{2})\s?(?:uhr|h)\b|\s?uhr\b|\s?(?P<full_noon>[ap]\.?m\b\.?))"
    r"(?:(?P<zulu>\s?Z\b)|\s?(?P<offset>[+−-]\d{2}(?::?\d{2})?)(?![\d:]))?(?![\d:])"
)
_DATE_RE, _TIME_RE = re.compile(DATE, re.IGNORECASE), re.compile(_TIME, re.IGNORECASE)
_ZONE_RE, _WEEKDAY_RE = re.compile(ZONE), re.compile(WEEKDAY, re.IGNORECASE)
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
_SINCE = re.compile(
    r"\b(?:(?:loss(?: of \w+)?|outage|alarm|failure|drop|ausfall|störung|abbruch|unterbrechung) (?:at|around|about"
    r"|on|um|gegen"
    r"|am|ab|from)|(?:lost|dropped|failed|broke(?: down)?|stopped(?: working)?|died|disconnected|verloren|weggebrochen)"
    r"(?: (?!again)[a-zäöü]+){0,3}?(?= (?:(?:at|around|um|gegen) \d|yesterday|today|gestern|heute|on|am|\d{4}-)))"
    r"|\b(?:since|seit|start(?:ed|ing|s)? (?:at|on|around|about)|started|beg[au]n (?:at|on|around|about)|began"
    r"|begann (?:um|am|gegen)|begonnen (?:hat )?(?:um|am)|aufgetreten (?:um|am)"
    r"|(?:doubled|dropped|failed|lost|stopped|broke|flapped|rose|went (?:down|dark|offline)|ausgefallen|abgebrochen)"
    r" (?:at|around|about|on|um|gegen|am))\b",
    re.IGNORECASE,
)
_FILLER = re.compile(
    r"(?:[\s,(@]+|\b(?:at|on|um|am|the|dem|den|ca|circa|approx(?:imately)?"
    r"|about|around|etwa|gegen|uhr|hrs|local time|ortszeit)\b\.?)"
    rf"|{WEEKDAY}",
    re.IGNORECASE,
)
_RECOVERED = re.compile(
    r"\b(?:fixed|resolved|behoben|restored|stable|stabil"
    r"|work(?:s|ing) (?:again|fine)|recovered|(?:up|online|ok|fine|running) again|again (?:up|ok)|back (?:up|online"
    r"|to normal)"
    r"|wieder (?:da|online|ok|erreichbar|stabil|in ordnung)|läuft wieder|geht wieder|(?:is|are) (?:gone|over)"
    r"|(?:all|everything|alles) (?:is |ist )?(?:fine|ok|good|gut|in ordnung)|vorbei)\b",
    re.IGNORECASE,
)
_LONG_AGO = re.compile(
    r"\b(?:last (?:month|week|year|time)|letzte\w* (?:woche|monat|jahr|mal)|damals|previous(?:ly)?|earlier fault"
    r"|back then|früher\w*)\b",
    re.IGNORECASE,
)
_OTHER_EVENT = re.compile(
    r"\b(?:(?:answer|repl\w+|response|news|feedback|update|call) from (?:you|your)|no (?:answer|reply|response"
    r"|feedback)"
    r"|wait\w*|warte\w*|antwort\w*|rückmeldung|migration|maintenance|wartung\w*|upgrade|meeting|move|error[- ]free"
    r"|fehlerfrei|fault-free|customers?|kunden?|contract|vertrag)\b",
    re.IGNORECASE,
)
_FAULT = re.compile(
    r"\b(?:down|out(?:age)?|los[est]\w*|drop\w*|err\w*|crc|flap\w*|latenc\w*|slow\w*|no (?:light|link|signal|traffic"
    r"|connect\w*|service|ping)|dead|offline|interrupt\w*|disturb\w*|degrad\w*|fail\w*|fault\w*|alarm\w*|problem\w*"
    r"|issues?|packet\w*|jitter|unstable|unreachable|broken?|disconnect\w*|not (?:\w+ )?(?:work\w*|answer\w*|reach\w*"
    r"|respond\w*|available)|n['’]t (?:work|answer|reach|respond|ping)|does not|affect\w*|impair\w*|timeouts?|stopped"
    r"|congest\w*|throughput|bgp|doubled|gestört|störung\w*|ausfall\w*|ausgefallen|fehler\w*|verlust\w*|langsam\w*"
    r"|tot|unterbrochen\w*|unterbrechung\w*|kein\w* (?:link|licht|verbindung|signal|strom|netz|dienst)"
    r"|nicht (?:\w+ )?"
    r"erreichbar|beeinträchtig\w*|verschlecht\w*|abbr\w*|instabil|defekt\w*|kaputt|nichts geht|paketverlust\w*"
    r"|latenz\w*"
    r"|aufgetreten|probleme?)\b|störung|ausfall",
    re.IGNORECASE,
)
_IT = re.compile(r"\b(?:it|this|es|das|everything|all) $", re.IGNORECASE)
_CLOCK_WORD = re.compile(r"\d ?(?:uhr|[ap]\.?m\b)|\bz\b", re.IGNORECASE)
_ZONE_LIKE = re.compile(r"\s*\(?([A-Z]{2,5}\b|(?<=\()[A-Z]\w+)")
_SENTENCE_END = re.compile(r"(?<=[^\d][.!?])\s|\n\n")
_SAYS_NOTHING = re.compile(
    r"\W*(?:\w+,? )?(?:we|i|there|wir|ich|es|you)\b(?: \w+){0,3}? (?:a |an |some |ein |eine "
    r"|another )?(?:\w+ )?(?:problem|issue|fault"
    r"|störung|fehler)\w?\W*",
    re.IGNORECASE,
)
_DESCRIBES = 4
"""Words."""
_SINCE_REACH = 80
_MAX_SINCE = 20
"""A message that says "since" more often is a log, not a report."""


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


class _Parts(NamedTuple):
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


def _parts(text: str) -> _Parts:
    dates, rest = _take(_DATE_RE, text)
    zones, rest = _take(_ZONE_RE, rest)
    times, rest = _take(_TIME_RE, rest)
    weekdays, rest = _take(_WEEKDAY_RE, rest)
    return _Parts(dates, times, [z[0] for z in zones], {weekday_number(w[0]) for w in weekdays}, rest)


def _clock(match: re.Match[str]) -> time | None:
    """The time of day; ``None`` for one that does not exist."""
    hour, minute = int(match["hour"]), int(match["minute"] or match["uhr_minute"] or 0)
    noon = (match["noon"] or match["full_noon"] or "")[:1].lower()
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


def _zones(parts: _Parts, hint: str, customer: Zone | None) -> list[Zone] | Unclear:
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
    if not zones and parts.times and _names_unknown_zone(parts.rest, parts.times[-1].end()):
        return Unclear("zone")
    return zones if zones else unnamed_zone(parts.rest, customer) or []


def _names_unknown_zone(text: str, at: int) -> bool:
    """Capitals or a name in brackets after a clock time, such as ``HNE`` or ``(Frankfurt)``, and no word of a fault."""
    named = _ZONE_LIKE.match(text, at)
    return named is not None and not _FAULT.match(named[1]) and named[1].casefold() not in _PLAIN_WORDS


def _day_of(parts: _Parts, today: date) -> date | Unclear | None:
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


def _moment(parts: _Parts, clock: time, zone: Zone, sent_at: datetime) -> datetime | Unclear | None:
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


def _incomplete(parts: _Parts, today: date) -> Unclear | None:
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
    day_is_missing = not parts.dates and (len(parts.weekdays) > 1 or words - _PLAIN_WORDS)
    if day_is_missing or re.search(r"\d", parts.rest) or _VAGUE.search(parts.rest):
        return Unclear("start")
    bare = not any(match["noon"] or match["full_noon"] for match in parts.times)
    if bare and _PM_WORDS.search(parts.rest) and int(parts.times[0]["hour"]) <= 12:
        return Unclear("half_of_day", {"said": parts.times[0][0].strip()})
    return None


def _resolve(parts: _Parts, hint: str, sent_at: datetime, zones_of: Zones) -> Start | Unclear | None:
    customer = iana_zone(zones_of.customer) if zones_of.customer else None
    default = customer or iana_zone(zones_of.default) or _UTC
    today = sent_at.astimezone(default.info).date()
    doubt = _incomplete(parts, today)
    clock = _clock(parts.times[0]) if parts.times else None
    zones = _zones(parts, hint, customer)
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
    parts = _parts(text[:_MAX_VALUE])
    if len(text) > _MAX_VALUE or not (parts.dates or parts.times):
        return None
    try:
        return _resolve(parts, hint, sent_at, zones)
    except OverflowError:
        return None


def _leading(text: str) -> str:
    """As much of the beginning of ``text`` as is dates, times, zones and the small words between them."""
    at = 0
    while at < len(text):
        tried = (pattern.match(text, at) for pattern in (_DATE_RE, _ZONE_RE, _TIME_RE, _FILLER))
        piece = next((match for match in tried if match and match.end() > at), None)
        if piece is None:
            break
        at = piece.end()
    return text[:at]


def bare_start(line: str, sent_at: datetime, zones: Zones) -> Start | Unclear | None:
    """A line with nothing but a time, which answers our question; ``None`` if it is something else."""
    text = spelled_out(line.strip(" .,!"), sent_at)
    parts = _parts(text[:_MAX_VALUE])
    words = set(re.findall(r"[^\W\d_]+", parts.rest.casefold()))
    if not (parts.times or parts.dates) or not words <= _PLAIN_WORDS | _HALVES or re.search(r"\d", parts.rest):
        return None
    return read_start(line, "", sent_at, zones)


def fault_in(text: str) -> str | None:
    """The first sentence that tells of a fault, which describes it where nothing else does (R17)."""
    if not _FAULT.search(text):
        return None
    for line in text.split("\n"):
        for sentence in _SENTENCE_END.split(line):
            if len(sentence.split()) >= _DESCRIBES and "?" not in sentence and _describes(sentence):
                return " ".join(sentence.split())
    return None


def _describes(sentence: str) -> bool:
    return _FAULT.search(sentence) is not None and not _SAYS_NOTHING.fullmatch(sentence)


def starts_in_prose(
    text: str, sent_at: datetime, zones: Zones, subject: str = ""
) -> Iterator[tuple[str, Start | Unclear]]:
    """Every "since …" of a fault with a time and a day, with what was said; a time with its zone alone is of today.

    What has recovered, and what is not a fault (an answer, a migration), has no start. The fault may be named around
    it or in the ``subject``. A lone line with nothing but a date and a time answers our question.
    """
    text = spelled_out(text, sent_at)
    if alone := [
        line for line in text.split("\n") if ":" in line and len(line) < _SINCE_REACH and _leading(line) == line
    ]:
        parts = _parts(alone[0])
        if len(alone) == 1 and parts.dates and parts.times and (start := read_start(alone[0], "", sent_at, zones)):
            yield alone[0], start
            return
    for since in islice(_SINCE.finditer(text), _MAX_SINCE):
        before = text[max(0, since.start() - 2 * _SINCE_REACH) : since.start()]
        following = text[since.end() : since.end() + 2 * _SINCE_REACH].partition("\n\n")[0]
        own = _SENTENCE_END.split(before)[-1].rpartition("\n")[2]
        said_of_it = following.partition("\n")[0].partition(". ")[0]
        over = _RECOVERED.search(own[-_SINCE_REACH:]) or (not own.strip() and _RECOVERED.search(said_of_it))
        if over or _LONG_AGO.search(own) or _OTHER_EVENT.search(own + since[0] + said_of_it):
            continue
        it_began = _IT.search(own) is not None and since[0].lower() not in ("since", "seit")
        if not it_began and not _FAULT.search(f"{subject} {before} {since[0]} {following[:_SINCE_REACH]}"):
            continue
        lead = _leading(following)
        parts = _parts(" ".join(lead.split()))
        dated = parts.dates or parts.weekdays or parts.zones or _CLOCK_WORD.search(lead)
        if len(lead) > _SINCE_REACH or not (parts.times and dated):
            continue
        if not parts.zones and _names_unknown_zone(following, len(lead.rstrip(" ("))):
            yield " ".join(lead.split()), Unclear("zone")
            continue
        said = " ".join(lead.split()).strip(" ,(@")
        unnamed = unnamed_zone(following[len(lead) : len(lead) + 24].partition(".")[0], None)
        start = unnamed or read_start(said, "", sent_at, zones)
        if start is not None:
            yield said, start
