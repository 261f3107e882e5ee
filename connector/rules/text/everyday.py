"""Everyday words for times as dates, clock times and zones: "20 minutes ago", "halb acht", "0915z", "Eastern"."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import available_timezones

_NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "einer": 1, "einem": 1, "eine": 1, "zwei": 2, "drei": 3, "vier": 4,
    "fünf": 5, "sechs": 6, "sieben": 7, "acht": 8, "neun": 9, "zehn": 10, "elf": 11, "zwölf": 12, "eins": 1,
}  # fmt: skip
_NUMBER = rf"\d{{1,3}}|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))}"
_UNIT = r"minuten?|minutes?|mins?|stunden?|hours?|hrs?|h|std"
_ABOUT = (
    r"(?:about |approx\.? |approximately |around |some |like |nearly |almost |maybe |roughly |ca\.? |fast |knapp "
    r"|etwa |ungefähr |circa |rund |over |more than "
    r"|gut |the (?:last|past) )?"
)
_HALF_AN_HOUR = re.compile(r"\b(?:half an hour|(?:einer )?halben stunde)\b", re.IGNORECASE)
_HOUR_AND_A_HALF = re.compile(
    r"\b(?:(?:an|one) hour and a half|one and a half hours?|(?:ein|andert)(?:ein)?halb(?:en)? stunden?|1[.,]5 ?(?:h"
    r"|hrs?|hours?"
    r"|std|stunden?))\b",
    re.IGNORECASE,
)
_AGO = re.compile(
    rf"\b{_ABOUT}(?P<ago>{_NUMBER}) ?(?P<ago_unit>{_UNIT}) ago\b(?! or)"
    rf"|\bvor {_ABOUT}(?P<vor>{_NUMBER}) ?(?P<vor_unit>{_UNIT})\b(?! (?:dem|der|einem|mitternacht|feierabend|schluss))"
    r"|\b(?P<word>seit|since|for(?=[^.,;]{3,40} (?:now|already)\b| the (?:last|past) )) "
    rf"{_ABOUT}(?P<since>{_NUMBER}) ?(?P<since_unit>{_UNIT})\b(?! (?:uhr|später|later|or|oder|before|vor|bevor))",
    re.IGNORECASE,
)
_LENGTH = re.compile(r"[\d ](?:min|hour|hrs?\b|h\b|stunde|std\b)|half an hour|halben stunde", re.IGNORECASE)
"""In every text that names a length of time: a cheap look."""
_PART_OF_DAY = re.compile(
    r"(?<!good )(?<!guten )(?:morning|morgen)|früh|vormittag|night|nacht|noon|midday|mittag", re.IGNORECASE
)
"""In every text that names one, and does not only greet."""
_CLOCK = r"(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2}))?(?![\d.:])(?: ?(?:a\.?m\b\.?|uhr\b|o'?clock\b|h\b))?"
_BY_NIGHT = re.compile(
    r"(?<![\d.:/-])(?P<hour>0?[0-5])(?:[:.](?P<minute>\d{2}))?(?: ?uhr)? (?:nachts|in der nacht|at night"
    r"|in the night)\b",
    re.IGNORECASE,
)
_DAY_AND_PART = re.compile(
    r"\b((?:mon|diens|donners|frei|sams|sonn)tag|mittwoch)(?=(?:morgen|vormittag|mittag|nachmittag|abend"
    r"|nacht)s?\b)",
    re.IGNORECASE,
)
_WEEKDAY_NUMBERED = re.compile(
    r"\b(monday|tuesday|wednesday|thursday|friday|saturday|sunday),? (?:the )?(\d{1,2})(?:st|nd|rd|th)\b"
    r"(?! (?:of )?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))",
    re.IGNORECASE,
)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MORNING = re.compile(
    rf"\b(?:this morning|(?:heute )?(?:morgen|früh|vormittag) um|heute (?:morgen|früh|vormittag))[, ]*(?:at "
    rf"|around |about |um "
    rf"|gegen |ab )?{_CLOCK}",
    re.IGNORECASE,
)
_LAST_NIGHT = re.compile(
    rf"\b(?:last night|heute nacht|letzte nacht)[, ]*(?:at |around |about |um |gegen |ab )?{_CLOCK}", re.IGNORECASE
)
_IN_THE_MORNING = re.compile(
    rf"(?<![\d.:/-]){_CLOCK} (?:this morning|(?:heute )?(?:morgens|früh)|heute (?:morgen|früh|vormittag)"
    rf"|in the morning)\b",
    re.IGNORECASE,
)
_WORD = "|".join(name for name in _NUMBERS if len(name) > 2 and name not in ("one", "eine", "einer", "einem"))
_PARTS = re.compile(
    rf"\b(halb|half past|viertel nach|quarter past|viertel vor|quarter to) ({_WORD}"
    rf"|\d{{1,2}})\b",
    re.IGNORECASE,
)
_MINUTES = {"five": 5, "ten": 10, "twenty": 20, "fünf": 5, "zehn": 10, "zwanzig": 20}
_PAST = re.compile(
    rf"\b(five|ten|twenty|fünf|zehn|zwanzig|[125]?[05])(?: minutes| minuten)? (past|nach) ({_WORD}|1[0-2]"
    rf"|[1-9])\b(?![:.]\d)",
    re.IGNORECASE,
)
_AFTER = {"halb": -30, "half past": 30, "viertel nach": 15, "quarter past": 15, "viertel vor": -15, "quarter to": -15}
_NIGHT_ENDS = 6
_EVENING = 18
"""From this hour on it is not certain which half of the day "halb acht" means."""
_ZULU = re.compile(r"\b([01]\d|2[0-3]):?([0-5]\d) ?z\b", re.IGNORECASE)
_FOUR_DIGITS = re.compile(
    r"\b(?P<word>(?:since|as (?:of|from)|at|around|from|seit|um|gegen|ab)(?: (?:about|approx(?:imately)?\.?|around"
    r"|ca\.?"
    r"|circa|etwa))?) (?P<hour>[01]\d|2[0-3])(?P<minute>[0-5]\d)(?:(?= ?(?:UTC|GMT|CES?T|MES?Z|uhr|hrs?|h|local|LT)\b)"
    r"| ?hours\b)",
    re.IGNORECASE,
)
_FOUR_DIGITS_ZONE = re.compile(
    r"(?<![\d:./+#-])(?!20[1-4]\d)([01]\d|2[0-3])([0-5]\d)(?= ?(?:UTC|GMT|CES?T|MES?Z)\b)", re.IGNORECASE
)
"""Without a word before it, what may be a year is none."""
_COMPACT = re.compile(
    r"\b(20\d\d)(0[1-9]|1[0-2])([0-2]\d|3[01])(?:T| )([01]\d|2[0-3]):?([0-5]\d)(?::?([0-5]\d))?(?![\d:])"
)
"""ISO 8601, basic format: "20261123T0912Z"."""
_H_BETWEEN = re.compile(r"(?<![\d:.,])(\d{1,2})h([0-5]\d)(?= ?\(?(?:UTC|GMT|CES?T|MES?Z)\b)", re.IGNORECASE)
_AFTER_A_YEAR = re.compile(
    r"(?<=\b20\d\d) ([01]\d|2[0-3])([0-5]\d)(?= ?(?:UTC|GMT|CES?T|MES?Z|uhr|hrs?|h|local|LT)\b)", re.IGNORECASE
)
_MINUTES_AFTER = re.compile(
    r"\b(\d{1,2}) uhr ([0-5]\d)\b(?=\s*(?:$|[.,;)]|\(?(?:UTC|GMT|CES?T|MES?Z)\b))", re.IGNORECASE | re.MULTILINE
)
"""What follows must be no counted thing: "um 9 Uhr 30 Pakete verloren"."""
_NOON = re.compile(r"\b(?:noon|midday|(?:um )?zwölf uhr mittags)\b", re.IGNORECASE)
_MIDNIGHT = re.compile(
    r"(?<!yesterday )(?<!gestern )\b(?:midnight|mitternacht)\b(?! (?:yesterday|gestern))", re.IGNORECASE
)
_UNIX = re.compile(r"\b([a-z]{3}) +(\d{1,2}) (\d\d:\d\d(?::\d\d)?)( [a-z]{2,5})? (\d{4})\b(?![:.]\d)", re.IGNORECASE)
"""As ``date`` prints it: "Mon Nov 23 08:07:55 UTC 2026"."""
_REGION = re.compile(
    r"(?:(?<=\d|m)|(?<=m\.)),? ?\(?\b(ET|CT|MT|PT|Eastern|Central|Mountain|Pacific)(?: (?:standard "
    r"|daylight )?time)?\b\)?",
    re.IGNORECASE,
)
_REGIONS = {"E": "America/New_York", "C": "America/Chicago", "M": "America/Denver", "P": "America/Los_Angeles"}
_BEHIND_A_TIME = r"(?:(?<=[\dmrhz])|(?<=m\.)|(?<=clock)|(?<=day)|(?<=heute)|(?<=gestern)|(?<=morning)),?\s?(?:[-–—]\s)?"
"""Where the zone of a time stands: "8:00 Berlin time", "8:00 today, Berlin time", "8:00 - Berlin time"."""
_TOWN = r"([A-Z][^\W\d_]+(?: (?!(?:local|(?:orts)?zeit|time)\b)[A-Z][^\W\d_]+)?)(?:er)?"
_ITS_TIME = r"(?: local)? time| (?:orts)?zeit"
_PLACE = re.compile(rf"{_BEHIND_A_TIME}(?:\({_TOWN}(?:{_ITS_TIME})?\)|{_TOWN}(?:{_ITS_TIME})\b)", re.IGNORECASE)


_COUNTRY = re.compile(
    rf"{_BEHIND_A_TIME}\(?\b(UK|British|German|French|Swiss|Dutch|Italian|Polish|Indian"
    r"|Japanese)(?: (?:local )?time)\b\)?",
    re.IGNORECASE,
)
_COUNTRIES = {
    "uk": "Europe/London", "british": "Europe/London", "german": "Europe/Berlin", "french": "Europe/Paris",
    "swiss": "Europe/Zurich", "dutch": "Europe/Amsterdam", "italian": "Europe/Rome", "polish": "Europe/Warsaw",
    "indian": "Asia/Kolkata", "japanese": "Asia/Tokyo",
}  # fmt: skip
_BARE_PLACE = re.compile(r"(?<=\d)\s([A-Z][^\W\d_]+(?: [A-Z][^\W\d_]+)?)\b")


@cache
def _places() -> Mapping[str, str]:
    """The cities of the tz database, in small letters, where only one zone is named so."""
    zones: dict[str, set[str]] = {}
    for zone in available_timezones():
        area, _, city = zone.rpartition("/")
        if area and area not in ("Etc", "SystemV", "US", "Canada", "posix", "right"):
            zones.setdefault(city.replace("_", " ").lower(), set()).add(zone)
    return {city: names.pop() for city, names in zones.items() if len(names) == 1}


def spelled_out(text: str, sent_at: datetime) -> str:
    """Everyday times in ``text``, of a message sent at ``sent_at`` (UTC), as dates, clock times and zones.

    What is reckoned back from the message is marked ``approx``. A place is read only where the tz database has it.
    """
    if not _EVERYDAY.search(text):
        return text
    text = _COMPACT.sub(_iso, _UNIX.sub(r"\1 \2 \5 \3\4", text))
    text = _WEEKDAY_NUMBERED.sub(lambda match: _that_day(match, sent_at), _DAY_AND_PART.sub(r"\1 ", text))
    if _LENGTH.search(text):
        text = _AGO.sub(
            lambda match: _ago(match, sent_at),
            _HOUR_AND_A_HALF.sub("90 minutes", _HALF_AN_HOUR.sub("30 minutes", text)),
        )
    text = _PARTS.sub(lambda match: _part(match, sent_at), text)
    text = _PAST.sub(lambda match: _past(match, sent_at), text)
    by_part = _PART_OF_DAY.search(text) is not None
    if by_part:
        text = _MORNING.sub(_morning, _IN_THE_MORNING.sub(_morning, _BY_NIGHT.sub(_by_night, text)))
    if by_part and sent_at.hour > _NIGHT_ENDS:
        text = _LAST_NIGHT.sub(_night, text)
    text = _FOUR_DIGITS_ZONE.sub(r"\1:\2", _H_BETWEEN.sub(r"\1:\2", text))
    text = _FOUR_DIGITS.sub(r"\g<word> \g<hour>:\g<minute>", _ZULU.sub(r"\1:\2 UTC", text))
    text = _MINUTES_AFTER.sub(r"\1:\2 Uhr", _AFTER_A_YEAR.sub(r" \1:\2", text))
    if by_part:
        text = _MIDNIGHT.sub("00:00", _NOON.sub("12:00", text))
    text = _COUNTRY.sub(lambda match: f" {_COUNTRIES[match[1].lower()]}", text)
    text = _REGION.sub(lambda match: f" {_REGIONS[match[1][0].upper()]}", text)
    return _BARE_PLACE.sub(_zone, _PLACE.sub(_zone, text))


_EVERYDAY = re.compile(
    r"\b(?:ago|vor|halb|half|viertel|quarter|noon|midday|midnight|mittags?|mitternacht|night|nacht"
    r"|(?<!good )(?<!guten )(?:morning|morgens?)"
    r"|früh|nachts|(?:past|nach) (?:\d|[efdvfsnz])|\w+day,? (?:the )?\d{1,2}[snrt][tdh]|(?:\w+tag"
    r"|mittwoch)(?:morgen|vor"
    r"|mittag|nach|abend|nacht)\w*|\d{8}T\d{4}\w*|\d{8} \d\d:?\d\d|\d{1,2}h\d\d|\d{4} ?(?:utc|gmt|ces?t|mes?z)"
    r"|vormittag|time"
    r"|\w*zeit|et|ct|mt|pt|eastern|central|mountain|pacific|\d\d:\d\d(?: [a-z]{2,5})? \d{4}"
    r"|\d{4} ?z|\d\d:\d\d ?z|uhr [0-5]\d|20\d\d [0-2]\d[0-5]\d)\b|\d ?\(|\d (?-i:[A-Z])[a-z]"
    r"|\b(?:seit|since|for) \D{0,20}\b(?:\d{1,3} ?[hms]|stunde|minute|hour)"
    rf"|\b(?:seit|since|as of|for|at|around|from|um|gegen|ab) {_ABOUT}(?:\d{{4}}|(?:{_NUMBER}) )",
    re.IGNORECASE,
)
"""A look at a text that says none of these things, as most do."""


def _ago(match: re.Match[str], sent_at: datetime) -> str:
    number, unit = next((match[kind], match[f"{kind}_unit"]) for kind in ("ago", "vor", "since") if match[kind])
    count = int(number) if number.isdigit() else _NUMBERS[number.lower()]
    length = timedelta(minutes=count) if unit.lower().startswith("m") else timedelta(hours=count)
    try:
        word = "since" if (match["word"] or "").lower() == "for" else match["word"]
        return f"{word or ''} {sent_at - length:%Y-%m-%d %H:%M} UTC approx".strip()
    except OverflowError:
        return match[0]


def _iso(match: re.Match[str]) -> str:
    year, month, day, hour, minute, second = match.groups()
    return f"{year}-{month}-{day} {hour}:{minute}{f':{second}' if second else ''}"


def _that_day(match: re.Match[str], sent_at: datetime) -> str:
    """ "Sunday 22nd" is the last Sunday if that was the 22nd."""
    back = (sent_at.weekday() - _WEEKDAYS.index(match[1].lower())) % 7
    day = sent_at - timedelta(days=back)
    return f"{day:%Y-%m-%d}" if day.day == int(match[2]) else match[0]


def _by_night(match: re.Match[str]) -> str:
    return f"{int(match['hour']):02}:{match['minute'] or '00'}"


def _past(match: re.Match[str], sent_at: datetime) -> str:
    hour = int(match[3]) if match[3].isdigit() else _NUMBERS[match[3].lower()]
    if sent_at.hour >= _EVENING:
        return match[0]
    return f"{hour}:{_MINUTES.get(match[1].lower()) or int(match[1]):02}"


def _night(match: re.Match[str]) -> str:
    hour = int(match["hour"])
    if _NIGHT_ENDS < hour < _EVENING:
        return match[0]
    return f"{'yesterday' if hour >= _EVENING else 'today'} {hour:02}:{match['minute'] or '00'}"


def _morning(match: re.Match[str]) -> str:
    return f"today {int(match['hour']):02}:{match['minute'] or '00'}" if int(match["hour"]) <= 12 else match[0]


def _part(match: re.Match[str], sent_at: datetime) -> str:
    hour = int(match[2]) if match[2].isdigit() else _NUMBERS[match[2].lower()]
    if hour > 12 or sent_at.hour >= _EVENING:
        return match[0]
    minutes = (hour * 60 + _AFTER[match[1].lower()]) % (12 * 60)
    return f"{minutes // 60 or 12}:{minutes % 60:02}"


def _zone(match: re.Match[str]) -> str:
    place = next(filter(None, match.groups())).lower()
    zone = _places().get(place) or _places().get(place.removesuffix("er"))
    return f" {zone}" if zone else match[0]
