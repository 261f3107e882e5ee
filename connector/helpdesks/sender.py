"""Webhook senders as declarations: what a helpdesk's folder says of its webhooks, without any web framework.

``webhooks/`` makes a route of each helpdesk's :class:`Sender` and goes through the same steps for all of them: read the
body, verify it, parse it, mark the tickets of the event due, answer.
"""

import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from connector.domain.model import TicketId
from connector.helpdesks.payload import Value

_SIGNATURE = {
    "sha1": re.compile(r"sha1=([0-9a-f]{40})", re.ASCII),
    "sha256": re.compile(r"sha256=([0-9a-f]{64})", re.ASCII),
}
_BEARER = re.compile(r"Bearer +(\S+) *", re.ASCII | re.IGNORECASE)


class Headers(Protocol):
    """The headers of a request. Names are matched in any spelling of upper and lower case."""

    def get(self, name: str, /) -> str | None:
        """The value, its bytes as Latin-1 text (PEP 3333); ``None`` if the header is missing."""


@dataclass(frozen=True)
class Hook:
    """One webhook as its admin set it up: the helpdesk it speaks for and the secrets valid now.

    While a secret is being replaced, the new and the old one are valid.
    """

    helpdesk: str
    secrets: tuple[bytes, ...] = field(default=(), repr=False)
    """The sender signs with one of these."""
    tokens: tuple[bytes, ...] = field(default=(), repr=False)
    """A sender that cannot sign shows one of these."""
    bot: str | None = None
    """The connector's own account, where the sender tells who did something."""
    name: str = "main"
    """The last part of its URL: ``/webhooks/<helpdesk>/<name>``."""


class Event(NamedTuple):
    """What a delivery is about. Without ``tickets`` there is a reason in ``ignored``, or nobody knows the event."""

    tickets: tuple[TicketId, ...] = ()
    """The tickets that have to be looked at again."""
    name: str | None = None
    """What the helpdesk calls the event; ``None`` where it gives events no name."""
    ignored: str | None = None


@dataclass(frozen=True, kw_only=True)
class Sender:
    """How one helpdesk sends webhooks."""

    secret_settings: tuple[str, ...]
    """The settings of the helpdesk that hold what it signs with."""
    token_settings: tuple[str, ...] = ()
    """The settings that hold what a sender shows that cannot sign."""
    bot_setting: str | None = None
    """The setting that names the connector's own account."""
    proof_headers: tuple[str, ...]
    """Where a signature or token stands, for the answer to a delivery without a valid one."""
    challenge: str
    """The ``WWW-Authenticate`` header of that answer (RFC 9110, section 11.6.1)."""
    delivery_header: str
    """Holds the id that all attempts of one delivery share."""
    delivery_id: re.Pattern[str]
    """What such an id looks like; anything else is taken for none."""
    digest_for_id: bool = False
    """Some deliveries have no id: the SHA-256 of the body takes its place."""
    attempt_headers: Mapping[str, str] = field(default_factory=dict)
    """Headers that tell one attempt of a delivery from another, by their key in the log."""
    verify: Callable[[Headers, bytes, Hook], bool]
    """Whether the raw body comes from somebody who knows a secret of the hook."""
    event: Callable[[Headers, Value, str | None], Event]
    """What a verified payload is about; the last argument is the connector's own account.

    Raises :class:`~connector.helpdesks.payload.PayloadError` if the payload does not say what it must."""

    @property
    def all_settings(self) -> tuple[str, ...]:
        """The settings of which one is needed at least."""
        return (*self.secret_settings, *self.token_settings)

    def delivery(self, headers: Headers) -> str | None:
        """The id that all attempts of one delivery share; ``None`` if it is missing or does not look like one."""
        header = headers.get(self.delivery_header)
        return header if header and self.delivery_id.fullmatch(header) else None


def is_signed(method: str, secrets: Sequence[bytes], body: bytes, header: str | None) -> bool:
    """Whether ``header`` is the hex HMAC of ``body`` under one of the secrets, after the name of the method and ``=``.

    ``method``: ``sha1`` or ``sha256``. Every secret is compared, in constant time: how long it takes does not tell
    which of them is in use (P5). Source: RFC 2104; WebSub's ``X-Hub-Signature``.
    """
    match = _SIGNATURE[method].fullmatch(header or "")
    given = bytes.fromhex(match[1]) if match else b""
    valid = False
    for secret in secrets:
        valid |= hmac.compare_digest(hmac.digest(secret, body, method), given)
    return valid


def shows_token(tokens: Sequence[bytes], headers: Sequence[str | None]) -> bool:
    """Whether one of the headers is one of the tokens, as it is or after ``Bearer``; compared like signatures."""
    valid = False
    for header in headers:
        match = _BEARER.fullmatch(header or "")
        shown = (match[1] if match else header or "").encode("latin-1", "replace")
        for token in tokens:
            valid |= hmac.compare_digest(token, shown)
    return valid
