"""What one message says of the intake fields (R14–R22).

The customer's own labelled lines come first, then what their own prose says beyond doubt, then labelled lines
in signatures and quoted messages, because customers fill in the lines of the question they answer.
"""

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

from connector.domain.fields import ASKABLE, INTAKE, fit, shortened
from connector.policy.catalogue import Identifiers
from connector.rules.text.addresses import addresses_in_prose, read_addresses
from connector.rules.text.boxes import TICKED_LINE, UNTICKED
from connector.rules.text.choices import read_choices
from connector.rules.text.findings import Doubt, Extraction, Unclear
from connector.rules.text.impact import ToldImpact, impact_in_prose, is_partial
from connector.rules.text.labels import Entry, Labelling, fields_by_label, read_entries, with_colons
from connector.rules.text.markup import MAX_HTML, MAX_TEXT, Body, clean
from connector.rules.text.reply import Line, Voice, read_lines
from connector.rules.text.services import (
    affected_services,
    circuits_in,
    one_service,
    read_circuit,
    read_service,
)
from connector.rules.text.start_in_prose import fault_in, starts_in_prose
from connector.rules.text.start_times import Start, Zones, bare_start, read_start, tells_when

_WITHOUT_PROSE = frozenset({"test_results", "ip_addresses"})
"""After the value on the labelled lines of all others people go on writing."""
_HINTED = re.compile(r"\w \([^()]{8,160}\)\s?:")
_EXAMPLE = re.compile(
    r"\([^()]*\b(?:for example|e\.\s?g\.|z\.\s?b\.|zum beispiel)[^()]*\)"
    r"|\b(?:for example|e\.\s?g\.|z\.\s?b\.|zum beispiel).*",
    re.IGNORECASE | re.DOTALL,
)
"""A form's own sample date, which nobody has given."""
_NONE_KNOWN = Identifiers()
_BARE_WORDS = 8
_NUMBERED = re.compile(r"^\W*(?:\(?\d{1,2}[.)]|[a-d]\)|[-*•])\s+")
_PARTS = re.compile(r"\s*[,;/|]\s+")
_SENTENCE_END = re.compile(r"(?<=[^\W\d])[.!]\s+|(?<=\d)\.\s+(?=[A-Z][a-z]+ (?!\d))")
_FEWEST_WORDS = 2
_NO_DESCRIPTION = re.compile(
    r"\W*(?:(?:(?:many |best |kind |vielen |besten |herzlichen )?(?:thanks?|thank you|thx|dank|danke|regards)|hello"
    r"|hi|dear|hallo|guten|see (?:you|above|below|attach\w*)|please|pls|kindly|bitte|siehe|bis (?:dann|morgen|montag)"
    r"|(?:i|we|you|ich|wir|sie)(?:'ll| will| would| can| may| need to| have to| do not| don't"
    r"| werden?| melde\w*| können)|as (?:discussed|agreed|requested)|attached|anbei|noted|received)\b"
    r"|(?:yes|no|ok|okay|sure|agreed|fine|ja|nein|gern\w?)\b(?=\W*[,.!;]|\W*$))",
    re.IGNORECASE,
)
"""Begins an answer that tells of no fault."""
_MAX_SAID = 80
_MAX_VALUES = 20
"""Lines that label the same field and are read."""
_UNREADABLE: Mapping[str, Unclear] = {
    "impact": Unclear("impact"),
    "urgency": Unclear("urgency"),
    "fault_type": Unclear("fault_type"),
    "problem_start": Unclear("start"),
    "ip_addresses": Unclear("which_address"),
}


@dataclass(frozen=True, eq=False)
class Setting:
    """What is the same for all messages of a customer. Each is there once, see :func:`setting`, and is told apart by
    identity: to compare it took longer than to look up what a message says."""

    zones: Zones
    service_id_pattern: str
    known: Identifiers
    labels: Labelling


