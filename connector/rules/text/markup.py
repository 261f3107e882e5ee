"""Mail bodies to lines of text, within fixed limits of size."""

import re
from html import unescape
from typing import Any, NamedTuple
from unicodedata import normalize

from inscriptis import Inscriptis
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.model.config import ParserConfig
from lxml.etree import LxmlError
from lxml.html import HTMLParser, document_fromstring

MAX_HTML = 131_072
"""Characters of an HTML body that are read. The customer's own words come first in nearly every mail."""
MAX_TEXT = 65_536
"""Characters of text that are read."""
MAX_LINES = 2_000
MAX_LINE = 2_000
"""Longer lines are cut into several."""
_MAX_TAGS = 6_000
"""Above it, tags are dropped instead of laid out."""
_MAX_LAYOUT = 2_000_000
"""Characters that tables may need at most, because each cell is padded to its column."""

_CONFIG = ParserConfig(
    css=CSS_PROFILES["strict"],
    table_cell_separator="\t",
    annotation_rules={
        "blockquote": ["quoted"],
        "#class=gmail_quote": ["quoted"],
        "#class=yahoo_quoted": ["quoted"],
        "#class=gmail_signature": ["signature"],
        "#class=moz-signature": ["signature"],
    },
)
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\uffff\ud800-\udfff]"
)
_LIKE_ASCII = {0x2010: "-", 0x2011: "-", 0x2043: "-", **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}}
"""Hyphens and letters of full width, which word processors and keyboards put into IDs."""
_DASH_IN_ID = re.compile(r"(?<=[A-Za-z])[‒–—−](?=\d)|(?<=\b(?:19|20)\d\d)[‒–—−](?=\d\d)|(?<=[‒–—−-]\d\d)[‒–—−](?=\d\d)")
_BREAK = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_GAP = re.compile(r" {2,}")
_SPACES = re.compile(r"[^\S\n\t]+")
_ENDING_TAG = re.compile(r"<(?:br|/p|/div|/tr|/li|/h\d)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_NOT_SHOWN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|text-decoration[^;]*line-through", re.IGNORECASE
)
_STRUCK = frozenset({"s", "strike", "del"})
_TABLE_PARTS = ("table", "thead", "tbody", "tfoot", "tr", "td", "th")


class Body(tuple[int, int]):
    """The body of a mail as the key of a cache of what it says: it gives its text once and keeps a checksum, because
    a cache of many mails must not hold the mails.

    The checksum is Python's own: 64 bits with a secret key, so that no sender can write two mails that share it.
    """

    _text: str

    def __new__(cls, text: str) -> "Body":
        """The key of this text."""
        body = super().__new__(cls, (hash(text), len(text)))
        body._text = text
        return body

    def take(self) -> str:
        """The text; from then on it is gone."""
        text, self._text = self._text, ""
        return text


class RawLine(NamedTuple):
    """One line of a body. ``mark`` is what the markup itself says: ``quoted``, ``signature`` or nothing."""

    text: str
    mark: str = ""


def _clean(text: str) -> str:
    if not text.isascii():
        text = _DASH_IN_ID.sub("-", normalize("NFC", text).translate(_LIKE_ASCII))
    return _SPACES.sub(" ", _UNSEEN.sub("", _BREAK.sub("\n", text)))


def clean(text: str) -> str:
    """``text`` without control and invisible characters; breaks become ``\\n``, runs of spaces one space."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip(" ")
    return "\n".join(line.strip(" ") for line in _clean(text).split("\n"))


def _drop(element: Any) -> None:
    """Takes away what nobody sees, or what the writer has struck out."""
    if element.getparent() is not None:
        element.drop_tree()


def _flatten_layout(tree: Any) -> None:
    """Tables around tables, and tables too large to pad, become plain blocks."""
    budget = _MAX_LAYOUT
    flat = set()
    for table in tree.iter("table"):
        text = table.text_content()
        need = (sum(1 for _ in table.iter()) + text.count("\n")) * len(text)
        if table.find(".//table") is not None or need > budget:
            flat.add(table)
        else:
            budget -= need
    parts = [
        part
        for part in tree.iter(*_TABLE_PARTS)
        if (part if part.tag == "table" else next(part.iterancestors("table"), None)) in flat
    ]
    for part in parts:
        part.tag = "div"


def _lines_of_html(body: str) -> list[RawLine]:
    if body.count("<") > _MAX_TAGS:
        return _lines_of_text(unescape(_TAG.sub(" ", _ENDING_TAG.sub("\n", body))))
    try:
        tree = document_fromstring(body.encode("utf-8", "replace"), parser=HTMLParser(encoding="utf-8"))
    except (LxmlError, ValueError):
        return []
    for element in list(tree.iter()):
        if _NOT_SHOWN.search(element.attrib.pop("style", "")) or "hidden" in element.attrib or element.tag in _STRUCK:
            _drop(element)
    _flatten_layout(tree)
    page = Inscriptis(tree, _CONFIG)
    text = page.get_text()
    marks = sorted((a.start, a.end, a.metadata) for a in page.get_annotations())
    lines, at, nearest = [], 0, 0
    end, mark = -1, ""
    for line in text[: MAX_TEXT * 4].split("\n"):
        middle = at + (len(line) - len(line.lstrip()))
        while nearest < len(marks) and marks[nearest][0] <= middle:
            if marks[nearest][1] > end:
                end, mark = marks[nearest][1], str(marks[nearest][2])
            nearest += 1
        lines.append(RawLine(line, mark if middle < end else ""))
        at += len(line) + 1
    return lines


def _lines_of_text(body: str) -> list[RawLine]:
    lines = body.split("\n")
    return [RawLine(line) for line in (_by_columns(lines) if "  " in body else lines)]


def _by_columns(lines: list[str]) -> list[str]:
    """Lines one below the other with equally many parts, set apart by two spaces or more, are rows: their parts are
    split by a tab, as the cells of a table in markup are."""
    parts = [_GAP.split(line.strip(" ")) if "  " in line else [] for line in lines]
    counts = [len(each) for each in parts]
    return [
        "\t".join(parts[at])
        if count > 1 and parts[at][0][-1:] not in ":=" and count in (counts[at - 1 : at] + counts[at + 1 : at + 2])
        else lines[at]
        for at, count in enumerate(counts)
    ]


def raw_lines(body: str, is_html: bool) -> list[RawLine]:
    """The lines of a body, trimmed, without invisible characters; cells of a table row are split by a tab.

    Reads at most ``MAX_HTML`` characters of markup, ``MAX_TEXT`` characters and ``MAX_LINES`` lines of text.
    """
    whole = _lines_of_html(body[:MAX_HTML]) if is_html else _lines_of_text(_BREAK.sub("\n", body[:MAX_TEXT]))
    lines: list[RawLine] = []
    room = MAX_TEXT
    for text, mark in whole:
        for line in clean(text[: max(room, 0)]).split("\n"):
            room -= len(line) + 1
            # An empty first cell is kept: the others stand below their own headings.
            if len(line) <= MAX_LINE:
                lines.append(RawLine("" if line.isspace() else line, mark))
                continue
            pieces = (line[at : at + MAX_LINE] for at in range(0, len(line), MAX_LINE))
            lines.extend(RawLine(piece.strip(" ") if piece.strip() else "", mark) for piece in pieces)
        if room <= 0 or len(lines) >= MAX_LINES:
            break
    return lines[:MAX_LINES]
