"""Puts the parts together from the settings. Each function raises the error of what it opens."""

from collections.abc import Callable
from datetime import UTC, datetime

from connector.helpdesks.zammad.client import ZammadClient
from connector.helpdesks.zammad.desk import ZammadDesk
from connector.helpdesks.zammad.load import load_mapping
from connector.policy.load import load_policy
from connector.policy.models import Policy
from connector.settings import Settings
from connector.work.table import WorkTable


def open_table(settings: Settings) -> WorkTable:
    """The work table."""
    return WorkTable.open(settings.database_url.get_secret_value())


def open_policy(settings: Settings) -> Policy:
    """The rules with the service catalogue."""
    return load_policy(settings.policy, settings.services)


def open_client(
    settings: Settings, setting: str = "zammad_token", clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> ZammadClient:
    """Zammad's API with the token of ``setting``. Nothing is sent yet."""
    url, secret = settings.required("zammad_url"), settings.required(setting)
    ca_file = str(settings.zammad_ca_file) if settings.zammad_ca_file else None
    return ZammadClient(url, secret.get_secret_value(), clock, ca_file=ca_file)


def open_zammad(settings: Settings, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> ZammadDesk:
    """Zammad as the settings name it. Nothing is sent yet."""
    return ZammadDesk(open_client(settings, clock=clock), load_mapping(settings.zammad_mapping))
