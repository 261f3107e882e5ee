"""Settings: one name, one environment variable (``INTERSPACE_…``), one description, one default.

An option of the command line comes first, then the environment, then the settings file, then the default.
Secrets come from the environment or from files (``…_FILE``), never from the command line.

Settings of a helpdesk are declared in its folder; here they are put together with those of the connector itself.
"""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic.fields import FieldInfo

from connector.domain.model import Model
from connector.helpdesks import registry
from connector.helpdesks.settings import (
    PREFIX,
    HelpdeskSettings,
    Networks,
    SettingsError,
    SigningSecret,
    WebAddress,
    is_secret,
    lines_of,
    variable,
)
from connector.policy.links import Links
from connector.policy.locate import MAPPINGS
from connector.policy.section import worded
from connector.ports import is_this_machine
from connector.secret_store import read_store
from connector.settings_file import FILE_VARIABLE, PlacedValue, locate, read

__all__ = ["PROOF_KEY", "Settings", "SettingsError", "compose", "declared", "load", "secret_names", "variable"]

PROOF_KEY = variable("proof_key")
"""The name of the proof key in the secret store."""

_NUMBERS = {"int_parsing": "expected a whole number", "float_parsing": "expected a number"}


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
    max_body_bytes: int = Field(1024 * 1024, ge=1024, le=64 * 1024 * 1024, description="The largest accepted body.")
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
        "`install apply` then links each ticket to its page there.",
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
        if name in _OWN:
            return getattr(self, name)
        helpdesk, own = _split(name)
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
            begin = f"{_or(f'interspace init {name}' for name in registry.names())} writes a first settings file"
            raise SettingsError(f"{either} is not set: the helpdesk's address, as in the browser ({begin})")
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

    def require_webhook_secret(self, helpdesk: str | None = None) -> None:
        """Raises SettingsError unless the helpdesk, or one of all, has a secret for its webhooks."""
        senders = [registry.plugin(helpdesk)] if helpdesk else registry.plugins()
        names = [(self.of(plugin.name), name) for plugin in senders for name in plugin.sender.all_settings]
        if not any(own.secrets(name) for own, name in names):
            whose = senders[0].title if helpdesk else "the helpdesk"
            either = _or(own.variable(name) for own, name in names)
            raise SettingsError(f"{either} (or …_FILE) is not set: the secret of {whose}'s webhook")


_OWN = {name: field for name, field in Settings.model_fields.items() if name != "by_helpdesk"}


def declared() -> dict[str, FieldInfo]:
    """Every setting by its name among all: the connector's own, then those of each helpdesk."""
    fields = dict(_OWN)
    for helpdesk in registry.names():
        fields |= {f"{helpdesk}_{name}": field for name, field in registry.plugin(helpdesk).settings.fields().items()}
    return fields


def secret_names() -> frozenset[str]:
    """The settings that no command line option sets."""
    return frozenset(name for name, field in declared().items() if is_secret(field.annotation))


def compose(values: Mapping[str, Any]) -> Settings:
    """Settings from values by their names among all. Raises SettingsError that names every variable at fault."""
    faults: list[str] = []
    settings = _composed(values, {}, faults)
    if settings is None:
        raise SettingsError("\n".join(faults))
    return settings


def load(
    environment: Mapping[str, str], options: Mapping[str, Any] | None = None, *, with_file: bool = True
) -> Settings:
    """The settings of an environment; ``options`` that are not ``None`` come first. An empty variable is not set.

    ``with_file=False`` leaves the settings file unread.

    :raises SettingsError: names every variable at fault, and those that are no settings.
    """
    lines = _file_lines(environment) if with_file else {}
    given = {name: line.value for name, line in lines.items()}
    given |= {name: value for name, value in environment.items() if value or name not in given}
    values: dict[str, Any] = {name: given[variable(name)] for name in declared() if given.get(variable(name))}
    for name in secret_names():
        if given.get(f"{variable(name)}_FILE"):
            values[name] = _from_file(name, given)
    values |= {name: value for name, value in (options or {}).items() if value is not None}
    values = _from_store(values) | values
    _check_encoding(values)
    faults = [f"{_place(name, lines)}{name} is no setting{near}" for name, near in _unknown(given)]
    settings = _composed(values, lines, faults)
    if settings is None or faults:
        raise SettingsError("\n".join(faults))
    _check_practice(settings)
    return settings


