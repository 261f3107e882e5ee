"""A note of the rules as a comment: a bold title, the text, and beside them a property that says what it proves."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from connector.domain.decision import Note
from connector.domain.model import TicketId
from connector.helpdesks.jira.markup import LONGEST, escape, escape_within, plain
from connector.helpdesks.proofs import PROPERTY, Proofs

VISIBILITY = "sd.public.comment"
"""The comment property that hides a comment from customers. Without it a comment is public."""

_LAST_LINE_0_1_0 = re.compile(r"(?:^|\n)\[ref:((?: [\w.:-]+)*)\]\s*\Z", re.ASCII)
"""How version 0.1.0 said what a comment proves: in its last line."""
_TITLE = 1_000
"""Room for the title."""
_ROOM = 30_000
"""Characters of marks in one property; Jira stores 32,768."""


class OwnComment(NamedTuple):
    """A comment of the connector's, taken apart."""

    title: str
    text: str
    marks: frozenset[str] | None
    """What its last line proves, if version 0.1.0 wrote it."""


def comment(note: Note, issue_id: TicketId, proofs: Proofs) -> dict[str, Any]:
    """The comment as Jira adds it. Nothing but a public note makes a public comment: the platform's default is public,
    so every comment says what it is. The only place where a comment is made."""
    signed = [
        {"key": f"{PROPERTY}-{number}" if number > 1 else PROPERTY, "value": proofs.sealed(issue_id, marks)}
        for number, marks in enumerate(_portions(sorted(note.marks)), start=1)
    ]
    return {
        "body": body_of(note),
        "properties": [{"key": VISIBILITY, "value": {"internal": not note.public}}, *signed],
    }


def message(markup: str) -> OwnComment:
    """The parts of a comment of the connector's."""
    title, _, rest = markup.replace("\r", "").strip().partition("\n")
    text = plain(rest)
    last = _LAST_LINE_0_1_0.search(text)
    return OwnComment(
        title=plain(title.removeprefix("*").removesuffix("*")).strip(),
        text=(text[: last.start()] if last else text).strip(),
        marks=frozenset(last[1].split()) if last else None,
    )


def body_of(note: Note) -> str:
    """The comment's text in markup."""
    title = " ".join(note.title.split())
    # No text may look like a last line of version 0.1.0.
    text = escape_within(note.text, LONGEST - _TITLE).replace("\\[ref:", "\\(ref:")
    for page in note.pages:
        text = text.replace(escape(page), f"[{page}]")
    return f"*{escape(title)}*\n\n{text}"


def _portions(marks: Iterable[str]) -> Iterator[list[str]]:
    """As many marks as one property holds at a time, at least one portion."""
    portion: list[str] = []
    room = _ROOM
    for mark in marks:
        if room < len(mark) + 4:
            yield portion
            portion, room = [], _ROOM
        portion.append(mark)
        room -= len(mark) + 4
    yield portion
