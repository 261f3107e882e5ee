"""Many requests, one commit: each waits until the transaction with its event is on disk (P1).

With one commit per request, threads and processes fight for SQLite's write lock, and some wait for seconds.
"""

import threading
from dataclasses import dataclass, field
from datetime import datetime
from queue import Empty, SimpleQueue

from connector.work.errors import StoreUnavailable
from connector.work.fork import survive_fork
from connector.work.jobs import Key, checked
from connector.work.moment import to_micros
from connector.work.table import WorkTable

_LARGEST_BATCH = 1000
_CLOSE_S = 30


def _closed_gate() -> threading.Lock:
    gate = threading.Lock()
    gate.acquire()
    return gate


@dataclass(eq=False, slots=True)
class _Request:
    key: Key
    due: datetime
    answered: threading.Lock = field(default_factory=_closed_gate)
    """Opened once by the writer; half the cost of an ``Event``, and this is the hot path."""
    error: Exception | None = None


class GroupCommit:
    """One writer thread per process, started by the first event (so after any fork), for all its threads."""

    def __init__(self, table: WorkTable, capacity: int = 10_000) -> None:
        """``capacity``: how many events may wait for a commit before new ones are refused at once."""
        self._table = table
        self._capacity = capacity
        self._closed = False
        self._gate = threading.Lock()
        self._queue: SimpleQueue[_Request | None] = SimpleQueue()
        self._writer: threading.Thread | None = None
        survive_fork(self)

    def touch(self, key: Key, due: datetime, timeout: float) -> None:
        """As ``WorkTable.touch``; returns only after the commit that holds the event.

        Raises ``StoreUnavailable`` when the database refuses, nothing is known after ``timeout`` seconds (the
        event may then still be stored; a second delivery does no harm), the queue is full or this is closed;
        ``ValueError`` for a key that cannot be stored or a naive time.
        """
        to_micros(due)
        request = _Request(checked(key), due)
        self._enqueue(request)
        if not request.answered.acquire(timeout=timeout):
            raise StoreUnavailable(f"the event was not stored within {timeout:g} s")
        if request.error is not None:
            raise StoreUnavailable(f"the event was not stored: {request.error}") from request.error

    def close(self) -> None:
        """Store what waits, then refuse; waits up to half a minute."""
        with self._gate:
            self._closed = True
            writer, self._writer = self._writer, None
            if writer is not None:
                self._queue.put(None)
        if writer is not None:
            writer.join(_CLOSE_S)

    def after_fork(self) -> None:
        """The parent's writer thread does not exist in a child, and what waits is the parent's to store."""
        self._gate = threading.Lock()
        self._queue = SimpleQueue()
        self._writer = None

    def _enqueue(self, request: _Request) -> None:
        with self._gate:
            if self._closed:
                raise StoreUnavailable("the process is shutting down")
            if self._queue.qsize() >= self._capacity:
                raise StoreUnavailable(f"{self._capacity} events wait for the database already")
            if self._writer is None:
                self._writer = threading.Thread(target=self._write, name="group-commit", daemon=True)
                self._writer.start()
            self._queue.put(request)

    def _write(self) -> None:
        while (first := self._queue.get()) is not None:
            self._commit(_Batch(first, self._queue))

    def _commit(self, batch: "_Batch") -> None:
        error: Exception | None = None
        try:
            self._table.touch_late(batch.collect)
        except Exception as failure:  # noqa: BLE001 - the thread must live, or every later request would time out
            error = failure
        for request in batch.requests:
            request.error = error
            request.answered.release()


class _Batch:
    """The requests of one transaction: all that wait at the moment it can write."""

    def __init__(self, first: _Request, queue: "SimpleQueue[_Request | None]") -> None:
        self.requests = [first]
        self._queue = queue

    def collect(self) -> dict[Key, datetime]:
        while len(self.requests) < _LARGEST_BATCH:
            try:
                request = self._queue.get_nowait()
            except Empty:
                break
            if request is None:  # the end: leave it to the writer
                self._queue.put(None)
                break
            self.requests.append(request)
        dues: dict[Key, datetime] = {}
        for request in self.requests:
            dues[request.key] = min(request.due, dues.get(request.key, request.due))
        return dues
