"""The boxes of a form: "[x] degradation", "☐ RFO requested", "Escalation requested [ ]"."""

import re

_TICK = r"(?:[\[(](?:x|✓|✔|☒)[\])]|[☒☑✔✅])"
_BOX = re.compile(rf"(?:({_TICK})|[\[(] ?[\])]|☐)", re.IGNORECASE)
TICKED_LINE = re.compile(rf"^(?=[^\n]{{3,60}}$)[^\n]*{_TICK}[^\n]*$", re.IGNORECASE | re.MULTILINE)
"""A choice with a line of its own."""
UNTICKED = re.compile(r"\[ ?\]|\( \)|☐")
_LINE = re.compile(r"[^\n]*(?:\[ ?\]|\( \)|☐)[^\n]*")


def ticked(line: str) -> list[str]:
    """What stands at the ticked boxes: behind them, if the line begins with a box, else before."""
    first, *rest = _BOX.split(line)
    behind = not first.strip(" -*•·\t")
    words = rest[1::2] if behind else [first, *rest[1::2]]
    return [text.strip() for tick, text in zip(rest[::2], words, strict=False) if tick]


def without_unticked(text: str) -> str:
    """``text`` without the choices of a form that are not ticked."""
    return _LINE.sub(lambda line: "\n".join(["", *ticked(line[0]), ""]), text) if UNTICKED.search(text) else text
