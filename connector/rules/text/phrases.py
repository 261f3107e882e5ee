"""Phrases of the policy in a customer's words (R34, R39)."""

import re
from collections.abc import Iterable
from functools import lru_cache


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
