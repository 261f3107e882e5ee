"""What an installation plans, did and leaves to people, for people and for machines."""

import json
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import click
from rich.console import Console, Group, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from connector.counted import counted
from connector.install.apply import Stayed, Writer
from connector.install.apply import apply as carry_out
from connector.install.compare import Difference
from connector.install.installation import Item
from connector.install.objects import Including
from connector.install.plan import Action, Plan, Step
from connector.install.tables import Tables

_COLOURS = {
    Action.CREATE: "green",
    Action.UPDATE: "yellow",
    Action.DELETE: "red",
    Action.RUN: "cyan",
    Action.FOREIGN: "magenta",
    Action.UNCHANGED: "dim",
    Action.STAYS: "dim",
}
_NAMED = 5
"""The number of names shown of a long list."""
_LONGEST = 100
_REF = re.compile(r"<\w+: (.*)>")
"""How a plan writes an object that does not exist yet."""
_TABLES = {"group_ids": "groups", "fields": "field"}
"""Values that are ids, and the tables that know their names."""
_TITLE, _STEP, _NESTED = 4, 6, 10
"""Columns in which the text begins."""


def show_plan(plan: Plan, tables: Tables, hints: Sequence[str] = (), *, verbose: bool, as_json: bool) -> None:
    """What would be done, and what the steps do not tell. Unless it is ``verbose``, foreign objects that are used as
    they are share a line."""
    if as_json:
        click.echo(json.dumps(plan.to_dict() | {"hints": list(hints)}, indent=2, ensure_ascii=False))
    else:
        Console(highlight=False).print(_shown(plan, tables, hints, verbose=verbose))


def apply_with_progress(writer: Writer, plan: Plan, secrets: Mapping[str, str], *, as_json: bool) -> Sequence[Stayed]:
    """Carries the plan out while a bar shows how far it is. Raises StepError."""
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=as_json) as bar:
        task = bar.add_task("", total=len(plan.work))

        def show(done: int, total: int, step: Step) -> None:
            bar.update(task, completed=done, total=total, description=f"{step.action} {step.title}")

        return carry_out(writer, plan, secrets, show)


def show_result(plan: Plan, stayed: Sequence[Stayed], helpdesk: str, more: Mapping[str, Any], *, as_json: bool) -> None:
    """What was done and what stayed. ``more`` is added to the JSON."""
    if as_json:
        result: dict[str, Any] = plan.to_dict()
        result[f"refused_by_{helpdesk.partition(' ')[0].lower()}"] = [
            kept.step.to_dict() | {"why": kept.why} for kept in stayed
        ]
        click.echo(json.dumps(result | dict(more), indent=2, ensure_ascii=False))
        return
    for step in plan.steps:
        if step.action in (Action.UNCHANGED, Action.STAYS) and step.why:
            click.echo(f"{step.title}: {'stays: ' if step.action is Action.STAYS else ''}{step.why}")
    for kept in stayed:
        click.echo(f"{kept.step.title}: stays, because {helpdesk} refuses to delete it: {kept.why}")
    done = len(plan.work) - len(stayed)
    click.echo(f"{counted(done, 'step')} done.")


def _shown(plan: Plan, tables: Tables, hints: Sequence[str], *, verbose: bool) -> RenderableType:
    table = Table("", "object")
    table.add_column("what differs", overflow="fold")
    steps = [step for step in plan.steps if step.action is not Action.UNCHANGED or step.why]
    used = [] if verbose else [step for step in steps if step.action is Action.FOREIGN and not step.changes]
    for step in steps:
        if step not in used:
            table.add_row(
                Text(step.action.value, style=_COLOURS[step.action]), Text(step.title), Text(_describe(step, plan))
            )
    counts = ", ".join(f"{count} {action}" for action, count in plan.counts().items() if count)
    parts: list[RenderableType] = [table] if table.rows else []
    parts.append(Text(f"{counts or 'nothing there'}. {_unchanged(plan, tables)}".strip()))
    if used:
        more = "; --verbose names all" if len(used) > _NAMED else ""
        names = _first([step.title for step in used])
        parts.append(Text(f"{len(used)} used as {'they are' if len(used) > 1 else 'it is'}: {names}{more}"))
    if any(step.action is Action.FOREIGN and step.changes for step in plan.steps):
        parts.append(Text("What is foreign stays as it is; --adopt changes it as shown."))
    parts += [Text(hint, style="yellow") for hint in hints]
    if not plan.work:
        parts.append(Text("Nothing to do."))
        return Group(*parts)
    if too_much := plan.needs_force():
        parts.append(Text(f"Needs --force: {too_much}.", style="red"))
    parts.append(Text(f"Checksum: {plan.checksum}", style="bold"))
    return Group(*parts)


