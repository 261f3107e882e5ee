"""Who was support at what time: what somebody did with a role counts after they have left it, too.

A helpdesk tells the roles of today only. So whoever is seen as support is remembered, until the last moment at which
they were seen acting as such. Of somebody who has become support it is remembered until when they were seen as anybody
else: what they wrote as a customer stays a customer's.
"""

from collections.abc import Mapping
from datetime import datetime
from threading import Lock
from typing import Protocol, runtime_checkable

from connector.domain.vocabulary import Actor

Seen = Mapping[tuple[str, Actor], datetime]
"""Account and role (agent, manager, or customer for none of them) → the time of the last act that was seen while the
account had the role (UTC)."""

_MOST_OTHERS = 50_000


class Staff:
    """What is remembered of one helpdesk's support. Safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._seen: dict[tuple[str, Actor], datetime] = {}
        self._news: dict[tuple[str, Actor], datetime] = {}
        self._others: dict[str, datetime] = {}
        """Who had no role so far, and the time of their last act. Most never get one, so it is kept nowhere else."""

    def as_of(self, account: str, at: datetime, today: Actor) -> Actor:
        """Who the account was at ``at`` (UTC), being ``today`` by the helpdesk's roles."""
        if today.is_staff:
            before = self._without_role_until(account)
            if before is not None and at <= before:
                return Actor.CUSTOMER
            self._learn(account, today, at)
        elif today is not Actor.CUSTOMER:
            return today
        else:
            self._saw_without_role(account, at)
        for role in (Actor.MANAGER, Actor.AGENT):
            until = self._seen.get((account, role))
            if until is not None and at <= until:
                return role
        return today

    def _without_role_until(self, account: str) -> datetime | None:
        """The last act of somebody who has become support, before they had; ``None``: they had been before, or always
        are as far as anybody has seen."""
        if account in self._others:
            last = self._others.pop(account)
            if (account, Actor.AGENT) not in self._seen and (account, Actor.MANAGER) not in self._seen:
                self._learn(account, Actor.CUSTOMER, last)
        return self._seen.get((account, Actor.CUSTOMER))

    def _saw_without_role(self, account: str, at: datetime) -> None:
        known = self._others.get(account)
        if known is None or known < at:
            if len(self._others) >= _MOST_OTHERS:
                self._others.clear()
            self._others[account] = at

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
