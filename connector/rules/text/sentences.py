"""A text in one kind of letters, and its sentences."""

import re
from collections.abc import Iterator
from unicodedata import normalize

_LIKE_ASCII = str.maketrans({**dict.fromkeys("‐‑‒–—―−", "-"), **dict.fromkeys("’‘`´ʼ", "'"), "\t": " "})
_BULLET = re.compile(r"[ ]*(?:[-*•·+o►▪‣]|\(?\d{1,2}[.)])[ ]+")
_LABEL = re.compile(
    r"[ ]*(?:[^\W\d_][\w /()-]{1,40}: |(?:hi|hello|hallo|dear|guten|good|sehr geehrte\w*|moin"
    r"|liebe\w*)\b[^.!?\n]{0,40},?[ ]*$)",
    re.IGNORECASE,
)
"""A labelled line or a greeting: what follows begins anew."""
_LONGEST = 500
"""Characters of a sentence that are read together: what takes longer to read is no sentence of a mail."""
_SENTENCE = re.compile(r"[^.!?;\n]*(?:[.!?;](?![\s]|$)[^.!?;\n]*)*[.!?;]*")


def normalized(text: str) -> str:
    """One kind of letter, hyphen, apostrophe and space: what makes no difference in meaning."""
    return text if text.isascii() and "\t" not in text else normalize("NFKC", text).translate(_LIKE_ASCII)


def sentences(text: str) -> Iterator[str]:
    """The sentences of ``text``. Wrapped lines are joined; a blank line, a bullet or a label begins anew."""
    for paragraph in re.split(r"\n[ \t]*\n", text):
        lines: list[str] = []
        anew = ""
        for line in paragraph.split("\n"):
            bullet, label = _BULLET.match(line), _LABEL.match(line)
            lines.append(("\n" if bullet or label else anew) + line[bullet.end() if bullet else 0 :])
            anew = "\n" if label else ""
        for match in _SENTENCE.finditer(re.sub(r" {2,}", " ", " ".join(lines))):
            sentence = match[0].strip()
            for at in range(0, len(sentence), _LONGEST):
                yield sentence[at : at + _LONGEST]
