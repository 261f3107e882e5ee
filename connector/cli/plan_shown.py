"""A plan, and what became of it, for people and for machines."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import click
from rich.console import Console, Group, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from connector.install.apply import Stayed, Writer
from connector.install.apply import apply as carry_out
from connector.install.compare import Change
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
_LONGEST = 100


def show_plan(found: Plan, tables: Tables, *, as_json: bool) -> None:
    """What would be done."""
    if as_json:
        click.echo(json.dumps(found.told(), indent=2, ensure_ascii=False))
    else:
        Console(highlight=False).print(_shown(found, tables))


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
        told: dict[str, Any] = found.told()
        told[f"refused_by_{helpdesk.partition(' ')[0].lower()}"] = [
            one.step.told() | {"why": one.why} for one in stayed
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


def _shown(found: Plan, tables: Tables) -> RenderableType:
    table = Table("", "object", "what differs")
    names = {str(number): name for (kind, name), number in found.ids.items() if kind == "groups"}
    for step in found.steps:
        if step.action is not Action.UNCHANGED or step.why:
            colour = _COLOURS[step.action]
            table.add_row(Text(step.action.value, style=colour), Text(step.title), _differences(step, names))
    counts = ", ".join(f"{count} {action}" for action, count in found.counts().items() if count)
    parts: list[RenderableType] = [table, Text(f"{counts or 'nothing there'}. {_unchanged(found, tables)}".strip())]
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


def _unchanged(found: Plan, tables: Tables) -> str:
    same = [step.kind for step in found.steps if step.action is Action.UNCHANGED and not step.why]
    counts = ((same.count(path), kind.label) for path, kind in tables.kinds.items())
    told = ", ".join(f"{count} {_plural(label) if count > 1 else label}" for count, label in counts if count)
    return f"As wanted: {told}." if told else ""


def _plural(label: str) -> str:
    """
    >>> [_plural(label) for label in ("priority", "group", "list of options", "members of the role")]
    ['priorities', 'groups', 'lists of options', 'members of the role']
    """
    word, of, rest = label.partition(" of ")
    if of:
        return (word if word.endswith("s") else f"{word}s") + of + rest
    return f"{label[:-1]}ies" if label.endswith("ity") else f"{label}s"
