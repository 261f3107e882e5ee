"""What the settings of all helpdesks have in common. Each helpdesk declares its own in its folder, with descriptions.

The setting ``url`` is the environment variable ``INTERSPACE_<HELPDESK>_URL``; ``<helpdesk>_url`` is its name among all
settings.
"""

from datetime import date, timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, field_validator
from pydantic.fields import FieldInfo

from connector.domain.model import Model

PREFIX = "INTERSPACE_"

TOKEN_ENDS_SOON = timedelta(days=30)
"""How long before the end of a token it is told of."""

_SHORTEST_SECRET = 16

MAX_ANSWER_BYTES = 512 * 1024 * 1024
"""See :attr:`HelpdeskSettings.max_answer_bytes`."""


class SettingsError(Exception):
    """A setting is missing or not valid. The message names the variable and never holds a secret."""


class NotSetError(SettingsError):
    """Address or token of one of these ``helpdesks`` is not set: there is perhaps no settings file yet."""

    def __init__(self, message: str, *helpdesks: str) -> None:
        super().__init__(message)
        self.helpdesks = helpdesks


def variable(name: str) -> str:
    """The environment variable of a setting.

    >>> variable("port")
    'INTERSPACE_PORT'
    """
    return f"{PREFIX}{name.upper()}"


def lines_of(secret: SecretStr | None) -> list[str]:
    """The secrets that are valid now: two while one is being replaced, the new one first."""
    return [line.strip() for line in secret.get_secret_value().splitlines() if line.strip()] if secret else []


def _web_address(url: str) -> str:
    if not url.startswith(("https://", "http://")):
        raise ValueError("must start with https:// (or http://)")
    if "#" in url or "?" in url:
        raise ValueError("is the address of a page, as the browser shows it: leave out what begins with # or ?")
    return url


def _usable(secret: SecretStr) -> SecretStr:
    lines = lines_of(secret)
    if not 1 <= len(lines) <= 2:
        raise ValueError("one secret is needed, or two while it is being replaced, a line each")
    if any(len(line) < _SHORTEST_SECRET for line in lines):
        raise ValueError(f"every secret needs at least {_SHORTEST_SECRET} characters")
    return secret


def _networks(text: object) -> object:
    """Addresses and networks as people list them, with commas or spaces."""
    if not isinstance(text, str):
        return text
    found = list[IPv4Network | IPv6Network]()
    for part in text.replace(",", " ").split():
        try:
            found.append(ip_network(part))
        except ValueError:
            raise ValueError(f"{part!r} is no address or network, such as 10.0.0.5 or 10.0.0.0/24") from None
    return tuple(found)


Network = IPv4Network | IPv6Network
Networks = Annotated[tuple[Network, ...], BeforeValidator(_networks)]
AnswerBytes = Annotated[int, Field(ge=2 * 1024 * 1024, le=64 * 1024**3)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
SigningSecret = Annotated[SecretStr, AfterValidator(_usable)]
"""What signs or proves something: one line, or two while it is being replaced, the new one first."""


class HelpdeskSettings(Model):
    """What differs between installations of one helpdesk. A subclass describes each setting, in the order of the help.

    It is served where its address is set.
    """

    HELPDESK: ClassVar[str]
    """The key of the helpdesk: the begin of the settings' names."""

    NO_OPTIONS: ClassVar[frozenset[str]] = frozenset()
    """Settings that are no secrets and still no options of the command line."""

    url: WebAddress | None
    token: SecretStr | None
    """Of the connector's own user."""
    token_ends: date | None = None
    """The last day of that token, where it is known."""
    admin_token: SecretStr | None
    """Of an admin, for the installation and the examination only."""
    ca_file: Path | None
    """Certificates to trust instead of the usual ones, as PEM."""
    mapping: Path
    max_answer_bytes: AnswerBytes
    """How much of one answer is looked through at most, decompressed. Far less is kept."""
    webhook_secret: SigningSecret | None
    """Made by the installation where it is not set, and kept in the secret store by the name of its variable."""

    @field_validator("ca_file", check_fields=False)
    @classmethod
    def _certificates(cls, path: Path | None) -> Path | None:
        if path is not None:
            # Whoever names no file does not wait for OpenSSL.
            import ssl

            try:
                folder, file = (path, None) if path.is_dir() else (None, path)
                ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(file, folder)
            except ssl.SSLError:
                raise ValueError(f"{path} holds no certificates as PEM") from None
            except OSError as error:
                raise ValueError(f"{path} cannot be read: {error.strerror}") from None
        return path

    @classmethod
    def fields(cls) -> dict[str, FieldInfo]:
        """The settings in the order in which the subclass describes them."""
        return {name: cls.model_fields[name] for name in cls.__annotations__ if name in cls.model_fields}

    @classmethod
    def variable(cls, name: str) -> str:
        """The environment variable of a setting of this helpdesk."""
        return variable(f"{cls.HELPDESK}_{name}")

    @property
    def ca_path(self) -> str | None:
        """The certificates to trust as requests takes them."""
        return str(self.ca_file) if self.ca_file else None

    def secrets(self, name: str) -> tuple[bytes, ...]:
        """The secrets of this setting that are valid now, the new one first; none where it is not set."""
        return tuple(line.encode() for line in lines_of(getattr(self, name)))

    def required(self, name: str) -> Any:
        """The value of a setting that a command cannot do without. Raises SettingsError if it is not set."""
        value = getattr(self, name)
        if value is None:
            field = type(self).model_fields[name]
            either = f" or {self.variable(name)}_FILE" if is_secret(field.annotation) else ""
            text = f"{self.variable(name)}{either} is not set: {field.description}"
            raise NotSetError(text, self.HELPDESK) if name in ("url", "token") else SettingsError(text)
        return value


def is_secret(annotation: object) -> bool:
    """Whether a setting of this type comes from the environment or a file only, never from the command line."""
    return "SecretStr" in str(annotation)
