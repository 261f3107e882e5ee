"""``interspace simulate``: what a policy would have done to past tickets, before it is switched on. Reads only."""

import json
import sys
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from connector.cli.listing import listing
from connector.cli.options import HELPDESK, ago, helpdesk_option, settings_options
from connector.cli.past import Past, from_option, looked_back, save_option, shown_while_read
from connector.cli.sections import command
from connector.cli.wiring import identity_of, now, open_desk, open_policy, since_of
from connector.counted import counted
from connector.policy.load import load_policy
from connector.policy.models import Policy
from connector.rules import wording
from connector.settings import Settings
from connector.simulation.difference import Compared, Difference, Row
from connector.simulation.report import Open, Report, compared, on_open
from connector.work.admission import in_force

_GIVEN = click.Path(path_type=Path, dir_okay=False, exists=True, readable=True)


@command()
@click.option("--policy", "candidate", type=_GIVEN, help="The new policy. Without it: what the policy in use would do.")
@click.option("--services", type=_GIVEN, help="The new policy's service catalogue.  [default: the one in use]")
@click.option("--since", callback=ago, metavar="LENGTH", default="90d", show_default=True, help="How far back.")
@save_option
@from_option
@click.option("--allow", type=click.IntRange(min=0), metavar="NUMBER", help="Fail if more tickets than this differ.")
@click.option("--open", "at_once", is_flag=True, help="Only what it would do to the open tickets at once.")
@click.option("--limit", type=click.IntRange(min=0), default=20, show_default=True, help="Differing tickets to list.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@helpdesk_option()
@settings_options(HELPDESK)
def simulate(
    settings: Settings,
    *,
    candidate: Path | None,
    services: Path | None,
    since: timedelta,
    save: Path | None,
    source: Path | None,
    allow: int | None,
    at_once: bool,
    limit: int,
    as_json: bool,
    helpdesk: str | None,
) -> None:
    """Show what a policy would have done to past tickets.

    Every incident that is open or was changed since then is lived through again: what people did stays, what the
    rules do is decided anew at each event and each deadline, under the policy in use and under the new one. Nothing is
    written to the helpdesk; a token that may only read is enough. Under other rules people would have acted otherwise.

    With --open, only what the policy would do to the tickets that are open now, the moment it comes into force: what a
    worker judges before it applies another policy to them, here of every open ticket.

    A long reading is best done with --save FILE. If it breaks off, what was read is kept in FILE.part, and the same
    command goes on from there. Both hold what customers wrote: keep them as you keep the helpdesk's backups.

    \b
    Examples:
      interspace simulate --since 90d
      interspace simulate --policy new/interspace.yaml --since 30d
      interspace simulate --open --policy new/interspace.yaml
      interspace simulate --save past.json.gz
      interspace simulate --from past.json.gz --policy new.yaml --allow 0
    """
    if services is not None and candidate is None:
        raise click.UsageError("--services goes with --policy: the catalogue of the new policy")
    if allow is not None and candidate is None and not at_once:
        raise click.UsageError("--allow counts differences: name the new policy with --policy")
    in_use = open_policy(settings)
    new = None if candidate is None else load_policy(candidate, services or settings.services)
    begins, period = now() - (timedelta() if at_once else since), "open" if at_once else wording.format_duration(since)
    with looked_back(settings, helpdesk, begins, period, source=source, save=save) as read:
        past = read if source is None else _since(read, since)
        tickets = shown_while_read(past, quiet=as_json)
        if at_once:
            seen = on_open(tickets, _since_of(settings, helpdesk, source, new or in_use), past.until)
        else:
            report = compared(tickets, in_use, new, past.until)
    if at_once:
        _tell_open(seen, limit, as_json=as_json)
        _end(len(seen.tickets), allow, "ticket changes", "tickets change")
        return
    if as_json:
        click.echo(json.dumps(_as_data(report), indent=2, ensure_ascii=False))
    else:
        _show(report, limit)
    _end(len(report.differing), allow, "ticket differs", "tickets differ")


def _end(number: int, allow: int | None, one: str, several: str) -> None:
    if allow is not None and number > allow:
        click.echo(f"{counted(number, one, several)}, and --allow is {allow}", err=True)
        sys.exit(1)


def _since_of(settings: Settings, helpdesk: str | None, source: Path | None, policy: Policy) -> Policy:
    """The policy as a worker holds it: for tickets since the installation, unless it says otherwise."""
    if source is not None:
        return policy
    chosen = settings.helpdesk(helpdesk)
    return in_force(policy, since_of(settings, chosen, identity_of(chosen, open_desk(settings, chosen))))


def _tell_open(seen: Open, limit: int, *, as_json: bool) -> None:
    if as_json:
        tickets = [{"number": number, "customer": customer, "acts": acts} for number, customer, acts in seen.tickets]
        acts = [{"rule": rule, "what": what, "tickets": count} for rule, what, count in seen.acts]
        click.echo(json.dumps({**seen._asdict(), "acts": acts, "tickets": tickets}, indent=2, ensure_ascii=False))
        return
    console = Console(highlight=False)
    changed = counted(len(seen.tickets), "ticket")
    console.print(
        f"Policy {seen.policy} would at once visibly change [bold]{changed}[/] of {seen.looked_at} open ones."
    )
    if seen.unreadable:
        console.print(f"Not readable: {seen.unreadable}.")
    if not seen.tickets:
        return
    by_act = ((rule, what.replace("_", " "), count) for rule, what, count in seen.acts)
    console.print(listing(("rule", "act", "tickets"), by_act, "By act"))
    by_ticket = (
        (number, customer, "\n".join(happens).replace("_", " ")) for number, customer, happens in seen.tickets[:limit]
    )
    console.print(listing(("ticket", "customer", "what happens"), by_ticket, "By ticket"))
    if len(seen.tickets) > limit:
        console.print(f"and {len(seen.tickets) - limit} more tickets; --json lists all")


def _since(past: Past, length: timedelta) -> Past:
    later = (one for one in past.tickets if one is None or one.updated_at >= past.until - length)
    return past._replace(tickets=later)


def _as_data(report: Report) -> dict[str, Any]:
    return {
        "policy": report.policies._asdict(),
        "incidents": report.incidents,
        "left_out": {"other_tickets": report.others, "unreadable": report.unreadable},
        "restless": report.restless,
        "acts": [row._asdict() for row in report.rows],
        "customers": {name: {"incidents": n, "differ": d} for name, (n, d) in report.customers.items()},
        "tickets": [
            {"number": one.number, "customer": one.customer, "differences": [_as_times(d) for d in one.differences]}
            for one in report.differing
        ],
    }


def _as_times(difference: Difference) -> dict[str, str | None]:
    old, new = (act and act.at.isoformat() for act in (difference.old, difference.new))
    return {"rule": difference.rule, "what": difference.what, "in_use": old, "new": new}


def _show(report: Report, limit: int) -> None:
    console = Console(highlight=False)
    in_use, new = report.policies
    against = f"policy {in_use} (in use) and policy {new}" if new else f"policy {in_use} (in use)"
    incidents = counted(report.incidents, "incident")
    console.print(f"[bold]{incidents}[/] lived through again under {against}.")
    left_out = [
        said
        for n, said in (
            (report.others, counted(report.others, "other ticket")),
            (report.unreadable, f"{report.unreadable} not readable"),
        )
        if n
    ]
    if left_out:
        console.print(f"Left out: {', '.join(left_out)}.")
    console.print("What people did stays as it was; under other rules they would have acted differently.")
    if report.restless:
        console.print(f"[yellow]The rules came to no rest on {', '.join(map(escape, report.restless[:5]))}.[/]")
    if not report.incidents:
        return
    if new is None:
        rows = ((row.rule, row.what.replace("_", " "), row.old) for row in report.rows)
        console.print(listing(("rule", "act", "times"), rows, "What it would have done"))
        return
    if not report.differing:
        console.print("[green]Both do the same at the same times.[/]")
        return
    console.print(f"[bold]{len(report.differing)} of {report.incidents}[/] would have gone otherwise.")
    console.print(_acts(report.rows), _customers(report), _differing(report.differing[:limit]))
    if len(report.differing) > limit:
        console.print(f"and {len(report.differing) - limit} more tickets; --json lists all")


def _acts(rows: Iterable[Row]) -> Table:
    acts = (
        (row.rule, row.what.replace("_", " "), row.old, row.new, counted(row.tickets, "ticket"))
        for row in rows
        if row.tickets
    )
    return listing(("rule", "act", "in use", "new", "differs on"), acts, "By act")


def _customers(report: Report) -> Table:
    by_differing = sorted(report.customers.items(), key=lambda item: -item[1][1])
    rows = ((name, tickets, differ) for name, (tickets, differ) in by_differing if differ)
    return listing(("customer", "incidents", "differ"), rows, "By customer")


def _differing(tickets: Iterable[Compared]) -> Table:
    rows = ((one.number, one.customer, "\n".join(map(_words, one.differences))) for one in tickets)
    return listing(("ticket", "customer", "what differs"), rows, "By ticket")


def _words(difference: Difference) -> str:
    what = f"{difference.rule}: {difference.what.replace('_', ' ')}"
    old, new = (act and wording.format_time(act.at) for act in (difference.old, difference.new))
    if old and new:
        return f"{what}: {new} instead of {old}"
    return f"{what}, only new: {new}" if new else f"{what}, no more: {old}"
