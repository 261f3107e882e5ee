"""How a comment of the connector's account shows that it is a customer's word, written down for a panel.

Its last line bears the key of the message, the button that was pressed, and a signature over these, ticket and text.
Whoever may edit all comments may change the text, but then the signature does not fit any more, and it is nobody's
word.
"""

import re
from typing import NamedTuple

from connector.domain.vocabulary import CustomerAct
from connector.helpdesks.jira.markup import plain
from connector.helpdesks.proofs import Proofs

_LAST = re.compile(
    r"\n\nWritten in the customer's panel, reference ([0-9a-f]{32})(?: ([a-z_]{1,20}))? ([0-9a-f]{64})\s*\Z", re.ASCII
)


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
