"""Jira's mapping from its file."""

from pathlib import Path

from connector.helpdesks.jira.mapping import JiraMapping
from connector.helpdesks.load import read_mapping


def load_mapping(path: Path) -> JiraMapping:
    """How the policy's names are written in Jira.

    :raises PolicyError: with everything that is wrong with the file.
    """
    return read_mapping(path, JiraMapping)
