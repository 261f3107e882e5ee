"""``interspace explain``: what the rules see, decide and why, without writing (P17)."""

import json
from datetime import datetime
from typing import Any

import click
from pydantic import TypeAdapter
from pydantic_core import to_jsonable_python
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from connector import clock
from connector.cli.listing import listing
from connector.cli.options import HELPDESK, RULES, helpdesk_option, number_in, read_time, settings_options
from connector.cli.sections import command
from connector.cli.wiring import identity_of, open_desk, open_policy, recall_staff, since_of
from connector.domain.decision import Decision
from connector.domain.model import TicketId
from connector.domain.ticket import Ticket
from connector.helpdesks.errors import HelpdeskError, NotFoundError
from connector.helpdesks.helpdesk import Helpdesk
from connector.helpdesks.plugin import HelpdeskPlugin, Measure
from connector.helpdesks.registry import plugin
from connector.logs import harmless
from connector.messages.catalogue import Failure, failures_told_to
from connector.policy.models import Policy
from connector.rules import wording
from connector.rules.evaluate import evaluate
from connector.settings import Settings
from connector.work.admission import in_force
from connector.work.others import judged


@command()
@click.argument("ticket")
@click.option(
    "--at",
    callback=read_time,
    metavar="TIME",
    help="As if it were this time (ISO with offset); in the past, with the ticket as it was then.",
)
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@helpdesk_option()
@settings_options(*RULES, HELPDESK)
def explain(settings: Settings, *, ticket: str, at: datetime | None, as_json: bool, helpdesk: str | None) -> None:
    """Show what every rule sees and decides.

    For a live ticket, with the reasons, the next deadline and what would be written. Nothing is written.

    TICKET is what people call it ({tickets}), or the id in the helpdesk's API.

    \b
    Examples:
      interspace explain '{ticket}'
      interspace explain 41 --at 2026-11-23T09:00:00+01:00
      interspace explain 41 --json
    """
    chosen = settings.helpdesk(helpdesk)
    helpdesk_plugin = plugin(chosen)
    number = number_in(ticket, chosen)
    policy, desk = open_policy(settings), open_desk(settings, chosen)
    recall_staff(settings, desk)
    # With a customer's token people of support look like customers: better no answer than a wrong one.
    policy = in_force(policy, since_of(settings, chosen, identity_of(chosen, desk)))
    now = at or clock.now().astimezone()
    hint = helpdesk_plugin.ticket.hint.format(ticket=ticket)
    seen = desk.read(desk.id_of(number)) if number else _read(desk, TicketId(ticket), hint)
    try:
        if at is not None:
            seen = seen.as_of(at)
        with failures_told_to(_tell):
            seen, decision = judged(desk, seen, lambda ticket: evaluate(ticket, policy, now), at)
            # Reasons and the note are put into words here, where a time that no calendar knows is told.
            named = _named(decision)
    except (ValueError, OverflowError) as error:
        if at is None:
            raise
        raise click.ClickException(f"--at {at.isoformat()}: {error}") from None
    # The helpdesk tells what it measures today only.
    is_past = at is not None and at < clock.now()
    measure = None if is_past else _measure(helpdesk_plugin, desk, seen)
    if as_json:
        report = {
            "policy": policy.version,
            "now": now.isoformat(),
            "ticket": TypeAdapter(Ticket).dump_python(seen, mode="json", exclude={"articles", "history"}),
            "decision": to_jsonable_python(named),
        }
        if measure:
            report[measure.key] = measure.data
        click.echo(json.dumps(report, indent=2, ensure_ascii=False, default=str))
        return
    show(Console(), seen, decision, policy, now)
    if measure:
        Console().print(_measured(measure))


def _tell(text: Failure) -> None:
    click.echo(f"{text.file}: {text.error}; another text is said instead", err=True)


def _named(decision: Decision) -> dict[str, Any]:
    outcomes = [outcome._asdict() | {"reasons": list(outcome.reasons)} for outcome in decision.outcomes]
    return decision._asdict() | {"outcomes": outcomes, "note": decision.note and decision.note.as_data()}


def _read(desk: Helpdesk, ticket_id: TicketId, hint: str) -> Ticket:
    try:
        return desk.read(ticket_id)
    except NotFoundError as error:
        raise NotFoundError(f"{error}. {hint}" if hint else str(error)) from None


def show(console: Console, ticket: Ticket, decision: Decision, policy: Policy, now: datetime) -> None:
    """The explanation as tables."""
    console.print(
        f"[bold]Ticket {escape(ticket.number)}[/] {escape(harmless(ticket.title))}\n"
        f"{ticket.kind.replace('_', ' ')}, {ticket.state.replace('_', ' ')}, "
        f"created {wording.format_time(ticket.created_at)} by {wording.actor(ticket.created_by)}; "
        f"seen at {wording.format_time(now)}; policy {policy.version}",
        highlight=False,
    )
    rules = [(outcome.rule, "\n".join(outcome.reasons)) for outcome in decision.outcomes if outcome.reasons]
    idle = ", ".join(outcome.rule for outcome in decision.outcomes if not outcome.reasons)
    console.print(
        listing(("rule", "sees and decides"), [*rules, *([("nothing to do", idle)] if idle else [])], "Rules")
    )
    if decision.writes_nothing:
        console.print("The ticket is as it should be: nothing would be written.")
    else:
        console.print(_writes(ticket, decision))
    due = wording.format_time(decision.due) if decision.due else "with the next event"
    console.print(f"Next look: {'at once' if decision.unfinished else due}", highlight=False)


def _measure(helpdesk: HelpdeskPlugin[Any], desk: Helpdesk, ticket: Ticket) -> Measure | None:
    try:
        return helpdesk.measures(desk, ticket) if helpdesk.measures else None
    except HelpdeskError as error:
        # Only shown, so nothing depends on it.
        click.echo(str(error), err=True)
        return None


def _measured(measure: Measure) -> Table:
    rows = ((wording.format_time(cell) if isinstance(cell, datetime) else cell for cell in row) for row in measure.rows)
    return listing(measure.columns, rows, measure.title)


def _writes(ticket: Ticket, decision: Decision) -> Table:
    rows: list[tuple[str, str, str]] = []
    for field, value in decision.changes.items():
        stored = wording.value(getattr(ticket.fields, field))
        rows.append((ticket.labels[field], stored, wording.value(value)))
    if decision.state:
        rows.append(("State", wording.value(ticket.state), wording.value(decision.state)))
    if decision.note:
        kind = "public message" if decision.note.public else "internal note"
        rows.append((kind, "", f"{decision.note.title}\n{decision.note.text}"))
    for new in decision.creates:
        rows.append(("linked ticket", "", new.title))
    return listing(("field", "is", "would become"), rows, "Would be written")
