"""``interspace install``: what the rules need in the helpdesk, by plan and apply."""

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import click
from rich.console import Console, Group, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from connector.cli.options import RULES, ZAMMAD, settings_options
from connector.cli.wiring import open_client, open_policy
from connector.helpdesks.zammad.load import load_mapping
from connector.install.apply import Stayed, refuse
from connector.install.apply import apply as carry_out
from connector.install.compare import Change
from connector.install.errors import PlanError, RefusedError
from connector.install.kinds import KINDS
from connector.install.plan import SHARE, Action, Plan, Step
from connector.install.secrets import WEBHOOK, SecretStoreError, with_secret
from connector.install.uninstall import plan_uninstall, used_by_tickets
from connector.install.zammad.planning import Setup, look, plan_zammad, whoami
from connector.settings import Settings

_STORE = ("secret_store",)
_WHERE = ("receiver_url", *_STORE)
_COLOURS = {
    Action.CREATE: "green",
    Action.UPDATE: "yellow",
    Action.DELETE: "red",
    Action.RUN: "cyan",
    Action.FOREIGN: "magenta",
    Action.UNCHANGED: "dim",
    Action.STAYS: "dim",
}
_LONGEST = 100

_helpdesk = click.argument("helpdesk", type=click.Choice(["zammad"]))
_adopt = click.option("--adopt", is_flag=True, help="Change objects of the same name that are not ours, too.")
_json = click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
_checksum = click.option("--checksum", help="Apply only the plan that has this checksum.")


@click.group()
def install() -> None:
    """Set up the helpdesk: attributes, groups, priorities, webhook, triggers, overviews …

    Needs the token of an admin in INTERSPACE_ZAMMAD_ADMIN_TOKEN (or …_FILE), besides the connector's own.

    \b
    Examples:
      interspace install plan zammad --receiver-url https://connector.example.com
      interspace install apply zammad --receiver-url https://connector.example.com --checksum 19d92a8fc10f
      interspace install uninstall zammad
    """


@install.command()
@_helpdesk
@_adopt
@_json
@settings_options(*RULES, *ZAMMAD, *_WHERE)
def plan(settings: Settings, *, helpdesk: str, adopt: bool, as_json: bool) -> None:
    """Show what would be created and changed. Changes nothing.

    \b
    Examples:
      interspace install plan zammad --receiver-url https://connector.example.com
      interspace install plan zammad --json
    """
    _print(_plan(settings, adopt=adopt), as_json=as_json)


@install.command()
@_helpdesk
@_checksum
@_adopt
@click.option("--force", is_flag=True, help="Also a plan that deletes or changes much.")
@click.option(
    "--share",
    type=click.FloatRange(0, 1),
    default=SHARE,
    show_default=True,
    help="How much of our own objects may change without --force.",
)
@_json
@settings_options(*RULES, *ZAMMAD, *_WHERE)
def apply(
    settings: Settings, *, helpdesk: str, checksum: str | None, adopt: bool, force: bool, share: float, as_json: bool
) -> None:
    """Carry out the plan.

    One object after the other; what fails is told with its cause, and the next run continues there. Applying twice
    changes nothing the second time.

    \b
    Examples:
      interspace install apply zammad --receiver-url https://connector.example.com --checksum 19d92a8fc10f
      interspace install apply zammad --adopt

    Exit code 1 if the plan is refused: it is another one than reviewed, or it needs --force.
    """
    found = _plan(settings, adopt=adopt)
    _refuse(found, checksum=checksum, force=force, share=share)
    secrets = _known_secrets(settings)
    if any(step.kind == "webhooks" for step in found.work):
        secrets = _with_webhook_secret(settings)
    stayed = _carry_out(settings, found, secrets, as_json=as_json)
    _report(found, stayed, as_json=as_json)
    if not as_json:
        click.echo(_next(found))


@install.command()
@_helpdesk
@_checksum
@click.option("--purge-fields", is_flag=True, help="Delete the attributes too, with all that tickets say in them.")
@click.option("--force", is_flag=True, help="Really delete.")
@_json
@settings_options(*RULES, *ZAMMAD, *_STORE)
def uninstall(
    settings: Settings, *, helpdesk: str, checksum: str | None, purge_fields: bool, force: bool, as_json: bool
) -> None:
    """Delete exactly what was installed; without --force only show what that is.

    Tickets and what they say stay, and so does what was there before: the list says what, and why.

    \b
    Examples:
      interspace install uninstall zammad
      interspace install uninstall zammad --force
    """
    setup = _setup(settings)
    bot = whoami(setup.bot)
    current = look(setup, bot)
    used = used_by_tickets(setup.bot, current)
    found = plan_uninstall(current, used, int(bot["id"]), purge_fields=purge_fields)
    if not force:
        _print(found, as_json=as_json)
    _refuse(found, checksum=checksum, force=force)
    if not force:
        return
    stayed = _carry_out(settings, found, {}, as_json=as_json)
    _report(found, stayed, as_json=as_json)
    if not as_json:
        click.echo(f"The secret store {settings.secret_store} stays; delete it if nothing else needs it.")


