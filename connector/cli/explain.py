"""``interspace explain``: what the rules see, decide and why, without writing (P17)."""

import json
import re
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click
from pydantic_core import to_jsonable_python
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from connector.cli.options import JIRA, RULES, ZAMMAD, helpdesk_option, settings_options
from connector.cli.wiring import Desk, open_desk, open_policy
from connector.domain.decision import Decision
from connector.domain.ticket import Ticket
from connector.helpdesks.errors import HelpdeskError, NotFoundError
from connector.logs import harmless
from connector.policy.models import Policy
from connector.rules import wording
from connector.rules.evaluate import evaluate
from connector.settings import Settings

if TYPE_CHECKING:
    from connector.helpdesks.jira.sla import Sla

_NUMBERS = {"zammad": re.compile(r"#(\d+)", re.ASCII), "jira": re.compile(r"([A-Za-z]\w*-\d+)", re.ASCII)}
_NUMBER_IS = {"zammad": "a ticket number with a #", "jira": "an issue's key"}
"""A ticket as people write it."""


def _moment(_: click.Context, __: click.Parameter, value: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise click.BadParameter(f"{value!r} is no time with its offset, such as 2026-11-23T09:00:00+01:00")
    return moment


@click.command()
@click.argument("ticket")
@click.option(
    "--at",
    callback=_moment,
    metavar="TIME",
    help="As if it were this time (ISO with offset).",
)
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@helpdesk_option()
@settings_options(*RULES, *ZAMMAD, *JIRA)
def explain(settings: Settings, *, ticket: str, at: datetime | None, as_json: bool, helpdesk: str | None) -> None:
    """Show what every rule sees and decides.

    For a live ticket, with the reasons, the next deadline and what would be written. Nothing is written.

    TICKET is what people call it, Zammad's number with a # or Jira's key, or the id in the helpdesk's API.

    \b
    Examples:
      interspace explain '#41002'
      interspace explain ISP-41
      interspace explain 41 --at 2026-11-23T09:00:00+01:00
      interspace explain 41 --json
    """
    chosen = settings.helpdesk(helpdesk)
    number = _NUMBERS[chosen].fullmatch(ticket)
    if number is None and not (ticket.isascii() and ticket.isdigit()):
        raise click.UsageError(f"{ticket!r} is neither {_NUMBER_IS[chosen]} nor an id")
    policy, desk = open_policy(settings), open_desk(settings, chosen)
    now = at or datetime.now().astimezone()
    seen = _read(desk, desk.id_of(number[1]) if number else ticket, by_id=number is None)
    decision = evaluate(seen, policy, now)
    slas = _slas(desk, seen)
    if as_json:
        told = {
            "policy": policy.version,
            "now": now.isoformat(),
            "ticket": seen.model_dump(mode="json", exclude={"articles", "history"}),
            "decision": to_jsonable_python(_named(decision)),
            "slas": [sla._asdict() for sla in slas],
        }
        click.echo(json.dumps(told, indent=2, ensure_ascii=False, default=str))
        return
    show(Console(), seen, decision, policy, now)
    if slas:
        Console().print(_measured(slas))


def _named(decision: Decision) -> dict[str, Any]:
    return decision._asdict() | {"outcomes": [outcome._asdict() for outcome in decision.outcomes]}


def _read(desk: Desk, ticket: str, *, by_id: bool) -> Ticket:
    try:
        return desk.read(ticket)
    except NotFoundError as error:
        if not by_id or desk.name != "zammad":
            raise
        # In Zammad both are digits, and people see the number only.
        hint = f"If {ticket} is the number on the screen: interspace explain '#{ticket}'"
        raise NotFoundError(f"{error}\n{hint}") from None


def show(console: Console, ticket: Ticket, decision: Decision, policy: Policy, now: datetime) -> None:
    """The explanation as tables."""
    console.print(
        f"[bold]Ticket {escape(ticket.number)}[/] {escape(harmless(ticket.title))}\n"
        f"{ticket.kind.replace('_', ' ')}, {ticket.state.replace('_', ' ')}, "
        f"created {wording.format_time(ticket.created_at)} by {wording.actor(ticket.created_by)}; "
        f"seen at {wording.format_time(now)}; policy {policy.version}",
        highlight=False,
    )
    rules = Table("rule", "sees and decides", title="Rules", title_justify="left")
    for outcome in decision.outcomes:
        rules.add_row(outcome.rule, Text(harmless("\n".join(outcome.reasons)) or "nothing to do"))
    console.print(rules)
    if decision.writes_nothing:
        console.print("The ticket is as it should be: nothing would be written.")
    else:
        console.print(_writes(ticket, decision))
    due = wording.format_time(decision.due) if decision.due else "with the next event"
    console.print(f"Next look: {'at once' if decision.unfinished else due}", highlight=False)


def _slas(desk: Desk, ticket: Ticket) -> "tuple[Sla, ...]":
    if ticket.helpdesk != "jira":
        return ()
    from connector.helpdesks.jira.desk import JiraDesk

    try:
        return desk.slas(ticket.id) if isinstance(desk, JiraDesk) else ()
    except HelpdeskError as error:
        # Only shown, so nothing depends on it: an account without a licence for Service Management may not read them.
        click.echo(f"SLAs of Service Management: {error}", err=True)
        return ()


def _measured(slas: "Sequence[Sla]") -> Table:
    title = "SLAs as Service Management measures them (only shown: deadlines come from the policy)"
    shown = Table("SLA", "now", "breach", title=title, title_justify="left")
    for sla in slas:
        state = "paused" if sla.paused else "running" if sla.remaining is not None else f"completed {sla.completed}×"
        breach = "breached" if sla.breached else wording.format_time(sla.breach_at) if sla.breach_at else ""
        shown.add_row(Text(sla.name), state, breach)
    return shown


def _writes(ticket: Ticket, decision: Decision) -> Table:
    writes = Table("field", "is", "would become", title="Would be written", title_justify="left")
    for field, value in decision.changes.items():
        held = wording.value(getattr(ticket.fields, field))
        writes.add_row(ticket.labels[field], Text(harmless(held)), Text(harmless(wording.value(value))))
    if decision.state:
        writes.add_row("State", wording.value(ticket.state), wording.value(decision.state))
    if decision.note:
        kind = "public message" if decision.note.public else "internal note"
        writes.add_row(kind, "", Text(harmless(f"{decision.note.title}\n{decision.note.text}")))
    for new in decision.creates:
        writes.add_row("linked ticket", "", Text(harmless(new.title)))
    return writes
