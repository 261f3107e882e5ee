"""Settings as command line options, generated from :class:`Settings`; each is an environment variable as well."""

import functools
import os
from collections.abc import Callable
from typing import Any

import click

from connector import logs
from connector.settings import HELPDESKS, SECRETS, Settings, load, variable

_CHOICES = {"log_format": ("human", "json"), "log_level": ("debug", "info", "warning", "error")}
LOGGING = ("log_format", "log_level")
RULES = ("policy", "services")
ZAMMAD = ("zammad_url", "zammad_ca_file", "zammad_mapping")
JIRA = ("jira_url", "jira_user", "jira_ca_file", "jira_mapping")


def settings_options(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Adds an option for each setting and passes the loaded :class:`Settings` as the first argument."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(command)
        def with_settings(**arguments: Any) -> Any:
            chosen = {name: arguments.pop(name) for name in (*names, *LOGGING)}
            settings = load(os.environ, chosen)
            logs.configure(settings)
            return command(settings, **arguments)

        decorated: Callable[..., Any] = with_settings
        for name in reversed((*names, *LOGGING)):
            decorated = _option(name)(decorated)
        return decorated

    return decorate


def helpdesk_option(text: str = "Default: the only one whose address is set.") -> Callable[..., Any]:
    """Adds ``--helpdesk``; the command hands what it gets to :meth:`Settings.helpdesk`."""
    return click.option("--helpdesk", type=click.Choice(HELPDESKS), default=None, help=f"Which helpdesk. {text}")


def _option(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    if name in SECRETS:
        raise ValueError(f"{name} is a secret: it comes from the environment or a file only")
    field = Settings.model_fields[name]
    default = "" if field.default is None else f" Default: {field.default}."
    text = f"{(field.description or '').replace('`', '')}{default}  [{variable(name)}]"
    kind = click.Choice(_CHOICES[name]) if name in _CHOICES else None
    return click.option(f"--{name.replace('_', '-')}", name, type=kind, default=None, help=text)


def as_environment(settings: Settings) -> dict[str, str]:
    """The environment of a child process that shall have the same settings."""
    child = dict(os.environ)
    for name in Settings.model_fields:
        value = getattr(settings, name)
        if name not in SECRETS and value is not None:
            child[variable(name)] = str(value)
    return child
