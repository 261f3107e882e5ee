"""``interspace doctor``: is the whole installation well, and if not, what is to be done?"""

import json
import signal
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from typing import TypeVar

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from connector.cli.options import ADMIN, HELPDESK, RULES, helpdesk_option, later, settings_options
from connector.cli.sections import command
from connector.cli.wiring import open_existing_table
from connector.doctor.context import Examination, Patience
from connector.doctor.finding import Check, CheckStatus, Finding, examine
from connector.helpdesks import registry
from connector.settings import Settings
from connector.settings.file import FILE_VARIABLE
from connector.work.errors import StoreError

_COLOURS = {CheckStatus.OK: "green", CheckStatus.WARN: "yellow", CheckStatus.FAIL: "red", CheckStatus.SKIPPED: "dim"}

_ALIKE = 3
"""From this many findings skipped for one cause on, they share a row."""

C = TypeVar("C", bound=Examination)


def _waits() -> Iterator[click.Option]:
    for plugin in registry.plugins():
        for option in plugin.doctor_options:
            yield click.Option(
                [f"--{option.name.replace('_', '-')}"],
                type=click.FloatRange(min=0),
                metavar="SECONDS",
                default=option.default,
                show_default=True,
                help=option.help,
            )


@command()
@helpdesk_option()
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@click.option("--problems", is_flag=True, help="Show only what is not ok.")
@click.option(
    "--round-trip/--no-round-trip", default=True, show_default=True, help="Make test tickets and remove them again."
)
@click.option(
    "--delivery-wait",
    type=click.FloatRange(min=0),
    metavar="SECONDS",
    default=Patience().delivery,
    show_default=True,
    help="How long to wait for a webhook, and then for a worker.",
)
@later(_waits)
@settings_options(*RULES, HELPDESK, ADMIN)
def doctor(
    settings: Settings,
    *,
    helpdesk: str | None,
    as_json: bool,
    problems: bool,
    round_trip: bool,
    delivery_wait: float,
    **waits: float,
) -> None:
    """Examine the whole installation of a helpdesk.

    Settings, address, certificate, clocks, tokens and their permissions one by one, names, fields, webhook, receiver,
    work table, the whole way of a test ticket, and the checklist of what is done by hand. Each failure says what to do.

    Most of it needs an admin's token (INTERSPACE_{HELPDESK}_ADMIN_TOKEN, or …_FILE). Test tickets are closed at once,
    and they and whatever else a test makes are removed again, also after Ctrl-C. The helpdesk may notify agents of them
    as of any ticket.

    With --no-round-trip there are no test tickets.

    \b
    Examples:
      interspace doctor
      interspace doctor --helpdesk {helpdesk}
      interspace doctor --no-round-trip --json

    Exit code 1 if something is wrong; a warning is not.
    """
    # What was made for a test is removed on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    patience = Patience(delivery=delivery_wait, reconcile=delivery_wait)
    if helpdesk is None and not settings.helpdesks:
        do = (
            f"{registry.beginnings()} asks for what is needed and writes a settings file. If there is one already, "
            f"start in its directory or name it in {FILE_VARIABLE}."
        )
        findings = [Finding("settings", CheckStatus.FAIL, "no helpdesk's address is set", do)]
    else:
        chosen = registry.plugin(helpdesk or settings.helpdesk(None)).doctor()
        context = chosen.context(settings, patience=patience, waits=waits, test_tickets=round_trip)
        findings = _findings(chosen.checks, context)
        _keep(settings, helpdesk or settings.helpdesk(None), findings)
    shown = [finding for finding in findings if not problems or finding.verdict is not CheckStatus.OK]
    if as_json:
        click.echo(json.dumps([finding._asdict() for finding in shown], indent=2, ensure_ascii=False))
    else:
        _show(Console(highlight=False), shown, Counter(finding.verdict for finding in findings))
    sys.exit(1 if any(finding.verdict is CheckStatus.FAIL for finding in findings) else 0)


def _keep(settings: Settings, helpdesk: str, findings: Sequence[Finding]) -> None:
    """For the operations page, where there is a work table."""
    with suppress(StoreError), closing(open_existing_table(settings)) as table:
        table.records.examined(helpdesk, [finding._asdict() for finding in findings])


def _findings(checks: Sequence[Check[C]], context: C) -> list[Finding]:
    steps = iter(range(1, len(checks) + 1))
    try:
        with Console(stderr=True).status("") as status:
            return list(examine(checks, context, lambda name: status.update(f"{next(steps)} of {len(checks)}: {name}")))
    finally:
        context.close()


def _together(findings: list[Finding]) -> list[Finding]:
    """The findings, with those skipped for the same cause joined into one row at the place of the first."""
    alike = Counter((finding.seen, finding.do) for finding in findings if finding.verdict is CheckStatus.SKIPPED)
    shown: list[Finding] = []
    for finding in findings:
        cause = (finding.seen, finding.do)
        if finding.verdict is not CheckStatus.SKIPPED or alike[cause] in range(1, _ALIKE):
            shown.append(finding)
        elif count := alike.pop(cause, 0):
            shown.append(finding._replace(name=f"{finding.name} and {count - 1} more"))
    return shown


def _show(console: Console, findings: list[Finding], counts: Counter[CheckStatus]) -> None:
    """Prints the findings; ``counts`` include the findings that are not shown."""
    table = Table("", box=SIMPLE_HEAD)
    table.add_column("what was looked at, what was seen, and what to do", overflow="fold")
    for finding in _together(findings):
        colour = _COLOURS[finding.verdict]
        text = Text.assemble((finding.name, "bold"), f": {finding.seen}")
        if finding.do:
            text.append(f"\n→ {finding.do}", style=colour)
        table.add_row(Text(finding.verdict, style=colour), text)
    if findings:
        console.print(table)
    console.print(", ".join(f"{counts[verdict]} {verdict}" for verdict in CheckStatus if counts[verdict]))
