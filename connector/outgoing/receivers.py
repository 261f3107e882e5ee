"""Who is told outside of the helpdesk: the file of the setting ``telling``. It may hold secrets."""

import base64
import binascii
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, StringConstraints, model_validator

from connector.domain.event import EventKind
from connector.helpdesks.errors import hide
from connector.outgoing.services import problem_with_address
from connector.outgoing.target import Target, problem_with
from connector.policy.kinds import Address, Name
from connector.policy.problem import PolicyError, Problem
from connector.policy.read import read_section
from connector.policy.section import Section
from connector.ports import is_this_machine

_PREFIX, _SHORTEST, _LONGEST = "whsec_", 24, 64

ReceiverName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,29}$")]


class Receiver(Section):
    """A system that gets a signed webhook for each event."""

    url: SecretStr | None = Field(default=None, description="https://…; it may hold a secret, as those of chats do")
    url_file: Path | None = Field(default=None, description="a file that holds it, relative to this one")
    secret: SecretStr | None = Field(
        default=None, description="whsec_ and base64 of 24 to 64 random bytes; two lines while it is being replaced"
    )
    secret_file: Path | None = Field(default=None, description="a file that holds it, relative to this one")
    events: frozenset[EventKind] = Field(
        default=frozenset(EventKind), description="what it is told of; all of these if not set"
    )
    from_level: int = Field(default=1, ge=1, le=9, description="of levels: this one and those above")
    private_addresses: bool = Field(default=False, description="it may be in the provider's own network")
    noted: bool = Field(default=True, description="a note on the ticket says that it was told")

    @model_validator(mode="after")
    def _one_of_each(self) -> Self:
        if (self.url is None) == (self.url_file is None):
            raise ValueError("needs url or url_file")
        if (self.secret is None) == (self.secret_file is None):
            raise ValueError("needs secret or secret_file")
        return self


class MailSpec(Section):
    """A mail server by which the contacts of a level are written to, where the helpdesk does not do that itself."""

    host: Name
    port: int = Field(default=587, ge=1, le=65535)
    tls: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="tls: from the first byte, mostly port 465; none: on this machine only"
    )
    sender: Address = Field(description="who it is from")
    user: Name | None = None
    password: SecretStr | None = None
    password_file: Path | None = Field(default=None, description="a file that holds it, relative to this one")

    @model_validator(mode="after")
    def _safe(self) -> Self:
        if self.tls == "none" and not is_this_machine(self.host):
            raise ValueError("tls: none is for a mail server on this machine")
        if (self.user is None) != (self.password is None and self.password_file is None):
            raise ValueError("user and password belong together")
        return self


class Receivers(Section):
    """What the file holds."""

    receivers: Mapping[ReceiverName, Receiver] = Field(default={}, description="by names that notes show")
    mail: MailSpec | None = None
    contacts: Mapping[Name, tuple[SecretStr, ...]] = Field(
        default={},
        description="a contact of a level, as the policy names it, and where Apprise tells it: ntfys://host/topic",
    )


class Webhook:
    """A receiver whose address and secrets have been read."""

    def __init__(self, receiver: Receiver, folder: Path) -> None:
        """:raises ValueError: something is wrong with them. The text shows neither."""
        self.events = receiver.events
        self.from_level = receiver.from_level
        self.noted = receiver.noted
        url = _text("url", receiver.url, receiver.url_file, folder)
        if wrong := problem_with(url):
            raise ValueError(f"url {wrong}")
        # Whoever writes down this machine's own address means it.
        private = receiver.private_addresses or is_this_machine(urlsplit(url).hostname or "")
        self.target = Target(url, private)
        secrets = _text("secret", receiver.secret, receiver.secret_file, folder).split()
        if not 1 <= len(secrets) <= 2:
            raise ValueError("secret: one is needed, or two while it is being replaced, a line each")
        if not all(map(_is_secret, secrets)):
            raise ValueError(f"secret: expected {_PREFIX} and the base64 of {_SHORTEST} to {_LONGEST} random bytes")
        self.secrets = tuple(secret.encode() for secret in secrets)
        for text in (url, *secrets):
            hide(text)


class Mail:
    """A mail server whose password has been read."""

    def __init__(self, spec: MailSpec, folder: Path) -> None:
        """:raises ValueError: the password's file cannot be read."""
        self.spec = spec
        self.password: str | None = None
        if spec.user is not None:
            self.password = _text("password", spec.password, spec.password_file, folder)
            hide(self.password)


class Outside(NamedTuple):
    """Everybody who is told."""

    webhooks: Mapping[str, Webhook] = {}
    mail: Mail | None = None
    contacts: Mapping[str, tuple[str, ...]] = {}
    """The addresses of each contact, as Apprise writes them."""


def _is_secret(text: str) -> bool:
    """As Standard Webhooks has them (specification 1.0, "Signature scheme")."""
    try:
        key = base64.b64decode(text.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return False
    return text.startswith(_PREFIX) and _SHORTEST <= len(key) <= _LONGEST


def _text(name: str, value: SecretStr | None, file: Path | None, folder: Path) -> str:
    if value is not None:
        return value.get_secret_value().strip()
    path = folder / (file or "")
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise ValueError(f"{name}_file {path} cannot be read: {reason}") from None


def read_receivers(path: Path) -> tuple[Outside, list[Problem]]:
    """What the file says as far as it is sound, and everything that is wrong with it."""
    read = read_section(path, Receivers)
    if read.section is None or read.document is None:
        return Outside(), read.problems
    webhooks, mail, problems = dict[str, Webhook](), None, list(read.problems)
    for name, receiver in read.section.receivers.items():
        try:
            webhooks[name] = Webhook(receiver, path.parent)
        except ValueError as error:
            problems += read.document.located([(("receivers", name), str(error))])
    if read.section.mail is not None:
        try:
            mail = Mail(read.section.mail, path.parent)
        except ValueError as error:
            problems += read.document.located([(("mail",), str(error))])
    contacts = {
        name: tuple(address.get_secret_value().strip() for address in addresses)
        for name, addresses in read.section.contacts.items()
    }
    for name, addresses in contacts.items():
        for address in addresses:
            hide(address)
            if wrong := problem_with_address(address):
                problems += read.document.located([(("contacts", name), wrong)])
    return Outside(webhooks, mail, contacts), problems


def load_receivers(path: Path | None) -> Outside:
    """Who is told; nobody without a file.

    :raises PolicyError: everything that is wrong with it.
    """
    if path is None:
        return Outside()
    found, problems = read_receivers(path)
    if problems:
        raise PolicyError(problems)
    return found
