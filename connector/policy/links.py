"""Links to our pages in letters to customers. Each names a ticket and what was asked there, and bears a signature: only
whoever got the letter has it, and it is good for nothing else (R27)."""

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from typing import NamedTuple

from connector.domain.model import TicketId

_PATTERN = re.compile(r"([A-Za-z0-9_-]{1,64})\.(\d{8}T\d{4})\.([A-Za-z0-9_-]{27})", re.ASCII)
_STAMP = "%Y%m%dT%H%M"
_BYTES = 20


class Asked(NamedTuple):
    """A question to the customer: may the repair wait until working hours begin?"""

    helpdesk: str
    ticket: TicketId
    opening: datetime
    """When they begin (UTC)."""


class Links:
    """Makes and reads them. Several keys: the first signs, all of them are valid."""

    def __init__(self, url: str, keys: tuple[bytes, ...]) -> None:
        """``url``: where customers' browsers reach the pages, without a path of ours."""
        self._url = url.rstrip("/")
        self._keys = keys

    def __repr__(self) -> str:
        return f"Links({self._url!r})"

    def consent(self, asked: Asked) -> str:
        """The address of the page that asks."""
        name = urlsafe_b64encode(f"{asked.helpdesk}:{asked.ticket}".encode()).decode().rstrip("=")
        said = f"{name}.{asked.opening.astimezone(UTC).strftime(_STAMP)}"
        return f"{self._url}/form/consent?link={said}.{_signature(self._keys[0], said)}"

    def read_consent(self, link: str) -> Asked | None:
        """The question of a link's parameter; ``None``: it is none of ours."""
        found = _PATTERN.fullmatch(link)
        if found is None:
            return None
        said = f"{found[1]}.{found[2]}"
        if not any(hmac.compare_digest(found[3], _signature(key, said)) for key in self._keys):
            return None
        helpdesk, _, ticket = urlsafe_b64decode(found[1] + "=" * (-len(found[1]) % 4)).decode().partition(":")
        return Asked(helpdesk, TicketId(ticket), datetime.strptime(found[2], _STAMP).replace(tzinfo=UTC))


def _signature(key: bytes, said: str) -> str:
    digest = hmac.digest(key, b"interspace consent link\0" + said.encode(), "sha256")
    return urlsafe_b64encode(digest[:_BYTES]).decode().rstrip("=")
