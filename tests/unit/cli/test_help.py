"""``--help``: options under headings, each with its variable and its default, and only those of the helpdesk meant."""

import re
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from connector.cli import cli
from connector.settings import declared, variable

BEGINS = {
    "Options": ("--",),
    "Webhook": ("--receiver-url", "--secret-store"),
    "Zammad": ("--zammad-", "--scheduler-wait"),
    "Jira": ("--jira-",),
    "Rules": ("--policy", "--services", "--telling"),
    "Receiver": (
        "--host",
        "--port",
        "--receiver-",
        "--settle-seconds",
        "--max-body-bytes",
        "--public-url",
        "--panels",
        "--intake-",
    ),
    "Operations": ("--ops-",),
    "Worker": ("--worker-", "--largest-change", "--sweep-minutes"),
    "Logging": ("--log-",),
}
"""Heading → how the options below it begin."""

SETTINGS = {f"--{name.replace('_', '-')}": name for name in declared()}


def commands(group: click.Group, *path: str) -> Iterator[tuple[str, ...]]:
    """The words that lead to each command that does something."""
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        if isinstance(found, click.Group):
            yield from commands(found, *path, name)
        else:
            yield (*path, name)


COMMANDS = list(commands(cli))
every_command = pytest.mark.parametrize("words", COMMANDS, ids=" ".join)


def told(*words: str, width: int = 110) -> str:
    """The help in a terminal of this width."""
    shown = CliRunner().invoke(cli, [*words, "--help"], prog_name="interspace", terminal_width=width)
    assert shown.exit_code == 0, shown.output
    return shown.output


def listed(*words: str) -> dict[str, dict[str, str]]:
    """By heading: what is said of each option, on one line."""
    found: dict[str, dict[str, str]] = {}
    for heading, rows in re.findall(r"^([A-Z]\w+):\n((?: .*\n)+)", told(*words), re.MULTILINE):
        options = re.findall(r"^  (-\S*(?: \S+)*)\s+((?:.*\n)(?:    .*\n)*)", rows, re.MULTILINE)
        found[heading] = {re.findall("--[a-z-]+", names)[-1]: " ".join(said.split()) for names, said in options}
    return found


NAMES_NEW = {"init", "sandbox", "simulate"}
"""Commands with options of their own for what settings name: a folder to be made, a policy to compare, a port."""


@every_command
def test_settings_stand_under_headings_after_the_commands_own_options(words: tuple[str, ...]) -> None:
    found = listed(*words)

    assert list(found) == [heading for heading in BEGINS if heading in found]
    misplaced = [
        (heading, option) for heading in found for option in found[heading] if not option.startswith(BEGINS[heading])
    ]
    assert misplaced == []
    assert "--help" in found["Options"]
    assert words[0] in NAMES_NEW or found["Options"].keys().isdisjoint(SETTINGS)


@every_command
def test_a_setting_names_its_variable_and_its_default_once(words: tuple[str, ...]) -> None:
    said = {option: text for options in listed(*words).values() for option, text in options.items()}

    for option in said.keys() & SETTINGS.keys() if words[0] not in ("sandbox", "simulate") else ():
        name = SETTINGS[option]
        default = declared()[name].default
        ending = f"[{variable(name)}]" if default is None else f"; default: {default}]"
        # A line may end anywhere in a path.
        assert "".join(said[option].split()).endswith("".join(ending.split()))
        assert said[option].count(variable(name)) == 1
        assert said[option].casefold().count("default: ") == (default is not None)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_an_example_says_how_it_is_called_and_fits_into_a_narrow_terminal(words: tuple[str, ...]) -> None:
    begin, _, examples = told(*words, width=80).partition("\nOptions:")[0].partition("\n  Example")
    shown = [line.strip() for line in examples.splitlines() if line.strip().startswith("interspace ")]
    assert shown, begin
    assert any(line.startswith(f"interspace {' '.join(words)}") for line in shown)
    assert max(map(len, examples.splitlines())) <= 80


@pytest.mark.parametrize("words", [(), ("install",), ("dead-letters",), *COMMANDS], ids=" ".join)
def test_a_narrow_terminal_is_wide_enough(words: tuple[str, ...]) -> None:
    lists = told(*words, width=80).partition("\nOptions:")[2]

    assert max(map(len, lists.splitlines())) <= 80
    assert "..." not in lists


@pytest.mark.parametrize(("helpdesk", "other"), [("zammad", "jira"), ("jira", "zammad")])
@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (("install", "plan"), ["{}"]),
        (("install", "apply", "--json"), ["{}"]),
        (("doctor",), ["--helpdesk={}"]),
        (("work",), ["--helpdesk", "{}"]),
    ],
    ids=["install plan", "install apply", "doctor", "work"],
)
def test_only_the_helpdesk_that_is_meant_is_shown(
    words: tuple[str, ...], meant: list[str], helpdesk: str, other: str
) -> None:
    whole = listed(*words)
    found = listed(*words, *(word.format(helpdesk) for word in meant))

    assert found == {heading: options for heading, options in whole.items() if heading != other.capitalize()}
    assert len(found) == len(whole) - 1


def test_commands_stand_in_the_order_of_their_use() -> None:
    found = re.findall(r"^([A-Z][\w ]+):$|^  ([a-z-]+)  ", told().partition("--help")[2], re.MULTILINE)

    assert [heading or command for heading, command in found] == [
        *("Set up", "init", "check", "messages", "install", "doctor"),
        *("Serve", "run", "receive", "work"),
        *(
            "Look and repair",
            "status",
            "explain",
            "dead-letters",
            "pauses",
            "sweep",
            "recurrence",
            "export",
            "installation",
        ),
        *("Documents", "rfo", "matrix"),
        *("Try", "try", "report", "simulate", "sandbox", "demo"),
    ]
