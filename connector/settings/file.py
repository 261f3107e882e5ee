"""The settings file: ``NAME=value`` lines, as systemd and Docker read them. The environment wins over it."""

import os
import re
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from connector.helpdesks.settings import SettingsError

FILE_VARIABLE = "INTERSPACE_SETTINGS_FILE"
"""Names the file. Without it, ``interspace.env`` in the current directory is read if it is there."""

DEFAULT = Path("interspace.env")

_LINE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)", re.ASCII)


class SettingsFileError(SettingsError):
    """The file cannot be read or has a line that says nothing. The message names file and line, never a value."""


class PlacedValue(NamedTuple):
    """A value and where it stands, as ``file:line``."""

    value: str
    place: str


def locate(environment: Mapping[str, str]) -> Path | None:
    """The settings file of this environment; ``None`` if there is none. Raises as :func:`is_there`."""
    named = environment.get(FILE_VARIABLE)
    if named:
        return Path(named)
    return DEFAULT if is_there(DEFAULT) else None


def is_there(path: Path) -> bool:
    """Whether something is at ``path``. Raises SettingsFileError where this user may not look."""
    # Not Path.exists(): what it does without permission depends on the version of Python.
    try:
        os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise SettingsFileError(f"{path.absolute()}: cannot be read: {error.strerror}") from None
    return True


def read(path: Path) -> dict[str, PlacedValue]:
    """Every variable in the file with its place. Blank lines and lines that begin with ``#`` are left out.

    A value may stand in single or double quotes; there is no other escaping and no substitution.

    :raises SettingsFileError: names the file, and the line if it is one line's fault.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise SettingsFileError(f"{path}: cannot be read: {reason}") from None
    lines: dict[str, PlacedValue] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip()
        if stripped and not stripped.startswith("#"):
            place = f"{path}:{number}"
            name, value = _parsed(stripped, place)
            if name in lines:
                raise SettingsFileError(f"{place}: {name} stands already in {lines[name].place}")
            lines[name] = PlacedValue(value, place)
    return lines


def _parsed(line: str, place: str) -> tuple[str, str]:
    match = _LINE.fullmatch(line)
    if match is None:
        raise SettingsFileError(f"{place}: expected NAME=value")
    name, value = match[1], match[2]
    quote = value[:1]
    if quote in ("'", '"'):
        if len(value) < 2 or not value.endswith(quote):
            raise SettingsFileError(f"{place}: {name}: the quote is not closed")
        value = value[1:-1]
    return name, value


def write(path: Path, lines: Iterable[str], *, replace: bool, mode: int = 0o600) -> None:
    """A file of settings or secrets; one that is replaced is replaced at once. Raises SettingsError that names it."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}") if replace else path
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write("\n".join(lines) + "\n")
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise SettingsError(f"{path}: cannot be written: {error.strerror}") from None
