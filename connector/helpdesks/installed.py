"""How an installation leaves its name on a helpdesk, so that another one sees that there is one already."""

import hashlib
import re
from datetime import UTC, datetime
from typing import NamedTuple

_TEXT = re.compile(r"Installation (?P<id>[0-9a-f]{12}) of account (?P<account>[^\s]{1,128})\.(?:\s|$)")


class Installed(NamedTuple):
    """What an installation says of itself. Nothing of it is secret."""

    id: str
    """The same as long as it is installed."""
    account: str
    """The id of the connector's own account."""
    since: datetime | None = None
    """When it was installed (UTC): the rules hold from then on, unless the policy says otherwise."""

    def __str__(self) -> str:
        return f"Installation {self.id} of account {self.account}."


class Identity(NamedTuple):
    """Which helpdesk this is and who we are there."""

    address: str
    account: str
    """The id of the account whose token we hold."""
    person: str
    """The same as people know it."""
    installed: Installed | None
    """``None``: nothing has been installed there."""


def new_installation(account: str, receiver_url: str | None) -> Installed:
    """The name of a first installation: the same each time that it is planned.

    >>> new_installation("7", "https://connector.example.com").id
    'a5cb1fb91329'
    """
    return Installed(hashlib.sha256(f"{account} {receiver_url}".encode()).hexdigest()[:12], account)


def installed_in(text: object, since: object = None) -> Installed | None:
    """What a note says of the installation, which was written at ``since`` (ISO); ``None`` if nothing."""
    found = _TEXT.search(str(text or ""))
    return Installed(found["id"], found["account"], _moment(since)) if found else None


def _moment(text: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(text).replace("Z", "+00:00"))
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else None
