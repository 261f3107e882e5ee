"""What ``make generate`` writes: the configuration reference, from settings and commands; JSON Schemas of the files."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from pydantic import SecretStr

from connector.cli import EXIT_CODES, cli
from connector.cli.options import sections as headings
from connector.cli.sections import filled, sections
from connector.domain.model import Model
from connector.helpdesks import registry
from connector.intake.panels import Panels
from connector.outgoing.payload import Payload
from connector.outgoing.receivers import Receivers
from connector.policy.catalogue import Catalogue
from connector.policy.letterhead import Provider
from connector.policy.locate import MAPPINGS
from connector.policy.models import Rules
from connector.settings import Settings, declared, secret_names, variable

REFERENCE = MAPPINGS.parent / "docs" / "configuration.md"

_INTRODUCTION = """\
# Configuration reference

Made by `make generate` from the program itself; a test keeps it in step.

What differs between installations is a setting: an environment variable, mostly with a command line option of the same
meaning. The option comes first, then the variable, then the settings file, then the default. An empty variable counts
as not set. A variable that begins with `INTERSPACE_` and is no setting is an error, so that a slip of the pen is not
overlooked. The rules themselves are no settings: they are in the [policy](guide.md).

The settings file has a line `NAME=value` for each variable; a value may stand in quotes, and a line that begins with
`#` is a comment. It is `interspace.env` in the current directory, or what `INTERSPACE_SETTINGS_FILE` names.
`interspace init` writes a first one.

A secret comes from the environment or from a file, never from the command line. With `_FILE` at the end of its name, a
variable holds the path of the file instead of the value.
"""


def reference() -> str:
    """The text of docs/configuration.md."""
    parts = (
        _INTRODUCTION,
        "## Settings\n",
        *_settings(),
        "\n## Exit codes\n",
        *_exit_codes(),
        "\n## Commands\n",
        f"Behind {', '.join(headings())} stand settings from the table above, as options.\n",
    )
    return "\n".join((*parts, *_commands(cli, "interspace"))).rstrip() + "\n"


def _settings() -> Iterator[str]:
    properties = Settings.model_json_schema()["properties"]
    for plugin in registry.plugins():
        own = plugin.settings.model_json_schema()["properties"]
        properties |= {f"{plugin.name}_{name}": schema for name, schema in own.items()}
    yield "| Variable | Meaning | Values | Default |"
    yield "|---|---|---|---|"
    for name, field in declared().items():
        or_file = f"<br>or `{variable(name)}_FILE`" if name in secret_names() else ""
        default = "none" if field.default is None else f"`{_shown(field.default)}`"
        meaning = (field.description or "").replace("|", "\\|")
        yield f"| `{variable(name)}`{or_file} | {meaning} | {_values(properties[name])} | {default} |"


def _shown(default: object) -> str:
    if isinstance(default, SecretStr):
        return default.get_secret_value()
    if isinstance(default, Path) and default.is_relative_to(MAPPINGS.parent):
        return str(default.relative_to(MAPPINGS.parent))
    return str(default)


def _values(schema: dict[str, Any]) -> str:
    schema = next((kind for kind in schema.get("anyOf", ()) if kind.get("type") != "null"), schema)
    if "enum" in schema:
        return ", ".join(f"`{choice}`" for choice in schema["enum"])
    if "maximum" in schema:
        return f"{schema['minimum']} to {schema['maximum']}" + (
            "" if schema["type"] == "integer" else ", also fractions"
        )
    return {"path": "path", "password": "secret"}.get(schema.get("format", ""), "text")


def _exit_codes() -> Iterator[str]:
    yield "| Code | Meaning |"
    yield "|---|---|"
    for code, meaning in re.findall(r"^ *(\d+) +(.+)$", EXIT_CODES, re.MULTILINE):
        yield f"| {code} | {meaning} |"


def _commands(group: click.Group, path: str) -> Iterator[str]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield f"### `{path} {name}`\n\n{_first_paragraph(command)}\n"
            yield from _commands(command, f"{path} {name}")
        elif command is not None:
            yield from _command(command, f"{path} {name}")


def _command(command: click.Command, path: str) -> Iterator[str]:
    context = click.Context(command)
    params = command.get_params(context)
    arguments = [param.make_metavar(context) for param in params if isinstance(param, click.Argument)]
    usage = " ".join([path, *arguments])
    yield f"### `{usage}`\n\n{_first_paragraph(command)}\n"
    for heading, options in sections(params).items():
        settings = [option.opts[0] for option in options if option.name in declared()]
        own = (option for option in options if option.opts[0] not in settings and "--help" not in option.opts)
        yield from map(_own, own)
        if settings:
            yield f"- {heading}: {', '.join(f'`{option}`' for option in settings)}"
    yield ""


def _own(option: click.Option) -> str:
    names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    default = (option.opts if option.default else option.secondary_opts)[0] if option.is_flag else option.default
    return f"- {names}: {option.help}" + (f"  [default: {default}]" if option.show_default else "")


def _first_paragraph(command: click.Command) -> str:
    return " ".join(filled(command.help).partition("\n\n")[0].split())


def schemas() -> dict[str, type[Model]]:
    """The name of each schema's file, and what it describes."""
    mappings = {f"{plugin.name}.schema.json": plugin.mapping() for plugin in registry.plugins()}
    return {
        "event.schema.json": Payload,
        "panels.schema.json": Panels,
        "policy.schema.json": Rules,
        "provider.schema.json": Provider,
        "services.schema.json": Catalogue,
        "telling.schema.json": Receivers,
        **mappings,
    }


def schema_text(section: type[Model]) -> str:
    """The schema of a file, as the file's text."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **section.model_json_schema()}
    return json.dumps(schema, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
