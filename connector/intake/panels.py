"""The panels that may speak for customers: a file that an admin writes (the setting ``panels``)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from connector.helpdesks.errors import hide
from connector.policy.kinds import Address, Name
from connector.policy.problem import PolicyError, Problem, UnlocatedProblem
from connector.policy.read import read_section
from connector.policy.section import Section, dig, entries

SHORTEST_SECRET = 32
"""Characters: 32 bytes for HS256 (RFC 7518, section 3.2)."""

_ORIGIN = r"^https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?$"


class PanelSpec(Section):
    """A panel as the file declares it."""

    name: Annotated[Name, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")] = Field(
        description="in addresses and logs: small letters, digits and hyphens"
    )
    title: Name = Field(default="My Interspace", description="what customers call it")
    secret_file: Path = Field(
        description="holds what the panel signs with, 32 characters at least; beside this file unless the path says "
        "otherwise. Two lines while it is being replaced"
    )
    customers: tuple[Name, ...] | None = Field(
        default=None, description="ids of the catalogue: whom the panel may speak for. Without it, all"
    )
    origins: tuple[Annotated[Name, Field(pattern=_ORIGIN)], ...] = Field(
        default=(), description="where the panel's pages are, for the form in them: https://my.isp.example"
    )
    helpdesk: Name | None = Field(default=None, description="where its tickets are opened, if several are served")
    token_file: Path | None = Field(
        default=None,
        description="for the trouble-ticket API: holds what its programs send as Authorization: Bearer, 32 characters "
        "at least. Two lines while it is being replaced",
    )
    contact: Address | None = Field(
        default=None, description="for the trouble-ticket API: whom the helpdesk writes to, e.g. the customer's NOC"
    )
    address: Annotated[Name, Field(pattern=_ORIGIN)] | None = Field(
        default=None, description="for the trouble-ticket API: how its programs reach the receiver; else as they say"
    )
    private_addresses: bool = Field(
        default=False, description="for the trouble-ticket API: its listeners may be in the provider's own network"
    )

    @model_validator(mode="after")
    def _written_to(self) -> Self:
        if self.token_file is not None and self.contact is None:
            raise ValueError("token_file needs a contact: whom the helpdesk writes to")
        return self


class Panels(Section):
    """The file."""

    panels: tuple[PanelSpec, ...] = Field(min_length=1)

    @classmethod
    def findings(cls, data: Any) -> Iterator[UnlocatedProblem]:
        """No name stands for two panels."""
        names: set[str] = set()
        for place, panel in entries(data, "panels"):
            name = dig(panel, "name")
            if isinstance(name, str) and name in names:
                yield ("panels", place, "name"), f"{name!r} is there twice"
            names.add(str(name))


class Panel(PanelSpec):
    """A panel with its secrets."""

    secrets: tuple[bytes, ...] = Field(repr=False)
    """Valid now; the new one first."""
    tokens: tuple[bytes, ...] = Field(default=(), repr=False)
    """The same for the trouble-ticket API."""

    @property
    def reach(self) -> frozenset[str] | None:
        """Ids of the customers whose services it may report; ``None``: all."""
        return None if self.customers is None else frozenset(self.customers)

    def __repr__(self) -> str:
        return f"Panel({self.name!r})"


def load_panels(path: Path) -> tuple[Panel, ...]:
    """The panels of the file, with their secrets.

    :raises PolicyError: with everything that is wrong with the file and the secrets.
    """
    read = read_section(path, Panels)
    problems = list(read.problems)
    made = []
    for place, spec in enumerate(read.section.panels if read.section else ()):
        secrets, why = _secrets(path.parent / spec.secret_file)
        if why and read.document is not None:
            problems += read.document.located([(("panels", place, "secret_file"), why)])
        tokens, wrong = _secrets(path.parent / spec.token_file) if spec.token_file else ((), "")
        if wrong and read.document is not None:
            problems += read.document.located([(("panels", place, "token_file"), wrong)])
        made.append(Panel(**dict(spec), secrets=secrets, tokens=tokens))
    owners: dict[bytes, str] = {}
    for place, panel in enumerate(made):
        shared = [
            secret for secret in (*panel.secrets, *panel.tokens) if owners.setdefault(secret, panel.name) != panel.name
        ]
        if shared and read.document is not None:
            why = f"another panel ({owners[shared[0]]}) has the same secret: nobody could tell them apart"
            problems += read.document.located([(("panels", place, "secret_file"), why)])
    if problems:
        raise PolicyError(problems)
    return tuple(made)


def unknown_customers(path: Path, known: frozenset[str]) -> list[Problem]:
    """Customers that a panel speaks for and the catalogue does not know."""
    read = read_section(path, Panels)
    if read.section is None or read.document is None:
        return read.problems
    findings: list[UnlocatedProblem] = [
        (("panels", place, "customers", index), f"there is no customer {customer!r} in the service catalogue")
        for place, spec in enumerate(read.section.panels)
        for index, customer in enumerate(spec.customers or ())
        if customer not in known
    ]
    return read.document.located(findings)


def _secrets(path: Path) -> tuple[tuple[bytes, ...], str]:
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        return (), f"{path} cannot be read: {reason}"
    if not 1 <= len(lines) <= 2:
        return (), f"{path}: one secret is needed, or two while it is being replaced, a line each"
    if any(len(line) < SHORTEST_SECRET for line in lines):
        return (), f"{path}: every secret needs at least {SHORTEST_SECRET} characters"
    for line in lines:
        hide(line)
    return tuple(line.encode() for line in lines), ""
