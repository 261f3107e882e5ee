"""How a comment of the connector's account shows that it is a customer's word, written down for a panel.

Its last line bears the key of the message and a signature over ticket, key and text. Whoever may edit all comments may
change the text, but then the signature does not fit any more, and it is nobody's word.
"""

import re
from typing import NamedTuple

from connector.helpdesks.jira.markup import plain
from connector.helpdesks.proofs import Proofs

_LAST = re.compile(r"\n\nWritten in the customer's panel, reference ([0-9a-f]{32}) ([0-9a-f]{64})\s*\Z", re.ASCII)


class Words(NamedTuple):
    """What the customer wrote."""

    key: str
    text: str


def reference(key: str) -> str:
    """The part of a key that a search finds as one word."""
    return key.rpartition(":")[2]


def spoken_line(proofs: Proofs, issue_id: str, key: str, text: str) -> str:
    """The last line of such a comment."""
    word = reference(key)
    return f"Written in the customer's panel, reference {word} {proofs.signature(_signed(issue_id, word, text))}"


def spoken(proofs: Proofs, issue_id: str, markup: str) -> Words | None:
    """The customer's words in a comment of the connector's account; ``None``: it is a note of the connector's."""
    whole = plain(markup)
    last = _LAST.search(whole)
    if last is None:
        return None
    text = whole[: last.start()].strip()
    if not proofs.is_signed(last[2], _signed(issue_id, last[1], text)):
        return None
    return Words(last[1], text)


def _signed(issue_id: str, word: str, text: str) -> list[str]:
    # The way through markup may change spaces, never words.
    return ["spoken", issue_id, word, " ".join(text.split())]
