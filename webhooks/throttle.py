"""How many requests are answered: for each panel, for each person there, and for each address that cannot sign.

Buckets that fill evenly (token buckets); the memory that they take is bounded: whoever was not heard of for long is
forgotten first.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from http import HTTPStatus
from threading import Lock

from .problem import Refusal

_MOST = 20_000
_REFUSED_PER_MINUTE = 60.0


class _Buckets:
    """For each key so many requests a minute, and as many at once."""

    def __init__(self, per_minute: float, monotonic: Callable[[], float]) -> None:
        self._per_minute = per_minute
        self._monotonic = monotonic
        self._lock = Lock()
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str) -> float:
        """Seconds until there is room; 0: one is taken."""
        if not self._per_minute:
            return 0.0
        rate = self._per_minute / 60
        with self._lock:
            now = self._monotonic()
            left, at = self._held.pop(key, (self._per_minute, now))
            left = min(self._per_minute, left + (now - at) * rate)
            wait = 0.0 if left >= 1 else (1 - left) / rate
            self._held[key] = (left - 1 if not wait else left, now)
            if len(self._held) > _MOST:
                self._held.popitem(last=False)
        return wait


class Throttle:
    """0 a minute: no bound."""

    def __init__(
        self, *, per_panel: float = 0.0, per_person: float = 0.0, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._panels = _Buckets(per_panel, monotonic)
        self._people = _Buckets(per_person, monotonic)
        self._strangers = _Buckets(_REFUSED_PER_MINUTE, monotonic)

    def panel(self, panel: str) -> None:
        """One request of a panel. Raises ``Refusal`` (429)."""
        _check(self._panels.take(panel))

    def person(self, panel: str, person: str) -> None:
        """One report of somebody there. Raises ``Refusal`` (429)."""
        _check(self._people.take(f"{panel}\0{person.casefold()}"))

    def stranger(self, address: str) -> None:
        """One request without a valid signature. Raises ``Refusal`` (429): only these are refused by address, because a
        proxy may stand before all."""
        _check(self._strangers.take(address))


def _check(wait: float) -> None:
    if wait:
        seconds = str(max(1, math.ceil(wait)))
        raise Refusal(HTTPStatus.TOO_MANY_REQUESTS, "too many requests", {"Retry-After": seconds})
