"""Where something may be posted to; whoever only checks settings waits for no network library."""

from typing import NamedTuple
from urllib.parse import urlsplit

from connector.ports import is_this_machine


class Target(NamedTuple):
    """Where to post."""

    url: str
    private: bool
    """Private and loopback addresses may be visited."""


def problem_with(url: str) -> str | None:
    """What is wrong with an address to post to, without a full stop; ``None``: nothing.

    Plain HTTP is for this machine only: what is not encrypted can be read and forged on its way.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "is not an address"
    if parts.scheme not in ("https", "http") or not host:
        return "expected an address that begins with https://"
    if parts.username is not None or parts.password is not None:
        return "holds a user name; give a path or query with a secret in it instead"
    if parts.scheme == "http" and not is_this_machine(host):
        return "must begin with https:// (http:// is for a receiver on this machine only)"
    return None
