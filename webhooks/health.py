"""Whether everything works, for whoever asks without a password (P25): from memory, so that asking costs nothing, holds
nobody up and never reaches a helpdesk."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from connector.work.errors import StoreError
from connector.work.health import NOT_ANSWERED, NOT_READ, NOT_WRITTEN, Health
from connector.work.health import problems as problems_of
from connector.work.jobs import Counts

_FRESH_S = 5.0
_COMMIT_EVERY_S = 15.0
_OLD_S = 40.0
"""What was seen so long ago is not told as if it were so now: whoever looks has been waiting for the database since."""


class State(NamedTuple):
    """What was seen."""

    problems: Sequence[str]
    shown: Mapping[str, Any]
    """As JSON."""


class HealthCheck:
    """Looks at most once in five seconds, in the thread of one of those who ask; the others get what it saw last."""

    def __init__(
        self,
        helpdesks: Sequence[str],
        counts: Callable[[], Mapping[str, Counts]],
        now: Callable[[], datetime],
        *,
        health: Callable[[], Sequence[Health]] | None,
        commit: Callable[[], datetime] | None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """``helpdesks``: those whose webhooks are accepted. Without ``health`` nothing is said of workers, without
        ``commit`` nothing of whether the work table can be written. ``now``: UTC."""
        self._helpdesks = helpdesks
        self._counts, self._health, self._commit = counts, health, commit
        self._now = now
        self._monotonic = monotonic
        self._looking = threading.Lock()
        self._seen: tuple[float, State] | None = None
        self.committed: datetime | None = None
        """When a commit last went well (UTC)."""
        self._commit_failed = False
        self._commit_again = float("-inf")

    def state(self) -> State:
        """What is known now."""
        seen, at = self._seen, self._monotonic()
        if (seen is None or at >= seen[0] + _FRESH_S) and self._looking.acquire(blocking=False):
            try:
                seen = self._seen = (self._monotonic(), self._look())
            finally:
                self._looking.release()
        if seen is None or at >= seen[0] + _OLD_S:
            return State((NOT_ANSWERED,), {})
        return seen[1]

    def _look(self) -> State:
        try:
            counts = self._counts()
            told = {health.helpdesk: health for health in self._health()} if self._health else {}
        except StoreError:
            return State((NOT_READ,), {})
        problems = []
        if not self._can_write():
            problems.append(f"{NOT_WRITTEN}: nothing is accepted")
        now = self._now()
        for helpdesk in self._helpdesks if self._health else ():
            problems += problems_of(helpdesk, told.get(helpdesk), counts.get(helpdesk), now)
        shown: dict[str, Any] = {"work": {helpdesk: _work(count) for helpdesk, count in counts.items()}}
        if self._commit:
            shown["last_commit"] = _time(self.committed)
        if told:
            shown["helpdesks"] = {helpdesk: _told(health) for helpdesk, health in told.items()}
        return State(problems, shown)

    def _can_write(self) -> bool:
        if self._commit and self._monotonic() >= self._commit_again:
            self._commit_again = self._monotonic() + _COMMIT_EVERY_S
            try:
                self.committed, self._commit_failed = self._commit(), False
            except StoreError:
                self._commit_failed = True
        return not self._commit_failed


def _told(health: Health) -> dict[str, Any]:
    return {
        "up": health.failed is None,
        "worker_alive": _time(health.beat),
        "last_answer": _time(health.answered),
        "last_look": _time(health.looked),
        "failing_since": _time(health.failed),
        "token_ends": _time(health.token_ends),
        "policy": health.policy,
        "policy_up": health.policy_failure is None,
    }


def _work(counts: Counts) -> dict[str, int | str | None]:
    return {**counts._asdict(), "oldest_due": _time(counts.oldest_due)}


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
