"""Service and circuit IDs (R15, R19)."""

import re
from functools import lru_cache

from connector.domain.fields import CATALOGUE
from connector.rules.text.findings import Unclear

_LONGEST = CATALOGUE["service_id"].length
"""Of a circuit ID too."""
_CIRCUIT_WORDS = 3
_AROUND = " \t.,;:!?'\"“”„‚‘’`´#<>()[]{}*|"
_PLAIN = re.compile(rf"(?=[^\d]*\d)[A-Za-z0-9][A-Za-z0-9._-]{{2,{_LONGEST - 1}}}")


@lru_cache(maxsize=16)
def _whole_word(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{pattern})(?![\w-])", re.IGNORECASE)


def services_in(text: str, pattern: str) -> list[str]:
    """The distinct service IDs in free text, in order; case makes no difference."""
    by_key: dict[str, str] = {}
    for match in _whole_word(pattern).finditer(text):
        if 0 < len(match[0]) <= _LONGEST and match[0].strip() == match[0]:
            by_key.setdefault(match[0].casefold(), match[0])
    return list(by_key.values())


def read_service(value: str, pattern: str, plainly: bool) -> str | Unclear | None:
    """A labelled service ID: what the pattern finds, else a single word.

    With ``plainly``, a word that the pattern does not know needs a digit, and other words are nothing at all.
    """
    candidates = services_in(value, pattern)
    if len(candidates) > 1:
        return Unclear("services", {"said": ", ".join(candidates[:4])})
    if candidates:
        return candidates[0]
    words = [word for raw in value.split() if (word := raw.strip(_AROUND))]
    if plainly:
        return words[0] if len(words) == 1 and _PLAIN.fullmatch(words[0]) else None
    return words[0] if len(words) == 1 and len(words[0]) <= _LONGEST else Unclear("service_id")


def read_circuit(value: str, plainly: bool) -> str | Unclear | None:
    """A labelled circuit ID: a few words with a digit, kept as written; with ``plainly`` a single one, or nothing."""
    text = " ".join(value.split()).strip(" .,;*")
    if plainly:
        return text if _PLAIN.fullmatch(text) else None
    like_one = re.search(r"\d", text) and len(text.split()) <= _CIRCUIT_WORDS
    return text if like_one and len(text) <= _LONGEST else Unclear("circuit_id")
