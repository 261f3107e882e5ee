"""Signed proofs of what the connector has done, as they stand beside its own notes on a helpdesk.

A proof names a ticket and the steps that a note proves to be done (its marks). Its signature is an HMAC-SHA256
(RFC 2104) over the helpdesk, the ticket's id and the marks: whoever lacks the key can make none, and a note that is
moved to another ticket by a merge proves nothing there (docs/decisions/0007).
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from connector.domain.model import TicketId

PROPERTY = "interspace"
"""The name under which a helpdesk keeps a proof, among the preferences of an article or the properties of a comment."""


class Proof(NamedTuple):
    """What a note proves."""

    marks: frozenset[str] = frozenset()
    """The steps that are proved to be done."""
    refused: frozenset[str] = frozenset()
    """Steps that the note claims for this ticket without a valid signature: they count as not done."""
    elsewhere: frozenset[str] = frozenset()
    """Steps that are proved to be done on another ticket, ``ticket``."""
    ticket: TicketId = TicketId("")


class Proofs:
    """Signs and checks for one helpdesk. The first of ``keys`` signs, all of them are valid."""

    def __init__(self, helpdesk: str, keys: Sequence[bytes]) -> None:
        self._helpdesk = helpdesk
        self._keys = keys

    def __repr__(self) -> str:
        return f"Proofs({self._helpdesk!r})"

    def sealed(self, ticket_id: TicketId, marks: Iterable[str]) -> dict[str, Any]:
        """The proof that ``marks`` are done on this ticket, as JSON."""
        names = sorted(marks)
        return {"ticket": ticket_id, "marks": names, "sig": self.signature([ticket_id, names])}

    def read(self, ticket_id: TicketId, value: object) -> Proof:
        """What ``value`` proves on this ticket. The proof of another ticket proves nothing here but what was done
        there, and without a valid signature not even that."""
        if not isinstance(value, dict):
            return Proof()
        names, of_ticket = value.get("marks"), value.get("ticket")
        if not isinstance(of_ticket, str) or not isinstance(names, list):
            return Proof()
        if not all(isinstance(name, str) for name in names):
            return Proof()
        marks, signed = frozenset(names), self.is_signed(value.get("sig"), [of_ticket, names])
        if of_ticket != ticket_id:
            return Proof(elsewhere=marks, ticket=TicketId(of_ticket)) if signed else Proof()
        return Proof(marks) if signed else Proof(refused=marks)

    def signature(self, content: object) -> str:
        """The signature of ``content`` (anything that JSON can hold), in hexadecimal digits."""
        return self._signature(self._keys[0], content)

    def is_signed(self, signature: object, content: object) -> bool:
        """Whether ``signature`` is one of ours for ``content``."""
        if not isinstance(signature, str) or not signature.isascii():
            return False
        return any(hmac.compare_digest(signature, self._signature(key, content)) for key in self._keys)

    def _signature(self, key: bytes, content: object) -> str:
        message = json.dumps([self._helpdesk, content], sort_keys=True, separators=(",", ":"))
        return hmac.new(key, message.encode(), hashlib.sha256).hexdigest()


def public_key(helpdesk: str, bot_id: object) -> bytes:
    """The key that signs where none is configured. Anybody can compute it: it binds a proof to its ticket, and does not
    show who made it. It depends on nothing that changes when the helpdesk moves or its token is replaced."""
    return hashlib.sha256(f"interspace proof\0{helpdesk}\0{bot_id}".encode()).digest()
