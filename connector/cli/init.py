"""``interspace init``: the first settings, asked for and tried before they are written."""

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from connector.cli.init_policy import policy
from connector.cli.options import described, metavar
from connector.cli.sections import Command, Group
from connector.cli.settings_draft import called, next_steps, settings_lines, tried
from connector.helpdesks import registry
from connector.helpdesks.plugin import HelpdeskPlugin, Init
from connector.settings import Settings, SettingsError, load, variable
from connector.settings.file import DEFAULT, FILE_VARIABLE, is_there, write


class _Init(Group):
    """Lists the command of each helpdesk first, then the other commands."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*(plugin.name for plugin in registry.plugins() if plugin.init), *self.commands]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in registry.names() and (plugin := registry.plugin(cmd_name)).init:
            return _command(plugin, plugin.init)
        return super().get_command(ctx, cmd_name)


@click.group(cls=_Init)
def init() -> None:
    """Write the first settings file; copy the rules.

    \b
    Examples:
      interspace init {helpdesk}
      interspace init policy /etc/interspace/policy
    """


init.add_command(policy)


def _command(plugin: HelpdeskPlugin[Any], questions: Init) -> click.Command:
    def begin(**arguments: Any) -> None:
        _begin(plugin, questions, **arguments)

    return Command(plugin.name, callback=begin, params=list(_options(plugin, questions)), help=questions.help)


def _options(plugin: HelpdeskPlugin[Any], questions: Init) -> Iterator[click.Option]:
    for name in questions.options:
        whole, field = f"{plugin.name}_{name}", plugin.settings.model_fields[name]
        flags = [f"--{text.replace('_', '-')}" for text in (name, whole)]
        text = described(field.description or "", variable(whole))
        yield click.Option([*flags, name], metavar=metavar(whole), help=text)
    for name, text in questions.more.items():
        yield click.Option([f"--{name}"], help=text)
    where = described("The file to write.", FILE_VARIABLE, DEFAULT)
    yield click.Option(["--file", "path"], type=click.Path(dir_okay=False, path_type=Path), metavar="PATH", help=where)
    yield click.Option(
        ["--state"],
        type=click.Path(file_okay=False, path_type=Path),
        metavar="DIR",
        help="Where the work table lies.  [default: beside the settings file]",
    )
    yield click.Option(["--force"], is_flag=True, help="Replace a file that is there.")


@dataclass
class _Dialogue:
    """See :class:`connector.helpdesks.plugin.Dialogue`."""

    helpdesk: str
    values: dict[str, Any]
    """By the names among all settings; ``None`` where nothing is known."""
    folder: Path
    given: Mapping[str, str | None]

    def ask(self, name: str, question: str, *, hidden: bool = False) -> None:
        whole = f"{self.helpdesk}_{name}"
        if self.settings().value(whole) is not None:
            return

        def usable(answer: str) -> str:
            try:
                self.settings({whole: answer.strip()})
            except SettingsError as error:
                raise click.UsageError(str(error).removeprefix(f"{variable(whole)}: ")) from None
            return answer.strip()

        self.values[whole] = click.prompt(question, hide_input=hidden, value_proc=usable)

    def prompt(self, question: str, default: str) -> str:
        return str(click.prompt(question, default=default))

    def keep(self, name: str, value: str) -> None:
        whole = f"{self.helpdesk}_{name}"
        if self.settings().value(whole) is None:
            self.values[whole] = value

    def settings(self, more: Mapping[str, Any] | None = None) -> Settings:
        return load(os.environ, {**self.values, **(more or {})}, with_file=False)


def _begin(
    plugin: HelpdeskPlugin[Any],
    questions: Init,
    *,
    path: Path | None,
    state: Path | None,
    force: bool,
    **given: str | None,
) -> None:
    chosen = _free(path or Path(os.environ.get(FILE_VARIABLE) or DEFAULT), force=force)
    values = {f"{plugin.name}_{name}": given.pop(name) for name in questions.options}
    dialogue = _Dialogue(plugin.name, values, chosen.parent, given)
    draft = questions.draft(dialogue)
    if not tried(draft.checks, draft.context):
        sys.exit(1)
    names = [f"{plugin.name}_{name}" for name in (*draft.names, *draft.files)]
    for name, (file, text) in draft.files.items():
        # Not earlier: nobody shall be invited to replace a file for something that does not fit.
        write(_free(file, force=force), [text.rstrip("\n")], replace=force, mode=0o644)
        dialogue.values[f"{plugin.name}_{name}"] = file
    lines = settings_lines(dialogue.settings(), plugin.name, os.environ, names, folder=chosen.parent, state=state)
    write(chosen, lines, replace=force)
    admin = {f"{plugin.name}_{name}": words for name, words in draft.admin.items()}
    if dialogue.settings().practice_clock is not None:
        click.echo(f"{chosen} is written. Next: interspace install apply {plugin.name}, then interspace run.")
        return
    click.echo(next_steps(chosen, plugin, questions.afterwards, admin))


def _free(path: Path, *, force: bool) -> Path:
    """The path, if nothing is there or it may be replaced. Raises UsageError otherwise."""
    if is_there(path) and not force:
        raise click.UsageError(
            f"{path} is there already; --force replaces it, --file in another folder leaves it. A work table and "
            f"secrets beside it stay either way. Whether what is there works, {called()} doctor says"
        )
    return path
