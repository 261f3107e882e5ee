"""A worker as it runs in operation."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from connector.work.worker import Worker
from tests.waiting import PATIENCE_S


@contextmanager
def in_a_thread(worker: Worker) -> Iterator[None]:
    """It runs until the context ends, and ends in good order then."""
    thread = Thread(target=worker.run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        worker.stop()
        thread.join(PATIENCE_S)
    assert not thread.is_alive()
