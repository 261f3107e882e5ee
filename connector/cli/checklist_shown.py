"""The checklist of what has to be done by hand, for people."""

import textwrap
from collections.abc import Iterator, Sequence

import click
from rich.console import Console

from connector.install.installation import Item

_TITLE, _STEP, _NESTED = 4, 6, 10
"""Columns in which the text begins."""


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
        things = "1 thing is" if len(items) == 1 else f"{len(items)} things are"
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
