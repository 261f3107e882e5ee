"""What both sandboxes send back, and how they look at what comes in."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Response:
    """What goes back over the wire."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def header(headers: Mapping[str, str], name: str) -> str:
    """A header whatever the case of its name; empty if it is not there."""
    value = headers.get(name)
    if value is not None:
        return value
    lower = name.lower()
    return next((value for key, value in headers.items() if key.lower() == lower), "")
