"""From a document's values to a PDF, by typst: tagged, PDF/A-2a and PDF/UA-1. The same values, the same bytes.

Typst is loaded when the first document is made: 30 MB that no other command and no ticket without a document needs.
Whatever people wrote reaches a template as a string, never as its source, so nothing in it is markup.
"""

import json
import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC
from pathlib import Path
from typing import Any, cast

from connector.domain.document import Document, File
from connector.policy.letterhead import Letterhead
from connector.policy.locate import MAPPINGS

PDF = "application/pdf"
STANDARDS: Any = ["a-2a", "ua-1"]
"""ISO 19005-2 level A for archives, ISO 14289-1 for readers who do not see."""

_TEMPLATES = MAPPINGS / "documents"
_FONTS = Path(__file__).parent / "fonts"
_LONGEST_RUN = 32
"""Characters without a space that fit into the narrowest column."""
_RUN = re.compile(rf"\S{{{_LONGEST_RUN + 1},}}")
_BREAK = "\u200b"
_UNSHOWABLE = re.compile(r'the text (?:"|`")(.+?)(?:"`|") could not be displayed', re.DOTALL)
_ROUNDS = 50
_DIRECTIONS = {ord(mark): None for mark in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"}
"""Commands to write backwards, which can make a text look like another one. Right-to-left scripts need none."""


class DocumentError(Exception):
    """A document cannot be made; says why, without what a customer wrote."""


def as_file(document: Document, letterhead: Letterhead) -> File:
    """The document as a file.

    :raises DocumentError: the template or the provider's logo is at fault.
    """
    return File(name=document.name, media_type=PDF, content=pdf(document, letterhead))


def pdf(document: Document, letterhead: Letterhead) -> bytes:
    """The bytes of the PDF."""
    return _made(document, letterhead, "pdf")[0]


def pages(document: Document, letterhead: Letterhead, *, ppi: int = 110) -> list[bytes]:
    """Its pages as PNG pictures."""
    return _made(document, letterhead, "png", ppi)


def _made(document: Document, letterhead: Letterhead, form: str, ppi: int = 110) -> list[bytes]:
    import typst  # only here: see the top of this file

    files: Any = {path.name: path.read_bytes() for path in sorted(_TEMPLATES.glob("*.typ"))}
    files["main.typ"] = files.pop(f"{document.template}.typ")
    values = _values(document, letterhead)
    for _ in range(_ROUNDS):
        data = json.dumps(values, ensure_ascii=True, sort_keys=True)
        try:
            made = typst.compile(
                files,
                format=cast(Any, form),
                ppi=float(ppi),
                font_paths=[str(_FONTS)],
                ignore_system_fonts=True,
                sys_inputs={"data": data},
                pdf_standards=STANDARDS if form == "pdf" else [],
            )
        except (typst.TypstError, RuntimeError) as error:
            unshown = _unshown(str(error), data)
            if not unshown:
                raise DocumentError(f"{document.name}: {' '.join(str(error).split())[:300]}") from None
            values = _each_text(values, lambda text, unshown=unshown: _named(text, unshown))
            continue
        return [bytes(page) for page in made] if isinstance(made, list) else [bytes(made)]
    raise DocumentError(f"{document.name}: too many characters that no font shows")


def _values(document: Document, letterhead: Letterhead) -> dict[str, Any]:
    known: dict[str, Any] = {
        "title": document.title,
        "file": document.name,
        "dated": [int(part) for part in f"{document.dated.astimezone(UTC):%Y %m %d}".split()],
        "provider": letterhead.provider.model_dump(mode="json"),
        **document.content,
    }
    cleaned: dict[str, Any] = _each_text(known, _clean)
    # Files in memory have to be texts there, and a picture may be none.
    cleaned["provider"]["logo"] = list(letterhead.logo) or None
    return cleaned


def _each_text(value: Any, change: Any) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {name: _each_text(part, change) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_each_text(part, change) for part in value]
    return value


def _clean(text: str) -> str:
    """Without what cannot be shown, and with places to break in what has none."""
    shown = text.translate(_DIRECTIONS).encode(errors="replace").decode()
    shown = "".join(" " if unicodedata.category(one) in ("Cc", "Zl", "Zp", "Cn", "Co") else one for one in shown)
    return _RUN.sub(lambda run: _broken(run[0]), shown)


def _broken(run: str) -> str:
    return _BREAK.join(run[at : at + _LONGEST_RUN] for at in range(0, len(run), _LONGEST_RUN))


def _unshown(error: str, data: str) -> frozenset[str]:
    """The characters that typst names as those without a glyph; none where it complains of something else."""
    found = _UNSHOWABLE.search(error)
    if found is None:
        return frozenset()
    named = re.sub(r"\\u\{([0-9a-fA-F]+)\}", lambda code: chr(int(code[1], 16)), found[1])
    return frozenset(one for one in named if ord(one) > 126 and json.dumps(one)[1:-1] in data)


def _named(text: str, unshown: frozenset[str]) -> str:
    """``日`` becomes ``[U+65E5]``: what is left out is said."""
    return "".join(f"[U+{ord(one):04X}]" if one in unshown else one for one in text)