def _check_practice(settings: Settings) -> None:
    """A clock that runs ahead would break promises on a living helpdesk: levels would come hours too early."""
    if settings.practice_clock is None:
        return
    urls = [url for name in settings.helpdesks if (url := settings.of(name).url)]
    if not all(is_this_machine(urlsplit(url).hostname or "") for url in urls):
        raise SettingsError(
            f"{variable('practice_clock')}: only for practice, and a helpdesk here is not on this machine; remove it"
        )
    if not settings.database_url.get_secret_value().startswith("sqlite"):
        raise SettingsError(f"{variable('practice_clock')}: only with SQLite, whose time is this machine's")


def _composed(values: Mapping[str, Any], lines: Mapping[str, PlacedValue], faults: list[str]) -> Settings | None:
    """``None`` where a value is not valid; ``faults`` hears of it, with the value's line in the file."""
    own: dict[str, Any] = {}
    by_helpdesk: dict[str, dict[str, Any]] = {name: {} for name in registry.names()}
    for name, value in values.items():
        if name in _OWN:
            own[name] = value
        else:
            helpdesk, rest = _split(name)
            by_helpdesk[helpdesk][rest] = value
    made: dict[str, HelpdeskSettings] = {}
    for helpdesk, its in by_helpdesk.items():
        try:
            made[helpdesk] = registry.plugin(helpdesk).settings.model_validate(its)
        except ValidationError as error:
            faults += _faults(error, lines, f"{helpdesk}_")
    try:
        settings = Settings.model_validate(own).model_copy(update={"by_helpdesk": made})
    except ValidationError as error:
        faults += _faults(error, lines)
        return None
    return settings if len(made) == len(by_helpdesk) else None


def _faults(error: ValidationError, lines: Mapping[str, PlacedValue], begin: str = "") -> list[str]:
    """Each value that is not valid by its variable. The input stays out of the message: it can be a secret."""
    faults = []
    for detail in error.errors(include_url=False, include_input=False):
        name = variable(f"{begin}{detail['loc'][0]}")
        faults.append(f"{_place(name, lines)}{name}: {_NUMBERS.get(detail['type']) or worded(detail)}")
    return faults


def _split(name: str) -> tuple[str, str]:
    """The helpdesk, and the name among its settings. Raises KeyError for what is no setting."""
    for helpdesk in registry.names():
        rest = name.removeprefix(f"{helpdesk}_")
        if rest != name and rest in registry.plugin(helpdesk).settings.model_fields:
            return helpdesk, rest
    raise KeyError(name)


def _file_lines(environment: Mapping[str, str]) -> dict[str, PlacedValue]:
    """What the settings file adds: a secret that the environment has in one form hides both forms of the file's."""
    path = locate(environment)
    if path is None:
        return {}
    given = {name.removesuffix("_FILE") for name, value in environment.items() if value}
    return {name: line for name, line in read(path).items() if name.removesuffix("_FILE") not in given}


def _place(name: str, lines: Mapping[str, PlacedValue]) -> str:
    line = lines.get(name) or lines.get(f"{name}_FILE")
    return f"{line.place}: " if line else ""


def _unknown(environment: Mapping[str, str]) -> list[tuple[str, str]]:
    """Each variable that looks like a setting and is none, and what it was perhaps meant to be."""
    known = {variable(name) for name in declared()} | {FILE_VARIABLE}
    known |= {f"{variable(name)}_FILE" for name in secret_names()}
    names = (name for name in environment if name.startswith(PREFIX) and name not in known and "_TEST_" not in name)
    nearest = ((name, get_close_matches(name, sorted(known), n=1)) for name in sorted(names))
    return [(name, f"; did you mean {near[0]}?" if near else "") for name, near in nearest]


def _check_encoding(values: Mapping[str, Any]) -> None:
    """Other bytes of the environment than UTF-8 come as lone surrogates. A path may have them, a secret may not."""
    for name in secret_names() & values.keys():
        value = values[name]
        try:
            (value.get_secret_value() if isinstance(value, SecretStr) else str(value)).encode()
        except UnicodeEncodeError:
            raise SettingsError(f"{variable(name)}: is not UTF-8") from None


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
    made = ("proof_key", *(f"{helpdesk}_webhook_secret" for helpdesk in registry.names()))
    missing = [name for name in made if name not in values]
    path = Path(values.get("secret_store") or _OWN["secret_store"].default)
    stored = read_store(path) if missing else {}
    return {name: SecretStr(stored[variable(name)]) for name in missing if variable(name) in stored}


def _or(names: Iterable[str]) -> str:
    *some, last = names
    return f"{', '.join(some)} or {last}" if some else last
