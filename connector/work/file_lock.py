"""One writing process at a time, in turn: SQLite's own busy handler starves some processes for seconds."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from connector.work.errors import StoreError

try:
    import fcntl
except ImportError:  # no flock on this system: SQLite's own locks still keep the data right
    fcntl = None  # type: ignore[assignment]


class FileLock:
    """An advisory lock on a file beside the database. One thread per process may ask for it at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Wait for the lock and hold it. The system frees it when a process dies."""
        if fcntl is None:
            yield
            return
        file = self._open()
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Give the file back; it stays on disk, because removing it could split its users into two groups."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _open(self) -> int:
        if self._file is None:
            try:
                self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o660)
            except OSError as error:
                raise StoreError(
                    f"cannot write the lock file {self._path}: {error.strerror}; "
                    "the connector must be able to write the directory of its database"
                ) from error
        return self._file
