"""A note of the rules as a comment: a bold title, the text, and a last line that says what the comment proves."""

import re
from typing import Any, NamedTuple

from connector.domain.decision import Note
from connector.helpdesks.jira.markup import LONGEST, escape, escape_within, plain

VISIBILITY = "sd.public.comment"
"""The comment property that hides a comment from customers. Without it a comment is public."""

_LAST_LINE = re.compile(r"(?:^|\n)\[ref:((?: [\w.:-]+)*)\]\s*\Z", re.ASCII)
_MARGIN = 4_000
"""Room for title and last line."""


class Message(NamedTuple):
    """A comment of the connector's, taken apart."""

    title: str
    text: str
    marks: frozenset[str]


def comment(note: Note) -> dict[str, Any]:
    """The comment as Jira adds it. Nothing but a public note makes a public comment: the platform's default is public,
    so every comment says what it is. The only place where a comment is made."""
    return {
        "body": _body(note),
        "properties": [{"key": VISIBILITY, "value": {"internal": not note.public}}],
    }


def message(markup: str) -> Message:
    """The parts of a comment of the connector's."""
    title, _, rest = markup.replace("\r", "").strip().partition("\n")
    text = plain(rest)
    found = _LAST_LINE.search(text)
    return Message(
        title=plain(title.removeprefix("*").removesuffix("*")).strip(),
        text=(text[: found.start()] if found else text).strip(),
        marks=frozenset(found[1].split()) if found else frozenset(),
    )


def _body(note: Note) -> str:
    title = " ".join(note.title.split())
    # Always there: no other text can then be taken for it.
    last = f"[ref:{''.join(f' {mark}' for mark in sorted(note.marks))}]"
    return f"*{escape(title)}*\n\n{escape_within(note.text, LONGEST - _MARGIN)}\n\n{escape(last)}"
