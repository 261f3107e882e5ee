"""How to reach one Jira: for our client and for the ``jira`` package."""

from base64 import b64encode
from collections.abc import Callable

from requests.adapters import BaseAdapter

from connector.helpdesks import connection
from connector.helpdesks.http import CONNECT_TIMEOUT, checked_token

READ_TIMEOUT = 20.0
"""Seconds without a byte of the answer."""
TIMEOUT = (CONNECT_TIMEOUT, READ_TIMEOUT)


class Connection(connection.Connection):
    """With a ``user`` (the e-mail address of a Cloud account) the token goes out as Basic authentication, without one
    as a Data Center personal access token."""

    def __init__(
        self,
        url: str,
        user: str | None,
        token: str,
        *,
        ca_file: str | None = None,
        adapter: Callable[[], BaseAdapter] | None = None,
    ) -> None:
        self.token = checked_token(token, "Jira")
        super().__init__("Jira", url, _credentials(user, token), READ_TIMEOUT, ca_file=ca_file, adapter=adapter)


def _credentials(user: str | None, token: str) -> str:
    if user is None:
        return f"Bearer {token}"
    return f"Basic {b64encode(f'{user}:{token}'.encode()).decode()}"
