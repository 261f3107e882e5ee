"""Where a helpdesk reaches the receiver."""

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
