"""``interspace init``: the first settings, asked for and tried before they are written."""

import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from connector.doctor.account import token
from connector.doctor.connection import tls, zammad_answers
from connector.doctor.context import Context
from connector.doctor.finding import Check, Verdict, examine
from connector.settings import Settings, SettingsError, load, variable
from connector.settings_file import DEFAULT, FILE_VARIABLE

_TOKEN = variable("zammad_token")
_TOKEN_FILE = f"{_TOKEN}_FILE"
_TRIED = (Check("address", zammad_answers), Check("TLS", tls, ("address",)), Check("token", token, ("address",)))


@click.group()
def init() -> None:
    """Write the first settings file.

    \b
    Example:
      interspace init zammad
    """


@init.command()
@click.option("--url", "--zammad-url", "url", help=f"Zammad's address, as in the browser.  [{variable('zammad_url')}]")
@click.option(
    "--zammad-ca-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help=f"Certificates to trust instead of the usual ones, as PEM.  [{variable('zammad_ca_file')}]",
)
@click.option(
    "--file",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    help=f"The file to write. Default: {DEFAULT}.  [{FILE_VARIABLE}]",
)
@click.option("--force", is_flag=True, help="Replace a file that is there.")
def zammad(*, url: str | None, zammad_ca_file: Path | None, path: Path | None, force: bool) -> None:
    """Ask for Zammad's address and the token of the connector's user, try them, and write the settings file.

    The token comes from INTERSPACE_ZAMMAD_TOKEN or INTERSPACE_ZAMMAD_TOKEN_FILE if one is set; otherwise it is asked
    for and not shown. The file is readable by its owner only.

    \b
    Examples:
      interspace init zammad
      interspace init zammad --url https://support.example.com --file /etc/interspace/interspace.env

    Exit code 1 if Zammad or the token is not as it should be; then nothing is written.
    """
    chosen = path or Path(os.environ.get(FILE_VARIABLE) or DEFAULT)
    if chosen.exists() and not force:
        raise click.UsageError(f"{chosen} is there already; --force replaces it")
    settings = _asked(url, zammad_ca_file)
    if not _tried(settings):
        sys.exit(1)
    lines = _lines(settings, os.environ)
    try:
        _write(chosen, lines, replace=force)
    except OSError as error:
        raise SettingsError(f"{chosen}: cannot be written: {error.strerror}") from None
    click.echo(_next(chosen))


def _asked(url: str | None, ca_file: Path | None) -> Settings:
    options: dict[str, Any] = {"zammad_url": url, "zammad_ca_file": ca_file}
    known = load(os.environ, options, with_file=False)
    if known.zammad_url is None:
        options["zammad_url"] = click.prompt("Zammad's address, as in the browser").strip()
    if known.zammad_token is None:
        options["zammad_token"] = click.prompt("Token of the connector's user (not shown)", hide_input=True).strip()
    return load(os.environ, options, with_file=False)


def _tried(settings: Settings) -> bool:
    """Whether nothing failed; what was seen is shown."""
    console, context = Console(highlight=False, stderr=True), Context(settings)
    good = True
    for finding in examine(_TRIED, context, lambda _: None):
        good = good and finding.verdict is not Verdict.FAIL
        console.print(f"{finding.name}: {finding.verdict}: {finding.seen}", markup=False)
        if finding.do:
            console.print(f"  → {finding.do}", markup=False)
    return good


def _lines(settings: Settings, environment: Mapping[str, str]) -> list[str]:
    """A token that lives in a file of its own stays there."""
    given = environment.get(_TOKEN_FILE)
    secret = settings.required("zammad_token").get_secret_value()
    lines = [
        f"# Settings of the Interspace connector, written {datetime.now(UTC):%Y-%m-%d} by interspace init zammad.",
        "# All of them: docs/configuration.md. The environment wins. Keep this file to yourself: it holds a secret.",
        "",
        f"{variable('zammad_url')}={settings.zammad_url}",
        f"{_TOKEN_FILE}={Path(given).resolve()}" if given else f"{_TOKEN}={secret}",
    ]
    if settings.zammad_ca_file:
        lines.append(f"{variable('zammad_ca_file')}={settings.zammad_ca_file.resolve()}")
    return lines


def _write(path: Path, lines: list[str], *, replace: bool) -> None:
    """Never readable by others, not for a moment; a file that is replaced is replaced at once."""
    draft = path.with_name(f".{path.name}.{os.getpid()}") if replace else path
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _next(path: Path) -> str:
    where = "" if path == DEFAULT else f"\n    export {FILE_VARIABLE}={path.resolve()}"
    return f"""\
{path} is written, readable by you only. What next:
{where}
    interspace check                      # are policy, catalogue and mapping as you want them?
    read -rs {variable("zammad_admin_token")} && export {variable("zammad_admin_token")}
    export {variable("receiver_url")}=https://<where Zammad reaches this machine>
    interspace install plan zammad        # what would be set up in Zammad? Changes nothing.
    interspace install apply zammad       # set it up; then restart Zammad's background worker
    interspace run                        # receive webhooks and work on tickets
    interspace doctor                     # in another terminal: is all well?"""
