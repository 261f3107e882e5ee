"""Whether a message of support hands over the RFO document, or promises it only (R32–R34)."""

import re

from connector.rules.text.clauses import pattern
from connector.rules.text.sentences import normalized

_DOCUMENT = re.compile(r"\.(?:pdf|docx?|odt|rtf|txt|md|html?|zip)\Z", re.IGNORECASE)
"""Logos of signatures are no documents."""
_HERE = re.compile(
    r"\b(?:attach\w*|enclos\w*|please find|find (?:below|here)|here (?:is|are|comes)|here's|below|following|as follows"
    r"|anbei|im anhang|angehängt|beigefügt|unten|folgend\w*|hier (?:ist|kommt))\b",
    re.IGNORECASE,
)
_CAUSE = re.compile(r"\b(?:cause[ds]?|root[- ]cause|reason|ursach\w*|grund)\b", re.IGNORECASE)
_MEASURE = re.compile(r"\b(?:prevent\w*|measures?|avoid\w*|vorbeug\w*|maßnahme\w*|massnahme\w*|verhinder\w*)\b", re.I)
_LATER = re.compile(r"\b(?:will|shall|going to|soon|werden|wird|demnächst)\b[^.!?\n]{0,60}", re.IGNORECASE)
"""It is still to come."""


def hands_over(text: str, attachments: tuple[str, ...], names: tuple[str, ...]) -> bool:
    """A document is attached; or the text gives cause and preventive measure; or it says "here is the RFO".

    ``names`` name the RFO. "We will send you the RFO by Monday" hands over nothing.
    """
    if any(map(_DOCUMENT.search, attachments)):
        return True
    words = _LATER.sub(" ", normalized(text))
    named = pattern(names)
    is_named = named is not None and named.search(words) is not None
    if is_named and _HERE.search(words):
        return True
    return _MEASURE.search(words) is not None and (is_named or _CAUSE.search(words) is not None)
