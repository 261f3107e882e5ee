"""Puts the parts together from the settings. Each function raises the error of what it opens."""

from collections.abc import Callable
from contextlib import closing, suppress
from datetime import datetime

from connector import clock
from connector.helpdesks.helpdesk import Helpdesk
from connector.helpdesks.installed import Identity
from connector.helpdesks.registry import plugin
from connector.helpdesks.staff import KnowsStaff
from connector.policy.load import load_policy
from connector.policy.models import Policy
from connector.settings import Settings, variable
from connector.work.errors import StoreError, StoreMissing
from connector.work.table import WorkTable


def now() -> datetime:
    """The time by which the connector works, UTC."""
    return clock.now()


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


def recall_staff(settings: Settings, desk: Helpdesk) -> None:
    """What the workers have seen of who was support, if there is a work table: without it roles are those of today."""
    if not isinstance(desk, KnowsStaff):
        return
    with suppress(StoreError), closing(open_existing_table(settings)) as table:
        desk.staff.recall(table.people.staff(desk.name))


def identity_of(helpdesk: str, desk: Helpdesk) -> Identity | None:
    """Which helpdesk this is and who we are there; ``None`` if it does not tell.

    :raises WrongAccountError: the account may not do what the connector has to do.
    """
    identify = plugin(helpdesk).identity
    return identify(desk) if identify else None


def since_of(settings: Settings, helpdesk: str, identity: Identity | None) -> datetime | None:
    """From when on the rules hold on this helpdesk (UTC), as far as a work table or an installation tells; ``None``:
    for all tickets. Makes no work table."""
    home = None
    with suppress(StoreError):
        table = WorkTable.open_existing(settings.database_url.get_secret_value())
        try:
            home = table.helpdesks.home(helpdesk)
        finally:
            table.close()
    if home is not None:
        return home.since
    return identity.installed.since if identity is not None and identity.installed else None


def open_policy(settings: Settings) -> Policy:
    """The rules with the service catalogue, and links to our pages if people can reach them."""
    policy = load_policy(settings.policy, settings.services)
    return policy.model_copy(update={"links": settings.links, "pages": settings.ticket_pages})


def open_desk(settings: Settings, helpdesk: str, clock: Callable[[], datetime] = now) -> Helpdesk:
    """The helpdesk of this name as the connector's own user. Nothing is sent yet."""
    return plugin(helpdesk).open_desk(settings.of(helpdesk), clock, settings.proof_keys)
