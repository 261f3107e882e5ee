"""Jira's wiki markup: text that shows as it is written, and the text that a markup shows.

Jira's renderer knows a backslash before ``- # * _ + ? ^ ~ | % { } [ ] ( ) ! @``, unless another backslash stands
before it; two backslashes are a line break, and a backslash itself cannot be escaped. A word joiner (U+2060: invisible,
without width) breaks what a backslash cannot: the backslash itself, addresses, entities, headings and smileys.
"""

import re

JOINER = "\u2060"
LONGEST = 32_000
"""Characters of markup that certainly fit into a comment or a long text field (Jira takes 32,767)."""

_PRIVATE = 0xE000
"""Escaped characters stand in the private use area while markup is taken away."""
_UNWANTED = re.compile(rf"[\x00-\x08\x0b-\x1f\x7f\x85\u2028\u2029\ufeff{JOINER}\ue000-\ue07f\ud800-\udfff]")
_LINE_END = re.compile(r"\r\n?")

_SPECIAL = re.compile(
    r"""
      (?P<escape> [*#+?^~|%{}\[\]()!@] | (?<![A-Za-z0-9])[-_] | [-_](?![A-Za-z0-9]) )
    | \\
    | (?=://)                                                                       # any address
    | \b(?:mailto|skype|callto|facetime|tel|sips?|news|nntp|irc|urn|data|javascript|file)(?=:\S)
    | (?<![A-Za-z0-9])[:;](?=[DPp])                                                 # smileys without brackets
    | &(?=[#A-Za-z])                                                                # entities
    | ^[ \t]*(?:[hH][1-6]|bq)(?=\.)                                                 # headings, quotations
    """,
    re.VERBOSE | re.MULTILINE | re.IGNORECASE,
)

_SHOWN = {_PRIVATE + code: chr(code) for code in range(128)} | {ord(JOINER): None}
_IS_PRIVATE = re.compile("[\ue000-\ue07f]")
_IS_MARKED = re.compile(r"[{\[!|*_+?#\\-]|^[ \t]*(?:h[1-6]|bq)\.", re.MULTILINE)
_ESCAPED = re.compile(r"(?<!\\)\\([-#*_+?^~|%{}\[\]()!@])")
_MACROS = re.compile(r"\{(?:color|noformat|code|panel|anchor|expand|adf|html)(?::[^{}\n]{0,500})?\}", re.IGNORECASE)
_QUOTED = re.compile(r"\{quote\}(.*?)(?:\{quote\}|\Z)", re.DOTALL | re.IGNORECASE)
_BRACED = re.compile(r"\{([*_+^~-])\}")
_MENTION = re.compile(r"\[~[^\]\n]{1,200}\]")
_LINK = re.compile(r"\[([^|\[\]\n]{1,2000})\|[^\[\]\n]{1,2000}\]")
_ADDRESS = re.compile(r"\[(?:mailto:|\^)?([^\s\[\]|]*(?:://|@|\.)[^\s\[\]|]{1,2000})\]")
_IMAGE = re.compile(r"!([^!\s|][^!\n|]{0,250}\.\w{2,5})(?:\|[^!\n]{0,250})?!")
_HEADING = re.compile(r"^[ \t]*h[1-6]\.[ \t]+", re.MULTILINE)
_BLOCK_QUOTE = re.compile(r"^[ \t]*bq\.[ \t]+", re.MULTILINE)
_RULER = re.compile(r"^[ \t]*-{4,}[ \t]*$", re.MULTILINE)
_BULLET = re.compile(r"^[ \t]*(?:[*#]{1,9}|-{1,2})[ \t]+(?=\S)", re.MULTILINE)
_TABLE_ROW = re.compile(r"^[ \t]*\|{1,2}(.{0,10000}?)\|{0,2}[ \t]*$", re.MULTILINE)
_CELLS = re.compile(r"[ \t]*\|{1,2}[ \t]*")
_PHRASE = re.compile(r"(?<![\w\\])([*_+]|\?\?)(?=[^\s*_+?])([^\n]{1,120}?)(?<=[^\s*_+?])\1(?!\w)")
_MONOSPACED = re.compile(r"\{\{([^\n]{1,120}?)\}\}")


def clean(text: str) -> str:
    """``text`` without what Jira refuses or what means something to this module."""
    return _UNWANTED.sub("", _LINE_END.sub("\n", text))


def escape(text: str) -> str:
    """Markup that shows ``text`` and nothing else: no formats, links, images, mentions, macros or smileys.

    >>> escape("*now* [~bob]")
    '\\\\*now\\\\* \\\\[\\\\~bob\\\\]'
    """
    return _SPECIAL.sub(_harmless, clean(text))


def escape_within(text: str, longest: int = LONGEST) -> str:
    """The same, with the end cut off if the markup would be longer than ``longest`` characters."""
    markup = escape(text)
    return markup if len(markup) <= longest else escape(text[: longest // 3].rstrip() + " …")


def plain(markup: str) -> str:
    """The text that ``markup`` shows, for the rules. Rows of tables stay on their line, quotations begin with ``> ``.

    >>> plain("*Service ID:* SVC\\\\-1001")
    'Service ID: SVC-1001'
    """
    text = _LINE_END.sub("\n", _IS_PRIVATE.sub("", markup))
    text = _ESCAPED.sub(lambda match: chr(_PRIVATE + ord(match[1])), text)
    if _IS_MARKED.search(text):
        text = _without_blocks(_without_links(_without_macros(text)))
        text = _PHRASE.sub(r"\2", _PHRASE.sub(r"\2", text)).replace("\\\\", "\n")
    return text.translate(_SHOWN)


def _harmless(match: re.Match[str]) -> str:
    return f"\\{match[0]}" if match["escape"] else f"{match[0]}{JOINER}"


def _without_macros(text: str) -> str:
    text = _QUOTED.sub(lambda match: _as_quotation(match[1]), text)
    return _MONOSPACED.sub(r"\1", _BRACED.sub(r"\1", _MACROS.sub("", text)))


def _as_quotation(text: str) -> str:
    return "\n" + "\n".join(f"> {line}" for line in text.strip().split("\n")) + "\n"


def _without_links(text: str) -> str:
    text = _LINK.sub(r"\1", _MENTION.sub("", text))
    return _IMAGE.sub("", _ADDRESS.sub(r"\1", text))


def _without_blocks(text: str) -> str:
    text = _RULER.sub("", _BLOCK_QUOTE.sub("> ", _HEADING.sub("", text)))
    return _BULLET.sub("- ", _TABLE_ROW.sub(lambda row: "\t".join(_CELLS.split(row[1].strip(" \t|"))), text))
