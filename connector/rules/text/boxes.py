"""The boxes and rows of a form: "[x] degradation", "☐ RFO requested", "RFO requested [ ]", "RFO required | Yes"."""

import re

_TICK = r"(?:[\[(](?:x|✓|✔|☒)[\])]|[☒☑✔✅])"
_BOX = re.compile(rf"(?:({_TICK})|[\[(] ?[\])]|☐)", re.IGNORECASE)
TICKED_LINE = re.compile(rf"^(?=[^\n]{{3,60}}$)[^\n]*{_TICK}[^\n]*$", re.IGNORECASE | re.MULTILINE)
"""A choice with a line of its own."""
UNTICKED = re.compile(r"\[ ?\]|\( \)|☐")
_LINE = re.compile(r"(?<![^\n])[^\n]*(?:\[ ?\]|\( \)|☐)[^\n]*")
_ANSWER = r"(?:yes|no|ja|nein|n/?a|none|not required|not needed|nicht nötig)"
_ASKED = (
    r"(?:required|requested|needed|wanted|desired|wished|erforderlich|benötigt|gewünscht|erwünscht|angefordert|nötig)"
)
_ROW = re.compile(
    r"^[ |]*(?=[^\n]{3,80}$)(?![^\n]*\b(?:is|are|was|we|i|it|this|that|you|not|ist|wir|ich|es|das|nicht)\b)"
    rf"((?:[^\s|.!:;,]+[ ]+){{0,6}}?{_ASKED}(?: ?\([^()\n]{{1,20}}\))?\??)[ |]+({_ANSWER})[ |]*$",
    re.IGNORECASE | re.MULTILINE,
)
"""What may be asked for, and the answer beside it, with nothing between them but the border of a cell."""
_CHOICE = re.compile(r" ?\((?:yes|ja) ?/ ?(?:no|nein)\)(?=[ :|]+(?:yes|no|ja|nein)\b)", re.IGNORECASE)
"""What may be answered, where it is."""
_COLUMNS = re.compile(
    rf"^(?=[^\n]{{3,200}}$)[^\n]*{_ASKED}[^\n]*{_ASKED}[^\n]*\n+"
    rf"(?=[^\n]{{3,200}}$)[^\n]*(?<!\w){_ANSWER}(?:[ |]+{_ANSWER})+[ |]*$",
    re.IGNORECASE | re.MULTILINE,
)


def ticked(line: str) -> list[str]:
    """What stands at the ticked boxes: behind them, if the line begins with a box, else before."""
    first, *rest = _BOX.split(line)
    behind = not first.strip(" -*•·\t")
    words = rest[1::2] if behind else [first, *rest[1::2]]
    return [text.strip() for tick, text in zip(rest[::2], words, strict=False) if tick]


def without_unticked(text: str) -> str:
    """``text`` without the choices of a form that are not ticked."""
    return _LINE.sub(lambda line: "\n".join(["", *ticked(line[0]), ""]), text) if UNTICKED.search(text) else text


def rows_apart(text: str) -> str:
    """``text`` with each row of a form, such as "RFO required  Yes", as a labelled line of its own."""
    return _ROW.sub(r"\n\1: \2\n", _CHOICE.sub("", text))


def answers_in_columns(text: str) -> bool:
    """Whether answers stand below the columns of a table, where it is not certain which belongs to which."""
    return _COLUMNS.search(text) is not None
