"""Settings: one name, one environment variable (``INTERSPACE_…``), one description, one default.

An option of the command line comes first, then the environment, then the settings file, then the default.
Secrets come from the environment or from files (``…_FILE``), never from the command line.
"""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator

from connector.domain.model import Model
from connector.install.secrets import JIRA_WEBHOOK, PROOF_KEY, WEBHOOK, SecretStoreError, read_store
from connector.policy.locate import MAPPINGS
from connector.policy.section import worded
from connector.settings_file import FILE_VARIABLE, Line, SettingsFileError, locate, read

PREFIX = "INTERSPACE_"

HELPDESKS = ("zammad", "jira")
"""The names of the helpdesks in settings, work table and commands; each is served where its address is set."""

_SHORTEST_SECRET = 16
_NUMBERS = {"int_parsing": "expected a whole number", "float_parsing": "expected a number"}
_TITLES = {"zammad": "Zammad", "jira": "Jira"}
_WEBHOOK_SECRETS = {
    "zammad": ("zammad_webhook_secret",),
    "jira": ("jira_webhook_secret", "jira_automation_secret"),
}


class SettingsError(Exception):
    """A setting is missing or not valid. The message names the variable and never holds a secret."""


class Settings(Model):
    """Everything that differs between installations and is no rule. The rules are in the policy."""

    database_url: SecretStr = Field(
        SecretStr("sqlite:///interspace.sqlite3"),
        description="The work table: `sqlite:///path` or `postgresql://user:password@host/database`.",
    )
    policy: Path = Field(MAPPINGS / "interspace.yaml", description="The rules.")
    services: Path = Field(MAPPINGS / "services.yaml", description="The service catalogue, `.yaml` or `.csv`.")
    zammad_mapping: Path = Field(
        MAPPINGS / "zammad.yaml", description="How the rules' names are written in this Zammad."
    )
    zammad_url: str | None = Field(None, description="Zammad's address, as in the browser.")
    zammad_token: SecretStr | None = Field(None, description="The access token of the connector's own Zammad user.")
    zammad_admin_token: SecretStr | None = Field(
        None, description="The access token of an admin of Zammad, for `install` and `doctor` only."
    )
    zammad_ca_file: Path | None = Field(None, description="Certificates to trust instead of the usual ones, as PEM.")
    zammad_webhook_secret: SecretStr | None = Field(
        None,
        description="The signature token of Zammad's webhook, 16 characters at least. "
        "While it is being replaced: the new and the old one, a line each.",
    )
    jira_mapping: Path = Field(MAPPINGS / "jira.yaml", description="How the rules' names are written in this Jira.")
    jira_url: str | None = Field(None, description="Jira's address, as in the browser; Cloud and Data Center alike.")
    jira_user: str | None = Field(
        None, description="Cloud only: the e-mail address of the connector's own user, whose API token it is."
    )
    jira_token: SecretStr | None = Field(
        None,
        description="The API token (Cloud) or personal access token (Data Center) of the connector's own Jira user.",
    )
    jira_admin_user: str | None = Field(
        None, description="Cloud only: the e-mail address of the admin whose API token it is."
    )
    jira_admin_token: SecretStr | None = Field(
        None, description="The token of an admin of Jira, for `install` and `doctor` only."
    )
    jira_ca_file: Path | None = Field(None, description="Certificates to trust instead of the usual ones, as PEM.")
    jira_webhook_secret: SecretStr | None = Field(
        None,
        description="The secret of Jira's admin webhook, 16 characters at least. "
        "While it is being replaced: the new and the old one, a line each.",
    )
    jira_automation_secret: SecretStr | None = Field(
        None,
        description="What Automation rules show in `Authorization: Bearer …` or `X-Interspace-Token`, 16 characters at "
        "least. While it is being replaced: the new and the old one, a line each.",
    )
    jira_bot: str | None = Field(
        None,
        description="The connector's own Jira account (accountId on Cloud, user name on Data Center), if nobody else "
        "uses it: the receiver then skips webhooks of its own changes, which saves a read each.",
    )
    proof_key: SecretStr | None = Field(
        None,
        description="Signs what proves a step on a ticket, 16 characters at least; the same for all workers. "
        "To replace it: the new and the old one, a line each, until the tickets that are open then are closed.",
    )
    secret_store: Path = Field(
        Path("interspace.secrets"),
        description="Where `install` keeps the secrets that it makes; they are read from there if not set otherwise.",
    )
    receiver_url: str | None = Field(
        None, description="Where the helpdesk reaches the receiver, for `install`; without a path, the hook's is added."
    )
    host: str = Field("127.0.0.1", min_length=1, description="The address the receiver listens on.")
    port: int = Field(8080, ge=1, le=65535, description="The TCP port the receiver listens on.")
    receiver_processes: int = Field(2, ge=1, le=64, description="Receiver processes.")
    receiver_threads: int = Field(
        24, ge=2, le=256, description="Threads of each receiver process; a quarter of them is kept for health checks."
    )
    settle_seconds: float = Field(1.0, ge=0, le=300, description="How long a ticket rests after an event.")
    max_body_bytes: int = Field(1024 * 1024, ge=1024, le=64 * 1024 * 1024, description="The largest accepted body.")
    worker_threads: int = Field(16, ge=1, le=256, description="Tickets worked on at the same time by one worker.")
    worker_rate: float = Field(
        200.0, ge=0, le=100_000, description="Tickets begun in a second by one worker, at most; 0: no bound."
    )
    largest_change: float = Field(
        0.3,
        ge=0,
        le=1,
        description="The share of open tickets that a new policy may visibly change without `sweep --full --force`.",
    )
    sweep_minutes: float = Field(5.0, ge=0.1, le=1440, description="How often missed webhooks are looked for.")
    worker_metrics_port: int | None = Field(
        None,
        ge=1,
        le=65535,
        description="The TCP port where the worker shows its figures to Prometheus; without one it shows none. "
        "Where `run` starts two workers, Jira's takes the next port.",
    )
    worker_metrics_host: str = Field(
        "127.0.0.1", min_length=1, description="The address of the worker's figures. They need no password."
    )
    log_format: Literal["human", "json"] = Field("human", description="`human` to read, `json` to collect.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="The least that is logged.")

    @field_validator("database_url")
    @classmethod
    def _database(cls, url: SecretStr) -> SecretStr:
        # Whoever leaves it as it is does not wait for the parser.
        from connector.work.errors import StoreError
        from connector.work.opening import parse

        try:
            parse(url.get_secret_value())
        except StoreError as error:
            raise ValueError(str(error)) from None
        return url

    @field_validator("zammad_url", "jira_url")
    @classmethod
    def _web_address(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(("https://", "http://")):
            raise ValueError("must start with https:// (or http://)")
        return url

    @field_validator("zammad_webhook_secret", "jira_webhook_secret", "jira_automation_secret", "proof_key")
    @classmethod
    def _usable(cls, secret: SecretStr | None) -> SecretStr | None:
        lines = _lines(secret)
        if secret is not None and not 1 <= len(lines) <= 2:
            raise ValueError("one secret is needed, or two while it is being replaced, a line each")
        if any(len(line) < _SHORTEST_SECRET for line in lines):
            raise ValueError(f"every secret needs at least {_SHORTEST_SECRET} characters")
        return secret

    @property
    def helpdesks(self) -> tuple[str, ...]:
        """The helpdesks that are served: those whose address is set."""
        return tuple(name for name in HELPDESKS if getattr(self, f"{name}_url") is not None)

    def helpdesk(self, chosen: str | None) -> str:
        """The helpdesk that a command for one of them works on: the chosen one, else the only one that is served.

        Raises SettingsError if none is served or a choice is missing.
        """
        if chosen is not None:
            self.required(f"{chosen}_url")
            return chosen
        if len(self.helpdesks) > 1:
            both = " and ".join(variable(f"{name}_url") for name in self.helpdesks)
            raise SettingsError(f"{both} are both set: choose one with --helpdesk")
        if not self.helpdesks:
            either = _or(variable(f"{name}_url") for name in HELPDESKS)
            begin = f"{_or(f'interspace init {name}' for name in HELPDESKS)} writes a first settings file"
            raise SettingsError(f"{either} is not set: the helpdesk's address, as in the browser ({begin})")
        return self.helpdesks[0]

    def webhook_secrets(self) -> tuple[bytes, ...]:
        """The secrets of Zammad's webhook that are valid now. Raises SettingsError if there is none."""
        self.required("zammad_webhook_secret")
        return self.secrets_of("zammad_webhook_secret")

    def secrets_of(self, name: str) -> tuple[bytes, ...]:
        """The secrets of this setting that are valid now, as bytes; none where it is not set."""
        return tuple(line.encode() for line in _lines(getattr(self, name)))

    def require_webhook_secret(self, helpdesk: str | None = None) -> None:
        """Raises SettingsError unless the helpdesk, or one of all, has a secret for its webhooks."""
        names = [name for desk in ([helpdesk] if helpdesk else HELPDESKS) for name in _WEBHOOK_SECRETS[desk]]
        if all(getattr(self, name) is None for name in names):
            whose = _TITLES[helpdesk] if helpdesk else "the helpdesk"
            either = _or(variable(name) for name in names)
            raise SettingsError(f"{either} (or …_FILE) is not set: the secret of {whose}'s webhook")

    def required(self, name: str) -> Any:
        """The value of a setting that this command cannot do without. Raises SettingsError if it is not set."""
        value = getattr(self, name)
        if value is None:
            either = f" or {variable(name)}_FILE" if name in SECRETS else ""
            of = next((helpdesk for helpdesk in HELPDESKS if name == f"{helpdesk}_url"), None)
            begin = f" (interspace init {of} writes a first settings file)" if of else ""
            text = f"{variable(name)}{either} is not set: {Settings.model_fields[name].description}"
            raise SettingsError(f"{text.rstrip('.')}{begin}" if of else text)
        return value


_STORED = {"zammad_webhook_secret": WEBHOOK, "jira_webhook_secret": JIRA_WEBHOOK, "proof_key": PROOF_KEY}

SECRETS = frozenset(name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation))
"""Settings that no command line option sets."""


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return f"{PREFIX}{name.upper()}"


def load(
    environment: Mapping[str, str], options: Mapping[str, Any] | None = None, *, with_file: bool = True
) -> Settings:
    """The settings of an environment; ``options`` that are not ``None`` come first. An empty variable is not set.

    ``with_file=False`` leaves the settings file unread.

    :raises SettingsError: names every variable at fault, and those that are no settings.
    """
    lines = _file_lines(environment) if with_file else {}
    held = {name: line.value for name, line in lines.items()}
    held |= {name: value for name, value in environment.items() if value or name not in held}
    values: dict[str, Any] = {name: held[variable(name)] for name in Settings.model_fields if held.get(variable(name))}
    for name in SECRETS:
        if held.get(f"{variable(name)}_FILE"):
            values[name] = _from_file(name, held)
    values |= {name: value for name, value in (options or {}).items() if value is not None}
    values = _from_store(values) | values
    faults = [f"{_place(name, lines)}{name} is no setting{near}" for name, near in _unknown(held)]
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        # The input stays out of the message: it can be a secret.
        for one in error.errors(include_url=False, include_input=False):
            name = variable(str(one["loc"][0]))
            faults.append(f"{_place(name, lines)}{name}: {_NUMBERS.get(one['type']) or worded(one)}")
    if faults:
        raise SettingsError("\n".join(faults))
    return settings


def _file_lines(environment: Mapping[str, str]) -> dict[str, Line]:
    """What the settings file adds: a secret that the environment has in one form hides both forms of the file's."""
    path = locate(environment)
    if path is None:
        return {}
    try:
        lines = read(path)
    except SettingsFileError as error:
        raise SettingsError(str(error)) from None
    given = {name.removesuffix("_FILE") for name, value in environment.items() if value}
    return {name: line for name, line in lines.items() if name.removesuffix("_FILE") not in given}


def _place(name: str, lines: Mapping[str, Line]) -> str:
    line = lines.get(name) or lines.get(f"{name}_FILE")
    return f"{line.place}: " if line else ""


def _unknown(environment: Mapping[str, str]) -> list[tuple[str, str]]:
    """Each variable that looks like a setting and is none, and what it was perhaps meant to be."""
    known = {variable(name) for name in Settings.model_fields} | {FILE_VARIABLE}
    known |= {f"{variable(name)}_FILE" for name in SECRETS}
    names = (name for name in environment if name.startswith(PREFIX) and name not in known and "_TEST_" not in name)
    nearest = ((name, get_close_matches(name, sorted(known), n=1)) for name in sorted(names))
    return [(name, f"; did you mean {near[0]}?" if near else "") for name, near in nearest]


def _from_file(name: str, environment: Mapping[str, str]) -> SecretStr:
    where = f"{variable(name)}_FILE"
    if environment.get(variable(name)):
        raise SettingsError(f"{variable(name)}, {where}: set only one of them")
    path = environment[where]
    try:
        text = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise SettingsError(f"{where}: {path} cannot be read: {reason}") from None
    if not text:
        raise SettingsError(f"{where}: {path} is empty")
    return SecretStr(text)


def _from_store(values: Mapping[str, Any]) -> dict[str, Any]:
    """The secrets that an installation has made, where nothing else is set."""
    missing = {name: key for name, key in _STORED.items() if name not in values}
    path = Path(values.get("secret_store") or Settings.model_fields["secret_store"].default)
    try:
        held = read_store(path) if missing else {}
    except SecretStoreError as error:
        raise SettingsError(str(error)) from None
    return {name: SecretStr(held[key]) for name, key in missing.items() if key in held}


def _lines(secret: SecretStr | None) -> list[str]:
    if secret is None:
        return []
    return [line.strip() for line in secret.get_secret_value().splitlines() if line.strip()]


def _or(names: Iterable[str]) -> str:
    *some, last = names
    return f"{', '.join(some)} or {last}" if some else last
