"""The subject of a message, where it is the customer's own."""

import re
from functools import lru_cache

from connector.domain.ticket import Ticket

_PREFIX = re.compile(
    r"\s*(?:(?:re|aw|fwd?|wg|antw|sv|vs|tr|rv|res|odp)\s*:|\[(?:ext|extern|external)\w*\])\s*", re.IGNORECASE
)
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
    return " ".join(_NUMBER.sub(" ", title).split())


def own_subject(ticket: Ticket, at: int) -> str:
    """The subject of the article at a place if the customer wrote it anew; empty for our own that comes back."""
    subject = ticket.articles[at].subject or (ticket.title if at == 0 else "")
    if not subject or is_reply(subject) or (at > 0 and bare_subject(subject) == bare_subject(ticket.title)):
        return ""
    return bare_subject(subject)
