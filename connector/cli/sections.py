"""The help of commands: options under headings, subcommands in the order in which they are used."""

from collections.abc import Iterable

import click

from connector.cli.options import SECTIONS
from connector.settings import HELPDESKS

_OWN = "Options"
_HEADINGS = {name: heading for heading, names in SECTIONS.items() for name in names}
_ARGUMENTS = f"{__name__}.arguments"
_WIDEST = 30
"""Columns for the names of options; a longer one has a line of its own."""


class Group(click.Group):
    """A group whose subcommands show their options under headings. They need not know: plain click writes them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        found = super().get_command(ctx, cmd_name)
        return found and sectioned(found)


def sectioned(command: click.Command) -> click.Command:
    """The command with its options under headings; a group does so for its own commands."""
    return command if isinstance(command, click.Group) else _Sectioned(command)


class _Sectioned(click.Command):
    def __init__(self, plain: click.Command) -> None:
        vars(self).update(vars(plain))

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        # The help is printed before the arguments are read.
        ctx.meta[_ARGUMENTS] = list(args)
        return super().parse_args(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        left_out = _other_helpdesks(ctx.meta.get(_ARGUMENTS, ()))
        found = {
            heading: [record for option in options if (record := option.get_help_record(ctx))]
            for heading, options in sections(self.get_params(ctx)).items()
            if heading.casefold() not in left_out
        }
        names = (len(name) for records in found.values() for name, _ in records)
        width = max((length for length in names if length <= _WIDEST), default=0)
        for heading, records in found.items():
            with formatter.section(heading):
                formatter.write_dl([(name.ljust(width), text) for name, text in records], col_max=width)


def sections(params: Iterable[click.Parameter]) -> dict[str, list[click.Option]]:
    """The options by their headings: first the command's own, then the settings."""
    found: dict[str, list[click.Option]] = {heading: [] for heading in (_OWN, *SECTIONS)}
    for param in params:
        if isinstance(param, click.Option):
            found[_HEADINGS.get(param.name or "", _OWN)].append(param)
    return {heading: options for heading, options in found.items() if options}


def _other_helpdesks(arguments: Iterable[str]) -> set[str]:
    """The helpdesks that this call does not concern; none if it names no helpdesk.

    >>> _other_helpdesks(["--json", "jira"]), _other_helpdesks(["--helpdesk=zammad"]), _other_helpdesks(["--json"])
    ({'zammad'}, {'jira'}, set())
    """
    named = {word.removeprefix("--helpdesk=") for word in arguments} & set(HELPDESKS)
    return set(HELPDESKS) - named if named else set()
