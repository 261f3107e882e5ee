"""Reads the settings of an environment: options, variables, settings file, files of secrets, secret store."""

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr, ValidationError

from connector.helpdesks import registry
from connector.helpdesks.settings import PREFIX, HelpdeskSettings, SettingsError, variable
from connector.policy.section import worded
from connector.ports import is_this_machine
from connector.settings.file import FILE_VARIABLE, PlacedValue, locate, read
from connector.settings.model import OWN, Settings, declared, secret_names, split
from connector.settings.store import read_store

_NUMBERS = {"int_parsing": "expected a whole number", "float_parsing": "expected a number"}


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
        if name in OWN:
            own[name] = value
        else:
            helpdesk, rest = split(name)
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
    path = Path(values.get("secret_store") or OWN["secret_store"].default)
    stored = read_store(path) if missing else {}
    return {name: SecretStr(stored[variable(name)]) for name in missing if variable(name) in stored}