@lru_cache(maxsize=1_024)
def setting(
    zone: str | None,
    service_id_pattern: str,
    *,
    default_zone: str = "UTC",
    known: Identifiers = _NONE_KNOWN,
    labels: Labelling = (),
) -> Setting:
    """``zone`` is the customer's IANA zone: times are read in the zone that the customer names, else in this one, else
    in ``default_zone``. ``service_id_pattern`` is a regular expression that finds a service ID as a whole word,
    whatever its case. Of several IDs that are named, one that the customer is ``known`` to have counts. ``labels`` are
    those of the helpdesk's screens, by which customers are asked; the words of the catalogue are known in any case.

    Raises ``re.error`` when a message is read, if ``service_id_pattern`` is no regular expression.
    """
    return Setting(Zones(zone, default_zone), service_id_pattern, known, labels)


class _Message(NamedTuple):
    """What reading a value needs to know of the message around it."""

    sent_at: datetime
    customers: Setting
    subject: str
    describe: bool
    asked: bool | None

    @property
    def zones(self) -> Zones:
        return self.customers.zones

    @property
    def service_id_pattern(self) -> str:
        return self.customers.service_id_pattern

    @property
    def known(self) -> Identifiers:
        return self.customers.known


class _Said(NamedTuple):
    """A value as the customer gave it. ``value`` is ``None`` if nothing could be read from ``words``."""

    words: str
    value: Any


def _read(entry: Entry, message: _Message) -> Any:
    """The value of an entry, :class:`Unclear`, or ``None`` if it cannot be read."""
    match entry.field:
        case "service_id":
            value: Any = read_service(
                entry.value, message.service_id_pattern, entry.loose or entry.below, message.known.services
            )
        case "problem_start":
            value = read_start(_EXAMPLE.sub("", entry.value), entry.hint, message.sent_at, message.zones)
        case "short_description":
            value = fit(entry.field, " ".join(entry.value.split()))
        case "circuit_id":
            value = None if entry.below else read_circuit(entry.value, entry.loose, message.known.circuits)
        case "impact":
            value = read_choices(entry.value).impact
            if value is None and (told := impact_in_prose(entry.value)):
                value = told.impact
        case "test_results":
            value = fit(entry.field, entry.value.rstrip())
        case "ip_addresses":
            value = read_addresses(entry.value)
        case _:
            value = getattr(read_choices(entry.value), entry.field)
    return value


def _is_silent(entry: Entry, value: Any) -> bool:
    """Not a value after all: an everyday word before a colon, prose below a label, our own words in a quote."""
    if value is None:
        own = entry.voice is Voice.OWN
        return entry.below or not own or (entry.loose and entry.field != "urgency")
    return isinstance(value, Unclear) and (entry.below or (entry.voice is not Voice.OWN and "?" in entry.value))


def _labelled(entries: list[Entry], message: _Message) -> dict[str, list[_Said]]:
    said: dict[str, list[_Said]] = {}
    for entry in entries:
        if len(said.get(entry.field, ())) == _MAX_VALUES:
            continue
        value = _read(entry, message)
        if not _is_silent(entry, value):
            said.setdefault(entry.field, []).append(_Said(entry.value, value))
    if len(starts := said.get("problem_start", ())) > 1 and any(isinstance(start.value, Unclear) for start in starts):
        # Date and time have lines of their own.
        words = " ".join(start.words for start in starts)
        joined = read_start(words, "", message.sent_at, message.zones)
        if isinstance(joined, Start):
            said["problem_start"] = [_Said(words, joined)]
    return said


def _in_prose(text: str, message: _Message, found: Container[str]) -> Iterator[tuple[str, list[_Said]]]:
    """What free text says beyond doubt, and the doubts it raises about the service and the start; nothing of what is
    ``found`` already."""
    if "service_id" not in found and (
        services := affected_services(text, message.service_id_pattern, message.known.services)
    ):
        yield "service_id", [_Said(service, service) for service in services]
    if "circuit_id" not in found and (circuits := circuits_in(text, message.known.circuits)):
        yield "circuit_id", [_Said(circuit, circuit) for circuit in circuits]
    if "problem_start" not in found and (
        starts := list(starts_in_prose(text, message.sent_at, message.zones, message.subject))
    ):
        yield "problem_start", [_Said(words, start) for words, start in starts]
    if "impact" not in found and (told := impact_in_prose(text)):
        yield "impact", [_Said(told.impact, told)]
    if "ip_addresses" not in found and (addresses := addresses_in_prose(text)):
        yield "ip_addresses", [_Said(addresses, addresses)]


