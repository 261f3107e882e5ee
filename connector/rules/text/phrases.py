"""Phrases of the policy in a customer's words (R34, R39)."""

import re
from collections.abc import Iterable
from functools import lru_cache
from html import unescape

from connector.rules.text.markup import Body
from connector.rules.text.reply import plain_reply


@lru_cache(maxsize=256)
def _pattern(phrase: str) -> re.Pattern[str] | None:
    words = phrase.split()
    if not words:
        return None
    return re.compile(r"(?<!\w)" + r"\s+".join(map(re.escape, words)) + r"(?!\w)", re.IGNORECASE)


def contains_phrase(text: str, phrases: Iterable[str]) -> str | None:
    """The first of ``phrases`` that stands in ``text`` as whole words, whatever its case and spacing.

    An empty phrase is never found.
    """
    for phrase in phrases:
        pattern = _pattern(phrase)
        if pattern is not None and pattern.search(text):
            return phrase
    return None


def phrases_in(body: str, is_html: bool, lists: tuple[tuple[str, ...], ...]) -> tuple[str | None, ...]:
    """Of each list the phrase that stands in the customer's own words of a message.

    Cached, because every look at a ticket reads all its messages.
    """
    return _phrases_in(Body(body), is_html, lists)


@lru_cache(maxsize=2_000)
def _phrases_in(message: Body, is_html: bool, lists: tuple[tuple[str, ...], ...]) -> tuple[str | None, ...]:
    body = message.take()
    raw = unescape(body).casefold()
    return tuple(
        contains_phrase(plain_reply(body, is_html), phrases) if _may_contain(raw, phrases) else None
        for phrases in lists
    )


def _may_contain(raw: str, phrases: tuple[str, ...]) -> bool:
    """A cheap look at the raw text: taking a mail apart costs a thousand times more, and few ask for anything."""
    return any(all(word in raw for word in phrase.casefold().split()) for phrase in phrases)
