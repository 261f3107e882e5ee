"""Labelled lines: ``Label: value`` in English and German, as forms, lists, tables and hurried notes have them."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from connector.domain.fields import CATALOGUE, INTAKE
from connector.rules.text.choices import choice_at
from connector.rules.text.reply import Line, Voice
from connector.rules.text.tables import TextTable, cells, read_table

Labelling = tuple[tuple[str, str], ...]
"""Labels with the fields that they stand for."""

_LOOSE = frozenset({
    "service", "dienst", "problem", "issue", "start", "since", "seit", "began", "started", "circuit", "leitung",
    "log", "logs", "tests", "ip", "prefix", "summary", "störung", "protokoll", "zeitpunkt", "prio", "fault", "fehler",
    "type", "art",
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
    rf"(?P<hint>{_BRACKET}(?:\s?{_BRACKET})?)?[*_?.]{{0,30}}\s?"
    r"(?P<sep>[:=：]|\t|\s[–—-](?=\s))[*_]{0,2}(?P<value>.*)"
)
_OPEN_HINT = re.compile(r"[*_]{0,2}(?P<label>[^\W\d_][\w /&.'’-]{0,50}?)\s?\((?P<rest>[^()]*)")
_MAY_LABEL = re.compile(r"[:=：\t|│┃;(]|\s[–—-]\s")
"""In every line that labels something or is the row of a table; a bracket may open a hint that is closed below."""
_NEXT_ON_LINE = re.compile(r"(?:[;,|\t]|\s/(?=\s)|\.(?=\s+[A-Z*]))\s*")
_LONGEST_LABEL = 80
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


@lru_cache(maxsize=4_096)
def _key(label: str) -> str:
    return " ".join(re.sub(r"[\s_.'’-]+", " ", label.casefold()).replace(" /", "/").replace("/ ", "/").split())


_FIELDS = {_key(label): name for name in INTAKE for label in (CATALOGUE[name].label, *CATALOGUE[name].words)}
_LOOSE_KEYS = frozenset(map(_key, _LOOSE))


@lru_cache(maxsize=16)
def fields_by_label(labels: Labelling) -> Mapping[str, str]:
    """The field of every label that the rules know, and of ``labels``, which are those of one helpdesk's screens."""
    return {**_FIELDS, **{_key(label): field for label, field in labels}}


_CHOSEN = frozenset({"impact", "urgency", "fault_type"})
_CHOICE_ENDS = re.compile(
    r"\s*(?:$|[.,;!()]|\s[–—-]\s|(?:and|und|please|pls|bitte|thanks|danke|because|since|as|for|right now|at the moment"
    r"|currently|weil|da|denn|für|seit|derzeit|aktuell)\b)",
    re.IGNORECASE,
)


@lru_cache(maxsize=16)
def _without_colon(labels: Labelling) -> re.Pattern[str]:
    """A label of a choice at the beginning of a line or a clause, up to where its value begins."""
    chosen = sorted((label for label, field in fields_by_label(labels).items() if field in _CHOSEN), key=len)
    spelled = "|".join(r"[\s_.'’-]+".join(map(re.escape, label.split())) for label in reversed(chosen))
    return re.compile(
        r"(?P<before>^\W*(?:\d{1,2}[.)]\s+)?|[.,;]\s+|\s(?:and|und|with|mit)\s+)"
        rf"(?:(?:{'|'.join(sorted(_POSSESSIVES))})\s+)?(?P<label>{spelled})"
        r"(?:\s+(?:is|ist)(?:\s+(?:very|really|quite|extremely|currently|set to|rated|sehr|derzeit|aktuell))*)?\s+",
        re.IGNORECASE,
    )


def with_colons(lines: Iterable[Line], labels: Labelling) -> Iterator[Line]:
    """The lines, with a colon where the customer's own words choose without one: "Urgency is high, impact degradation".
    What follows the label must be a choice and nothing else."""
    pattern = _without_colon(labels)
    fields = fields_by_label(labels)
    for line in lines:
        yield line._replace(text=_marked(line.text, pattern, fields)) if line.voice is Voice.OWN else line


def _marked(text: str, pattern: re.Pattern[str], fields: Mapping[str, str]) -> str:
    for match in reversed(list(pattern.finditer(text))):
        end = choice_at(fields[_key(match["label"])], text, match.end())
        if end is not None and _CHOICE_ENDS.match(text, end):
            before = "; " if match["before"].strip().isalpha() else match["before"]
            text = f"{text[: match.start()]}{before}{match['label']}: {text[match.end() :]}"
    return text


def _known(label: str, fields: Mapping[str, str]) -> str | None:
    """The key of a label that names a field."""
    if len(label) > _LONGEST_LABEL:
        return None
    words = _key(label).split()
    while words and words[0] in _POSSESSIVES:
        words = words[1:]
    key = " ".join(words)
    return key if key in fields else None


def _after_bullet(text: str) -> int:
    bullet = _BULLET.match(text)
    return bullet.end() if bullet else 0


def _is_filled(value: str, fields: Mapping[str, str]) -> bool:
    """Not empty, not a word that says "nothing", and not the next label of a row of labels."""
    plain = value.strip().partition("\t")[0].strip(_DECORATION)
    return plain.casefold() not in _UNFILLED and _known(plain, fields) is None


