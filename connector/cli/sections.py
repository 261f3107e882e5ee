"""The help of commands: options under headings, subcommands in the order in which they are used."""

import functools
from collections.abc import Iterable

import click

from connector.cli import options
from connector.helpdesks import registry

_OWN = "Options"
_ARGUMENTS = f"{__name__}.arguments"
_WIDEST = 30
"""Columns for the names of options; a longer one has a line of its own."""


class Command(click.Command):
    """Shows its options under headings. It need not know them: those that depend on the helpdesks are made late."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        key = f"{__name__}.{id(self)}"
        if key not in ctx.meta:
            # Once for each call: click compares parameters by identity.
            ctx.meta[key] = options.made_later(self)
        *own, help_ = super().get_params(ctx)
        return [*own, *ctx.meta[key], help_]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        # The help is printed before the arguments are read.
        ctx.meta[_ARGUMENTS] = list(args)
        return super().parse_args(ctx, args)

    def get_short_help_str(self, limit: int = 45) -> str:
        self.help = filled(self.help)
        return super().get_short_help_str(limit)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        self.help = filled(self.help)
        super().format_help_text(ctx, formatter)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        left_out = _other_helpdesks(ctx.meta.get(_ARGUMENTS, ()))
        by_heading = {
            heading: [record for option in its if (record := option.get_help_record(ctx))]
            for heading, its in sections(self.get_params(ctx)).items()
            if heading not in left_out
        }
        names = (len(name) for records in by_heading.values() for name, _ in records)
        width = max((length for length in names if length <= _WIDEST), default=0)
        for heading, records in by_heading.items():
            with formatter.section(heading):
                formatter.write_dl([(name.ljust(width), text) for name, text in records], col_max=width)


command = functools.partial(click.command, cls=Command)
"""As ``click.command``."""


class Group(click.Group):
    """A group whose subcommands are :class:`Command`, in the order in which they are used."""

    command_class = Command

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        self.help = filled(self.help)
        super().format_help_text(ctx, formatter)


def sections(params: Iterable[click.Parameter]) -> dict[str, list[click.Option]]:
    """The options by their headings: first the command's own, then the settings."""
    headings = options.sections()
    of_name = {name: heading for heading, names in headings.items() for name in names}
    by_heading: dict[str, list[click.Option]] = {heading: [] for heading in (_OWN, *headings)}
    for param in params:
        if isinstance(param, click.Option):
            by_heading[of_name.get(param.name or "", _OWN)].append(param)
    return {heading: its for heading, its in by_heading.items() if its}


def filled(text: str | None) -> str:
    """A help text with the names of the helpdesks that there are: the first one is the example."""
    plugins = registry.plugins()
    example = plugins[0]
    values = {
        "{helpdesk}": example.name,
        "{HELPDESK}": example.name.upper(),
        "{ticket}": example.ticket.example,
        "{tickets}": ", ".join(f"in {plugin.title} {plugin.ticket.words}" for plugin in plugins),
    }
    return functools.reduce(lambda filled, pair: filled.replace(*pair), values.items(), text or "")


def _other_helpdesks(arguments: Iterable[str]) -> set[str]:
    """The titles of the helpdesks that this call does not concern; none if it names no helpdesk."""
    named = {word.removeprefix("--helpdesk=") for word in arguments} & set(registry.names())
    return {plugin.title for plugin in registry.plugins() if plugin.name not in named} if named else set()
