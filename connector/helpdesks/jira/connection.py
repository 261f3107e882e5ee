"""How to reach one Jira: for our client and for the ``jira`` package."""

from base64 import b64encode
from collections.abc import Callable

from requests.adapters import BaseAdapter

from connector.helpdesks import connection
from connector.helpdesks.http import CONNECT_TIMEOUT, checked_token
from connector.helpdesks.jira.settings import JiraSettings

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


def open_connection(
    settings: JiraSettings, *, admin: bool = False, adapter: Callable[[], BaseAdapter] | None = None
) -> Connection:
    """The way to Jira with the token of the connector's user, or with the admin's. Nothing is sent yet.

    On Cloud each token goes with the address of its user; on Data Center there are no addresses in credentials.

    Raises SettingsError, PermanentError.
    """
    url, user = settings.required("url"), settings.user
    token = settings.required("admin_token" if admin else "token").get_secret_value()
    if admin and user is not None:
        user = settings.required("admin_user")
    return Connection(url, user, token, ca_file=settings.ca_path, adapter=adapter)
