"""A command imports what it needs, so that nobody waits for the rest. Modules are counted, not seconds."""

import subprocess
import sys
from pathlib import Path

import click
import pytest

from connector.cli import LINES, cli

pytestmark = pytest.mark.process

OF_OTHER_COMMANDS = {
    *("alembic", "asgiref", "flask", "granian", "psycopg", "sqlalchemy", "werkzeug"),
    *("inscriptis", "jira", "lxml", "mailparser_reply", "requests"),
    *("rich", "structlog"),
}
"""Packages of the receiver, the work table, the helpdesks, the mails' texts, tables on the terminal, and logs."""

HEAVY = {*OF_OTHER_COMMANDS, "holidays", "jinja2", "pydantic", "yaml"}


def imported(*arguments: str, cwd: Path) -> set[str]:
    """Everything that a call imports, with its dots."""
    command = [sys.executable, "-X", "importtime", "-m", "connector", *arguments]
    ended = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=True)
    return {line.rpartition("|")[2].strip() for line in ended.stderr.splitlines() if line.startswith("import time:")}


@pytest.mark.parametrize("argument", ["--help", "--version"])
def test_whoever_asks_for_the_help_waits_for_click_alone(tmp_path: Path, argument: str) -> None:
    modules = imported(argument, cwd=tmp_path)

    assert {module for module in modules if module.startswith("connector.")} == {"connector.cli"}
    assert not {module.partition(".")[0] for module in modules} & HEAVY


def test_check_waits_for_nothing_of_the_helpdesks(tmp_path: Path) -> None:
    modules = imported("check", cwd=tmp_path)

    assert "connector.settings" in modules
    assert not {module.partition(".")[0] for module in modules} & OF_OTHER_COMMANDS


def test_the_lines_of_the_help_are_those_of_the_commands() -> None:
    context = click.Context(cli)
    commands = {name: cli.get_command(context, name) for name in cli.list_commands(context)}

    assert {name: command.get_short_help_str(80) for name, command in commands.items() if command} == LINES
