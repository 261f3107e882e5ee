"""Labelled lines: ``Label: value`` in English and German, as forms, lists, tables and hurried notes have them."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from connector.rules.text.reply import Line, Voice

_ONSET = ("of problem", "of the problem", "of issue", "of the issue", "of incident", "of the incident", "of outage")
_LABELS: dict[str, tuple[str, ...]] = {
    "service_id": (
        "service id", "service ids", "serviceid", "service identifier", "service number", "service no", "service nr",
        "service nummer", "service ref", "service reference", "service kennung", "dienst id", "dienst nr",
        "dienstnummer", "dienst nummer", "dienstkennung", "dienst kennung", "id of the service", "service", "dienst",
    ),
    "problem_start": (
        "start time", "starttime", "start date", "start date and time", "problem start", "problem start time",
        "problem since", "incident start", "incident start time", "outage start", "fault start", "begin time", "began",
        "started", "started at", "start", "since", "first seen", "time of occurrence", "date and time",
        "startzeit", "startzeitpunkt", "beginn", "problembeginn", "störungsbeginn", "beginn der störung",
        "beginn des problems", "startzeit des problems", "startzeit der störung", "seit", "seit wann", "aufgetreten",
        "aufgetreten am", "problem seit", "störung seit", "zeitpunkt",
        *(f"{word} {onset}" for word in ("start", "start time", "beginning", "begin") for onset in _ONSET),
    ),
    "short_description": (
        "description", "short description", "brief description", "problem description", "description of the problem",
        "short description of the problem", "issue description", "fault description", "problem", "issue",
        "problem summary", "summary", "beschreibung", "kurzbeschreibung", "kurze beschreibung", "problembeschreibung",
        "kurze beschreibung des problems", "beschreibung des problems", "fehlerbeschreibung", "störungsbeschreibung",
        "störung",
    ),
    "impact": (
        "impact", "service impact", "impact of the problem", "impact level", "customer impact", "auswirkung",
        "auswirkungen", "auswirkung des problems",
    ),
    "urgency": (
        "urgency", "urgency level", "priority", "prio", "priority level", "dringlichkeit", "priorität",
        "prioritätsstufe", "prioritaet",
    ),
    "circuit_id": (
        "circuit id", "circuitid", "circuit", "circuit number", "circuit no", "circuit nr", "circuit reference",
        "leitungs id", "leitung id", "leitungsid", "leitungsnummer", "leitungs nr", "leitungskennung", "leitung",
    ),
    "fault_type": (
        "fault type", "type of fault", "problem type", "type of problem", "kind of problem", "kind of fault",
        "fehlertyp", "fehlerart", "art des fehlers", "art der störung", "störungsart", "art des problems", "problemtyp",
        "intermittent or permanent", "intermittent problem or permanent fault",
    ),
    "test_results": (
        "test results", "test result", "tests", "logs", "log", "log files", "test results/logs",
        "test results and logs",
        "available test results/logs", "available test results", "testergebnisse", "testergebnis", "protokolle",
        "protokoll", "testergebnisse/protokolle", "verfügbare testergebnisse/protokolle", "verfügbare testergebnisse",
    ),
    "ip_addresses": (
        "ip", "ips", "ip address", "ip addresses", "ip address es", "ip adresse", "ip adressen", "ip adresse n",
        "ipv4", "ipv6", "ipv4 address", "ipv6 address", "ipv4 adresse", "ipv6 adresse", "ip prefix", "prefix",
        "prefixes",
    ),
}  # fmt: skip
_LOOSE = frozenset({
    "service", "dienst", "problem", "issue", "start", "since", "seit", "began", "started", "circuit", "leitung",
    "log", "logs", "tests", "ip", "prefix", "summary", "störung", "protokoll", "zeitpunkt", "prio",
})  # fmt: skip
"""Everyday words: before a dash they are no label."""
_POSSESSIVES = frozenset({
    "your", "our", "my", "the", "affected", "ihre", "ihr", "unsere", "unser", "meine", "die", "der", "das",
    "betroffene", "betroffener",
})  # fmt: skip
_BULLET = re.compile(r"(?:[-*•·–—+o►▪‣]\s+|[-•►▪]|\(?\d{1,2}[.)]\s+|[a-i]\)\s+|#{1,4} )?")
_BRACKET = r"(?:\([^()]{0,160}\)|\[[^\[\]]{0,160}\])"
_LABELLED = re.compile(
    rf"(?:{_BRACKET}\s?)?[*_]{{0,2}}(?P<label>[^\W\d_][\w /&.'’-]{{0,50}}?)[*_.]{{0,3}}\s?"
    rf"(?P<hint>{_BRACKET}(?:\s?{_BRACKET})?)?[*_?]{{0,2}}\s?"
    r"(?P<sep>[:=：]|\t|\s[–—-](?=\s))[*_]{0,2}(?P<value>.*)"
)
_OPEN_HINT = re.compile(r"[*_]{0,2}(?P<label>[^\W\d_][\w /&.'’-]{0,50}?)\s?\((?P<rest>[^()]*)")
_NEXT_ON_LINE = re.compile(r"[;,|\t]\s*")
_MAX_PARTS = 12
_DASHES = ("–", "—", "-")
_UNFILLED = frozenset({
    "", "n/a", "na", "none", "keine", "keiner", "kein", "unknown", "unbekannt", "not known", "not applicable", "k.a",
    "tbd", "todo", "entfällt", "nicht zutreffend", "nicht bekannt", "optional", "required", "erforderlich",
})  # fmt: skip
_DECORATION = " \t*_.,;:-–—…?()[]<>"
_WITH_MORE_LINES = ("short_description", "test_results")


class Entry(NamedTuple):
    """A field as the message gives it."""

    field: str
    hint: str
    value: str
    voice: Voice
    loose: bool
    """The label is an everyday word, such as "Service": take only what is plainly a value."""
    below: bool = False
    """The value stands on the next line: take it only if it is plainly a value."""


def _key(label: str) -> str:
    return " ".join(re.sub(r"[\s_.'’-]+", " ", label.casefold()).replace(" /", "/").replace("/ ", "/").split())


_FIELDS = {_key(label): field for field, labels in _LABELS.items() for label in labels}
_LOOSE_KEYS = frozenset(map(_key, _LOOSE))


def _known(label: str) -> str | None:
    """The key of a label that names a field."""
    words = _key(label).split()
    while words and words[0] in _POSSESSIVES:
        words = words[1:]
    key = " ".join(words)
    return key if key in _FIELDS else None


def _after_bullet(text: str) -> int:
    bullet = _BULLET.match(text)
    return bullet.end() if bullet else 0


def _is_filled(value: str) -> bool:
    """Not empty, not a word that says "nothing", and not the next label of a row of labels."""
    plain = value.partition("\t")[0].strip(_DECORATION)
    return plain.casefold() not in _UNFILLED and _known(plain) is None


def _next_label(text: str) -> re.Match[str] | None:
    """The separator in front of the next label on the same line, as in ``…, Impact: degradation``."""
    for place in islice(_NEXT_ON_LINE.finditer(text), _MAX_PARTS):
        following = _LABELLED.match(text, place.end())
        if following and following["sep"] in ":=\t" and _known(following["label"]):
            return place
    return None


def _labelled(text: str, voice: Voice) -> list[Entry]:
    """The fields labelled on one line that begins with a label."""
    found = _LABELLED.match(text, _after_bullet(text))
    if found is None or (key := _known(found["label"])) is None:
        return []
    if found["sep"].strip(" \t") in _DASHES and found["sep"] != "\t" and key in _LOOSE_KEYS:
        return []
    value, others = found["value"], []
    if (place := _next_label(value)) is not None:
        others = _labelled(value[place.end() :], voice)
        value = value[: place.start()]
    value = " ".join(value.split()).removesuffix("**").strip() if _is_filled(value) else ""
    return [Entry(_FIELDS[key], found["hint"] or "", value, voice, loose=key in _LOOSE_KEYS), *others]


def _whole_line(lines: Sequence[Line], at: int) -> tuple[str, int]:
    """The line at ``at``, joined with the next if a client has wrapped it inside the hint of a label."""
    text = lines[at].text
    if at + 1 < len(lines) and text.count("(") > text.count(")"):
        hint = _OPEN_HINT.fullmatch(text, _after_bullet(text))
        if hint and _known(hint["label"]) and lines[at + 1].voice is lines[at].voice and ")" in lines[at + 1].text:
            return f"{text} {lines[at + 1].text}", 2
    return text, 1


def _more_lines(lines: Sequence[Line], at: int) -> list[str]:
    """The customer's own lines from ``at`` until a blank line or the next label."""
    more = []
    for text, voice in lines[at:]:
        if not text or voice is not Voice.OWN or _labelled(text, voice):
            break
        more.append(text)
    return more


