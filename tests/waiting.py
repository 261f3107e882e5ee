"""Waiting for something to become true in another process."""

import time
from collections.abc import Callable
from datetime import timedelta

from connector.work.table import WorkTable

PATIENCE_S = 300.0
"""For what takes a second on a quiet machine: only a test that fails waits so long. Less than a test may take."""


def wait_until(
    condition: Callable[[], bool], what: str, patience_s: float = PATIENCE_S, *, every_s: float = 0.02
) -> None:
    """Looks every few hundredths of a second. Raises ``TimeoutError`` that says ``what`` was waited for."""
    deadline = time.monotonic() + patience_s
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"after {patience_s:g} s still not true: {what}")
        time.sleep(every_s)


def is_quiet(table: WorkTable, helpdesk: str) -> bool:
    """Nothing is due, held, or tried again within a minute."""
    counts, due = table.counts().get(helpdesk), table.next_due(helpdesk)
    busy = counts is not None and (counts.due or counts.leased)
    return not busy and (due is None or due > table.now() + timedelta(minutes=1))
