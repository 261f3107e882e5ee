"""The subject of a message, where it is the customer's own."""

import re
from functools import lru_cache

from connector.domain.ticket import Ticket, found_once

_REPLY = r"(?:re|aw|fwd?|wg|antw|sv|vs|tr|rv|res|odp)\s*:"
_PREFIX = re.compile(rf"\s*(?:{_REPLY}|\[(?:ext|extern|external)\w*\])\s*", re.IGNORECASE)
_LEFT_BEHIND = re.compile(rf"(?:(?:^| ){_REPLY})+$", re.IGNORECASE)
"""What stood before a ticket's number."""
_NUMBER = re.compile(r"\[?\b(?:ticket|case|vorgang)?\s?#\s?\d+\]?", re.IGNORECASE)


@lru_cache(maxsize=1_024)
def is_reply(title: str) -> bool:
    """A reply or something forwarded: the words are those of an earlier message."""
    match = _PREFIX.match(title)
    return match is not None and "[" not in match[0]


@lru_cache(maxsize=1_024)
def bare_subject(title: str) -> str:
    """Without what mail clients and helpdesks put in front, and without the ticket's number."""
    while match := _PREFIX.match(title):
        title = title[match.end() :]
    return _LEFT_BEHIND.sub("", " ".join(_NUMBER.sub(" ", title).split()))


def own_subject(ticket: Ticket, at: int) -> str:
    """The subject of the article at a place if the customer wrote it anew; empty for what comes back.

    Words behind a "Re:" are new if the answer names the ticket, and no subject on it has them.
    """
    return own_subjects(ticket)[at]


@found_once
def own_subjects(ticket: Ticket) -> tuple[str, ...]:
    """Those of all articles, found in one pass."""
    own: list[str] = []
    before: set[str] = set()
    for at, article in enumerate(ticket.articles):
        subject = article.subject or (ticket.title if at == 0 else "")
        if not subject:
            own.append("")
            continue
        bare = bare_subject(subject)
        comes_back = bare in before or (is_reply(subject) and not (at > 0 and _NUMBER.search(subject)))
        own.append("" if comes_back else bare)
        before |= {bare, bare_subject(ticket.title)}
    return tuple(own)
