"""Many reports, one commit: each waits until the transaction with it is on disk, and a little longer for its ticket."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLate
from datetime import timedelta
from queue import Empty, SimpleQueue

from connector.helpdesks.on_behalf import Message, Request
from connector.work.database import survive_fork
from connector.work.errors import StoreUnavailable
from connector.work.submissions import State, Submissions, Submitted

_MOST_AT_ONCE = 200
_MOST_WAITING = 10_000
_LOOK_S = 0.1
_SLOW_S = 10.0
"""How long after a wait in vain but one request at a time waits: a helpdesk that is down must not hold the threads."""

_Given = tuple[tuple[str, Request | Message, str], "Future[Submitted]"]


class Accepting:
    """One writer thread per process, started by the first report (so after any fork), for all its threads."""

    def __init__(
        self,
        submissions: Submissions,
        waiters: int = 8,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        """``waiters``: how many requests may wait for their tickets at once."""
        self._submissions = submissions
        self._most_waiters = waiters
        self._monotonic = monotonic
        self._sleep = sleep
        self.after_fork()
        survive_fork(self)

    def after_fork(self) -> None:
        """Starts empty in a child, which has no writer thread; the parent stores what waits."""
        self._gate = threading.Lock()
        self._queue: SimpleQueue[_Given] = SimpleQueue()
        self._writer: threading.Thread | None = None
        self._waiters = 0
        self._slow_until = 0.0

    def accept(self, helpdesk: str, content: Request | Message, digest: str, timeout: float = 5.0) -> Submitted:
        """As ``Submissions.accept``; returns only after the commit that holds it.

        Raises ``StoreUnavailable`` when the database refuses or nothing is known after ``timeout`` seconds: it may be
        kept all the same, and to send it again does no harm.
        """
        if self._queue.qsize() >= _MOST_WAITING:
            raise StoreUnavailable(f"{_MOST_WAITING} reports wait for the database already")
        future: Future[Submitted] = Future()
        self._queue.put(((helpdesk, content, digest), future))
        with self._gate:
            if self._writer is None:
                self._writer = threading.Thread(target=self._write, name="accepting", daemon=True)
                self._writer.start()
        try:
            return future.result(timeout)
        except TooLate:
            raise StoreUnavailable(f"the report was not stored within {timeout:g} s") from None

    def submit(self, helpdesk: str, content: Request | Message, digest: str, patience: timedelta) -> Submitted:
        """Keeps it and waits a little until it is on the helpdesk; not at all while others wait in vain.

        Raises ``StoreError``: it is not kept.
        """
        accepted = self.accept(helpdesk, content, digest)
        if accepted.state is not State.ACCEPTED or not self._may_wait():
            return accepted
        until = self._monotonic() + patience.total_seconds()
        try:
            while self._monotonic() < until:
                self._sleep(_LOOK_S)
                found = self._submissions.find(helpdesk, content.key)
                if found is not None and found.state is not State.ACCEPTED:
                    self._slow_until = 0.0
                    return found._replace(was_there=accepted.was_there)
            self._slow_until = self._monotonic() + _SLOW_S
            return accepted
        finally:
            with self._gate:
                self._waiters -= 1

    def _may_wait(self) -> bool:
        with self._gate:
            most = 1 if self._monotonic() < self._slow_until else self._most_waiters
            if self._waiters >= most:
                return False
            self._waiters += 1
            return True

    def _write(self) -> None:
        while True:
            batch = [self._queue.get()]
            try:
                while len(batch) < _MOST_AT_ONCE:
                    batch.append(self._queue.get_nowait())
            except Empty:
                pass
            try:
                stored = self._submissions.accept_all([given for given, _ in batch])
            except Exception as error:  # noqa: BLE001 - the thread must live, or every later request would time out
                for _, future in batch:
                    future.set_exception(StoreUnavailable(f"the report was not stored: {error}"))
                continue
            for (_, future), submitted in zip(batch, stored, strict=True):
                future.set_result(submitted)
