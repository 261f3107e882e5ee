"""What both sandboxes send back, and how they look at what comes in."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache


@dataclass(frozen=True, slots=True)
class Response:
    """What goes back over the wire."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    forever: bytes = b""
    """Sent again and again behind the body, without an end."""


def header(headers: Mapping[str, str], name: str) -> str:
    """A header whatever the case of its name; empty if it is not there."""
    value = headers.get(name)
    if value is not None:
        return value
    lower = name.lower()
    return next((value for key, value in headers.items() if key.lower() == lower), "")


@cache
def bomb() -> bytes:
    """Gzip of a text of 4 GB, in 4 MB."""
    member = gzip.compress(b"x" * 64 * 1024 * 1024, 9)
    return gzip.compress(b'{"title": "') + member * 64
