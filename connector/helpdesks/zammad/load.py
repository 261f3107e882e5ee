"""Zammad's mapping from its file."""

from pathlib import Path

from connector.helpdesks.load import read_mapping
from connector.helpdesks.zammad.mapping import ZammadMapping


def load_mapping(path: Path) -> ZammadMapping:
    """How the policy's names are written in Zammad.

    :raises PolicyError: with everything that is wrong with the file.
    """
    return read_mapping(path, ZammadMapping)
