"""Trouble on demand: error answers, the helpdesk's own and a proxy's, refused and hanging connections, answers lost
after the work was done, delays, and hostile answers: a byte now and then, without an end, a gzip bomb."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Literal

Kind = Literal["status", "stranger", "refuse", "hang", "lose answer", "delay", "drip", "endless", "bomb"]
"""``status`` is the helpdesk's own answer, ``stranger`` that of a proxy that has lost the way to it. ``drip`` sends a
byte of an answer every ``seconds``, ``endless`` never ends one, ``bomb`` is 4 GB in few bytes of gzip."""

Broken = Literal["refuse", "hang", "lose answer", "drip"]


class BrokenError(Exception):
    """The caller gets no answer: the connection was refused, hangs, or broke before the answer came."""

    def __init__(self, kind: Broken, seconds: float = 0.0) -> None:
        super().__init__(kind)
        self.kind = kind
        self.seconds = seconds
        """Between two bytes, where they drip."""


@dataclass
class Fault:
    """Trouble for requests whose method and path (with query) match, `times` more times; None is for ever."""

    kind: Kind
    method: str = "*"
    path: str = ""
    times: int | None = 1
    status: int = 500
    retry_after: str | None = None
    seconds: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)
    """What else the answer says, such as `RateLimit-Reason`."""

    def matches(self, method: str, target: str) -> bool:
        """Whether this request is in trouble. `path` is a regular expression, searched for."""
        return self.method in {"*", method} and re.search(self.path, target) is not None


class Faults:
    """The faults that wait for requests, in the order they were added. Thread-safe."""

    def __init__(self, sleep: Callable[[float], object]) -> None:
        self._sleep = sleep
        self._lock = Lock()
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        """Inject a fault; keep it to see how often it is still to come (`fault.times`)."""
        with self._lock:
            self._waiting.append(fault)
        return fault

    def clear(self) -> None:
        """End all trouble."""
        with self._lock:
            self._waiting.clear()

    def strike(self, method: str, target: str) -> Fault | None:
        """The fault that hits this request, if any, used up by one; delays have passed when this returns."""
        with self._lock:
            hits = [fault for fault in self._waiting if fault.matches(method, target)]
            delays = [fault for fault in hits if fault.kind == "delay"]
            others = [fault for fault in hits if fault.kind != "delay"][:1]
            for fault in delays + others:
                self._use(fault)
        for fault in delays:
            self._sleep(fault.seconds)
        return others[0] if others else None

    def _use(self, fault: Fault) -> None:
        if fault.times is None:
            return
        fault.times -= 1
        if fault.times <= 0:
            self._waiting.remove(fault)
