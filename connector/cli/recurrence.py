"""``interspace recurrence``: what comes back, as problem records to confirm (R31)."""

import json
from datetime import timedelta
from typing import Any

import click
from rich.console import Console

from connector.cli.listing import listing
from connector.cli.options import HELPDESK, RULES, ago, helpdesk_option, settings_options
from connector.cli.past import asked, shown_while_read
from connector.cli.sections import command
from connector.cli.wiring import now, open_desk, open_policy
from connector.counted import counted
from connector.rules import wording
from connector.rules.recurrence import Recurring, fault_of, recurrences
from connector.settings import Settings
from connector.work.recurrence import propose


@command()
@click.option("--since", callback=ago, metavar="LENGTH", default="90d", show_default=True, help="How far back.")
@click.option("--dry-run", is_flag=True, help="Only show what would be proposed.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@helpdesk_option()
@settings_options(*RULES, HELPDESK)
def recurrence(
    settings: Settings, *, since: timedelta, dry_run: bool, as_json: bool, helpdesk: str | None
) -> None:  # fmt: skip
    """Propose problem records for what comes back.

    Incidents of one service, circuit or region are counted by the numbers under "recurrence" in the policy. What is
    cancelled, merged or linked to a problem record does not count. Each proposal is a record in the state Proposed,
    linked to its incidents, which a person confirms, or declines by closing it; then it is silent until as many new
    ones have come.

    The same is counted with each incident. This counts all of a longer time at once, and more than one search of a
    helpdesk shows: run it after an upgrade or a change of the numbers, or weekly by a timer. It reads every incident
    of that time, one after the other.

    \b
    Examples:
      interspace recurrence --since 90d --dry-run
      interspace recurrence --since 30d --json
    """
    policy, at = open_policy(settings), now()
    past = asked(settings, helpdesk, at - since)
    read = [ticket for ticket in shown_while_read(past, quiet=as_json) if ticket is not None]
    faults = [fault for ticket in read if (fault := fault_of(ticket, policy)) is not None]
    found = recurrences(faults, policy.recurrence, at)
    records: list[str | None] = [None] * len(found)
    if not dry_run:
        desk, by_id = open_desk(settings, settings.helpdesk(helpdesk)), {ticket.id: ticket for ticket in read}
        records = [next(iter(propose(desk, policy, one, by_id)), None) for one in found]
    if as_json:
        data = [_as_data(one, record) for one, record in zip(found, records, strict=True)]
        click.echo(json.dumps({"incidents": len(faults), "recurring": data}, indent=2, ensure_ascii=False))
    else:
        _show(found, len(faults), len(read), dry_run=dry_run)


def _as_data(recurring: Recurring, record: str | None) -> dict[str, Any]:
    return {
        "by": recurring.by,
        "place": recurring.place,
        "why": recurring.why,
        "incidents": [
            {"number": f.number, "service": f.service.id, "priority": f.priority, "began": f.began.isoformat()}
            for f in recurring.faults
        ],
        "often": recurring.often,
        "minutes_down": recurring.down // timedelta(minutes=1),
        "critical": recurring.critical,
        "record": record,
    }


def _show(found: tuple[Recurring, ...], incidents: int, read: int, *, dry_run: bool) -> None:
    console = Console(highlight=False)
    console.print(f"{counted(read, 'ticket')} read, {counted(incidents, 'incident')} counted.")
    if not found:
        console.print("[green]Nothing comes back.[/]")
        return
    rows = []
    for one in found:
        numbers = ", ".join(fault.number for fault in one.faults)
        down = wording.format_duration(one.down)
        rows.append((f"{one.by} {one.place}", ", ".join(one.why), f"{one.often}: {numbers}", down, one.critical))
    title = "Would be proposed" if dry_run else "Proposed"
    console.print(listing(("what", "why", "incidents", "down", "P1"), rows, title))
