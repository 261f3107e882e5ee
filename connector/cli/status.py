"""``interspace status``: how everything is, as the operations page shows it."""

import json
import sys
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from connector.cli.listing import listing
from connector.cli.options import HELPDESK, RULES, settings_options
from connector.cli.sections import command
from connector.cli.wiring import open_existing_table
from connector.counted import counted
from connector.logs import harmless
from connector.operations.overview import PolicyFile, overview
from connector.settings import Settings


@command()
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@settings_options(*RULES, HELPDESK)
def status(settings: Settings, *, as_json: bool) -> None:
    """Show how everything is: problems, work, what comes next, what was missed.

    The operations page in short, from the work table alone: no helpdesk is asked. Times are in UTC.

    \b
    Examples:
      interspace status
      interspace status --json

    Exit code 1 if something needs a person.
    """
    with closing(open_existing_table(settings)) as table:
        seen = overview(table, settings, PolicyFile(settings.policy, settings.services))
    if as_json:
        click.echo(json.dumps(seen, indent=2, ensure_ascii=False))
    else:
        _show(Console(highlight=False), seen)
    sys.exit(1 if seen["problems"] else 0)


def _show(console: Console, seen: dict[str, Any]) -> None:
    for problem in seen["problems"]:
        console.print(Text(harmless(problem), style="red"))
    if not seen["problems"]:
        missed = any(desk["missed_last_day"]["of"] for desk in seen["helpdesks"])
        console.print(Text(f"{seen['headline']}.", style="yellow" if missed else "green"))
    for desk in seen["helpdesks"]:
        work = desk["work"] or {}
        figures = ", ".join(f"{work.get(name, 0)} {said}" for name, said in _FIGURES.items())
        missed, sweeps = desk["missed_last_day"]["of"], desk["sweeps"]
        console.print(
            f"[bold]{desk['title']}[/] {figures}; in 24 h {missed} with a missed promise, "
            f"{counted(sweeps['webhooks_missed'], 'missed webhook')}; "
            f"last sweep {_at(sweeps['last'])}; policy {desk['policy']['in_use'] or 'unknown'}"
        )
        if (held := desk["policy"]["held_back"]) is not None:
            console.print(Text(harmless(f"held back: {held}"), style="yellow"))
        if desk["missed_last_day"]["tickets"]:
            console.print(_missed(desk["missed_last_day"]))
        if desk["next_day"]["tickets"]:
            console.print(_coming(desk["next_day"]))


_FIGURES = {"due": "due", "leased": "in work", "waiting": "waiting", "dead": "dead"}


def _coming(found: dict[str, Any]) -> Table:
    title = "The next 24 hours" + _first(found)
    rows = []
    for row in found["tickets"]:
        promise = f"{row['target']} {_at(row['target_at'])}" if row["target"] else ""
        rows.append(
            (row["number"] or row["ticket"], row["priority"], row["level"] or "", _at(row["level_at"]), promise)
        )
    return listing(("ticket", "priority", "level", "next level", "next promise"), rows, title)


def _missed(found: dict[str, Any]) -> Table:
    title = "Missed in the last 24 hours" + _first(found)
    rows = [
        (row["number"] or row["ticket"], row["priority"], row["level"] or "", row["missed"], _at(row["missed_at"]))
        for row in found["tickets"]
    ]
    return listing(("ticket", "priority", "level", "missed", "the last one due"), rows, title)


def _first(found: dict[str, Any]) -> str:
    """How many of them are shown, if not all."""
    shown = len(found["tickets"])
    return f", {shown} of {found['of']}" if found["of"] > shown else ""


def _at(iso: str | None) -> str:
    return f"{datetime.fromisoformat(iso).astimezone(UTC):%Y-%m-%d %H:%M}" if iso else "–"
