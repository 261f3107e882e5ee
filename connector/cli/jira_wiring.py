"""Jira as its admin, for installation and examination. Nothing is sent before it is asked for."""

from collections.abc import Callable
from datetime import datetime

from requests.adapters import BaseAdapter

from connector.cli.wiring import open_policy
from connector.helpdesks.jira.client import JiraClient
from connector.helpdesks.jira.connection import Connection
from connector.helpdesks.jira.load import load_mapping
from connector.helpdesks.jira.site import Site
from connector.helpdesks.pauses import Pauses
from connector.install.jira.planning import JiraSetup
from connector.settings import Settings


def open_connection(
    settings: Settings, *, admin: bool = False, adapter: Callable[[], BaseAdapter] | None = None
) -> Connection:
    """The way to Jira with the token of the connector's user, or with the admin's. Raises SettingsError,
    PermanentError."""
    role = "jira_admin" if admin else "jira"
    user = settings.jira_admin_user or settings.jira_user if admin else settings.jira_user
    if settings.jira_user is None:
        # Data Center has no e-mail addresses in its credentials; an admin's would make the header a wrong one.
        user = None
    return Connection(
        settings.required("jira_url"),
        user,
        settings.required(f"{role}_token").get_secret_value(),
        ca_file=str(settings.jira_ca_file) if settings.jira_ca_file else None,
        adapter=adapter,
    )


def open_jira_setup(settings: Settings, clock: Callable[[], datetime]) -> JiraSetup:
    """What an installation starts from. Raises SettingsError, PolicyError, PermanentError."""
    mapping = load_mapping(settings.jira_mapping)
    admin = JiraClient(open_connection(settings, admin=True), clock, Pauses())
    return JiraSetup(admin, Site(open_connection(settings), mapping, clock), open_policy(settings), mapping)