def _setup(settings: Settings) -> Setup:
    return Setup(
        admin=open_client(settings, "zammad_admin_token"),
        bot=open_client(settings),
        policy=open_policy(settings),
        mapping=load_mapping(settings.zammad_mapping),
    )


def _plan(settings: Settings, *, adopt: bool) -> Plan:
    setup, today = _setup(settings), datetime.now(UTC).date()
    try:
        return plan_zammad(setup, _known_secrets(settings), today, receiver_url=settings.receiver_url, adopt=adopt)
    except PlanError as error:
        raise click.UsageError(str(error)) from error


def _known_secrets(settings: Settings) -> dict[str, str]:
    """The webhook's secret that is valid now; the first of two is the new one."""
    if settings.zammad_webhook_secret is None:
        return {}
    return {WEBHOOK: settings.webhook_secrets()[0].decode()}


def _with_webhook_secret(settings: Settings) -> dict[str, str]:
    try:
        return with_secret(settings.secret_store, _known_secrets(settings), WEBHOOK)
    except SecretStoreError as error:
        raise click.UsageError(str(error)) from error


def _refuse(found: Plan, *, checksum: str | None, force: bool, share: float = SHARE) -> None:
    try:
        refuse(found, checksum=checksum, force=force, share=share)
    except RefusedError as error:
        click.echo(str(error), err=True)
        sys.exit(1)


def _carry_out(settings: Settings, found: Plan, secrets: dict[str, str], *, as_json: bool) -> Sequence[Stayed]:
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=as_json) as bar:
        task = bar.add_task("", total=len(found.work))

        def show(done: int, total: int, step: Step) -> None:
            bar.update(task, completed=done, total=total, description=f"{step.action} {step.title}")

        return carry_out(open_client(settings, "zammad_admin_token"), found, secrets, show)


def _print(found: Plan, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(found.told(), indent=2, ensure_ascii=False))
    else:
        Console(highlight=False).print(_shown(found))


def _report(found: Plan, stayed: Sequence[Stayed], *, as_json: bool) -> None:
    kept = [step for step in found.steps if step.action in (Action.UNCHANGED, Action.STAYS) and step.why]
    if as_json:
        told: dict[str, Any] = found.told()
        told["refused_by_zammad"] = [one.step.told() | {"why": one.why} for one in stayed]
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
        return
    for step in kept:
        click.echo(f"{step.title}: {'stays: ' if step.action is Action.STAYS else ''}{step.why}")
    for one in stayed:
        click.echo(f"{one.step.title}: stays, because Zammad refuses to delete it: {one.why}")
    done = len(found.work) - len(stayed)
    click.echo(f"{done} step{'' if done == 1 else 's'} done.")


def _next(found: Plan) -> str:
    if not any(step.action is Action.RUN for step in found.work):
        return "Check everything with: interspace doctor"
    return (
        "Restart Zammad's background worker now: it knows new attributes only after a restart, and triggers fail until "
        "then.\nThen check everything with: interspace doctor"
    )


def _shown(found: Plan) -> RenderableType:
    table = Table("", "object", "what differs")
    names = {str(number): name for (kind, name), number in found.ids.items() if kind == "groups"}
    for step in found.steps:
        if step.action is not Action.UNCHANGED or step.why:
            colour = _COLOURS[step.action]
            table.add_row(Text(step.action.value, style=colour), Text(step.title), _differences(step, names))
    counts = ", ".join(f"{count} {action}" for action, count in found.counts().items() if count)
    parts: list[RenderableType] = [table, Text(f"{counts or 'nothing there'}. {_unchanged(found)}".strip())]
    if any(step.action is Action.FOREIGN and step.changes for step in found.steps):
        parts.append(Text("What is foreign stays as it is; --adopt changes it as shown."))
    if not found.work:
        parts.append(Text("Nothing to do."))
        return Group(*parts)
    if too_much := found.needs_force():
        parts.append(Text(f"Needs --force: {too_much}.", style="red"))
    parts.append(Text(f"Checksum: {found.checksum}", style="bold"))
    return Group(*parts)


def _differences(step: Step, groups: Mapping[str, str]) -> Text:
    lines = [step.why] if step.why else []
    lines += [_difference(change, groups) for change in step.changes]
    return Text("\n".join(lines))


def _difference(change: Change, groups: Mapping[str, str]) -> str:
    where = [groups.get(part, part) if change.path[0] == "group_ids" else part for part in change.path]
    return f"{'.'.join(where)}: {_value(change.old)} → {_value(change.new)}"


def _value(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _unchanged(found: Plan) -> str:
    same = [step.kind for step in found.steps if step.action is Action.UNCHANGED and not step.why]
    counts = ((same.count(path), kind.label) for path, kind in KINDS.items())
    told = ", ".join(
        f"{count} {label}{'s' if count > 1 else ''}".replace("ys", "ies") for count, label in counts if count
    )
    return f"As wanted: {told}." if told else ""
