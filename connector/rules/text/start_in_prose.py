"""When the problem began, as prose tells it: "down since 09:20 UTC", "at 09:20 UTC we lost the link" (R16)."""

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from connector.rules.text.calendar_days import WEEKDAY
from connector.rules.text.everyday import spelled_out
from connector.rules.text.findings import Unclear
from connector.rules.text.start_times import (
    DATE_RE,
    FAULT,
    TIME_RE,
    ZONE_RE,
    Start,
    Zones,
    names_unknown_zone,
    parts_of,
    read_start,
)
from connector.rules.text.zones import iana_zone, unnamed_zone

_WHAT = (
    r"(?: (?!(?:again|and|but|so|then|until|when|after|we|you|und|aber|dann|bis|als|nach|wir|sie|call\w*|report\w*)\b)"
    r"[^\s,;.!?]{1,24})"
)
"""A word of what was lost, and where."""
_WHEN = (
    r"(?:(?:at|around|um|gegen) \d|yesterday|today|gestern|heute|\d{4}-"
    r"|(?:on|am) (?:the )?(?:\d|[a-z]+(?:day|tag|woch)\b|(?:mon|tue|wed|thu|fri|sat|sun)\b"
    r"|[a-z]{3,9}\.? \d{1,2}(?:st|nd|rd|th)?\b))"
)
_SINCE = re.compile(
    r"\b(?:(?:(?:(?:ausfall|störungs|problem)?beginn|start|onset)(?: (?:der störung|des (?:problems|ausfalls|fehlers)"
    r"|of the \w+))? (?:war|was"
    r"|is|ist)"
    r"(?: (?:at|um|gegen|around))?|first (?:seen|noticed|observed|detected)(?: (?:at|around|about|on))?(?= \d)"
    rf"|(?:first (?:seen|saw|noticed|observed|detected|appeared)){_WHAT}{{1,6}}?(?= {_WHEN})"
    r"|(?:loss(?: of \w+)?|outage|alarm|failure|drop|(?:verbindungs|leitungs|strom|total|netz)?(?:ausfall|störung"
    r"|abbruch"
    r"|unterbrechung)) (?:at|around|about"
    r"|on|um|gegen"
    r"|am|ab|from)|(?:lost|dropped|failed|broke(?: down)?"
    r"|stopped(?: working)?|went (?:\w+ )?(?:down|dark|offline)|died"
    r"|disconnected|crashed|froze|powered off|verloren|weggebrochen)"
    rf"{_WHAT}{{0,6}}?(?= {_WHEN}))"
    r"|(?:start|beginn?)(?= (?:(?:today|heute|yesterday|gestern),? )?(?:\d{1,2}:\d{2}|\d{4}-\d|\d{1,2}\.\d{1,2}\.))"
    r"|(?:down|dead|dark|offline|tot|dropped|lost|failed|died)(?= \d{1,2}:\d{2} ?(?:UTC|GMT|CES?T|MES?Z|Z)\b)"
    r"|(?:loss(?: of \w+)?|outage|ausfall|störung|failure) ?[:=](?= ?(?:\d{4}-\d|\d{1,2}[:.]\d))"
    r"|(?:alarm|alert|störung|fehler|problem|issue|fault) (?:came(?: up| in)?|occurred|appeared|arose|happened"
    r"|trat auf|kam"
    rf"|set in)(?= (?:{_WHEN}|\d))"
    r"|(?:since|seit|start(?:ed|ing|s)? (?:at|on|around|about)|started"
    r"|beg[au]n (?:at|on"
    r"|around|about)|began"
    r"|(?:down|offline|unreachable) as of|as from|(?:down|offline|unreachable|unavailable|dark|dead"
    r"|out of service) from(?: approx(?:imately)?\.?| about| around)?|begann(?= (?:gestern|heute|vorgestern)\b)"
    r"|begann (?:um|am|gegen)"
    r"|begonnen (?:hat )?(?:um|am)|aufgetreten (?:um|am)"
    r"|(?:doubled|dropped|failed|lost|stopped|broke|flapped|rose"
    r"|went (?:\w+ )?(?:down|dark|offline)|ausgefallen|abgebrochen)"
    r" (?:at|around|about|on|um|gegen|am))\b)",
    re.IGNORECASE,
)
_TIME_FIRST = re.compile(
    r"(?:(?<=[.!?] )|(?<=\n)|^)(?=(?:today|heute|yesterday|gestern|at|um|around|about|gegen|on|am)\b[^\n]{0,30}\d)",
    re.IGNORECASE,
)
_LOST_THEN = re.compile(
    r"\b(?:lost|dropped|failed|broke|stopped|went (?:\w+ )?(?:down|dark|offline)|died|disconnected|ausgefallen"
    r"|abgebrochen|verloren"
    r"|weggebrochen|unterbrochen|(?:ging|fing) (?:es|das) (?:los|an)|fiel\b.{0,40}\baus|brach\b.{0,40}\b(?:ab"
    r"|zusammen))\b",
    re.IGNORECASE,
)
_NOT_TOLD = re.compile(
    r"\b(?:colleague|kollege|technician|techniker|will|wird|if|falls|wenn|would|test\w*|not|nicht)\b|\?", re.I
)
_FILLER = re.compile(
    r"(?:[\s,(@]+|\b(?:at|on|um|am|the|dem|den|ca|circa|approx(?:imately)?"
    r"|about|around|etwa|gegen|uhr|hrs|local time|ortszeit|(?:in the )?(?:morning|afternoon|evening|night)"
    r"|(?:vor|nach)?mittags?|abends?|nachts?|morgens|früh)\b\.?)"
    rf"|{WEEKDAY}|\b(?-i:Mo|Di|Mi|Do|Fr|Sa|So) (?=\d)",
    re.IGNORECASE,
)
_RECOVERED = re.compile(
    r"\b(?:fixed|resolved|behoben|restored|stable|stabil"
    r"|work(?:s|ing) (?:again|fine)|recovered|(?:up|online|ok|fine|running) again|again (?:up|ok)|back (?:up|online"
    r"|to normal)"
    r"|wieder (?:da|online|ok|erreichbar|stabil|in ordnung)|(?:läuft|geht|funktioniert) (?:es |alles |sie "
    r"|die leitung )?wieder|(?:is|are) (?:gone|over)"
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
    r"|(?:we|i|wir|ich)(?: have| has| are| am|'ve|'m|'re)?(?: been)? (?:chas|report|complain|ask|call|mail|writ|ping"
    r"|escalat)ing|hotline|sla|unanswered|unassigned|pending|on hold"
    r"|(?:engineer|technician|techniker|colleague|kolleg)\w* (?:is|are|was|were|ist|sind|war|has been|have been)\b"
    r"|(?:ticket|case|incident)\b[^.,;]{0,60}\b(?:is|been|ist)\b[^.,;]{0,40}\b(?:open|offen)"
    r"|(?:it|this|loss(?:es)?|alarms?|problems?|issues?|flapping|errors?|drops|es) (?:\w+ )?(?:stopped|ended|ceased)"
    r"(?! (?:work|respond|answer|pass|forward|ping|rout|carry)\w*)"
    r"|tests? (?:is|are|has|have|was|were)|(?:call|anruf|engineer|technician|techniker|agent|job|meeting"
    r"|conference) (?:\w+ )?(?:dropped"
    r"|failed|started|began|stopped)|(?:our|unser\w*) (?:own |eigene\w* )?(?:router|switch|firewall|server|ups"
    r"|generator|laptop|pc)"
    r" (?:\w+ )?(?:failed|crashed|died|stopped|broke|froze)|lost (?:our |my |all |the )?(?:patience|temper|trust"
    r"|faith|money|hope"
    r"|confidence)"
    r"|(?:no|without|keine?|ohne) (?:more |further |new |weiteren? |single )*(?:packet )?(?:loss|alarms?|errors?"
    r"|drops?|issues?|problems?"
    r"|outages?|faults?|flaps?|paketverluste?|verluste?|fehler|alarme?|ausfälle|störungen|probleme)|is (?:zero|0"
    r"|normal)"
    r"|wait\w*|warte\w*|antwort\w*|rückmeldung"
    r"|(?<!after )(?<!after the )(?<!after your )(?<!after our )(?:migration|maintenance|upgrade)"
    r"|maintenance(?= (?:is|was|starts?|began|begins?|since|at|from)\b)"
    r"|(?<!nach )(?<!nach der )(?<!nach ihrer )(?<!nach unserer )wartung\w*|meeting|move|error[- ]free"
    r"|fehlerfrei|fault-free|(?:your|a|as|loyal|being|ihre?|ein|als|treuer?) (?:\w+ ){0,2}(?:customers?|kunden?)"
    r"|(?:customers?|kunden?) (?:since|seit)|contract|vertrag)\b",
    re.IGNORECASE,
)
_OURS = re.compile(r"\W*(?:we|i|our|wir|ich|unser\w*)\b", re.IGNORECASE)
_TELLS = 2
"""The fewest words that tell what began."""
_BECAUSE = re.compile(
    r"(\b(?:because|weil|denn|due to|as (?=the|our|we|it)|after (?=the|our|we|it)|nachdem|wegen)\b)", re.I
)
"""Behind it stands why something began, which may be a fault of another time."""
_IT = re.compile(r"\b(?:it|this|es|das|everything|all) $", re.IGNORECASE)
_CLOCK_WORD = re.compile(r"\d ?(?:uhr|[ap]\.?m\b)|\bz\b", re.IGNORECASE)
_CLOCK = re.compile(r"\b\d{1,2}:\d{2}\b(?! ?(?:h|hrs?|hours?|std|stunden?|min\w*)\b)", re.IGNORECASE)
"""A time of day and no length: of today, where the customer's zone is known."""
_SENTENCE_END = re.compile(r"(?<=[^\d][.!?])\s|\n\n")
_BUT = re.compile(r"\b(?:except|but|aber|außer|sondern|nur)\b", re.IGNORECASE)
_SAYS_NOTHING = re.compile(
    r"\W*(?:\w+,? )?(?:we|i|there|wir|ich|es|you)\b(?: \w+){0,3}? (?:a |an |some |ein |eine "
    r"|another )?(?:\w+ )?(?:problem|issue|fault"
    r"|störung|fehler)\w?\W*",
    re.IGNORECASE,
)
_DESCRIBES = 4
"""Words."""
_SINCE_REACH = 80
_TOLD_REACH = 120
"""What failed may stand behind the time and the place."""
_UNIT_REACH = 9
"""A time's "hours" is no part of it."""
_MAX_SINCE = 20
"""A message that says "since" more often is a log, not a report."""


