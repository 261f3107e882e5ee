"""Reasons of the rules without what people wrote on the ticket: a page is seen by more people than a ticket."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from connector.domain.decision import Decision
from connector.domain.ticket import Ticket

_WORD = re.compile(r"\w+")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|“[^”]*”|„[^“”]*[“”]")
_GONE = "…"
_RUN = 3
"""So many words in a row that somebody wrote are a quotation."""
_SHORTEST = 3


def without_quotations(ticket: Ticket, decision: Decision) -> Callable[[str], str]:
    """A function that takes out of a reason what somebody wrote on ``ticket``: quoted parts, runs of words, names, and
    the texts of fields. The connector's own words and numbers stay."""
    texts = [ticket.title, *_fields(ticket, decision)]
    texts += [part for article in ticket.articles for part in (article.subject or "", article.body)]
    runs = {run for text in texts for run in _runs(_words(text))}
    literal = _literal([ticket.title, ticket.customer.name, ticket.customer.email, *_fields(ticket, decision)])

    def cleaned(reason: str) -> str:
        text = _QUOTED.sub(_GONE, reason)
        if literal is not None:
            text = literal.sub(_GONE, text)
        return _without_runs(text, runs)

    return cleaned


def _fields(ticket: Ticket, decision: Decision) -> list[str]:
    values: list[Any] = [*vars(ticket.fields).values(), *decision.changes.values()]
    # Enumerations are strings, too, and are ours.
    return [value for value in values if type(value) is str]


def _literal(texts: Iterable[str | None]) -> re.Pattern[str] | None:
    found = sorted({text for text in texts if text and len(text) >= _SHORTEST}, key=len, reverse=True)
    if not found:
        return None
    # Values stand in reasons on one line, with their spaces made one.
    alternatives = (r"[\s_]+".join(map(re.escape, re.split(r"[\s_]+", text.strip()))) for text in found)
    return re.compile("|".join(alternative for alternative in alternatives if alternative), re.IGNORECASE)


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]


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
