"""Tables: a heading that names columns, and rows of cells below it. Cells are split by tabs, bars or semicolons."""

import re
from collections.abc import Callable, Sequence
from itertools import islice
from typing import NamedTuple

from connector.rules.text.choices import read_choices
from connector.rules.text.reply import Line

_MARKS = ("\t", "|", "│", "┃", ";")
_RULE = re.compile(r"[\s:|+=─┼│┃\t-]*[-─=][\s:|+=─┼│┃\t-]*")
"""A row that only draws a line."""
_MAX_ROWS = 40


class TextTable(NamedTuple):
    """The cells below the columns that were recognised."""

    rows: list[dict[str, str]]
    """By the key of the column."""
    others: list[str]
    """What the row says in other columns, one text for each row."""
    taken: int
    """Lines."""


def cells(text: str) -> list[str]:
    """The cells of a row; empty if it is none."""
    for mark in _MARKS:
        if mark in text:
            break
    else:
        return []
    if mark in "|│┃":
        text = text.strip().removeprefix(mark).removesuffix(mark)
    row = [cell.strip(" *_\t") for cell in text.split(mark)]
    return row if len(row) > 1 else []


def read_table(lines: Sequence[Line], at: int, key_of: Callable[[str], str | None]) -> TextTable | None:
    """The table whose heading stands at ``at``. A heading names at least one column and holds no value; below one of
    its columns stands a value."""
    heading = cells(lines[at].text)
    if not heading:
        return None
    keys = [key_of(cell) for cell in heading]
    if not any(keys) or any(key is None and _is_value(cell) for key, cell in zip(keys, heading, strict=True)):
        return None
    rows, others, taken = [], [], 1
    for ahead, (text, voice) in enumerate(islice(lines, at + 1, at + 1 + _MAX_ROWS), start=2):
        if voice is not lines[at].voice:
            break
        if not text:
            # Outlook has paragraphs in its cells, which leave a blank line between rows.
            continue
        if not _RULE.fullmatch(text):
            row = cells(text)
            if len(row) != len(heading) or key_of(row[0]):
                break
            rows.append({key: cell for key, cell in zip(keys, row, strict=True) if key and cell})
            others.append(", ".join(cell for key, cell in zip(keys, row, strict=True) if not key and cell))
        taken = ahead
    proven = any(_is_value(cell) for row in rows for cell in row.values())
    return TextTable(rows, others, taken) if proven else None


def _is_value(cell: str) -> bool:
    return any(map(str.isdigit, cell)) or any(read_choices(cell))
