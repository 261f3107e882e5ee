"""Settings as command line options, generated from their declarations; each is an environment variable as well.

Options that depend on the helpdesks there are, are made when a command is looked up: by then all are registered.
"""

import functools
import os
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, get_args

import click

from connector.clock import practise
from connector.helpdesks import registry
from connector.helpdesks.settings import is_secret
from connector.settings import Settings, declared, load, secret_names, variable

LOGGING = ("log_format", "log_level")
RULES = ("policy", "services")
TELLING = "telling"
HELPDESK = "of the helpdesk"
"""Stands for all settings of helpdesks that have a command line option."""
ADMIN = "of the helpdesk's admin"
"""Stands for the further settings that an admin's commands need."""
MAPPING = "the mappings"

_SECTIONS = {
    "Rules": (*RULES, TELLING),
    "Receiver": (
        "host",
        "port",
        "receiver_processes",
        "receiver_threads",
        "settle_seconds",
        "max_body_bytes",
        "public_url",
        "panels",
        "intake_body_bytes",
        "intake_per_minute",
        "intake_person_per_minute",
    ),
    "Operations": ("ops_url", "ops_user_header", "ops_proxies"),
    "Worker": (
        "worker_processes",
        "worker_threads",
        "worker_rate",
        "largest_change",
        "sweep_minutes",
        "worker_metrics_port",
        "worker_metrics_host",
    ),
    "Logging": LOGGING,
}
_METAVARS = {"Path": "PATH", "int": "NUMBER", "float": "NUMBER"}
_ADMINS = "admin_"

Make = Callable[[], Iterable[click.Parameter]]


def sections() -> dict[str, tuple[str, ...]]:
    """Heading in the help → options below it. Whatever is not here is the command's own."""
    by_heading: dict[str, tuple[str, ...]] = {"Webhook": ("receiver_url", "secret_store")}
    for plugin in registry.plugins():
        names = tuple(f"{plugin.name}_{name}" for name in plugin.settings.model_fields)
        by_heading[plugin.title] = (*names, *(option.name for option in plugin.doctor_options))
    return by_heading | _SECTIONS


def later(make: Make) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Adds parameters that are made when the command is looked up."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        vars(command)["later"] = [make, *vars(command).get("later", ())]
        return command

    return decorate


def made_later(command: click.Command) -> list[click.Parameter]:
    """The parameters that were added with :func:`later`."""
    makers: list[Make] = getattr(command.callback, "later", [])
    return [parameter for make in makers for parameter in make()]


YEARS = range(1970, 3000)
"""Of times that rules can reckon with: days before and after them are times, too."""


def read_time(_: click.Context, __: click.Parameter, value: str | None) -> datetime | None:
    """The callback of an option that takes a time with its offset."""
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise click.BadParameter(f"{value!r} is no time with its offset, such as 2026-11-23T09:00:00+01:00")
    if at.year not in YEARS:
        raise click.BadParameter(f"{value!r} lies in a year that no ticket is of")
    return at


_AGO = re.compile(r"([1-9][0-9]{0,4})([dhw])")
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def ago(_: click.Context, __: click.Parameter, value: str | None) -> timedelta | None:
    """The callback of an option that takes a length of time back from now, such as 90d."""
    if value is None:
        return None
    if (length := _AGO.fullmatch(value)) is None:
        raise click.BadParameter(f"{value!r} is no length of time such as 90d, 12w or 36h")
    return int(length[1]) * _UNITS[length[2]]


def settings_options(*names: str, logs: bool = True) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Adds an option for each setting and passes the loaded :class:`Settings` as the first argument.

    ``logs=False``: the command logs nothing, and does not wait for what the log needs.
    """

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(command)
        def with_settings(**arguments: Any) -> Any:
            chosen = {name: arguments.pop(name) for name in _named(*names, *LOGGING)}
            settings = load(os.environ, chosen)
            practise(settings.practice_clock)
            if logs:
                # Whoever only asks for help does not wait for it.
                from connector.logs import configure

                configure(settings)
            return command(settings, **arguments)

        return later(lambda: map(_option, _named(*names, *LOGGING)))(with_settings)

    return decorate


def helpdesk_option(default: str = "the only one whose address is set") -> Callable[..., Any]:
    """Adds ``--helpdesk``; the command hands what it gets to :meth:`Settings.helpdesk`."""
    text = f"Which helpdesk.  [default: {default}]"
    return later(lambda: [click.Option(["--helpdesk"], type=click.Choice(registry.names()), help=text)])


def _named(*names: str) -> Iterator[str]:
    for name in names:
        if name == MAPPING:
            yield from (f"{helpdesk}_mapping" for helpdesk in registry.names())
        elif name in (HELPDESK, ADMIN):
            yield from _of_helpdesks(admins=name == ADMIN)
        else:
            yield name


def _of_helpdesks(*, admins: bool) -> Iterator[str]:
    for plugin in registry.plugins():
        for name, field in plugin.settings.fields().items():
            hidden = is_secret(field.annotation) or name in plugin.settings.NO_OPTIONS
            if not hidden and name.startswith(_ADMINS) is admins:
                yield f"{plugin.name}_{name}"


def _option(name: str) -> click.Option:
    if name in secret_names():
        raise ValueError(f"{name} is a secret: it comes from the environment or a file only")
    field = declared()[name]
    choices = [choice for choice in get_args(field.annotation) if isinstance(choice, str)]
    value: dict[str, Any] = {"type": click.Choice(choices)} if choices else {"metavar": metavar(name)}
    text = described((field.description or "").replace("`", ""), variable(name), field.default)
    return click.Option([f"--{name.replace('_', '-')}", name], help=text, **value)


def metavar(name: str) -> str:
    """What the value of a setting is, in one word."""
    if name.endswith("_url"):
        return "URL"
    kind = str(declared()[name].annotation)
    return next((word for part, word in _METAVARS.items() if part in kind), "TEXT")


def described(text: str, variable: str, default: object = None) -> str:
    """The help of an option that is an environment variable as well.

    >>> described("The TCP port.", "INTERSPACE_PORT", 8080)
    'The TCP port.  [INTERSPACE_PORT; default: 8080]'
    """
    return f"{text}  [{variable}]" if default is None else f"{text}  [{variable}; default: {default}]"


def as_environment(settings: Settings) -> dict[str, str]:
    """The environment of a child process that shall have the same settings."""
    child = dict(os.environ)
    for name in declared().keys() - secret_names():
        value = settings.value(name)
        if value is not None:
            child[variable(name)] = ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
    return child


def number_in(ticket: str, helpdesk: str) -> str | None:
    """What :meth:`Helpdesk.id_of` takes of a ticket as people write it; ``None``: it is an id. Raises UsageError."""
    called = registry.plugin(helpdesk).ticket
    written = called.pattern.fullmatch(ticket)
    if written is None and not (ticket.isascii() and ticket.isdigit()):
        raise click.UsageError(f"{ticket!r} is neither {called.words} nor an id")
    return written[1] if written else None
