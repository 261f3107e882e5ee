"""How an installation leaves its name on a helpdesk, so that another one sees that there is one already."""

import re
import secrets
from datetime import UTC, datetime
from typing import NamedTuple

_TEXT = re.compile(
    r"Installation (?P<id>[0-9a-f]{12}) of account (?P<account>[^\s]{1,128}) since (?P<since>\S{20,35})\."
)
_MANY_YEARS_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class Installed(NamedTuple):
    """What an installation says of itself. Nothing of it is secret."""

    id: str
    """Random, the same as long as it is installed."""
    account: str
    """The id of the connector's own account."""
    since: datetime
    """When it was installed: the rules hold for tickets created from then on (UTC), unless the policy says otherwise."""

    def __str__(self) -> str:
        return f"Installation {self.id} of account {self.account} since {self.since:%Y-%m-%dT%H:%M:%SZ}."


class Identity(NamedTuple):
    """Which helpdesk this is and who we are there."""

    address: str
    account: str
    """The id of the account whose token we hold."""
    person: str
    """The same as people know it."""
    installed: Installed | None
    """``None``: nothing has been installed there."""


def new_installation(account: str, now: datetime) -> Installed:
    """The name of a first installation."""
    return Installed(secrets.token_hex(6), account, now.astimezone(UTC).replace(microsecond=0))


def of_an_older_release(account: str) -> Installed:
    """The same where an older release is installed, whose rules hold for all tickets."""
    return Installed(secrets.token_hex(6), account, _MANY_YEARS_AGO)


def installed_in(text: object) -> Installed | None:
    """What a note says of the installation; ``None`` if nothing."""
    found = _TEXT.search(str(text or ""))
    if found is None:
        return None
    try:
        since = datetime.fromisoformat(found["since"].replace("Z", "+00:00")).astimezone(UTC)
    except ValueError:
        return None
    return Installed(found["id"], found["account"], since)
