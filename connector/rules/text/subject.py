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
    """The subject of the article at a place if the customer wrote it anew; empty for what comes back.

    Words behind a "Re:" are new if the answer names the ticket, and no subject on it has them.
    """
    subject = ticket.articles[at].subject or (ticket.title if at == 0 else "")
    bare = bare_subject(subject)
    if is_reply(subject) and not (at > 0 and _NUMBER.search(subject)):
        return ""
    before = (ticket.title, *(article.subject for article in ticket.articles[:at])) if at > 0 else ()
    return "" if any(bare == bare_subject(earlier) for earlier in before) else bare
