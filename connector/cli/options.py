"""Settings as command line options, generated from :class:`Settings`; each is an environment variable as well."""

import functools
import os
from collections.abc import Callable
from typing import Any

import click

from connector.settings import HELPDESKS, SECRETS, Settings, load, variable

_CHOICES = {"log_format": ("human", "json"), "log_level": ("debug", "info", "warning", "error")}
LOGGING = ("log_format", "log_level")
RULES = ("policy", "services")
ZAMMAD = ("zammad_url", "zammad_ca_file", "zammad_mapping")
JIRA = ("jira_url", "jira_user", "jira_ca_file", "jira_mapping")

SECTIONS = {
    "Webhook": ("receiver_url", "secret_store"),
    "Zammad": (*ZAMMAD, "scheduler_wait"),
    "Jira": (*JIRA, "jira_admin_user"),
    "Rules": RULES,
    "Receiver": ("host", "port", "receiver_processes", "receiver_threads", "settle_seconds", "max_body_bytes"),
    "Worker": (
        "worker_threads",
        "worker_rate",
        "largest_change",
        "sweep_minutes",
        "worker_metrics_port",
        "worker_metrics_host",
    ),
    "Logging": LOGGING,
}
"""Heading in the help → options below it. Whatever is not here is the command's own."""

_METAVARS = {"Path": "PATH", "int": "NUMBER", "float": "NUMBER"}


def settings_options(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Adds an option for each setting and passes the loaded :class:`Settings` as the first argument."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(command)
        def with_settings(**arguments: Any) -> Any:
            chosen = {name: arguments.pop(name) for name in (*names, *LOGGING)}
            # Whoever only asks for help or the version does not wait for it.
            from connector import logs

            settings = load(os.environ, chosen)
            logs.configure(settings)
            return command(settings, **arguments)

        decorated: Callable[..., Any] = with_settings
        for name in reversed((*names, *LOGGING)):
            decorated = _option(name)(decorated)
        return decorated

    return decorate


def helpdesk_option(default: str = "the only one whose address is set") -> Callable[..., Any]:
    """Adds ``--helpdesk``; the command hands what it gets to :meth:`Settings.helpdesk`."""
    text = f"Which helpdesk.  [default: {default}]"
    return click.option("--helpdesk", type=click.Choice(HELPDESKS), default=None, help=text)


def _option(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    if name in SECRETS:
        raise ValueError(f"{name} is a secret: it comes from the environment or a file only")
    field = Settings.model_fields[name]
    value: dict[str, Any] = {"type": click.Choice(_CHOICES[name])} if name in _CHOICES else {"metavar": metavar(name)}
    text = described((field.description or "").replace("`", ""), variable(name), field.default)
    return click.option(f"--{name.replace('_', '-')}", name, default=None, help=text, **value)


def metavar(name: str) -> str:
    """What the value of a setting is, in one word."""
    if name.endswith("_url"):
        return "URL"
    kind = str(Settings.model_fields[name].annotation)
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
    for name in Settings.model_fields:
        value = getattr(settings, name)
        if name not in SECRETS and value is not None:
            child[variable(name)] = str(value)
    return child
