"""How many requests at a time a helpdesk can take from the connector while people work on it too: fewer when its
answers get slow, more when they are quick.

Additive increase, multiplicative decrease, as in TCP (RFC 5681), on the latency relative to the best that was seen of
the same kind of request (as TCP Vegas judges a path: Brakmo and Peterson, 1995). How much less follows from how much
slower, so that a little noise costs little. As in TCP, the answer to a request that was sent before the last change is
not judged: it tells of the load before that change.
"""

import statistics
import threading
import time
from collections.abc import Callable
from typing import Protocol, runtime_checkable

QUICK_S = 0.05
"""Seconds. An answer that comes within them counts as quick, even if the best one came sooner still."""

_SLOW = 2.0
"""Answers that take more than so many times the best latency are slow: requests wait for each other."""

_FINE = 1.4
_ANSWERS = 8
"""Answers that are judged together, by their median: one large ticket says nothing."""

_MORE = 0.1
_LEAST_LEFT, _LEAST = 0.5, 0.05
"""The least that one decrease leaves, as a factor, and the least share of the threads that all of them leave."""

_FORGETS, _FORGETS_ALONE = 1.0002, 1.02
"""Factors by which the best latency rises with each answer, so that an old one is forgotten. The second counts where
the share is at its least: what is slow then is the helpdesk itself, not our requests."""


class Concurrency:
    """What one helpdesk's answers tell. Safe to use from many threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """``clock``: seconds since any moment."""
        self._clock = clock
        self._lock = threading.Lock()
        self._share = 1.0
        self._changed_at = -float("inf")
        self._best: dict[str, float] = {}
        self._ratios: list[float] = []

    def of(self, threads: int) -> int:
        """How many of ``threads`` may be at work now, at least one."""
        return max(1, round(self._share * threads))

    def answered(self, kind: str, seconds: float) -> None:
        """Takes in that a request of this ``kind`` was answered ``seconds`` after it was sent."""
        with self._lock:
            forgets = _FORGETS_ALONE if self._share <= _LEAST else _FORGETS
            best = min(seconds, self._best.get(kind, seconds) * forgets)
            self._best[kind] = best
            if self._clock() - seconds < self._changed_at:
                return
            self._ratios.append(seconds / max(best, QUICK_S))
            if len(self._ratios) < _ANSWERS:
                return
            ratio = statistics.median(self._ratios)
            self._ratios.clear()
            if ratio > _SLOW:
                self._change(self._share * max(_LEAST_LEFT, _SLOW / ratio))
            elif ratio < _FINE and self._share < 1.0:
                self._change(self._share + _MORE)

    def failed(self) -> None:
        """Takes in that a request was not answered in time, or that the helpdesk said it has too much to do."""
        with self._lock:
            self._change(self._share * _LEAST_LEFT)

    def _change(self, share: float) -> None:
        self._share = min(1.0, max(_LEAST, share))
        self._changed_at = self._clock()
        self._ratios.clear()


@runtime_checkable
class Adaptive(Protocol):
    """A helpdesk that tells how much it can take."""

    @property
    def concurrency(self) -> Concurrency: ...