def _in_subject(prose: str, message: _Message, found: Container[str]) -> Iterator[tuple[str, list[_Said]]]:
    """What the subject says. It is short: a "down" in it tells no total loss if the message tells of less."""
    for field, said in _in_prose(message.subject, message, found):
        presumed = field == "impact" and said[0].value.presumed
        if not (presumed and is_partial(prose)):
            yield field, said


def _bare_answers(lines: list[str], message: _Message) -> Iterator[tuple[str, list[_Said]]]:
    """Short sentences with nothing but a value: where we have asked, these are the answers."""
    plain = [sentence for line in lines for sentence in _SENTENCE_END.split(_NUMBERED.sub("", line))]
    short = [line for line in plain if 0 < len(line.split()) <= _BARE_WORDS and "?" not in line]
    starts = [_Said(line, start) for line in short if (start := bare_start(line, message.sent_at, message.zones))]
    if not starts:
        starts = [said for line in short if (said := _start_among_others(line, message))]
    if starts:
        yield "problem_start", starts
    impacts = [(line, read_choices(line).impact) for line in short]
    if told := [_Said(line, impact) for line, impact in impacts if impact]:
        yield "impact", told


def _ticked(text: str) -> Iterator[tuple[str, list[_Said]]]:
    """Ticked choices of a form whose lines have no label. A form shows what is not ticked, too."""
    if not UNTICKED.search(text):
        return
    ticked = [(choice, read_choices(choice)) for choice in islice(TICKED_LINE.findall(text), _MAX_VALUES)]
    for field in ("impact", "urgency", "fault_type"):
        if said := [_Said(words, value) for words, choices in ticked if (value := getattr(choices, field))]:
            yield field, said


def _start_among_others(line: str, message: _Message) -> _Said | None:
    """The only part of a line that says when, or day and time side by side: "23/11, 09:20 UTC, SVC-1005"."""
    parts = _PARTS.split(line)
    telling = [at for at, part in enumerate(parts) if tells_when(part)]
    if not 0 < len(telling) <= 2 or len(parts) == 1 or telling[-1] - telling[0] >= len(telling):
        return None
    said = " ".join(parts[at] for at in telling)
    start = bare_start(said, message.sent_at, message.zones)
    return _Said(said, start) if start else None


def _only_sentence(lines: list[str]) -> str | None:
    """The answer that is nothing but a description."""
    sentences = [line for line in lines if line]
    if len(sentences) != 1 or len(sentences[0].split()) < _FEWEST_WORDS or "?" in sentences[0]:
        return None
    return None if _NO_DESCRIPTION.match(sentences[0]) else sentences[0]


def _join_addresses(said: list[_Said]) -> list[_Said]:
    """Several labelled lines of addresses are one list, not a contradiction."""
    if not all(isinstance(line.value, str) for line in said):
        return said
    return [_Said("", read_addresses(", ".join(line.value for line in said)))]


def _join_services(said: list[_Said], known: frozenset[str]) -> list[_Said]:
    """Of several services the one that the customer has."""
    if not all(isinstance(line.value, str) for line in said):
        return said
    return [_Said(_quoted(*(line.words for line in said)), one_service((line.value for line in said), known))]


def _agreed(field: str, said: list[_Said], known: Identifiers) -> Any:
    """The one value of a field, or a :class:`Doubt`."""
    if field == "ip_addresses":
        said = _join_addresses(said)
    elif field == "service_id":
        said = _join_services(said, known.services)
    for words, value in said:
        if value is None or isinstance(value, Unclear):
            unclear = value or _UNREADABLE[field]
            return Doubt(field=field, said=_quoted(words), about=unclear.about, data=unclear.data)
    values = [value for _, value in said]
    if len({_comparable(value) for value in values}) > 1:
        quoted = _quoted(*(words for words, _ in said))
        return Doubt(field=field, said=quoted, about="values", data={"field": field, "said": quoted})
    return values[0]


