"""Jira as its admin and as the connector's user, from the settings. Nothing is sent before it is asked for."""

from collections.abc import Callable
from datetime import datetime

from requests.adapters import BaseAdapter

from connector.helpdesks.jira.client import JiraClient
from connector.helpdesks.jira.connection import Connection
from connector.helpdesks.jira.install.planning import JiraSetup
from connector.helpdesks.jira.load import load_mapping
from connector.helpdesks.jira.site import Site
from connector.helpdesks.pauses import EndpointPauses
from connector.policy.load import load_policy
from connector.settings import Settings

Adapter = Callable[[], BaseAdapter] | None


def open_connection(settings: Settings, *, admin: bool = False, adapter: Adapter = None) -> Connection:
    """The way to Jira with the token of the connector's user, or with the admin's.

    On Cloud each token goes with the address of its user; on Data Center there are no addresses in credentials.

    Raises SettingsError, PermanentError.
    """
    url, user = settings.required("jira_url"), settings.jira_user
    token = settings.required("jira_admin_token" if admin else "jira_token").get_secret_value()
    if admin and user is not None:
        user = settings.required("jira_admin_user")
    return Connection(
        url,
        user,
        token,
        ca_file=str(settings.jira_ca_file) if settings.jira_ca_file else None,
        adapter=adapter,
    )


def open_setup(settings: Settings, clock: Callable[[], datetime], adapter: Adapter = None) -> JiraSetup:
    """What an installation starts from. Raises SettingsError, PolicyError, PermanentError."""
    mapping = load_mapping(settings.jira_mapping)
    admin = JiraClient(open_connection(settings, admin=True, adapter=adapter), clock, EndpointPauses())
    site = Site(open_connection(settings, adapter=adapter), mapping, clock)
    return JiraSetup(admin, site, load_policy(settings.policy, settings.services), mapping)
