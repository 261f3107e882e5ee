"""Who was support at what time: what somebody did with a role counts after they have left it, too.

A helpdesk tells the roles of today only. So whoever is seen as support is remembered, until the last moment at which
they were seen acting as such.
"""

from collections.abc import Mapping
from datetime import datetime
from threading import Lock
from typing import Protocol, runtime_checkable

from connector.domain.vocabulary import Actor

Seen = Mapping[tuple[str, Actor], datetime]
"""Account and role (agent or manager) → the time of the last act that was seen while the account had the role (UTC)."""


class Staff:
    """What is remembered of one helpdesk's support. Safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._seen: dict[tuple[str, Actor], datetime] = {}
        self._news: dict[tuple[str, Actor], datetime] = {}

    def as_of(self, account: str, at: datetime, today: Actor) -> Actor:
        """Who the account was at ``at`` (UTC), being ``today`` by the helpdesk's roles."""
        if today.is_staff:
            self._learn(account, today, at)
        elif today is not Actor.CUSTOMER:
            return today
        for role in (Actor.MANAGER, Actor.AGENT):
            until = self._seen.get((account, role))
            if until is not None and at <= until:
                return role
        return today

    def _learn(self, account: str, role: Actor, at: datetime) -> None:
        known = self._seen.get((account, role))
        if known is None or known < at:
            with self._lock:
                self._seen[account, role] = self._news[account, role] = at

    def recall(self, seen: Seen) -> None:
        """Takes over what was kept elsewhere."""
        with self._lock:
            for key, until in seen.items():
                self._seen[key] = max(until, self._seen.get(key, until))

    def news(self) -> Seen:
        """What was learned and is not kept elsewhere."""
        with self._lock:
            return dict(self._news)

    def kept(self, news: Seen) -> None:
        """It is kept elsewhere now."""
        with self._lock:
            self._news = {key: at for key, at in self._news.items() if news.get(key) != at}


@runtime_checkable
class KnowsStaff(Protocol):
    """A helpdesk whose reads use such a memory."""

    staff: Staff
