"""The checklist of what has to be done by hand, for people."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence

import click
from rich.console import Console

_TITLE, _STEP, _NESTED = 4, 6, 10
"""Columns in which the text begins."""

_Items = Sequence[Mapping[str, object]]


def show_checklist(items: _Items) -> None:
    """Every item with its page and its steps.

    The first line of a step is prose and is wrapped; what stands on further lines is to be pasted and never broken.
    """
    width = Console().width
    click.echo("\nTo be done by hand, because Jira's API cannot:")
    for number, item in enumerate(items, 1):
        unsure = "" if item["link_confirmed"] else f" (if it leads nowhere: {item['menu']})"
        click.echo(f"\n{number:>2}. {item['title']}\n{' ' * _TITLE}{item['link']}{unsure}")
        for step in _steps(item):
            for line in _lines(step, width):
                click.echo(line)
    click.echo()


def show_titles(items: _Items, command: str) -> None:
    """How many items there are, which, and the command that tells all of each."""
    click.echo(f"\n{len(items)} things are to be done by hand, because Jira's API cannot; {command} says how:")
    for number, item in enumerate(items, 1):
        click.echo(f"{number:>2}. {item['title']}")
    click.echo()


def _steps(item: Mapping[str, object]) -> Iterator[str]:
    steps = item["steps"]
    for step in steps if isinstance(steps, list) else ():
        yield str(step)


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
