"""``interspace init policy``: a copy of the shipped rules for the admin to change; an upgrade leaves it alone."""

import os
import re
import stat
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from connector.cli.sections import command
from connector.counted import counted
from connector.policy.locate import MAPPINGS
from connector.settings import SettingsError, declared, load, variable
from connector.settings.file import DEFAULT, FILE_VARIABLE, is_there, locate, write

_TEXTS = "texts"


@command()
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--add/--no-add", default=None, help="Add the lines to the settings file.  [default: ask]")
@click.option("--force", is_flag=True, help="Replace files that are there.")
def policy(*, folder: Path, add: bool | None, force: bool) -> None:
    """Copy the shipped rules, to change them.

    Policy, service catalogue, mappings, the letterhead of documents and the JSON Schemas for your editor go into DIR,
    with an empty folder for texts of your own (see: interspace messages), and the settings that name the copies are
    shown. A file that is there stays as it is, and so does what the settings name already.

    \b
    Examples:
      interspace init policy policy
      interspace init policy /etc/interspace/policy --add
    """
    copies = {path: folder.resolve() / path.relative_to(MAPPINGS) for path in _shipped()}
    if add and locate(os.environ) is None:
        raise SettingsError(f"there is no settings file {DEFAULT} here to add to; {FILE_VARIABLE} names another")
    settings, lines = load(os.environ), {}
    for name, path in _defaults().items():
        current = settings.value(name).resolve()
        if current == path:
            lines[variable(name)] = str(copies[path])
        elif current != copies[path]:
            click.echo(f"{variable(name)} names {current} already: {path.name} is not copied.")
            del copies[path]
    kept = [copy for copy in sorted(copies.values()) if is_there(copy) and not force]
    for path, copy in copies.items():
        if copy not in kept:
            _make(copy.parent)
            text = _own_texts(path.read_text(encoding="utf-8"))
            write(copy, [text.removesuffix("\n")], replace=force, mode=0o644)
    _make(folder / _TEXTS)
    click.echo(f"{counted(len(copies) - len(kept), 'file')} copied to {folder}.")
    if kept:
        click.echo(f"There already and left as they are: {', '.join(str(copy) for copy in kept)}.")
    if lines:
        _name_copies(lines, add=add)


def _shipped() -> list[Path]:
    """The files to copy. Messages are left out, because an admin's folder holds only those that differ, and so are the
    templates of documents, which an upgrade replaces."""
    files = (path for path in MAPPINGS.rglob("*") if path.is_file())
    own = (MAPPINGS / "messages", MAPPINGS / "documents")
    return sorted(path for path in files if not any(path.is_relative_to(folder) for folder in own))


def _own_texts(text: str) -> str:
    """The policy with the folders for texts and letterhead of one's own; another file as it is."""
    for folder in (f"messages_folder: {_TEXTS} ", "provider_folder: provider "):
        text = text.replace(f"# {folder}", folder)
    return text


def _defaults() -> dict[str, Path]:
    """Each setting whose default is one of the shipped files, with that file."""
    fields = ((name, field.default) for name, field in declared().items())
    return {name: path for name, path in fields if isinstance(path, Path) and path.is_relative_to(MAPPINGS)}


def _make(folder: Path) -> None:
    """Raises SettingsError that names what cannot be made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"{folder}: cannot be made: {error.strerror}") from None


def _name_copies(lines: Mapping[str, str], *, add: bool | None) -> None:
    """Show the settings that name the copies, and add them to the settings file if that is wanted."""
    click.echo("\n".join(("These settings name the copies:", "", *(f"    {n}={v}" for n, v in lines.items()), "")))
    file = locate(os.environ)
    if file is None:
        click.echo(f"There is no settings file {DEFAULT} here: put them into yours, or the copies are not used.")
    elif add or (add is None and sys.stdin.isatty() and click.confirm(f"Add them to {file}?", default=True)):
        mode = stat.S_IMODE(file.stat().st_mode)
        write(file, with_lines(file.read_text(encoding="utf-8"), lines), replace=True, mode=mode)
        click.echo(f"{file} names them now.")
    else:
        click.echo(f"Put them into {file}.")


def with_lines(text: str, settings: Mapping[str, str]) -> list[str]:
    """The lines of a settings file with these settings: in the place of a line that has one already or commented out,
    else at the end.

    >>> with_lines("A=1\\n#B=x\\n", {"B": "2", "C": "3"})
    ['A=1', 'B=2', 'C=3']
    """
    lines = text.splitlines()
    for name, value in settings.items():
        pattern = re.compile(rf"#?\s*(?:export\s+)?{name}\s*=")
        place = next((number for number, line in enumerate(lines) if pattern.match(line)), None)
        if place is None:
            lines.append(f"{name}={value}")
        else:
            lines[place] = f"{name}={value}"
    return lines
