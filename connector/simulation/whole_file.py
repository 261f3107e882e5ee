"""Files that are there when they are whole, and that only their owner reads."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file to be written. It is written beside its place and put there at the end; whoever breaks off leaves what was
    there before.

    :raises OSError: it cannot be written; the error names the file.
    """
    beside = path.with_name(path.name + ".new")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            yield file
        beside.replace(path)
    except OSError as error:
        # A full disk names no file.
        error.filename = error.filename or str(path)
        raise
    finally:
        beside.unlink(missing_ok=True)
