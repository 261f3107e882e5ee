"""What can be set: each setting with its type, default, limits and description.

Settings of a helpdesk are declared in its folder; here they are put together with those of the connector itself.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic.fields import FieldInfo

from connector.domain.model import Model
from connector.helpdesks import registry
from connector.helpdesks.settings import (
    HelpdeskSettings,
    Networks,
    NotSetError,
    SettingsError,
    SigningSecret,
    WebAddress,
    is_secret,
    lines_of,
    variable,
)
from connector.policy.links import Links, TicketPages
from connector.policy.locate import MAPPINGS

PROOF_KEY = variable("proof_key")
"""The name of the proof key in the secret store."""


class Settings(Model):
    """Everything that differs between installations and is no rule. The rules are in the policy."""

    database_url: SecretStr = Field(
        SecretStr("sqlite:///interspace.sqlite3"),
        description="The work table: `sqlite:///path` or `postgresql://user:password@host/database`.",
    )
    policy: Path = Field(MAPPINGS / "interspace.yaml", description="The rules.")
    services: Path = Field(MAPPINGS / "services.yaml", description="The service catalogue, `.yaml` or `.csv`.")
    panels: Path | None = Field(
        None, description="Who may report faults for customers by the intake interface and the form: a YAML file."
    )
    telling: Path | None = Field(
        None, description="Who is told outside of the helpdesk, `.yaml`; without it nobody is. It may hold secrets."
    )
    proof_key: SigningSecret | None = Field(
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
    public_url: WebAddress | None = Field(
        None,
        description="Where customers' browsers reach the receiver, without a path: our question whether a repair may "
        "wait gets a link to a page. The proof key signs it and has to be set.",
    )
    host: str = Field("127.0.0.1", min_length=1, description="The address the receiver listens on.")
    port: int = Field(8080, ge=1, le=65535, description="The TCP port the receiver listens on.")
    receiver_processes: int = Field(2, ge=1, le=64, description="Receiver processes.")
    receiver_threads: int = Field(
        24, ge=2, le=256, description="Threads of each receiver process; health checks have their own."
    )
    settle_seconds: float = Field(1.0, ge=0, le=300, description="How long a ticket rests after an event.")
    max_body_bytes: int = Field(
        1024 * 1024,
        ge=1024,
        le=64 * 1024 * 1024,
        description="The largest webhook that is accepted; a ticket with a larger one is found by the sweep.",
    )
    intake_body_bytes: int = Field(
        32 * 1024 * 1024,
        ge=64 * 1024,
        le=160 * 1024 * 1024,
        description="The largest report of a panel, with its files; 10 files of 10 MB are at most 140 MB.",
    )
    intake_per_minute: float = Field(
        600.0, ge=0, le=1_000_000, description="Requests of one panel answered in a minute; 0: no bound."
    )
    intake_person_per_minute: float = Field(
        30.0, ge=0, le=1_000_000, description="Reports of one person in a panel taken in a minute; 0: no bound."
    )
    worker_processes: int | None = Field(
        None,
        ge=1,
        le=64,
        description="Worker processes that `run` starts for each helpdesk, which share the threads and the rate; "
        "if not set: one for each core but one.",
    )
    worker_threads: int = Field(
        4,
        ge=1,
        le=256,
        description="Tickets worked on at the same time by one worker, at most; fewer where the helpdesk is slow.",
    )
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
        "Where `run` starts several workers, each takes the next port.",
    )
    worker_metrics_host: str = Field(
        "127.0.0.1", min_length=1, description="The address of the worker's figures. They need no password."
    )
    ops_token: SigningSecret | None = Field(
        None,
        description="Opens the operations page `/ops/`, 16 characters at least; without a token and a proxy nobody "
        "sees it. To replace it: the new and the old one, a line each.",
    )
    ops_read_token: SigningSecret | None = Field(
        None, description="Opens the operations page for looking only: for those who work on tickets."
    )
    ops_url: WebAddress | None = Field(
        None,
        description="Where people reach the operations page, such as `https://connector.example.com/ops/`; "
        "internal notes then lead to the ticket's page there, and `install apply` links each ticket to it if it can.",
    )
    ops_user_header: str | None = Field(
        None,
        pattern=r"^[A-Za-z][A-Za-z0-9-]*$",
        description="The header in which a proxy says who has signed in with it, such as `X-Remote-User`; it counts "
        "only from `ops_proxies`, and whoever it names may act.",
    )
    ops_proxies: Networks = Field(
        (),
        description="The addresses or networks of those proxies, with commas. A proxy has to replace that header in "
        "whatever comes from outside.",
    )
    practice_clock: Path | None = Field(
        None,
        description="Only for practice, with a helpdesk on this machine: by how many seconds the time runs ahead. "
        "`interspace sandbox` writes the file.",
    )
    log_format: Literal["human", "json"] = Field("human", description="`human` to read, `json` to collect.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="The least that is logged.")

    by_helpdesk: Mapping[str, HelpdeskSettings] = Field(default_factory=dict)

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

    @property
    def helpdesks(self) -> tuple[str, ...]:
        """The helpdesks that are served: those whose address is set."""
        return tuple(name for name in registry.names() if self.of(name).url is not None)

    def of(self, helpdesk: str) -> HelpdeskSettings:
        """The settings of one helpdesk."""
        values = self.by_helpdesk.get(helpdesk)
        return registry.plugin(helpdesk).settings() if values is None else values

    def value(self, name: str) -> Any:
        """The value of a setting by its name among all: ``port``, or with the helpdesk's before it."""
        if name in OWN:
            return getattr(self, name)
        helpdesk, own = split(name)
        return getattr(self.of(helpdesk), own)

    def helpdesk(self, chosen: str | None) -> str:
        """The helpdesk that a command for one of them works on: the chosen one, else the only one that is served.

        Raises SettingsError if none is served or a choice is missing.
        """
        if chosen is not None:
            self.of(chosen).required("url")
            return chosen
        if len(self.helpdesks) > 1:
            served = " and ".join(variable(f"{name}_url") for name in self.helpdesks)
            raise SettingsError(f"{served} are both set: choose one with --helpdesk")
        if not self.helpdesks:
            either = _or(variable(f"{name}_url") for name in registry.names())
            raise NotSetError(f"{either} is not set: the helpdesk's address, as in the browser", *registry.names())
        return self.helpdesks[0]

    @property
    def proof_keys(self) -> tuple[bytes, ...]:
        """The keys that are valid now, the new one first; none where none is set."""
        return tuple(line.encode() for line in lines_of(self.proof_key))

    @property
    def links(self) -> Links | None:
        """Makes and reads the links to our pages in letters; ``None``: there are none."""
        if self.public_url is None or not self.proof_keys:
            return None
        return Links(self.public_url, self.proof_keys)

    @property
    def ticket_pages(self) -> TicketPages | None:
        """Makes and reads the links to support's page of a ticket; ``None``: there are none."""
        if self.ops_url is None or not self.proof_keys:
            return None
        return TicketPages(self.ops_url, self.proof_keys)

    def require_webhook_secret(self, helpdesk: str | None = None) -> None:
        """Raises SettingsError unless the helpdesk, or one of all, has a secret for its webhooks."""
        senders = [registry.plugin(helpdesk)] if helpdesk else registry.plugins()
        names = [(self.of(plugin.name), name) for plugin in senders for name in plugin.sender.all_settings]
        if not any(own.secrets(name) for own, name in names):
            whose = senders[0].title if helpdesk else "the helpdesk"
            either = _or(own.variable(name) for own, name in names)
            raise SettingsError(f"{either} (or …_FILE) is not set: the secret of {whose}'s webhook")


OWN = {name: field for name, field in Settings.model_fields.items() if name != "by_helpdesk"}
"""The connector's own settings by their names."""


def declared() -> dict[str, FieldInfo]:
    """Every setting by its name among all: the connector's own, then those of each helpdesk."""
    fields = dict(OWN)
    for helpdesk in registry.names():
        fields |= {f"{helpdesk}_{name}": field for name, field in registry.plugin(helpdesk).settings.fields().items()}
    return fields


def secret_names() -> frozenset[str]:
    """The settings that no command line option sets."""
    return frozenset(name for name, field in declared().items() if is_secret(field.annotation))


def split(name: str) -> tuple[str, str]:
    """The helpdesk, and the name among its settings. Raises KeyError for what is no setting."""
    for helpdesk in registry.names():
        rest = name.removeprefix(f"{helpdesk}_")
        if rest != name and rest in registry.plugin(helpdesk).settings.model_fields:
            return helpdesk, rest
    raise KeyError(name)


def _or(names: Iterable[str]) -> str:
    *some, last = names
    return f"{', '.join(some)} or {last}" if some else last
