"""``interspace sweep``: look for what no webhook told of."""

import json

import click

from connector.cli.options import ZAMMAD, settings_options
from connector.cli.wiring import open_table, open_zammad
from connector.settings import Settings
from connector.work.sweep import sweep as run_sweep


@click.command()
@click.option("--full", is_flag=True, help="All unresolved tickets and those changed in the last 30 days.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@settings_options(*ZAMMAD)
def sweep(settings: Settings, *, full: bool, as_json: bool) -> None:
    """Find tickets changed without a webhook.

    They are marked due for the workers. A running worker does this by itself.

    \b
    Examples:
      interspace sweep
      interspace sweep --full --json
    """
    table = open_table(settings)
    try:
        found = run_sweep(open_zammad(settings, table.now), table, full=full)
    finally:
        table.close()
    if as_json:
        click.echo(json.dumps(found._asdict()))
    else:
        click.echo(f"{found.listed} tickets read, {found.touched} marked due, {found.missed} missed by webhooks")
