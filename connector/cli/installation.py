"""``interspace installation``: which helpdesk the work table belongs to, and what to do when that has changed."""

import click

from connector.cli.details import print_details
from connector.cli.options import HELPDESK, helpdesk_option, settings_options
from connector.cli.sections import Group
from connector.cli.wiring import identity_of, open_desk, open_existing_table
from connector.helpdesks.installed import Identity
from connector.settings import Settings
from connector.work.admission import misfit


@click.group(cls=Group)
def installation() -> None:
    """Which helpdesk the work table is for.

    \b
    Examples:
      interspace installation show
      interspace installation move
      interspace installation resume
    """


def _identity(settings: Settings, helpdesk: str) -> Identity:
    identity = identity_of(helpdesk, open_desk(settings, helpdesk))
    if identity is None:
        raise click.UsageError(f"{helpdesk} does not tell who is installed there")
    return identity


@installation.command()
@helpdesk_option()
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@settings_options(HELPDESK)
def show(settings: Settings, *, helpdesk: str | None, as_json: bool) -> None:
    """Show helpdesk, account, and since when the rules hold.

    \b
    Example:
      interspace installation show
    """
    chosen = settings.helpdesk(helpdesk)
    table = open_existing_table(settings)
    home, stopped = table.helpdesks.home(chosen), table.helpdesks.stopped(chosen)
    identity = _identity(settings, chosen)
    fault = misfit(home, identity)
    details = {
        "address": identity.address,
        "account": f"{identity.person} (id {identity.account})",
        "installed": str(identity.installed) if identity.installed else None,
        "work table": home.address if home else None,
        "rules hold since": home.since.isoformat() if home and home.since else None,
        "stopped": stopped,
        "fault": fault,
    }
    print_details(details, as_json=as_json)


@installation.command()
@helpdesk_option()
@settings_options(HELPDESK)
def move(settings: Settings, *, helpdesk: str | None) -> None:
    """Say that the work table belongs to this helpdesk.

    After the helpdesk has got another address, was restored, or is worked by another account. Since when the rules
    hold stays as it is. Only for the same tickets: otherwise begin with an empty work table.

    \b
    Example:
      interspace installation move
    """
    chosen = settings.helpdesk(helpdesk)
    table = open_existing_table(settings)
    identity = _identity(settings, chosen)
    home = table.helpdesks.home(chosen)
    if home is None:
        raise click.UsageError("the work table belongs to no helpdesk yet: interspace run makes it this one's")
    name = identity.installed.id if identity.installed else home.installation
    moved = home._replace(address=identity.address, account=identity.account, installation=name)
    if (fault := misfit(moved, identity)) is not None:
        raise click.UsageError(fault)
    table.helpdesks.set_home(chosen, moved)
    click.echo(f"The work table belongs to {identity.address} now, with {identity.person} (id {identity.account}).")


@installation.command()
@helpdesk_option()
@settings_options(HELPDESK)
def resume(settings: Settings, *, helpdesk: str | None) -> None:
    """Work again after an internal note came back public.

    Refused while the account of the token lacks what it needs.

    \b
    Example:
      interspace installation resume
    """
    chosen = settings.helpdesk(helpdesk)
    table = open_existing_table(settings)
    _identity(settings, chosen)
    why = table.helpdesks.stopped(chosen)
    table.helpdesks.set_stopped(chosen, None)
    click.echo(f"Work goes on; it was stopped because: {why}" if why else "Nothing was stopped.")