def _unchanged(plan: Plan, tables: Tables) -> str:
    same = [step.kind for step in plan.steps if step.action is Action.UNCHANGED and not step.why]
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


def _describe(step: Step, plan: Plan) -> str:
    """Why there is this step, what a new object is, and what differs; a line each.

    ``plan`` knows the names of objects.
    """
    lines = [step.why] if step.why else []
    if step.action is Action.CREATE:
        lines += _new_object(step.body)
    return "\n".join([*lines, *(_difference(change, plan) for change in step.changes)])


def _first(names: Sequence[str]) -> str:
    """The first of them.

    >>> _first(["a", "b"]), _first(list("abcdefg"))
    ('a, b', 'a, b, c, d, e, …')
    """
    return ", ".join([*names[:_NAMED], *(["…"] if len(names) > _NAMED else [])])


def _new_object(body: Mapping[str, Any]) -> Iterator[str]:
    """The words are those of the helpdesks, which call the same things differently."""
    kind = body.get("type") or body.get("data_type")
    options = body.get("options") or (body.get("data_option") or {}).get("options") or ()
    if isinstance(options, Including):
        options = options.items
    parts = [str(kind).rpartition(":")[2]] if kind else []
    parts += [f"{counted(len(options), 'option')}"] if options else []
    if parts:
        yield ", ".join(parts)
    for name in ("url", "endpoint", "jql"):
        if body.get(name):
            yield str(body[name])


def _difference(change: Difference, plan: Plan) -> str:
    names = _names(plan, _TABLES.get(change.path[0], ""))
    where = ".".join(names.get(part, part) for part in change.path)
    if isinstance(change.new, list) and isinstance(change.old or [], list):
        word = where.removesuffix("s") if len(change.path) == 1 else where
        return _of_lists((word, where), change.old or [], change.new, names)
    return f"{where}: {_value(change.old)} → {_value(change.new)}"


def _of_lists(words: tuple[str, str], old: Sequence[Any], new: Sequence[Any], names: Mapping[str, str]) -> str:
    """``words``: what one and what several items are called."""
    parts = []
    for sign, these, others in (("+", new, old), ("−", old, new)):
        known = set(map(str, others))
        items = [_item(item, names) for item in these if str(item) not in known]
        if items:
            parts.append(f"{sign}{len(items)} {words[len(items) > 1]}: {_first(items)}")
    return "; ".join(parts) or f"{words[1]}: in another order"


def _item(item: Any, names: Mapping[str, str]) -> str:
    if not_there_yet := _REF.fullmatch(str(item)):
        return not_there_yet[1]
    return names.get(str(item), item if isinstance(item, str) else _value(item))


def _names(plan: Plan, table: str) -> dict[str, str]:
    return {str(row_id): name for (kind, name), row_id in plan.ids.items() if kind == table}


def _value(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def show_checklist(items: Sequence[Item]) -> None:
    """Every item with its page and its steps.

    The first line of a step is prose and is wrapped; what stands on further lines is to be pasted and never broken.
    """
    width = Console().width
    click.echo("\nTo be done by hand:" if items else "Nothing is to be done by hand.")
    for place, item in enumerate(items, 1):
        click.echo(f"\n{place:>2}. {item.title}")
        if item.link:
            unsure = "" if item.link.confirmed else f" (if it leads nowhere: {item.link.menu})"
            click.echo(f"{' ' * _TITLE}{item.link.url}{unsure}")
        for step in item.steps:
            for line in _lines(step, width):
                click.echo(line)
    click.echo()


def show_titles(items: Sequence[Item], command: str) -> None:
    """How many items there are, which, and the command that tells all of each."""
    if items:
        things = counted(len(items), "thing is", "things are")
        click.echo(f"\n{things} to be done by hand; {command} says how:")
        for place, item in enumerate(items, 1):
            click.echo(f"{place:>2}. {item.title}")
        click.echo()


def _lines(step: str, width: int) -> Iterator[str]:
    """
    >>> list(_lines("New queue\\nstatus = Open", 80))
    ['    - New queue', '      status = Open']
    """
    prose, *pasted = step.split("\n")
    begin = _NESTED if prose.startswith(" ") else _STEP
    yield from textwrap.wrap(
        prose.strip(),
        max(width, 2 * _NESTED),
        initial_indent=f"{' ' * (begin - 2)}- ",
        subsequent_indent=" " * begin,
        break_long_words=False,
        break_on_hyphens=False,
    )
    for line in pasted:
        yield " " * begin + line