def _next_label(text: str, fields: Mapping[str, str]) -> re.Match[str] | None:
    """The separator in front of the next label on the same line, as in ``…, Impact: degradation``."""
    for place in islice(_NEXT_ON_LINE.finditer(text), _MAX_PARTS):
        following = _LABELLED.match(text, place.end())
        if following and following["sep"] in ":=\t" and _known(following["label"], fields):
            return place
    return None


def _labelled(text: str, voice: Voice, fields: Mapping[str, str]) -> list[Entry]:
    """The fields labelled on one line that begins with a label."""
    match = _LABELLED.match(text, _after_bullet(text))
    if match is None or (key := _known(match["label"], fields)) is None:
        return []
    if match["sep"].strip(" \t") in _DASHES and match["sep"] != "\t" and key in _LOOSE_KEYS:
        return []
    value, others = match["value"], []
    if (place := _next_label(value, fields)) is not None:
        others = _labelled(value[place.end() :], voice, fields)
        value = value[: place.start()]
    value = " ".join(value.split()).removesuffix("**").strip() if _is_filled(value, fields) else ""
    return [Entry(fields[key], match["hint"] or "", value, voice, loose=key in _LOOSE_KEYS), *others]


def _whole_line(lines: Sequence[Line], at: int, fields: Mapping[str, str]) -> tuple[str, int]:
    """The line at ``at``, joined with the next if a client has wrapped it inside the hint of a label."""
    text = lines[at].text
    if at + 1 < len(lines) and text.count("(") > text.count(")"):
        hint = _OPEN_HINT.fullmatch(text, _after_bullet(text))
        if (
            hint
            and _known(hint["label"], fields)
            and lines[at + 1].voice is lines[at].voice
            and ")" in lines[at + 1].text
        ):
            return f"{text} {lines[at + 1].text}", 2
    return text, 1


def _more_lines(lines: Sequence[Line], at: int, fields: Mapping[str, str]) -> list[str]:
    """The customer's own lines from ``at`` until a blank line or the next label."""
    more = []
    for text, voice in lines[at:]:
        if not text or voice is not Voice.OWN or _labelled(text, voice, fields):
            break
        more.append(text)
    return more


def _value_below(lines: Sequence[Line], at: int, fields: Mapping[str, str]) -> tuple[str, int]:
    """The customer's own words on the next line with text, and how many lines that takes."""
    for ahead, (text, voice) in enumerate(lines[at : at + 3], start=1):
        if text:
            own = voice is Voice.OWN and not _labelled(text, voice, fields)
            return (text, ahead) if own else ("", 0)
    return "", 0


def _as_label(text: str, fields: Mapping[str, str]) -> str:
    """A row "Label | value" as the labelled line that it is."""
    text = text.strip()
    if "|" not in text and "│" not in text:
        return text
    row = [cell for cell in cells(text) if cell]
    return "\t".join(row) if len(row) > 1 and _known(row[0], fields) else text


def _in_columns(table: TextTable, voice: Voice, fields: Mapping[str, str]) -> Iterator[Entry | Line]:
    for row, others in zip(table.rows, table.others, strict=True):
        for key, value in row.items():
            if _is_filled(value, fields):
                yield Entry(fields[key], "", value, voice, loose=key in _LOOSE_KEYS)
        if others:
            yield Line(others, voice)


def read_entries(lines: Sequence[Line], fields: Mapping[str, str]) -> Iterator[Entry | Line]:
    """Every filled field in order, and between them the lines that label nothing.

    ``fields`` are those of :func:`fields_by_label`.

    A value on the line below its label is given as an entry and, because it may be prose, as a line too. Of a table
    the columns are read.
    """
    at = 0

    def key_of(cell: str) -> str | None:
        return _known(cell, fields)

    while at < len(lines):
        if not _MAY_LABEL.search(lines[at].text):
            yield lines[at]
            at += 1
            continue
        if table := read_table(lines, at, key_of):
            yield from _in_columns(table, lines[at].voice, fields)
            at += table.taken
            continue
        text, taken = _whole_line(lines, at, fields)
        text = _as_label(text, fields)
        voice = lines[at].voice
        entries = _labelled(text, voice, fields)
        if not entries and (place := _next_label(text, fields)) is not None:
            yield Line(text[: place.start()], voice)
            entries = _labelled(text[place.end() :], voice, fields)
        if not entries:
            yield lines[at]
            at += 1
            continue
        at += taken
        *before, last = entries
        yield from (entry for entry in before if _is_filled(entry.value, fields))
        filled = _is_filled(last.value, fields)
        if last.field in _WITH_MORE_LINES and (last.voice is Voice.OWN or not filled):
            more = _more_lines(lines, at, fields)
            at += len(more)
            value = "\n".join([last.value, *more] if filled else more)
            if _is_filled(value, fields):
                yield last._replace(value=value, voice=Voice.OWN)
        elif filled:
            yield last
        else:
            value, _ = _value_below(lines, at, fields)
            if _is_filled(value, fields):
                yield last._replace(value=value, voice=Voice.OWN, below=True)