def _quoted(*words: str) -> str:
    """The customer's different words on one line."""
    return shortened(" / ".join(dict.fromkeys(" ".join(each.split()) for each in words)), _MAX_SAID)


def _comparable(value: Any) -> Any:
    if isinstance(value, Start):
        return value.at
    return value.casefold() if isinstance(value, str) else value


@lru_cache(maxsize=1_024)
def _extract(body: Body, is_html: bool, message: _Message) -> Extraction:
    lines = read_lines(body.take(), is_html)
    labels = message.customers.labels
    items = list(read_entries(list(with_colons(lines, labels)), fields_by_label(labels)))
    entries = [item for item in items if isinstance(item, Entry)]
    # Labelled values in a quotation are old ones, unless it is our question, which is filled in. Of a first message it
    # is not known whether we have asked: our question is told by its hints.
    hinted = any(line.voice is Voice.QUOTED and _HINTED.search(line.text) for line in lines)
    answers = hinted if message.asked is None else message.asked
    quoted = [
        entry
        for entry in entries
        if entry.voice is Voice.SIGNATURE
        or (answers and entry.voice is Voice.QUOTED and (entry.hint or entry.field in ASKABLE))
    ]
    prose = "\n".join(
        item.value if isinstance(item, Entry) else item.text
        for item in items
        if item.voice is Voice.OWN and (not isinstance(item, Entry) or item.field not in _WITHOUT_PROSE)
    )
    bare = [item.text for item in items if item.voice is Voice.OWN and isinstance(item, Line)] if answers else []
    fields: dict[str, Any] = {}
    sources: tuple[Callable[[], Iterable[tuple[str, list[_Said]]]], ...] = (
        lambda: _labelled([entry for entry in entries if entry.voice is Voice.OWN], message).items(),
        lambda: _ticked(prose),
        lambda: _bare_answers(bare, message),
        lambda: _in_prose(prose, message, fields),
        lambda: _in_subject(prose, message, fields),
        lambda: _labelled(quoted, message).items(),
    )
    for source in sources:
        for field, said in source():
            if field not in fields:
                fields[field] = _agreed(field, said, message.known)
    # The first message describes what is the matter, a later one only where we have asked.
    if message.describe and message.asked is not False and "short_description" not in fields:
        described = fault_in(prose) or (_only_sentence(bare) if not fields else None)
        if described:
            fields["first_words"] = fit("short_description", described)
    doubts = tuple(fields.pop(field) for field in INTAKE if isinstance(fields.get(field), Doubt))
    start = fields.pop("problem_start", None)
    if isinstance(told := fields.get("impact"), ToldImpact):
        fields |= {"impact": told.impact, "impact_presumed": told.presumed}
    return Extraction(
        **fields,
        problem_start=start.at if start else None,
        zone_assumed=start.zone_assumed if start else None,
        start_approximate=start.approximate if start else False,
        doubts=doubts,
    )


def extract(
    body: str,
    is_html: bool,
    sent_at: datetime,
    customers: Setting,
    *,
    subject: str = "",
    describe: bool = False,
    asked: bool | None = None,
) -> Extraction:
    """What a message says of the intake fields; what it leaves unclear is a doubt, never a guess.

    ``sent_at`` is an aware datetime: relative times ("yesterday 10:00") count from it. What the ``subject`` says counts
    after the body. With ``describe``, the first words of a fault are given too. Where we have ``asked`` before, bare
    values are answers and quoted lines are filled in; ``None``: it is not known. Reads at most 128 KB of markup, 64 KB
    and 2000 lines of text. Pure and cached; never raises, whatever the text.
    """
    body = body[:MAX_HTML] if is_html else body[:MAX_TEXT]
    message = _Message(sent_at.astimezone(UTC), customers, clean(subject) if subject else "", describe, asked)
    return _extract(Body(body), is_html, message)
