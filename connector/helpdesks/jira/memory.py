"""The connector's memory of an issue: issue properties with a signature.

Anyone who may edit an issue may also edit its properties. What does not bear our signature for this very issue is as
good as nothing: comments and changelog still prove what was done.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from connector.domain.mark import Mark
from connector.domain.ticket import Article
from connector.domain.vocabulary import Actor, Channel
from connector.helpdesks.proofs import PROPERTY, Proofs

MARKS = PROPERTY
"""The property with the proved steps and the time of each proof."""
INTENDED = "interspace-created"
"""The property with the keys of the issues that were about to be created for this one, and when."""

_CONTENT = {MARKS: "marks", INTENDED: "created"}
_VERSION, _VERSION_0_1_0 = 2, 1
_ROOM = 30_000
"""Characters for the entries; Jira stores 32,768 in a property."""
_SAME_WRITE = timedelta(minutes=1)
"""A comment bears Jira's time, its marks in the memory bear ours."""


class Remembered(NamedTuple):
    """What a property says."""

    times: Mapping[str, datetime]
    """Steps, or keys of issues, with their times."""
    comments: int = 0
    """The connector had written so many comments when the property was written, and all they prove stands in it. Where
    the issue has more, the property is an old one, or not all had room: then the comments have to be read."""


class Memory:
    """Signs and checks the properties: with the configured keys, and where there is none with a key that follows from
    the API ``token``. Version 0.1.0 had that one only; its properties are still read."""

    def __init__(self, keys: Sequence[bytes], token: str) -> None:
        self._token_key = hashlib.sha256(b"interspace memory\0" + token.encode()).digest()
        self._proofs = Proofs("jira", (*keys, self._token_key))

    def __repr__(self) -> str:
        return "Memory()"

    def sealed(self, name: str, issue_id: str, times: Mapping[str, datetime], comments: int = 0) -> dict[str, Any]:
        """The value of the property ``name`` of an issue. What does not fit is left out, the latest first."""
        entries: dict[str, list[str]] = {}
        room = _ROOM
        for entry, at in sorted(times.items(), key=lambda item: (item[1], item[0])):
            text = at.astimezone(UTC).isoformat()
            room -= len(entry) + 4 + (0 if text in entries else len(text) + 8)
            if room < 0:
                comments = 0
                break
            entries.setdefault(text, []).append(entry)
        return {
            "version": _VERSION,
            _CONTENT[name]: entries,
            "comments": comments,
            "signature": self._proofs.signature([name, issue_id, entries, comments]),
        }

    def opened(self, name: str, issue_id: str, value: object) -> Remembered | None:
        """What a property says; ``None`` if it is not ours, for another issue, damaged, or signed with another key."""
        if not isinstance(value, dict):
            return None
        content: Any = value.get(_CONTENT[name])
        version, signature = value.get("version"), value.get("signature")
        if version == _VERSION_0_1_0 and value.keys() == {"version", _CONTENT[name], "signature"}:
            if not self._is_signed_by_0_1_0(signature, [name, issue_id, version, content]):
                return None
            return Remembered({entry: datetime.fromisoformat(text) for entry, text in content.items()})
        if version != _VERSION or value.keys() != {"version", _CONTENT[name], "comments", "signature"}:
            return None
        if not self._proofs.is_signed(signature, [name, issue_id, content, value["comments"]]):
            return None
        times = {entry: datetime.fromisoformat(text) for text, entries in content.items() for entry in entries}
        return Remembered(times, value["comments"])

    def _is_signed_by_0_1_0(self, signature: object, content: object) -> bool:
        message = json.dumps(content, sort_keys=True, separators=(",", ":"))
        expected = hmac.new(self._token_key, message.encode(), hashlib.sha256).hexdigest()
        return isinstance(signature, str) and signature.isascii() and hmac.compare_digest(signature, expected)


def with_marks(issue_id: str, articles: list[Article], times: Mapping[str, datetime]) -> list[Article]:
    """Steps that the memory proves stand on the comment that was written then, which was not asked for them. Where it
    is gone, they stand on a note without a text."""
    proved = {mark for article in articles if article.author is Actor.CONNECTOR for mark in article.marks}
    unproved: dict[datetime, set[Mark]] = {}
    for mark, at in times.items():
        if mark not in proved:
            unproved.setdefault(at, set()).add(Mark.parse(mark))
    comments = {
        place: article.created_at
        for place, article in enumerate(articles)
        if article.author is Actor.CONNECTOR and article.id.isdigit()
    }
    for number, (at, marks) in enumerate(sorted(unproved.items())):
        place = min(comments, key=lambda candidate: abs(comments[candidate] - at), default=None)
        if place is not None and abs(comments[place] - at) <= _SAME_WRITE:
            articles[place] = articles[place].model_copy(update={"marks": articles[place].marks | marks})
            continue
        note = Article(
            id=f"{issue_id}-memory-{number}",
            created_at=at,
            author=Actor.CONNECTOR,
            channel=Channel.NOTE,
            internal=True,
            marks=frozenset(marks),
        )
        articles.append(note)
    return articles
