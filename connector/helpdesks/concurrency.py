"""How much a helpdesk can take from us beside its people: fewer requests at a time when its answers get slow, more when
they are quick.

Additive increase, multiplicative decrease, as in TCP (RFC 5681), on the latency relative to the best that was seen of
the same kind of request (as TCP Vegas judges a path: Brakmo and Peterson, 1995). How much less follows from how much
slower, so that a little noise costs little. As in TCP a round trip is judged once: an answer to what was sent before
the last change tells of the load of before.
"""

import statistics
import threading
import time
from collections.abc import Callable
from typing import Protocol, runtime_checkable

QUICK_S = 0.05
"""Seconds. An answer that comes within them was not slowed down by anybody, however quick others were."""

_SLOW = 2.0
"""So many times the best latency is slow: the requests wait for each other."""

_FINE = 1.4
_ANSWERS = 8
"""Answers that are judged together, by their median: one large ticket says nothing."""

_MORE = 0.1
_LEAST_LEFT, _LEAST = 0.5, 0.05
"""What one decrease leaves at least, and all of them."""

_FORGETS, _FORGETS_ALONE = 1.0002, 1.02
"""The best latency fades with each answer. Quickly where we are down to one request at a time: then it is the
helpdesk's own."""


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
        """A request of this kind was answered so long after it was sent."""
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
        """A request was not answered in time, or the helpdesk said that it has too much to do."""
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
