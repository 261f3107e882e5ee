"""Who writes: name, address, colours and logo of the provider, as documents for customers show them (R33, R35).

They stand in a folder beside the policy (``provider_folder``): ``provider.yaml`` and the logo that it names.
"""

import os
import re
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Annotated, NamedTuple

from pydantic import Field

from connector.policy.document import PolicyDocument
from connector.policy.kinds import Name, Shaped
from connector.policy.locate import MAPPINGS
from connector.policy.problem import PolicyError, Problem
from connector.policy.read import read_section
from connector.policy.section import Section

FILE = "provider.yaml"
LARGEST_LOGO = 300_000
"""Bytes."""

Colour = Annotated[
    str, Shaped(r"^#[0-9a-fA-F]{6}$", 'colour (example: "#12355b", in quotes)'), Field(description="as #rrggbb")
]

_PNG = b"\x89PNG\r\n\x1a\n"
_SVG = re.compile(rb"<svg[\s>]")
_FOREIGN = re.compile(rb"<(?:script|foreignObject|image)[\s/>]|(?:xlink:)?href\s*=\s*[\"'](?!#)", re.IGNORECASE)


LogoName = Annotated[str, Shaped(r"^[\w.-]+\.(svg|png)$", "file of this folder that ends with .svg or .png")]


class Provider(Section):
    """What the head and foot of each document say."""

    name: Name
    legal_name: str | None = Field(default=None, description="as in the commercial register, for the foot of a page")
    address: tuple[Name, ...] = Field(default=(), description="lines of the postal address")
    phone: Name | None = Field(default=None, description="of the Customer Service Centre, day and night")
    email: Name | None = None
    website: Name | None = None
    registered: str | None = Field(default=None, description="what the law wants in the foot of a letter")
    colour: Colour = Field(default="#12355b", description="of headings and lines")
    accent: Colour = Field(default="#0b7a75", description="of what stands out")
    logo: LogoName | None = Field(default=None, description="a file of this folder: SVG or PNG, at most 300 kB")


class Letterhead(NamedTuple):
    """The provider, and the bytes of the logo; empty without one."""

    provider: Provider
    logo: bytes = b""

    @property
    def version(self) -> str:
        """The same for the same content."""
        return sha256(self.provider.model_dump_json().encode() + self.logo).hexdigest()[:12]


@cache
def shipped_letterhead() -> Letterhead:
    """The sample that comes along.

    :raises PolicyError: it is not sound.
    """
    letterhead, problems = _read(MAPPINGS / "provider")
    if problems:
        raise PolicyError(problems)
    return letterhead


def read_letterhead(policy: PolicyDocument | None, folder: Path | None) -> tuple[Letterhead, list[Problem]]:
    """That of a policy and what is wrong with it; without a folder the sample. ``policy``: the file that names it."""
    if policy is None or folder is None:
        return shipped_letterhead(), []
    path = Path(policy.file).parent / folder
    try:
        os.scandir(path).close()
    except OSError as error:
        wrong = f"the folder {path} cannot be read: {error.strerror}"
        return Letterhead(Provider(name="?")), policy.located([(("provider_folder",), wrong)])
    return _read(path)


def _read(folder: Path) -> tuple[Letterhead, list[Problem]]:
    document, provider, problems = read_section(folder / FILE, Provider)
    if provider is None or document is None or provider.logo is None:
        return Letterhead(provider or Provider(name="?")), problems
    logo = folder / provider.logo
    if (wrong := logo_problem(logo)) is not None:
        return Letterhead(provider), [*problems, *document.located([(("logo",), wrong)])]
    return Letterhead(provider, logo.read_bytes()), problems


def logo_problem(path: Path) -> str | None:
    """What is wrong with a logo's file; ``None``: nothing."""
    try:
        content = path.read_bytes()
    except OSError as error:
        return f"{path} cannot be read: {error.strerror}"
    if len(content) > LARGEST_LOGO:
        return f"{path} has {len(content)} bytes; at most {LARGEST_LOGO} are taken"
    if path.suffix == ".png":
        return None if content.startswith(_PNG) else f"{path} is no PNG picture"
    if not _SVG.search(content):
        return f"{path} is no SVG picture"
    if _FOREIGN.search(content):
        return f"{path} holds scripts, pictures or addresses: a logo is shapes and text only"
    return None
