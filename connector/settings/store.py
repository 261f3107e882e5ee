"""The connector's secret store: a file of ``NAME=value`` lines, readable by its owner only.

A secret has the name of the variable that would set it.

``interspace install`` writes the webhook's secret there and the receiver reads it from there, so that nobody has to see
or copy it.
"""

import secrets
from collections.abc import Mapping
from pathlib import Path

from connector.helpdesks.settings import SettingsError
from connector.settings.file import write


class SecretStoreError(SettingsError):
    """The store cannot be read or written. The text names the file and never holds a secret."""


def read_store(path: Path) -> dict[str, str]:
    """The secrets by name; none where there is no file.

    Raises SecretStoreError for a file that is no store or cannot be read.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise SecretStoreError(f"{path}: cannot be read: {reason}") from None
    values = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        name, separator, value = line.partition("=")
        if not separator or not name.strip() or not value.strip():
            raise SecretStoreError(f"{path}, line {number}: expected NAME=value")
        values[name.strip()] = value.strip()
    return values


def with_secret(path: Path, known: Mapping[str, str], name: str) -> dict[str, str]:
    """``known`` with the secret ``name``: the one it holds, else the store's, else a new one of 256 bits, written to
    the store first.

    Raises SecretStoreError.
    """
    if name in known:
        return dict(known)
    stored = read_store(path)
    if name not in stored:
        stored[name] = secrets.token_hex(32)
        _write(path, stored)
    return {**known, name: stored[name]}


def _write(path: Path, stored: Mapping[str, str]) -> None:
    """Replace the file at once: there is never half a store, and never one that others may read."""
    first = "# Secrets made by interspace install. Keep this file readable by the connector only."
    try:
        write(path, [first, *(f"{name}={value}" for name, value in stored.items())], replace=True)
    except SettingsError as error:
        raise SecretStoreError(str(error)) from None
