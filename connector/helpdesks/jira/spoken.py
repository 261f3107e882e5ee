"""How a comment of the connector's account shows that it is a customer's word, written down for a panel.

Its last line bears the key of the message, the button that was pressed, and a signature over these, ticket and text.
Whoever may edit all comments may change the text, but then the signature does not fit any more, and it is nobody's
word.
"""

import json
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import structlog

from connector.domain.vocabulary import CustomerAct
from connector.helpdesks.jira.markup import plain
from connector.helpdesks.proofs import Proofs

log = structlog.get_logger("jira")

_LAST = re.compile(
    r"\n\nWritten in the customer's panel, reference ([0-9a-f]{32})(?: ([a-z_]{1,20}))? ([0-9a-f]{64})\s*\Z", re.ASCII
)

_ROOM = 30_000
"""Characters; Jira keeps 32,768 in a property."""

PANEL = "interspace-panel"
"""The issue property with the key of a request, the digest of what was submitted, and what the customer's program sent
with the issue, signed: whoever may edit an issue may edit its properties."""

Entries = Sequence[tuple[str, str, str]]
"""Key, time and text of each."""


def with_kept(proofs: Proofs, issue_id: str, before: Entries, new: tuple[str, str, str]) -> dict[str, Any]:
    """The part of the property that holds what was sent, with one entry more, unless it is empty or there. Where there
    is no room for it, it is left out: the comment says it all the same."""
    is_news = bool(new[2]) and all(one[0] != new[0] for one in before)
    entries = [list(entry) for entry in (*before, *((new,) if is_news else ()))]
    if not entries:
        return {}
    if len(json.dumps(entries, ensure_ascii=False)) > _ROOM:
        log.warning("no room for more of what the customer's program sends with this issue", ticket=issue_id)
        entries = [list(entry) for entry in before]
    return {"kept": entries, "sig": proofs.signature(["kept", issue_id, entries])}


def kept_entries(proofs: Proofs, issue_id: str, value: object) -> Entries:
    """What the property of this issue holds; nothing of what others have written there."""
    if not isinstance(value, dict) or not isinstance(entries := value.get("kept"), list):
        return ()
    if not proofs.is_signed(value.get("sig"), ["kept", issue_id, entries]):
        return ()
    return [(str(key), str(at), str(text)) for key, at, text in entries]


class Words(NamedTuple):
    """What the customer wrote."""

    key: str
    text: str
    act: CustomerAct | None = None
    """The button that was pressed, if it was one."""


def reference(key: str) -> str:
    """The part of a key that a search finds as one word."""
    return key.rpartition(":")[2]


def spoken_line(proofs: Proofs, issue_id: str, key: str, text: str, act: CustomerAct | None = None) -> str:
    """The last line of such a comment."""
    word, button = reference(key), f" {act}" if act else ""
    signature = proofs.signature(_signed(issue_id, word, text, act))
    return f"Written in the customer's panel, reference {word}{button} {signature}"


def spoken(proofs: Proofs, issue_id: str, markup: str) -> Words | None:
    """The customer's words in a comment of the connector's account; ``None``: it is a note of the connector's."""
    whole = plain(markup)
    last = _LAST.search(whole)
    if last is None:
        return None
    text = whole[: last.start()].strip()
    act = next((each for each in CustomerAct if each == last[2]), None)
    if not proofs.is_signed(last[3], _signed(issue_id, last[1], text, act)):
        return None
    return Words(last[1], text, act)


def _signed(issue_id: str, word: str, text: str, act: CustomerAct | None) -> list[str]:
    # The way through markup may change spaces, never words.
    return ["spoken", issue_id, word, " ".join(text.split()), *([act.value] if act else [])]
