"""Links to our pages in what we write on tickets. Each names a ticket and bears a signature: only whoever got the
letter or reads the note has it, and it is good for nothing else (R27)."""

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from typing import NamedTuple

from connector.domain.model import TicketId

_PATTERN = re.compile(r"([A-Za-z0-9_-]{1,64})\.(\d{8}T\d{4})\.([A-Za-z0-9_-]{27})", re.ASCII)
_STAMP = "%Y%m%dT%H%M"
_BYTES = 20
_CONSENT, _PAGE = b"interspace consent link", b"interspace ticket page"


class ConsentQuestion(NamedTuple):
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

    def consent(self, asked: ConsentQuestion) -> str:
        """The address of the page that asks."""
        name = urlsafe_b64encode(f"{asked.helpdesk}:{asked.ticket}".encode()).decode().rstrip("=")
        said = f"{name}.{asked.opening.astimezone(UTC).strftime(_STAMP)}"
        return f"{self._url}/form/consent?link={said}.{_signature(self._keys[0], said)}"

    def read_consent(self, link: str) -> ConsentQuestion | None:
        """The question of a link's parameter; ``None``: it is none of ours."""
        found = _PATTERN.fullmatch(link)
        if found is None:
            return None
        said = f"{found[1]}.{found[2]}"
        if not any(hmac.compare_digest(found[3], _signature(key, said)) for key in self._keys):
            return None
        helpdesk, _, ticket = urlsafe_b64decode(found[1] + "=" * (-len(found[1]) % 4)).decode().partition(":")
        return ConsentQuestion(helpdesk, TicketId(ticket), datetime.strptime(found[2], _STAMP).replace(tzinfo=UTC))


class TicketPages:
    """Where support sees what every rule says of a ticket. A link opens one ticket's page, for looking only, as long as
    its key is valid; keys as above."""

    def __init__(self, url: str, keys: tuple[bytes, ...]) -> None:
        """``url``: of the operations page."""
        self._url = url.rstrip("/")
        self._keys = keys

    def __repr__(self) -> str:
        return f"TicketPages({self._url!r})"

    def page(self, helpdesk: str, ticket: TicketId) -> str:
        """The address for internal notes on the ticket."""
        return f"{self._url}/{helpdesk}/{ticket}?key={_signature(self._keys[0], f'{helpdesk}:{ticket}', _PAGE)}"

    def is_key_of(self, helpdesk: str, ticket: TicketId, key: str) -> bool:
        """Whether the key in an address is that of this ticket."""
        made = (_signature(own, f"{helpdesk}:{ticket}", _PAGE) for own in self._keys)
        return any(hmac.compare_digest(key.encode(), each.encode()) for each in made)


def _signature(key: bytes, said: str, purpose: bytes = _CONSENT) -> str:
    digest = hmac.digest(key, purpose + b"\0" + said.encode(), "sha256")
    return urlsafe_b64encode(digest[:_BYTES]).decode().rstrip("=")
