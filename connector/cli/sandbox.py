"""``interspace sandbox``: a helpdesk in memory as a server, to practise an installation on."""

import os
import secrets
import signal
import socket
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from shlex import quote

import click

from connector import clock as connectors_clock
from connector.cli.options import later, settings_options
from connector.cli.practice_folder import CLOCK, ENVIRONMENT, claimed, empty
from connector.cli.sections import command
from connector.helpdesks import registry
from connector.helpdesks.plugin import HouseVariant
from connector.helpdesks.settings import variable
from connector.ports import holder
from connector.sandbox.practice.server import PAGE, Practice, PracticeClock
from connector.settings import Settings
from connector.settings.file import FILE_VARIABLE


@command()
@later(lambda: [_argument()])
@click.option("--port", type=click.IntRange(1, 65535), default=8765, show_default=True, help="Where it listens.")
@click.option("--furnished", is_flag=True, help="With everything that install apply would set up but the webhook.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="A folder for its settings, its clock and the practised installation.  [default: practice/HELPDESK]",
)
@settings_options()
def sandbox(settings: Settings, *, house: str, port: int, furnished: bool, out: Path | None) -> None:
    """Run a helpdesk to practise on.

    A server in memory that speaks the helpdesk's API, on this machine only: bare as after a first installation, with a
    customer, an agent and a page on which to write as either, to read what was said, and to move the clock on, which
    the connector follows. What an installation leaves to people is done by itself where the rules need it. It prints
    what to type next. Everything in the helpdesk is gone when it ends, and the next start deletes settings, secrets,
    work table and clock of this practice from its folder; another helpdesk has a folder of its own.

    \b
    Examples:
      interspace sandbox {helpdesk}
      interspace sandbox {helpdesk} --port 9000 --furnished
    """
    variant = _houses()[house]
    out = out or Path("practice", house)
    with claimed(out):
        # Before anything is deleted.
        _check_free(port)
        deleted = empty(out)
        # In a shell of another practice the connector's own time is ahead already.
        connectors_clock.practise(None)
        clock = PracticeClock((out / CLOCK).resolve())
        practice = Practice((variant.open if furnished else variant.bare)(clock), clock)
        _serve(practice, variant, out, port, deleted)


def _serve(practice: Practice, variant: HouseVariant, out: Path, port: int, deleted: Sequence[str]) -> None:
    with practice.serve(port) as server:
        try:
            _write(out, practice, server.url)
        except OSError as error:
            raise click.UsageError(f"--out {out}: {ENVIRONMENT} cannot be written: {error.strerror}") from None
        if deleted:
            click.echo(f"Deleted from {out}, left by the practice before: {', '.join(deleted)}\n")
        click.echo(_told(variant, out, server.url))
        end = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: end.set())
        end.wait()


def _check_free(port: int) -> None:
    """Raises ClickException if somebody listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise click.ClickException(f"--port {port}: {error.strerror}{holder(port)}") from None


def _write(out: Path, practice: Practice, url: str) -> None:
    """What leads a shell there: the folder, the command, and the settings, without those of an earlier practice. The
    tokens open nothing but this sandbox."""
    house, name = practice.house, practice.house.name
    lines = {
        **{f"{name}_{setting}": value for setting, value in house.settings().items()},
        f"{name}_url": url,
        "receiver_url": "http://127.0.0.1:8080",
        "practice_clock": str((out / CLOCK).resolve()),
        "ops_token": secrets.token_urlsafe(16),
        "ops_url": "http://127.0.0.1:8080/ops/",
    }
    earlier = [f"{each.name}_{setting}" for each in registry.plugins() for setting in each.settings.model_fields]
    # Otherwise init and run would write where another installation's things are.
    others = (FILE_VARIABLE, *map(variable, ("database_url", "secret_store", *earlier)))
    text = "\n".join(
        (
            f"cd {quote(str(out.resolve()))}",
            f'export PATH={quote(str(Path(sys.executable).parent))}:"$PATH"',
            f"unset {' '.join(others)}",
            *(f"export {variable(key)}={quote(value)}" for key, value in lines.items()),
            "",
        )
    )
    descriptor = os.open(out / ENVIRONMENT, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def _told(variant: HouseVariant, out: Path, url: str) -> str:
    plugin = next(plugin for plugin in registry.plugins() if variant in plugin.houses)
    name, example = plugin.name, quote(plugin.ticket.example)
    return f"""{variant.title} to practise on: {url}{PAGE}   (Ctrl-C ends it, and all that is in it)

In another terminal:

  . {(out / ENVIRONMENT).resolve()}
  interspace init {name}
  interspace install apply {name}
  interspace run

and in a third one, after the same first line: interspace doctor --no-round-trip; interspace explain TICKET
(as the page shows it, like {example}). Write a ticket on the page, look at it again, and move the clock on by an hour.
The first line also leads into the folder {out}, from which the next start of this sandbox deletes the settings,
secrets and work table that are made now. The token of the operations page, http://127.0.0.1:8080/ops/, is in its file
(INTERSPACE_OPS_TOKEN)."""


def _houses() -> dict[str, HouseVariant]:
    return {house.name: house for plugin in registry.plugins() for house in plugin.houses}


def _argument() -> click.Argument:
    return click.Argument(["house"], type=click.Choice(list(_houses())), metavar="HELPDESK")
