"""The folder of a practice: it bears the sandbox's mark, and begins without what the practice before has left."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from connector.settings import declared
from connector.settings.file import DEFAULT

ENVIRONMENT, CLOCK = "practice.env", "practice-clock"

_MARK = ".interspace-sandbox"
_MARKED = "interspace sandbox has made this folder. It deletes here at its start: {}.\n"

_TABLE = "interspace.sqlite3"
_LEFT = (
    ENVIRONMENT,
    CLOCK,
    DEFAULT.name,
    Path(declared()["secret_store"].default).name,
    *(f"{_TABLE}{part}" for part in ("", "-wal", "-shm", "-journal", ".lock")),
)
"""What the sandbox writes and what the commands write that it tells to type. Whatever else lies there is a person's."""


@contextmanager
def claimed(folder: Path) -> Iterator[None]:
    """Make the folder, mark it, and keep it for this process. Raises UsageError where something lies in it that no
    sandbox has marked as its own: it may be an installation; or where another sandbox is at work."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / _MARK).is_file():
            if any(folder.iterdir()):
                raise click.UsageError(f"--out {folder}: has something in it and is no sandbox's; name another folder")
            (folder / _MARK).write_text(_MARKED.format(", ".join(_LEFT)), encoding="utf-8")
        mark = (folder / _MARK).open()
    except OSError as error:
        raise click.UsageError(f"--out {folder}: {error.strerror}") from None
    with mark:
        try:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            told = "another sandbox is at work in it; end it, or name another folder"
            raise click.UsageError(f"--out {folder}: {told}") from None
        yield


def empty(folder: Path) -> list[str]:
    """Delete what the practice before has left in a folder that was claimed; returns the names of what was there.
    Raises UsageError where that cannot be deleted."""
    found = [name for name in _LEFT if (folder / name).is_file()]
    for name in found:
        try:
            (folder / name).unlink()
        except OSError as error:
            raise click.UsageError(f"--out {folder}: {name} cannot be deleted: {error.strerror}") from None
    return found
