"""Puts the parts together from the settings. Each function raises the error of what it opens."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

from connector.helpdesks.helpdesk import Helpdesk
from connector.helpdesks.zammad.client import ZammadClient
from connector.helpdesks.zammad.desk import ZammadDesk
from connector.helpdesks.zammad.load import load_mapping
from connector.policy.load import load_policy
from connector.policy.models import Policy
from connector.settings import Settings, variable
from connector.work.errors import StoreMissing
from connector.work.table import WorkTable


class Desk(Helpdesk, Protocol):
    """A helpdesk as the commands need it."""

    def id_of(self, number: str) -> str:
        """The id of the ticket with this number, as people know it. Raises ``NotFoundError``."""


def now() -> datetime:
    """The time of this machine, UTC."""
    return datetime.now(UTC)


def open_table(settings: Settings) -> WorkTable:
    """The work table, made if it is missing."""
    return WorkTable.open(settings.database_url.get_secret_value())


def open_existing_table(settings: Settings) -> WorkTable:
    """The work table for whoever only looks at it or mends it."""
    try:
        return WorkTable.open_existing(settings.database_url.get_secret_value())
    except StoreMissing as error:
        where = f"{variable('database_url')}, in the environment or the settings file, says where it is"
        raise StoreMissing(f"{error}; {where} (interspace run makes it)") from error


def open_policy(settings: Settings) -> Policy:
    """The rules with the service catalogue."""
    return load_policy(settings.policy, settings.services)


def open_client(settings: Settings, setting: str = "zammad_token", clock: Callable[[], datetime] = now) -> ZammadClient:
    """Zammad's API with the token of ``setting``. Nothing is sent yet."""
    url, secret = settings.required("zammad_url"), settings.required(setting)
    ca_file = str(settings.zammad_ca_file) if settings.zammad_ca_file else None
    return ZammadClient(url, secret.get_secret_value(), clock, ca_file=ca_file)


def open_desk(settings: Settings, helpdesk: str, clock: Callable[[], datetime] = now) -> Desk:
    """The helpdesk of this name as the connector's own user. Nothing is sent yet."""
    return _jira(settings, clock) if helpdesk == "jira" else _zammad(settings, clock)


def _zammad(settings: Settings, clock: Callable[[], datetime]) -> ZammadDesk:
    mapping = load_mapping(settings.zammad_mapping)
    return ZammadDesk(open_client(settings, clock=clock), mapping, proof_keys=settings.secrets_of("proof_key"))


def _jira(settings: Settings, clock: Callable[[], datetime]) -> Desk:
    # Whoever serves Zammad alone does not wait for it.
    from connector.helpdesks.jira.desk import open_jira
    from connector.helpdesks.jira.load import load_mapping as load_jira_mapping

    return open_jira(
        settings.required("jira_url"),
        settings.jira_user,
        settings.required("jira_token").get_secret_value(),
        load_jira_mapping(settings.jira_mapping),
        clock,
        ca_file=str(settings.jira_ca_file) if settings.jira_ca_file else None,
    )
