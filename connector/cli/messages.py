"""``interspace messages``: the texts for people, and what the policy's own folder changes about them."""

import json
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from difflib import unified_diff
from itertools import groupby
from pathlib import Path
from textwrap import fill
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import click

from connector.cli.options import settings_options
from connector.cli.sections import Group
from connector.domain.messages import MESSAGES
from connector.messages.catalogue import Message, MessageCatalogue
from connector.messages.words import Language, Reader
from connector.policy.load import read_texts
from connector.policy.messages import SHIPPED, shipped, unknown
from connector.policy.models import Rules
from connector.policy.problem import PolicyError, Problem
from connector.policy.read import read_section
from connector.settings import Settings

_WIDTH = 80


class _Texts(NamedTuple):
    rules: Rules
    catalogue: MessageCatalogue
    problems: list[Problem]


@click.group(cls=Group)
def messages() -> None:
    """The texts that customers and support read.

    To change one, name a folder in the policy (messages_folder: texts), copy the file there that `list` or
    `show --source` names, as texts/en/NAME.txt or texts/de/NAME.txt, and edit the copy. `check` says whether it fits.

    \b
    Examples:
      interspace messages list
      interspace messages show details_needed
      interspace messages show escalated --language de --source
      interspace messages diff
    """


@messages.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@settings_options("policy", logs=False)
def list_(settings: Settings, *, as_json: bool) -> None:
    """List them: who reads each, and whether it is shipped or yours.

    \b
    Example:
      interspace messages list
    """
    every = sorted(_texts(settings).catalogue.messages.values(), key=lambda message: (message.name, message.language))
    if as_json:
        click.echo(json.dumps([_row(message) for message in every], indent=2, ensure_ascii=False))
        return
    widest = max(map(len, MESSAGES))
    for name, group in groupby(every, key=lambda message: message.name):
        files = list(group)
        languages, yours = files, [message for message in files if not _is_shipped(message)]
        said, changed = (", ".join(message.language for message in some) for some in (languages, yours))
        click.echo(f"{name:<{widest}}  {files[0].audience:<8}  {said}{f'  yours: {changed}' if changed else ''}")
        click.echo(fill(_description(files[0]), _WIDTH, initial_indent="    ", subsequent_indent="    "))


@messages.command()
@click.argument("name", metavar="NAME")
@click.option(
    "--language", type=click.Choice([*map(str, Language)]), help="[default: the policy's; English for customers]"
)
@click.option("--source", is_flag=True, help="Print the file instead.")
@click.option("--all", "every", is_flag=True, help="Every text that it can become.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@settings_options("policy", logs=False)
def show(settings: Settings, *, name: str, language: str | None, source: bool, every: bool, as_json: bool) -> None:
    """Show one with sample data, as people get it.

    \b
    Examples:
      interspace messages show details_needed
      interspace messages show escalated --language de --source
    """
    if name not in MESSAGES:
        raise click.UsageError(f"{unknown(name)}; interspace messages list names them all")
    texts = _texts(settings)
    message = texts.catalogue.message(Language(language or texts.rules.internal_language), name)
    if language not in (None, message.language):
        click.echo("Customers are written to in English (R6).", err=True)
    reader = Reader(message.language, ZoneInfo(texts.rules.display_timezone))
    if source:
        shown: Any = {**_row(message), "source": Path(message.file).read_text(encoding="utf-8")}
        click.echo(json.dumps(shown, indent=2, ensure_ascii=False) if as_json else shown["source"], nl=as_json)
        return
    rendered = texts.catalogue.every_text(name, reader)
    chosen = list(rendered) if every else [next(iter(rendered))]
    if as_json:
        click.echo(json.dumps([text._asdict() for text in chosen], indent=2, ensure_ascii=False))
        return
    click.echo(
        "\n\n--\n\n".join(f"Subject: {text.subject}\n\n{text.body}" if text.subject else text.body for text in chosen)
    )


@messages.command()
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@settings_options("policy", logs=False)
def diff(settings: Settings, *, as_json: bool) -> None:
    """Show what your folder changes, and which of its files do not fit (any more): exit code 1.

    \b
    Example:
      interspace messages diff
    """
    texts = _texts(settings)
    changed = [message for message in texts.catalogue.messages.values() if not _is_shipped(message)]
    changed += _faulty(texts.problems, {message.file for message in changed})
    if as_json:
        differences = [{**_row(message), "diff": "\n".join(_diff(message))} for message in changed]
        problems = [asdict(problem) for problem in texts.problems]
        click.echo(json.dumps({"messages": differences, "problems": problems}, indent=2, ensure_ascii=False))
    else:
        for message in changed:
            click.echo("\n".join(_diff(message)) or f"{message.file}: the same as the shipped one")
        for problem in texts.problems:
            click.echo(str(problem))
        if not changed and not texts.problems:
            click.echo("all texts are the shipped ones")
    if texts.problems:
        sys.exit(1)


def _texts(settings: Settings) -> _Texts:
    """The texts of the policy, also those of a folder that does not fit."""
    rules = read_section(settings.policy, Rules)
    if rules.section is None:
        raise PolicyError(rules.problems)
    return _Texts(rules.section, *read_texts(rules))


def _faulty(problems: Iterable[Problem], known: Iterable[str]) -> Iterator[Message]:
    """For each file that cannot be read as a message: the shipped one, with that file."""
    files = {file for problem in problems if (file := Path(problem.file)).suffix == ".txt"}
    for file in sorted(file for file in files if str(file) not in known and os.access(file, os.R_OK)):
        for key, message in shipped().messages.items():
            if key == (file.parent.name, file.stem):
                yield replace(message, file=str(file))


def _row(message: Message) -> dict[str, Any]:
    return {
        "name": message.name,
        "language": message.language.value,
        "audience": message.audience.value,
        "shipped": _is_shipped(message),
        "file": message.file,
        "description": _description(message),
    }


def _description(message: Message) -> str:
    return shipped().message(Language.EN, message.name).description


def _is_shipped(message: Message) -> bool:
    return Path(message.file).is_relative_to(SHIPPED)


def _diff(message: Message) -> Iterable[str]:
    original = shipped().message(message.language, message.name)
    before, after = (Path(file).read_text(encoding="utf-8").splitlines() for file in (original.file, message.file))
    return unified_diff(before, after, original.file, message.file, lineterm="")
