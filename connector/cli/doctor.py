"""``interspace doctor``: is the whole installation well, and if not, what is to be done?"""

import json
import signal
import sys

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from connector.cli.options import RULES, ZAMMAD, settings_options
from connector.doctor.checks import CHECKS
from connector.doctor.context import Context, Patience
from connector.doctor.finding import Finding, Verdict, examine
from connector.settings import Settings

_COLOURS = {Verdict.OK: "green", Verdict.WARN: "yellow", Verdict.FAIL: "red", Verdict.SKIPPED: "dim"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@click.option("--round-trip/--no-round-trip", default=True, help="Make test tickets and remove them again.")
@click.option(
    "--delivery-wait",
    type=click.FloatRange(min=0),
    default=Patience().delivery,
    show_default=True,
    help="Seconds to wait for a webhook, and then for a worker.",
)
@click.option(
    "--scheduler-wait",
    type=click.FloatRange(min=0),
    default=Patience().scheduler,
    show_default=True,
    help="Seconds to wait for Zammad's scheduler, which looks every 5 minutes; 0: do not test it.",
)
@settings_options(*RULES, *ZAMMAD)
def doctor(settings: Settings, *, as_json: bool, round_trip: bool, delivery_wait: float, scheduler_wait: float) -> None:
    """Examine the whole installation.

    Settings, address, certificate, clocks, tokens and their permissions one by one, names, attributes, webhook,
    triggers, receiver, work table, and the whole way of a test ticket. Each failure says what to do.

    Most of it needs INTERSPACE_ZAMMAD_ADMIN_TOKEN (or …_FILE). Test tickets are closed from the start, and they and a
    temporary trigger and job are removed again, also after Ctrl-C. Zammad may notify agents of them as of any ticket;
    with --no-round-trip there are none.

    \b
    Examples:
      interspace doctor
      interspace doctor --no-round-trip --json

    Exit code 1 if something is wrong; a warning is not.
    """
    # What was made for a test is removed on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    patience = Patience(delivery=delivery_wait, reconcile=delivery_wait, scheduler=scheduler_wait)
    context = Context(settings, patience=patience, test_tickets=round_trip)
    progress = Console(stderr=True)
    try:
        with progress.status("") as status:
            steps = iter(range(1, len(CHECKS) + 1))
            found = list(
                examine(CHECKS, context, lambda name: status.update(f"{next(steps)} of {len(CHECKS)}: {name}"))
            )
    finally:
        context.close()
    if as_json:
        click.echo(json.dumps([finding._asdict() for finding in found], indent=2, ensure_ascii=False))
    else:
        _show(Console(highlight=False), found)
    sys.exit(1 if any(finding.verdict is Verdict.FAIL for finding in found) else 0)


def _show(console: Console, found: list[Finding]) -> None:
    table = Table("", "check", box=SIMPLE_HEAD)
    table.add_column("seen, and what to do", overflow="fold")
    for finding in found:
        colour = _COLOURS[finding.verdict]
        text = Text(finding.seen)
        if finding.do:
            text.append(f"\n→ {finding.do}", style=colour)
        table.add_row(Text(finding.verdict, style=colour), finding.name, text)
    console.print(table)
    counts = {verdict: sum(finding.verdict is verdict for finding in found) for verdict in Verdict}
    console.print(", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count))
