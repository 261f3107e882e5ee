"""A plan, and what became of it, for people and for machines."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import click
from rich.console import Console, Group, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from connector.cli.step_shown import NAMED, first, told
from connector.install.apply import Stayed, Writer
from connector.install.apply import apply as carry_out
from connector.install.kinds import Tables
from connector.install.plan import Action, Plan, Step

_COLOURS = {
    Action.CREATE: "green",
    Action.UPDATE: "yellow",
    Action.DELETE: "red",
    Action.RUN: "cyan",
    Action.FOREIGN: "magenta",
    Action.UNCHANGED: "dim",
    Action.STAYS: "dim",
}


def show_plan(found: Plan, tables: Tables, hints: Sequence[str] = (), *, verbose: bool, as_json: bool) -> None:
    """What would be done, and what the steps do not tell. Unless it is ``verbose``, foreign objects that are used as
    they are share a line."""
    if as_json:
        click.echo(json.dumps(found.to_dict() | {"hints": list(hints)}, indent=2, ensure_ascii=False))
    else:
        Console(highlight=False).print(_shown(found, tables, hints, verbose=verbose))


def apply_with_progress(writer: Writer, found: Plan, secrets: Mapping[str, str], *, as_json: bool) -> Sequence[Stayed]:
    """Carries the plan out while a bar shows how far it is. Raises StepError."""
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=as_json) as bar:
        task = bar.add_task("", total=len(found.work))

        def show(done: int, total: int, step: Step) -> None:
            bar.update(task, completed=done, total=total, description=f"{step.action} {step.title}")

        return carry_out(writer, found, secrets, show)


def show_result(
    found: Plan, stayed: Sequence[Stayed], helpdesk: str, more: Mapping[str, Any], *, as_json: bool
) -> None:
    """What was done and what stayed. ``more`` is added to the JSON."""
    if as_json:
        told: dict[str, Any] = found.to_dict()
        told[f"refused_by_{helpdesk.partition(' ')[0].lower()}"] = [
            one.step.to_dict() | {"why": one.why} for one in stayed
        ]
        click.echo(json.dumps(told | dict(more), indent=2, ensure_ascii=False))
        return
    for step in found.steps:
        if step.action in (Action.UNCHANGED, Action.STAYS) and step.why:
            click.echo(f"{step.title}: {'stays: ' if step.action is Action.STAYS else ''}{step.why}")
    for one in stayed:
        click.echo(f"{one.step.title}: stays, because {helpdesk} refuses to delete it: {one.why}")
    done = len(found.work) - len(stayed)
    click.echo(f"{done} step{'' if done == 1 else 's'} done.")


def _shown(found: Plan, tables: Tables, hints: Sequence[str], *, verbose: bool) -> RenderableType:
    table = Table("", "object")
    table.add_column("what differs", overflow="fold")
    steps = [step for step in found.steps if step.action is not Action.UNCHANGED or step.why]
    used = [] if verbose else [step for step in steps if step.action is Action.FOREIGN and not step.changes]
    for step in steps:
        if step not in used:
            table.add_row(
                Text(step.action.value, style=_COLOURS[step.action]), Text(step.title), Text(told(step, found))
            )
    counts = ", ".join(f"{count} {action}" for action, count in found.counts().items() if count)
    parts: list[RenderableType] = [table] if table.rows else []
    parts.append(Text(f"{counts or 'nothing there'}. {_unchanged(found, tables)}".strip()))
    if used:
        more = "; --verbose names all" if len(used) > NAMED else ""
        names = first([step.title for step in used])
        parts.append(Text(f"{len(used)} used as {'they are' if len(used) > 1 else 'it is'}: {names}{more}"))
    if any(step.action is Action.FOREIGN and step.changes for step in found.steps):
        parts.append(Text("What is foreign stays as it is; --adopt changes it as shown."))
    parts += [Text(hint, style="yellow") for hint in hints]
    if not found.work:
        parts.append(Text("Nothing to do."))
        return Group(*parts)
    if too_much := found.needs_force():
        parts.append(Text(f"Needs --force: {too_much}.", style="red"))
    parts.append(Text(f"Checksum: {found.checksum}", style="bold"))
    return Group(*parts)


def _unchanged(found: Plan, tables: Tables) -> str:
    same = [step.kind for step in found.steps if step.action is Action.UNCHANGED and not step.why]
    counts = ((same.count(path), kind.label) for path, kind in tables.kinds.items())
    all_ = ", ".join(f"{count} {_counted(label, count)}" for count, label in counts if count)
    return f"As wanted: {all_}." if all_ else ""


def _counted(label: str, count: int) -> str:
    """
    >>> [_counted(label, 2) for label in ("priority", "group", "list of options", "members of the role")]
    ['priorities', 'groups', 'lists of options', 'members of the role']
    >>> [_counted(label, 1) for label in ("priority", "members of the role")]
    ['priority', 'member of the role']
    """
    word, of, rest = label.partition(" of ")
    if count == 1:
        return word.removesuffix("s") + of + rest if word == "members" else label
    if of:
        return (word if word.endswith("s") else f"{word}s") + of + rest
    return f"{label[:-1]}ies" if label.endswith("ity") else f"{label}s"
