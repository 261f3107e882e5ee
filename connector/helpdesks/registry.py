"""Which helpdesks there are. A plugin is imported when it is asked for: nobody waits for another one's parts."""

from importlib import import_module
from typing import Any

from connector.helpdesks.plugin import HelpdeskPlugin

_MODULES = {name: f"connector.helpdesks.{name}.plugin" for name in ("zammad", "jira")}
_registered: dict[str, HelpdeskPlugin[Any]] = {}


def names() -> tuple[str, ...]:
    """The names of all helpdesks, in a fixed order."""
    return tuple(dict.fromkeys((*_MODULES, *_registered)))


def plugin(name: str) -> HelpdeskPlugin[Any]:
    """The helpdesk of this name. Raises KeyError for an unknown one."""
    if name not in _registered:
        _registered[name] = import_module(_MODULES[name]).PLUGIN
    return _registered[name]


def plugins() -> tuple[HelpdeskPlugin[Any], ...]:
    """All helpdesks."""
    return tuple(plugin(name) for name in names())


def beginnings(*helpdesks: str) -> str:
    """The commands that write a first settings file for these helpdesks, or for all; empty where none has one."""
    return " or ".join(f"interspace init {name}" for name in helpdesks or names() if plugin(name).init)


def register(new: HelpdeskPlugin[Any]) -> None:
    """Adds a helpdesk that does not come along with the connector."""
    _registered[new.name] = new


def unregister(name: str) -> None:
    """Takes away a helpdesk that was added with :func:`register`."""
    _registered.pop(name, None)
