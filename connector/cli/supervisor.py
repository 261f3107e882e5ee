"""The parts of ``run`` as processes that die apart and come back (P23)."""

import os
import signal
import socket
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import NamedTuple
from urllib.parse import urlsplit

import structlog

from connector.cli.reload import SIGHUP
from connector.cli.systemd import Watchdog
from connector.parent import PARENT, PULSE

log = structlog.get_logger("interspace")

STOP_S = 120.0
"""Seconds until what has not ended by SIGTERM is killed: less than the unit's ``TimeoutStopSec``."""

_SILENT_S = 180.0
"""A part that has given signs of life and then none for so long hangs. No call of its main loop takes as long."""

_ASK_S = 10.0
_ANSWER_S = 5.0
_ASKED = 18
"""A part that is asked hangs if it has once answered, and then failed to answer half of the last questions: one of its
processes may still answer."""

_LOOK_S = 0.2
_FIRST_DELAY_S = 1.0
_LONGEST_DELAY_S = 60.0
_MISTAKE = 2
"""The exit code of wrong settings: starting again would not help."""


class Part(NamedTuple):
    """A process of ``run``."""

    name: str
    """As it is logged: ``receiver``, ``worker 2``."""
    command: Sequence[str]
    """The program and its arguments."""
    environment: Mapping[str, str]
    reloads: bool = False
    """It reads the policy again on SIGHUP."""
    asked_at: str | None = None
    """Where it answers who asks whether it lives: an answer is a sign of life."""


def supervise(parts: Sequence[Part]) -> int:
    """Starts the parts and starts each again that ends, until SIGTERM or SIGINT; then ends all. Returns the exit code.

    A part that ends soon after its start is started later and later, a minute after its end at most. One that finds a
    mistake in the settings at its first start ends everything.
    """
    received: list[int] = []
    running = [_Running(part) for part in parts]
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: received.append(number))
    for one in running:
        one.start()
        if one.part.asked_at is not None:
            threading.Thread(target=one.ask, args=(one.part.asked_at,), name="asks", daemon=True).start()
    _hand_on_sighup(running)
    watchdog = Watchdog()
    watchdog.ready()
    code = 0
    # No event is waited for: its lock is not free for a handler that interrupts the waiting.
    while not received and not code:
        time.sleep(_LOOK_S)
        code = next((code for one in running if (code := one.look())), 0)
        watchdog.beat()
    watchdog.stopping()
    _end(running)
    return code


class _Running:
    """A part and its present process."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.process: subprocess.Popen[bytes] | None = None
        self._pulse: int | None = None
        self._answers: deque[bool] = deque(maxlen=_ASKED)
        self._started = self._heard = time.monotonic()
        self._start_at: float | None = None
        self._delay = _FIRST_DELAY_S
        self._lives = 0

    def start(self) -> None:
        """Starts it. It ignores SIGHUP while it starts, and reads the files after that anyway."""
        before = SIGHUP and signal.signal(SIGHUP, signal.SIG_IGN)
        listens, beats = os.pipe()
        os.set_blocking(listens, False)
        environment = {**self.part.environment, PARENT: str(os.getpid()), PULSE: str(beats)}
        try:
            self.process = subprocess.Popen(self.part.command, env=environment, pass_fds=(beats,))
        finally:
            os.close(beats)
            if SIGHUP:
                signal.signal(SIGHUP, before)
        self._pulse, self._heard, self._start_at = listens, 0.0, None
        self._answers.clear()
        self._started = time.monotonic()
        self._lives += 1

    def look(self) -> int:
        """Starts it again when it has ended and the time has come; ends it when it hangs. Returns an exit code other
        than 0 if nothing can run so."""
        now = time.monotonic()
        if self.process is None:
            if self._start_at is not None and now >= self._start_at:
                self.start()
            return 0
        self._listen(now)
        code = self.process.poll()
        if code is None:
            if (self._heard and now - self._heard > _SILENT_S) or self._leaves_open():
                log.error("a part gives no sign of life and is ended", part=self.part.name, pid=self.process.pid)
                _kill_with_children(self.process.pid)
                self._answers.clear()
            return 0
        if code == _MISTAKE and self._lives == 1:
            return code
        self._plan_start(code, now)
        return 0

    def ask(self, address: str) -> None:
        """For ever, in a thread of its own: whether the part answers. What it answers is others' business."""
        while True:
            time.sleep(_ASK_S)
            answered = _answers(address)
            if answered or self._answers:
                self._answers.append(answered)

    def _leaves_open(self) -> bool:
        answers = list(self._answers)
        return len(answers) == _ASKED and answers.count(False) * 2 >= _ASKED

    def _listen(self, now: float) -> None:
        if self._pulse is not None:
            with suppress(BlockingIOError):
                if os.read(self._pulse, 65_536):
                    self._heard = now

    def _plan_start(self, code: int, now: float) -> None:
        self._delay = _FIRST_DELAY_S if now - self._started > _LONGEST_DELAY_S else self._delay
        how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        log.error("a part has ended and is started again", part=self.part.name, how=how, in_seconds=self._delay)
        self._start_at, self._delay = now + self._delay, min(2 * self._delay, _LONGEST_DELAY_S)
        self.process = None
        self._close()

    def _close(self) -> None:
        if self._pulse is not None:
            os.close(self._pulse)
            self._pulse = None


def _answers(address: str) -> bool:
    try:
        with socket.create_connection(_place(address), _ANSWER_S) as asks:
            asks.settimeout(_ANSWER_S)
            asks.sendall(
                f"GET {urlsplit(address).path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
            )
            return bool(asks.recv(1))
    except OSError:
        return False


def _place(address: str) -> tuple[str, int]:
    parts = urlsplit(address)
    return parts.hostname or "", parts.port or 80


def _kill_with_children(pid: int) -> None:
    """A process that hangs ends no child, and a child that hangs does not notice that its parent has ended."""
    children = list[int]()
    with suppress(OSError, ValueError):
        children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    for one in (pid, *children):
        with suppress(OSError):
            os.kill(one, signal.SIGKILL)


def _hand_on_sighup(running: Sequence[_Running]) -> None:
    def hand_on(number: int, _: FrameType | None) -> None:
        for one in running:
            if one.part.reloads and one.process is not None:
                one.process.send_signal(number)

    if SIGHUP:
        signal.signal(SIGHUP, hand_on)


def _end(running: Sequence[_Running], clock: Callable[[], float] = time.monotonic) -> None:
    """SIGTERM to all; after two minutes what is left is killed."""
    processes = {one.part.name: one.process for one in running if one.process is not None}
    for process in processes.values():
        process.terminate()
    until = clock() + STOP_S
    for name, process in processes.items():
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, until - clock()))
        if process.poll() is None:
            log.error("a part did not end in time and is killed", part=name, pid=process.pid)
            process.kill()
            process.wait()
