"""``interspace init``: the first settings, asked for and tried before they are written."""

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from connector.cli.init_policy import policy
from connector.cli.options import described, metavar
from connector.cli.sections import Group
from connector.cli.settings_draft import next_steps, settings_lines, tried, write
from connector.doctor.connection import reached, tls
from connector.doctor.finding import Check, Observation
from connector.settings import Settings, SettingsError, load, variable
from connector.settings_file import DEFAULT, FILE_VARIABLE

_OWN_MAPPING = "jira.yaml"
_PROJECT = re.compile(r"^project:.*$", re.MULTILINE)

_file = click.option(
    "--file",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="PATH",
    help=described("The file to write.", FILE_VARIABLE, DEFAULT),
)
_force = click.option("--force", is_flag=True, help="Replace a file that is there.")


def _option(name: str, *flags: str, text: str) -> Callable[..., Any]:
    return click.option(*flags, metavar=metavar(name), help=described(text, variable(name)))


def _ca_file(name: str) -> Callable[..., Any]:
    return click.option(
        f"--{name.replace('_', '-')}",
        "ca_file",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar=metavar(name),
        help=described("Certificates to trust instead of the usual ones, as PEM.", variable(name)),
    )


@click.group(cls=Group)
def init() -> None:
    """Write the first settings file; copy the rules.

    \b
    Examples:
      interspace init zammad
      interspace init jira
      interspace init policy /etc/interspace/policy
    """


@init.command()
@_option("zammad_url", "--url", "--zammad-url", "url", text="Zammad's address, as in the browser.")
@_ca_file("zammad_ca_file")
@_file
@_force
def zammad(*, url: str | None, ca_file: Path | None, path: Path | None, force: bool) -> None:
    """Write the settings for Zammad.

    Asks for Zammad's address and the token of the connector's user, and tries them first. The token comes from
    INTERSPACE_ZAMMAD_TOKEN or INTERSPACE_ZAMMAD_TOKEN_FILE if one is set; otherwise it is asked for and not shown. The
    file is readable by its owner only.

    \b
    Examples:
      interspace init zammad
      interspace init zammad --file /etc/interspace/interspace.env

    Exit code 1 if Zammad or the token is not as it should be; then nothing is written.
    """
    from connector.helpdesks.zammad.doctor.account import token
    from connector.helpdesks.zammad.doctor.address import zammad_answers
    from connector.helpdesks.zammad.doctor.context import Context

    chosen = _free(path, force=force)
    options: dict[str, Any] = {"zammad_url": url, "zammad_ca_file": ca_file}
    _ask(options, "zammad_url", "Zammad's address, as in the browser")
    _ask(options, "zammad_token", "Token of the connector's user (not shown)", hidden=True)
    settings = _so_far(options)
    checks: tuple[Check[Context], ...] = (
        Check("address", zammad_answers),
        Check("TLS", tls, ("address",)),
        Check("token", token, ("address",)),
    )
    if not tried(checks, Context(settings)):
        sys.exit(1)
    names = ("zammad_url", "zammad_ca_file")
    write(chosen, settings_lines(settings, "zammad", os.environ, names, chosen.parent), replace=force)
    click.echo(next_steps(chosen, "zammad", "then restart Zammad's background worker"))


@init.command()
@_option("jira_url", "--url", "--jira-url", "url", text="Jira's address, as in the browser.")
@_option("jira_user", "--user", "--jira-user", "user", text="Cloud only: the e-mail address of the connector's user.")
@click.option("--project", help="The key of the service project, e.g. ISP.")
@_ca_file("jira_ca_file")
@_file
@_force
def jira(
    *,
    url: str | None,
    user: str | None,
    project: str | None,
    ca_file: Path | None,
    path: Path | None,
    force: bool,
) -> None:
    """Write the settings for Jira.

    Asks for Jira's address, the connector's user with its token and the project, and tries them first. Cloud takes the
    user's e-mail address and an API token, Data Center a personal access token. The token comes from
    INTERSPACE_JIRA_TOKEN or INTERSPACE_JIRA_TOKEN_FILE if one is set; otherwise it is asked for and not shown. The file
    is readable by its owner only. A project that the mapping does not name goes into a mapping of your own, jira.yaml
    beside the settings.

    \b
    Examples:
      interspace init jira
      interspace init jira --url https://example.atlassian.net --project ISP

    Exit code 1 if Jira, the token or the project is not as it should be; then nothing is written.
    """
    from connector.helpdesks.jira.doctor.account import time_zone, token
    from connector.helpdesks.jira.doctor.address import jira_answers
    from connector.helpdesks.jira.doctor.context import Context
    from connector.helpdesks.jira.doctor.project import project as project_fits
    from connector.helpdesks.jira.load import load_mapping

    chosen = _free(path, force=force)
    options: dict[str, Any] = {"jira_url": url, "jira_user": user, "jira_ca_file": ca_file}
    _ask(options, "jira_url", "Jira's address, as in the browser")
    answer = reached(Context(_so_far(options)))
    if not isinstance(answer, Observation) and '"cloud"' in answer.text.casefold():
        _ask(options, "jira_user", "E-mail address of the connector's user")
    _ask(options, "jira_token", "Token of the connector's user (not shown)", hidden=True)
    settings = _so_far(options)
    mapping = load_mapping(settings.jira_mapping)
    key = (project or click.prompt("Key of the service project", default=mapping.project)).strip()
    own = chosen.parent / _OWN_MAPPING if key != mapping.project else None
    context = Context(settings)
    context.__dict__["mapping"] = mapping.model_copy(update={"project": key})
    checks: tuple[Check[Context], ...] = (
        Check("address", jira_answers),
        Check("TLS", tls, ("address",)),
        Check("token", token, ("address",)),
        Check("time zone", time_zone, ("token",)),
        Check("project", project_fits, ("token",)),
    )
    if not tried(checks, context):
        sys.exit(1)
    if own is not None:
        # Not earlier: nobody shall be invited to replace a mapping for a project that does not fit.
        _free(own, force=force)
        text = _PROJECT.sub(f"project: {key}", settings.jira_mapping.read_text(encoding="utf-8"), count=1)
        write(own, [text.rstrip("\n")], replace=force, mode=0o644)
        settings = _so_far({**options, "jira_mapping": own})
    names = ("jira_url", "jira_user", "jira_ca_file", *(("jira_mapping",) if own else ()))
    write(chosen, settings_lines(settings, "jira", os.environ, names, chosen.parent), replace=force)
    cloud = settings.jira_user is not None
    click.echo(next_steps(chosen, "jira", "then do what the checklist says", cloud=cloud))


init.add_command(policy)


def _free(path: Path | None, *, force: bool) -> Path:
    """Where to write. Raises UsageError if something is there and nobody says that it may go."""
    chosen = path or Path(os.environ.get(FILE_VARIABLE) or DEFAULT)
    if chosen.exists() and not force:
        raise click.UsageError(f"{chosen} is there already; --force replaces it")
    return chosen


def _ask(options: dict[str, Any], name: str, question: str, *, hidden: bool = False) -> None:
    """Keeps the answer in ``options``; what is known is not asked for, and what cannot be is asked for again."""
    if getattr(_so_far(options), name) is not None:
        return

    def usable(answer: str) -> str:
        try:
            _so_far({**options, name: answer.strip()})
        except SettingsError as error:
            raise click.UsageError(str(error).removeprefix(f"{variable(name)}: ")) from None
        return answer.strip()

    options[name] = click.prompt(question, hide_input=hidden, value_proc=usable)


def _so_far(options: dict[str, Any]) -> Settings:
    return load(os.environ, options, with_file=False)
