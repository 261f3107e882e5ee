"""``interspace pauses``: what is left alone on a helpdesk, until when and why, and to end that (P10, P23)."""

import json
import sys

import click
from rich.console import Console

from connector.cli.listing import listing
from connector.cli.options import HELPDESK, helpdesk_option, settings_options
from connector.cli.sections import Group
from connector.cli.wiring import open_existing_table
from connector.logs import harmless
from connector.operations.pauses import EVERYTHING, as_data
from connector.settings import Settings


@click.group(cls=Group)
def pauses() -> None:
    """What is left alone for a while, and why.

    A helpdesk, or a kind of its requests, that does not answer or wants fewer of them. A pause ends by itself, after a
    quarter of an hour at most.

    \b
    Examples:
      interspace pauses list
      interspace pauses list --json
      interspace pauses lift
      interspace pauses lift --helpdesk {helpdesk}
    """


@pauses.command(name="list")
@helpdesk_option("all")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@settings_options(HELPDESK)
def list_(settings: Settings, *, helpdesk: str | None, as_json: bool) -> None:
    """List those that run now.

    \b
    Examples:
      interspace pauses list
      interspace pauses list --helpdesk {helpdesk} --json
    """
    running = [as_data(pause) for pause in open_existing_table(settings).pauses(helpdesk)]
    if as_json:
        click.echo(json.dumps(running, indent=2, ensure_ascii=False))
        return
    if not running:
        click.echo("no pauses")
        return
    rows = []
    for pause in running:
        until = str(pause["until"] or "a person has looked")[:19].replace("T", " ")
        rows.append((pause["helpdesk"], pause["what"], until, str(pause["cause"])[:300]))
    Console().print(listing(("helpdesk", "what", "until (UTC)", "cause"), rows))


@pauses.command()
@helpdesk_option("all")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON what was lifted.")
@settings_options(HELPDESK)
def lift(settings: Settings, *, helpdesk: str | None, as_json: bool) -> None:
    """End them now: the workers ask again within a second.

    A helpdesk on which an internal note came back public is no pause: interspace installation resume.

    \b
    Examples:
      interspace pauses lift
      interspace pauses lift --helpdesk {helpdesk} --json
    """
    table = open_existing_table(settings)
    running = table.pauses(helpdesk)
    lifted = [pause for pause in running if pause.until is not None]
    for name in sorted({pause.helpdesk for pause in lifted}):
        table.lift(name)
    if as_json:
        click.echo(json.dumps([as_data(pause) for pause in lifted], indent=2, ensure_ascii=False))
    else:
        what = ", ".join(f"{pause.helpdesk}: {pause.endpoint or EVERYTHING}" for pause in lifted)
        click.echo(f"lifted: {harmless(what)}" if lifted else "no pauses to lift")
    for pause in running:
        if pause.until is None:
            click.echo(harmless(f"{pause.helpdesk} stays stopped: {pause.reason}"), err=True)
            sys.exit(1)
