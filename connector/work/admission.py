"""May this worker work on this helpdesk, and for which tickets? Asked once, before the first ticket is touched."""

from datetime import datetime

from connector.helpdesks.installed import Identity
from connector.policy.models import Policy
from connector.work.errors import StoreError
from connector.work.table import Home, WorkTable


class RefusedAdmissionError(StoreError):
    """Work here would be done twice, or on the wrong helpdesk. The text says what to do."""


def admit(table: WorkTable, helpdesk: str, identity: Identity) -> Home:
    """The work table's own helpdesk, which it becomes with the first start.

    :raises RefusedAdmissionError: the helpdesk belongs to another installation, or the table to another helpdesk.
    """
    if (why := table.helpdesks.stopped(helpdesk)) is not None:
        raise RefusedAdmissionError(
            f"Work on {helpdesk} was stopped: {why}. Repair the cause, then: interspace installation resume"
        )
    home = table.helpdesks.home(helpdesk)
    if (fault := misfit(home, identity)) is not None:
        raise RefusedAdmissionError(fault)
    fresh = _new_home(table, helpdesk, home, identity)
    if fresh != home:
        table.helpdesks.set_home(helpdesk, fresh)
    return fresh


def misfit(home: Home | None, identity: Identity) -> str | None:
    """Why helpdesk, account and work table do not belong together; ``None`` if they do."""
    installed = identity.installed
    if installed is not None and installed.account != identity.account:
        return (
            f"{identity.address} was set up for another account (id {installed.account}) than {identity.person} (id "
            f"{identity.account}): two installations would do everything twice. If this one replaces it, name the old "
            "account in the mapping (former_accounts) and run interspace install apply --new-account"
        )
    if home is None:
        return None
    move = "If it is the same helpdesk, moved or restored: interspace installation move"
    if home.address.rstrip("/") != identity.address.rstrip("/"):
        return (
            f"The work table is that of {home.address}, not of {identity.address}: one would work on the other's "
            f"tickets. {move}"
        )
    if installed is not None and home.installation not in (None, installed.id):
        return (
            f"The work table belongs to installation {home.installation}, {identity.address} to {installed.id}. {move}"
        )
    if installed is None and home.account != identity.account:
        return (
            f"The work table is that of account {home.account}, not of {identity.account} ({identity.person}). {move}"
        )
    return None


def _new_home(table: WorkTable, helpdesk: str, home: Home | None, identity: Identity) -> Home:
    installed = identity.installed
    if home is not None:
        return home._replace(
            address=identity.address,
            account=identity.account,
            installation=installed.id if installed else home.installation,
        )
    since = (installed.since if installed else None) or table.now()
    if table.helpdesks.cursor(helpdesk) is not None:
        # A table of an older release: the rules hold for all tickets, and go on to.
        return Home(identity.address, identity.account, installed.id if installed else None, None)
    return Home(identity.address, identity.account, installed.id if installed else None, since)


def in_force(policy: Policy, since: datetime | None) -> Policy:
    """The policy for tickets from ``since`` on, unless it says itself where the rules begin."""
    if policy.applies_since is not None or since is None:
        return policy
    return policy.model_copy(update={"applies_since": since})
