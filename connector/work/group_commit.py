"""Many requests, one commit: each waits until the transaction with its event is on disk (P1).

With one commit per request, threads and processes fight for SQLite's write lock, and some wait for seconds.
"""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from queue import SimpleQueue

from connector.work.database import survive_fork
from connector.work.errors import StoreUnavailable
from connector.work.jobs import Key, checked
from connector.work.schema import to_micros
from connector.work.table import WorkTable

_CLOSE_S = 30
_CROWD = 5
_GATHER_S = 0.003


def _closed_gate() -> threading.Lock:
    gate = threading.Lock()
    gate.acquire()
    return gate


@dataclass(eq=False, slots=True)
class _Batch:
    """The events of one transaction: all that came in before it could write."""

    dues: dict[Key, datetime] = field(default_factory=dict)
    events: int = 0
    error: Exception | None = None
    # A plain lock costs half of an `Event`, and this is the hot path.
    stored: threading.Lock = field(default_factory=_closed_gate)
    """Released by the writer after the commit, then by each waiting thread for the next one. So the threads wake one
    after the other and do not contend for the interpreter's lock; one that has given up is left out."""


class GroupCommit:
    """One writer thread per process, started by the first event (so after any fork), for all its threads."""

    def __init__(self, table: WorkTable, capacity: int = 10_000) -> None:
        """``capacity``: how many events may wait for a commit before new ones are refused at once."""
        self._table = table
        self._capacity = capacity
        self._closed = False
        self._gate = threading.Lock()
        self._open = _Batch()
        self._batches: SimpleQueue[_Batch | None] = SimpleQueue()
        self._writer: threading.Thread | None = None
        survive_fork(self)

    def touch(self, key: Key, due: datetime, timeout: float) -> None:
        """As ``WorkTable.touch``; returns only after the commit that holds the event.

        Raises ``StoreUnavailable`` when the database refuses, nothing is known after ``timeout`` seconds (the
        event may then still be stored; a second delivery does no harm), the queue is full or this is closed;
        ``ValueError`` for a key that cannot be stored or a naive time.
        """
        to_micros(due)
        batch = self._join(checked(key), due)
        if not batch.stored.acquire(timeout=timeout):
            raise StoreUnavailable(f"the event was not stored within {timeout:g} s")
        batch.stored.release()
        if batch.error is not None:
            raise StoreUnavailable(f"the event was not stored: {batch.error}") from batch.error

    def close(self) -> None:
        """Store what waits, then refuse; waits up to half a minute."""
        with self._gate:
            self._closed = True
            writer, self._writer = self._writer, None
            if writer is not None:
                self._batches.put(None)
        if writer is not None:
            writer.join(_CLOSE_S)

    def after_fork(self) -> None:
        """Starts empty in a child, which has no writer thread; the parent stores what waits."""
        self._gate = threading.Lock()
        self._open = _Batch()
        self._batches = SimpleQueue()
        self._writer = None

    def _join(self, key: Key, due: datetime) -> _Batch:
        with self._gate:
            batch = self._open
            if self._closed:
                raise StoreUnavailable("the process is shutting down")
            if batch.events >= self._capacity:
                raise StoreUnavailable(f"{self._capacity} events wait for the database already")
            if self._writer is None:
                self._writer = threading.Thread(target=self._write, name="group-commit", daemon=True)
                self._writer.start()
            batch.dues[key] = min(due, batch.dues.get(key, due))
            batch.events += 1
            if batch.events == 1:
                self._batches.put(batch)
            return batch

    def _write(self) -> None:
        before = 0
        while (batch := self._batches.get()) is not None:
            if before >= _CROWD:
                # The same senders probably send again at once: waiting for them costs less than many small commits.
                time.sleep(_GATHER_S)
            self._commit(batch)
            before = batch.events

    def _commit(self, batch: _Batch) -> None:
        try:
            self._table.touch_late(lambda: self._sealed(batch))
        except Exception as failure:  # noqa: BLE001 - the thread must live, or every later request would time out
            batch.error = failure
            self._sealed(batch)
        batch.stored.release()

    def _sealed(self, batch: _Batch) -> Mapping[Key, datetime]:
        """The events of the batch. Later ones join the next batch."""
        with self._gate:
            if self._open is batch:
                self._open = _Batch()
            return batch.dues