def _value_below(lines: Sequence[Line], at: int) -> tuple[str, int]:
    """The customer's own words on the next line with text, and how many lines that takes."""
    for ahead, (text, voice) in enumerate(lines[at : at + 3], start=1):
        if text:
            own = voice is Voice.OWN and not _labelled(text, voice)
            return (text, ahead) if own else ("", 0)
    return "", 0


def read_entries(lines: Sequence[Line]) -> Iterator[Entry | Line]:
    """Every filled field in order, and between them the lines that label nothing.

    A value on the line below its label is given as an entry and, because it may be prose, as a line too.
    """
    at = 0
    while at < len(lines):
        text, taken = _whole_line(lines, at)
        voice = lines[at].voice
        entries = _labelled(text, voice)
        if not entries and (place := _next_label(text)) is not None:
            yield Line(text[: place.start()], voice)
            entries = _labelled(text[place.end() :], voice)
        if not entries:
            yield lines[at]
            at += 1
            continue
        at += taken
        *before, last = entries
        yield from (entry for entry in before if _is_filled(entry.value))
        filled = _is_filled(last.value)
        if last.field in _WITH_MORE_LINES and (last.voice is Voice.OWN or not filled):
            more = _more_lines(lines, at)
            at += len(more)
            value = "\n".join([last.value, *more] if filled else more)
            if _is_filled(value):
                yield last._replace(value=value, voice=Voice.OWN)
        elif filled:
            yield last
        else:
            value, _ = _value_below(lines, at)
            if _is_filled(value):
                yield last._replace(value=value, voice=Voice.OWN, below=True)