def _leading(text: str) -> str:
    """As much of the beginning of ``text`` as is dates, times, zones and the small words between them."""
    at = 0
    while at < len(text):
        tried = (pattern.match(text, at) for pattern in (DATE_RE, ZONE_RE, TIME_RE, _FILLER))
        piece = next((match for match in tried if match and match.end() > at), None)
        if piece is None:
            break
        at = piece.end()
    return text[:at]


def fault_in(text: str) -> str | None:
    """The first sentence that tells of a fault, which describes it where nothing else does (R17)."""
    if not FAULT.search(text):
        return None
    for line in text.split("\n"):
        for sentence in _SENTENCE_END.split(line):
            if len(sentence.split()) >= _DESCRIBES and "?" not in sentence and _describes(sentence):
                return " ".join(sentence.split())
    return None


def _describes(sentence: str) -> bool:
    return FAULT.search(sentence) is not None and not _SAYS_NOTHING.fullmatch(sentence)


def _told_first(text: str, sent_at: datetime, zones: Zones) -> Iterator[tuple[str, Start | Unclear]]:
    """Sentences that begin with a time and tell of a loss: "At 09:20 UTC the circuit failed"."""
    for begins in islice(_TIME_FIRST.finditer(text), _MAX_SINCE):
        rest = text[begins.start() : begins.start() + 2 * _SINCE_REACH]
        lead = _leading(rest)
        told = _SENTENCE_END.split(rest[len(lead) :].partition("\n")[0])[0]
        parts = parts_of(lead)
        lost = _LOST_THEN.search(told)
        if not (parts.times and lost) or _RECOVERED.search(told) or _OTHER_EVENT.search(told) or _NOT_TOLD.search(told):
            continue
        said = " ".join(lead.split()).strip(" ,(@")
        if (start := read_start(said, "", sent_at, zones)) is not None:
            yield said, start


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
        parts = parts_of(alone[0])
        if len(alone) == 1 and parts.dates and parts.times and (start := read_start(alone[0], "", sent_at, zones)):
            yield alone[0], start
            return
    yield from _told_first(text, sent_at, zones)
    for since in islice(_SINCE.finditer(text), _MAX_SINCE):
        before = text[max(0, since.start() - 2 * _SINCE_REACH) : since.start()]
        following = text[since.end() : since.end() + 2 * _SINCE_REACH].partition("\n\n")[0]
        own = _BUT.split(_SENTENCE_END.split(before)[-1].rpartition("\n")[2])[-1]
        said_of_it = following.partition("\n")[0].partition(". ")[0]
        begins = not own.rpartition(",")[2].strip()
        over = _RECOVERED.search(own[-_SINCE_REACH:]) or (begins and _RECOVERED.search(said_of_it))
        if over or _LONG_AGO.search(own) or _OTHER_EVENT.search(own + since[0] + said_of_it):
            continue
        told, because, _ = (
            _BECAUSE.split(said_of_it, maxsplit=1) if _BECAUSE.search(said_of_it) else (said_of_it, "", "")
        )
        if because and not FAULT.search(f"{own}{since[0]}{told}"):
            continue
        sentence = f"{_SENTENCE_END.split(before)[-1]}{since[0]}{said_of_it}"
        if len(own.split()) >= _TELLS and _OURS.match(own) and not FAULT.search(sentence):
            continue
        it_began = _IT.search(own) is not None and since[0].lower() not in ("since", "seit")
        if not it_began and not FAULT.search(f"{subject} {before} {since[0]} {following[:_TOLD_REACH]}"):
            continue
        lead = _leading(following)
        parts = parts_of(" ".join(lead.split()))
        today = _CLOCK_WORD.search(lead) or (zones.customer and _CLOCK.search(following[: len(lead) + _UNIT_REACH]))
        dated = parts.dates or parts.weekdays or parts.zones or today
        if len(lead) > _SINCE_REACH or not (parts.times and dated):
            continue
        if not parts.zones and names_unknown_zone(following, len(lead.rstrip(" ("))):
            yield " ".join(lead.split()), Unclear("zone")
            continue
        said = " ".join(lead.split()).strip(" ,(@")
        theirs = iana_zone(zones.customer) if zones.customer else None
        unnamed = unnamed_zone(following[len(lead) : len(lead) + 24].partition(".")[0], theirs)
        start = unnamed or read_start(said, "", sent_at, zones)
        if start is not None:
            yield said, start
