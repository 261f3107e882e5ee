"""How to reach one Jira: address, credentials, one pool of connections; for our client and for the ``jira`` package."""

from base64 import b64encode
from collections.abc import Callable

from requests.adapters import BaseAdapter, HTTPAdapter
from requests.utils import get_environ_proxies

from connector import __version__
from connector.helpdesks.http import CONNECT_TIMEOUT, checked_address, checked_token

READ_TIMEOUT = 20.0
"""Seconds without a byte of the answer."""
TIMEOUT = (CONNECT_TIMEOUT, READ_TIMEOUT)

_POOL = 64
"""Connections kept open; more threads than that open and close their own."""


class Connection:
    """``url`` is the address people use in the browser. With a ``user`` (the e-mail address of a Cloud account) the
    token goes out as Basic authentication, without one as a Data Center personal access token."""

    def __init__(
        self,
        url: str,
        user: str | None,
        token: str,
        *,
        ca_file: str | None = None,
        adapter: Callable[[], BaseAdapter] | None = None,
    ) -> None:
        self.base = checked_address(url, "Jira")
        self.token = checked_token(token, "Jira")
        self.verify: bool | str = ca_file or True
        self.adapter = adapter() if adapter else HTTPAdapter(pool_connections=1, pool_maxsize=_POOL, max_retries=0)
        self.proxies = get_environ_proxies(self.base)
        self.headers = {
            "Authorization": _credentials(user, token),
            "Accept": "application/json",
            "Accept-Encoding": "gzip, deflate",
            "Content-Type": "application/json",
            "User-Agent": f"interspace-connector/{__version__}",
        }

    def __repr__(self) -> str:
        return f"Connection({self.base!r})"


def _credentials(user: str | None, token: str) -> str:
    if user is None:
        return f"Bearer {token}"
    return f"Basic {b64encode(f'{user}:{token}'.encode()).decode()}"
