"""Where a helpdesk reaches the receiver."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from connector.install.errors import PlanError


def endpoint(url: str, path: str) -> str:
    """Where the receiver takes the webhook of ``path``; ``url`` may leave out the path.

    Raises PlanError for no web address.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise PlanError(f"{url!r} is not where a receiver can be (example: https://connector.example.com)")
    return url.rstrip("/") + path if parts.path in ("", "/") else url


def refuse_plain(url: str | None, sender: str) -> None:
    """For a helpdesk somewhere else, which sends to https only. Raises PlanError for an address without TLS, unless it
    is this machine's: there a sandbox may be."""
    parts = urlsplit(url or "")
    if parts.scheme == "http" and not is_this_machine(parts.hostname or ""):
        raise PlanError(f"{url}: {sender} sends webhooks to https addresses only")


def is_this_machine(host: str) -> bool:
    """Nobody else can listen on the way to it."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
