"""Reasons of the rules without what people wrote on the ticket: a page is seen by more people than a ticket."""

import re
from collections.abc import Callable, Container, Iterable, Mapping
from typing import Any

from connector.domain.decision import Decision
from connector.domain.field import SetBy
from connector.domain.fields import CATALOGUE
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Actor

_WORD = re.compile(r"[^\W\d_]+")
"""Numbers and times are no words: the rules' own stand beside the customer's."""
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|“[^”]*”|„[^“”]*[“”]")
_GONE = "…"
_RUN = 3
"""So many words in a row that somebody wrote are a quotation, unless all are terms of the rules."""
_SHORTEST = 3
_NAMES = frozenset({"service_id", "circuit_id", "language"})
"""Fields of texts that name things and are no prose."""
_BY_PEOPLE = (SetBy.CUSTOMER, SetBy.REQUEST, SetBy.SUPPORT)


def without_quotations(ticket: Ticket, decision: Decision) -> Callable[[str], str]:
    """A function that takes out of a reason what somebody wrote on ``ticket`` or on those that were read with it:
    quoted parts, runs of words, names, and the texts of fields. The connector's own words and numbers stay."""
    tickets = [ticket, *filter(None, [ticket.related]), *(ticket.others or ())]
    written = [article for one in tickets for article in one.articles if article.author is not Actor.CONNECTOR]
    fields = [text for one in tickets for text in _texts(vars(one.fields))]
    fields += _texts(decision.changes)
    # A field of people may name another ticket.
    numbers = {*(one.number for one in tickets), *(link.number for link in ticket.links)}
    titles, people = [one.title for one in tickets], [one.customer for one in tickets]
    texts = [*titles, *fields, *(part for article in written for part in (article.subject or "", article.body))]
    runs = {run for text in texts for run in _runs(_words(text)) if not _TERMS.issuperset(run)}
    literal = _literal([*titles, *(name for one in people for name in (one.name, one.email)), *fields], but=numbers)

    def cleaned(reason: str) -> str:
        text = _QUOTED.sub(_GONE, reason)
        if literal is not None:
            text = literal.sub(_GONE, text)
        return _without_runs(text, runs)

    return cleaned


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]


_TERMS = frozenset(
    word
    for field in CATALOGUE.values()
    for text in (field.label, *map(str, field.choices), *field.choices.values())
    for word in _words(text.replace("_", " "))
)


def _texts(held: Mapping[str, Any]) -> list[str]:
    values = [
        value
        for name, value in held.items()
        if name not in _NAMES and name in CATALOGUE and CATALOGUE[name].set_by in _BY_PEOPLE
    ]
    # Enumerations are strings, too, and are ours.
    return [value for value in values if type(value) is str]


def _literal(texts: Iterable[str | None], but: Container[str]) -> re.Pattern[str] | None:
    wanted = {text for text in texts if text and len(text) >= _SHORTEST and text not in but}
    found = sorted(wanted, key=len, reverse=True)
    if not found:
        return None
    # Values stand in reasons on one line, with their spaces made one.
    alternatives = (r"[\s_]+".join(map(re.escape, re.split(r"[\s_]+", text.strip()))) for text in found)
    return re.compile("|".join(alternative for alternative in alternatives if alternative), re.IGNORECASE)


def _runs(words: list[str]) -> Iterable[tuple[str, ...]]:
    return (tuple(words[at : at + _RUN]) for at in range(len(words) - _RUN + 1))


def _without_runs(text: str, runs: set[tuple[str, ...]]) -> str:
    found = list(_WORD.finditer(text))
    words = [match[0].casefold() for match in found]
    written = {at + n for at, run in enumerate(_runs(words)) if run in runs for n in range(_RUN)}
    kept, end, at = list[str](), 0, 0
    while at < len(found):
        if at not in written:
            at += 1
            continue
        last = at
        while last + 1 in written:
            last += 1
        kept += [text[end : found[at].start()], _GONE]
        end, at = found[last].end(), last + 1
    return "".join([*kept, text[end:]])
