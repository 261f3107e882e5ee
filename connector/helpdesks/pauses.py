"""Kinds of requests that a helpdesk wants left alone for a while, known to all threads of a process.

The worker tells the other processes what this one has learnt, and tells this one what the others have.
"""

import threading
from collections.abc import Mapping
from datetime import datetime

from connector.helpdesks.errors import EndpointLimitedError


class EndpointPauses:
    """Endpoint, as the client names it (``PUT issue``), to the time (UTC) before which nobody asks it."""

    def __init__(self) -> None:
        self._until: dict[str, datetime] = {}
        self._writing = threading.Lock()

    def until(self, endpoint: str, now: datetime) -> datetime | None:
        """The end of the endpoint's pause; ``None`` if it may be asked now."""
        until = self._until.get(endpoint)
        return until if until is not None and until > now else None

    def check(self, endpoint: str, now: datetime) -> None:
        """To be called before each request. Raises EndpointLimitedError while the endpoint is paused."""
        until = self.until(endpoint, now)
        if until is not None:
            raise EndpointLimitedError(f"{endpoint} is left alone until {until:%H:%M:%S} UTC", until, endpoint)

    def set(self, endpoint: str, until: datetime) -> None:
        """Nobody asks before ``until`` (UTC). A pause is never shortened."""
        with self._writing:
            self._until[endpoint] = max(until, self._until.get(endpoint, until))

    def learn(self, others: Mapping[str, datetime]) -> None:
        """What other processes were told."""
        for endpoint, until in others.items():
            self.set(endpoint, until)
