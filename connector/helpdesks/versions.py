"""On which versions of a helpdesk the connector was proved, and how: the first part of each ``quality.yaml``."""

import re
from enum import StrEnum
from functools import cache
from pathlib import Path

import yaml

from connector.domain.model import Model

QUALITY = "quality.yaml"
_HERE = Path(__file__).parent
_NUMBER = re.compile(r"\d+\.\d+", re.ASCII)


class Proof(StrEnum):
    """How it is known that the connector works with a version."""

    RECORDED = "recorded"
    """A real one was run; its answers and webhooks are in the repository, and tests compare with them."""
    SPECIFICATION = "specification"
    """Every call is judged by the vendor's specification."""
    SOURCE = "source"
    """The vendor's source was read."""

    @property
    def words(self) -> str:
        """For people."""
        return {
            Proof.RECORDED: "run and recorded",
            Proof.SPECIFICATION: "checked against its specification",
            Proof.SOURCE: "source read",
        }[self]


class Version(Model):
    """A version of the helpdesk, or several of the same kind."""

    version: str
    """Its name for people."""
    numbers: tuple[str, ...] = ()
    """Those that it means, as major and minor (``7.0``); none where the helpdesk has no numbers, as a cloud."""
    proof: Proof
    evidence: str | None = None
    """A file of the repository; ``None`` where there is only reading."""
    says: str
    """What exactly was done."""


@cache
def versions(helpdesk: str) -> tuple[Version, ...]:
    """Those that were proved, as the helpdesk's folder says; none for a helpdesk that says nothing."""
    file = _HERE / helpdesk / QUALITY
    if not file.is_file():
        return ()
    told = yaml.safe_load(file.read_text(encoding="utf-8"))["versions"]
    return tuple(Version.model_validate(version) for version in told)


def proved(helpdesk: str, told: str) -> Version | None:
    """What is known of the version that a helpdesk tells of itself, e.g. ``6.4.1-3f``; ``None``: nothing."""
    found = _NUMBER.match(told.strip())
    return next((one for one in versions(helpdesk) if found and found[0] in one.numbers), None)


def doubt(helpdesk: str, told: str) -> str | None:
    """One sentence on a version that was not proved; ``None`` for one that was."""
    if proved(helpdesk, told) is not None:
        return None
    known = ", ".join(number for one in versions(helpdesk) for number in one.numbers)
    return (
        f"version {told or 'unknown'} was not proved ({known or 'none'} were). What it answers otherwise than those is "
        "refused, never guessed: the ticket becomes a dead letter that names the place"
    )
