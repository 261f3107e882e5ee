"""``interspace sweep``: look for what no webhook told of."""

import json

import click

from connector.cli.options import HELPDESK, RULES, helpdesk_option, settings_options
from connector.cli.sections import command
from connector.cli.wiring import open_desk, open_policy, open_table
from connector.counted import counted
from connector.settings import Settings
from connector.work.sweep import sweep as run_sweep


@command()
@click.option("--full", is_flag=True, help="All unresolved tickets and those changed in the last 30 days.")
@click.option("--force", is_flag=True, help="With --full: apply the policy to the open tickets, however many change.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@helpdesk_option()
@settings_options(*RULES, HELPDESK)
def sweep(settings: Settings, *, full: bool, force: bool, as_json: bool, helpdesk: str | None) -> None:
    """Find tickets changed without a webhook.

    They are marked due for the workers. A running worker does this by itself.

    A new policy that would visibly change too many of the open tickets is not applied to them by a worker, only to what
    happens from then on. With --full --force all open tickets are marked due.

    \b
    Examples:
      interspace sweep
      interspace sweep --full --json
      interspace sweep --full --force
    """
    if force and not full:
        raise click.UsageError("--force needs --full")
    chosen = settings.helpdesk(helpdesk)
    policy = open_policy(settings) if force else None
    table = open_table(settings)
    try:
        swept = run_sweep(open_desk(settings, chosen, table.now), table, full=full, policy=policy)
    finally:
        table.close()
    if as_json:
        click.echo(json.dumps(swept._asdict()))
    else:
        click.echo(
            f"{counted(swept.listed, 'ticket')} read, {swept.touched} marked due, {swept.missed} missed by webhooks"
        )
