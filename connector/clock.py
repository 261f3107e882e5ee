"""The time by which the connector works: this machine's.

For practice it may run ahead: a sandbox (`interspace sandbox`) moves its own clock on by hours, and says in a file by
how much. Settings allow that for a helpdesk on this machine only (:func:`connector.settings.load`).
"""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

_practice: Path | None = None
_MOST_S = 100 * 365 * 24 * 3600
"""A hundred years: beyond some thousand no calendar goes."""


def practise(file: Path | None) -> None:
    """From now on, in this process, the time is ahead by the seconds in ``file``; ``None``: it is this machine's."""
    global _practice  # noqa: PLW0603 - the one time of a process
    _practice = file


def now() -> datetime:
    """UTC."""
    return datetime.now(UTC) + (ahead(_practice) if _practice else timedelta())


def ahead(file: Path) -> timedelta:
    """By how much the practice clock is ahead; nothing while the file is not there."""
    with suppress(OSError, ValueError):
        return timedelta(seconds=min(max(0, int(file.read_text(encoding="ascii"))), _MOST_S))
    return timedelta()
