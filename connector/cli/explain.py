"""``interspace explain``: what the rules see, decide and why, without writing (P17)."""

import json
from datetime import datetime

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from connector.cli.options import RULES, ZAMMAD, settings_options
from connector.cli.wiring import open_policy, open_zammad
from connector.domain.decision import Decision
from connector.domain.ticket import Ticket
from connector.policy.models import Policy
from connector.rules import wording
from connector.rules.evaluate import evaluate
from connector.settings import Settings


@click.command()
@click.argument("ticket")
@click.option("--at", type=click.DateTime(["%Y-%m-%dT%H:%M:%S%z"]), help="As if it were this time (ISO with offset).")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@settings_options(*RULES, *ZAMMAD)
def explain(settings: Settings, *, ticket: str, at: datetime | None, as_json: bool) -> None:
    """Show what every rule sees and decides.

    For a live ticket, with the reasons, the next deadline and what would be written. Nothing is written.

    TICKET is the number with a #, as people know it, or the id from the address of the ticket's page.

    \b
    Examples:
      interspace explain '#41002'
      interspace explain 41 --at 2026-11-23T09:00:00+0100
      interspace explain 41 --json
    """
    if not ticket.removeprefix("#").isdigit():
        raise click.UsageError(f"{ticket!r} is neither a ticket number with a # nor an id")
    policy, desk = open_policy(settings), open_zammad(settings)
    now = at or datetime.now().astimezone()
    seen = desk.read(desk.id_of(ticket[1:]) if ticket.startswith("#") else ticket)
    decision = evaluate(seen, policy, now)
    if as_json:
        told = {
            "policy": policy.version,
            "now": now.isoformat(),
            "ticket": seen.model_dump(mode="json", exclude={"articles", "history"}),
            "decision": decision.model_dump(mode="json"),
        }
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
        return
    show(Console(), seen, decision, policy, now)


def show(console: Console, ticket: Ticket, decision: Decision, policy: Policy, now: datetime) -> None:
    """The explanation as tables."""
    console.print(
        f"[bold]Ticket {escape(ticket.number)}[/] {escape(ticket.title)}\n"
        f"{ticket.kind.replace('_', ' ')}, {ticket.state.replace('_', ' ')}, "
        f"created {wording.moment(ticket.created_at)} by {wording.actor(ticket.created_by)}; "
        f"seen at {wording.moment(now)}; policy {policy.version}",
        highlight=False,
    )
    rules = Table("rule", "sees and decides", title="Rules", title_justify="left")
    for outcome in decision.outcomes:
        rules.add_row(outcome.rule, Text("\n".join(outcome.reasons) or "nothing to do"))
    console.print(rules)
    if decision.writes_nothing:
        console.print("The ticket is as it should be: nothing would be written.")
    else:
        console.print(_writes(ticket, decision))
    due = wording.moment(decision.due) if decision.due else "with the next event"
    console.print(f"Next look: {'at once' if decision.unfinished else due}", highlight=False)


def _writes(ticket: Ticket, decision: Decision) -> Table:
    writes = Table("field", "is", "would become", title="Would be written", title_justify="left")
    for field, value in decision.changes.items():
        held = wording.value(getattr(ticket.fields, field))
        writes.add_row(wording.label(field), Text(held), Text(wording.value(value)))
    if decision.note:
        kind = "public message" if decision.note.public else "internal note"
        writes.add_row(kind, "", Text(f"{decision.note.title}\n{decision.note.text}"))
    for new in decision.creates:
        writes.add_row("linked ticket", "", Text(new.title))
    return writes
