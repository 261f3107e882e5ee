"""The takeover of a dead worker's job, measured while other benchmarks run: it waits for a real lease to end."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from connector.work.worker import POLL_S
from tests.benchmarks.report import Row, failure

_FIGURE = "takeover of a dead worker's job after the end of its lease"
_LOOK = "s until the next look"
_LINE = re.compile(r"takeover by another process, (\w+): (-?[\d.]+) s after the lease")
_PATIENCE_S = 300.0


class Takeover:
    """A run of ``python -m tests.chaos takeover``."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.chaos", "takeover"]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def rows(self) -> Iterator[Row]:
        """Waits for its end."""
        said, _ = self._process.communicate(timeout=_PATIENCE_S)
        found = _LINE.findall(said)
        for database, seconds in found:
            yield Row(
                figure=f"{_FIGURE}, {database}", measured=float(seconds), unit="s", most=1, limit=POLL_S, limit_is=_LOOK
            )
        if not found:
            yield failure(_FIGURE, said[-300:])

    def stop(self) -> None:
        """If it is still running."""
        if self._process.poll() is None:
            self._process.terminate()
            self._process.wait()


@contextmanager
def takeover() -> Iterator[Takeover]:
    """Begins at once."""
    running = Takeover()
    try:
        yield running
    finally:
        running.stop()
