"""``interspace sandbox``: a helpdesk in memory as a server, to practise an installation on."""

import os
import secrets
import signal
import sys
import threading
from pathlib import Path
from shlex import quote

import click

from connector.cli.options import later, settings_options
from connector.cli.sections import command
from connector.helpdesks import registry
from connector.helpdesks.plugin import HouseVariant
from connector.helpdesks.settings import variable
from connector.ports import holder
from connector.sandbox.practice.server import PAGE, Practice, PracticeClock
from connector.settings import Settings

_CLOCK = "practice-clock"
_ENVIRONMENT = "practice.env"


@command()
@later(lambda: [_argument()])
@click.option("--port", type=click.IntRange(1, 65535), default=8765, show_default=True, help="Where it listens.")
@click.option("--furnished", is_flag=True, help="With everything that install apply would set up but the webhook.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("practice"),
    show_default=True,
    help="A folder for its settings and its clock.",
)
@settings_options()
def sandbox(settings: Settings, *, house: str, port: int, furnished: bool, out: Path) -> None:
    """Run a helpdesk to practise on.

    A server in memory that speaks the helpdesk's API, on this machine only: bare as after a first installation, with a
    customer, an agent and a page on which to write as either, to read what was said, and to move the clock on, which
    the connector follows. What an installation leaves to people is done by itself where the rules need it. It prints
    what to type next. Everything is gone when it ends.

    \b
    Examples:
      interspace sandbox {helpdesk}
      interspace sandbox {helpdesk} --port 9000 --furnished
    """
    variant = _houses()[house]
    out.mkdir(parents=True, exist_ok=True)
    clock = PracticeClock((out / _CLOCK).resolve())
    (out / _CLOCK).unlink(missing_ok=True)
    practice = Practice((variant.open if furnished else variant.bare)(clock), clock)
    try:
        server = practice.serve(port)
    except OSError as error:
        raise click.ClickException(f"--port {port}: {error.strerror}{holder(port)}") from None
    with server:
        _write(out, practice, server.url)
        click.echo(_told(variant, out, server.url, furnished=furnished))
        end = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: end.set())
        end.wait()


def _write(out: Path, practice: Practice, url: str) -> None:
    """What leads a shell there: the folder, the command, and the settings, without those of an earlier practice. The
    tokens open nothing but this sandbox."""
    house, name = practice.house, practice.house.name
    lines = {
        **{f"{name}_{setting}": value for setting, value in house.settings().items()},
        f"{name}_url": url,
        "receiver_url": "http://127.0.0.1:8080",
        "practice_clock": str((out / _CLOCK).resolve()),
        "ops_token": secrets.token_urlsafe(16),
        "ops_url": "http://127.0.0.1:8080/ops/",
    }
    earlier = (f"{each.name}_{setting}" for each in registry.plugins() for setting in each.settings.model_fields)
    text = "\n".join(
        (
            f"cd {quote(str(out.resolve()))}",
            f'export PATH={quote(str(Path(sys.executable).parent))}:"$PATH"',
            f"unset {' '.join(map(variable, earlier))}",
            *(f"export {variable(key)}={quote(value)}" for key, value in lines.items()),
            "",
        )
    )
    descriptor = os.open(out / _ENVIRONMENT, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def _told(variant: HouseVariant, out: Path, url: str, *, furnished: bool) -> str:
    plugin = next(plugin for plugin in registry.plugins() if variant in plugin.houses)
    name, example = plugin.name, quote(plugin.ticket.example)
    return f"""{variant.title} to practise on: {url}{PAGE}   (Ctrl-C ends it, and all that is in it)

In another terminal:

  . {(out / _ENVIRONMENT).resolve()}
  interspace init {name}
  interspace install apply {name}
  interspace run

and in a third one, after the same first line: interspace doctor --no-round-trip; interspace explain TICKET
(as the page shows it, like {example}). Write a ticket on the page, look at it again, and move the clock on by an hour.
The first line also leads into the folder {out}; its settings hold the token of the operations page,
http://127.0.0.1:8080/ops/ (INTERSPACE_OPS_TOKEN)."""


def _houses() -> dict[str, HouseVariant]:
    return {house.name: house for plugin in registry.plugins() for house in plugin.houses}


def _argument() -> click.Argument:
    return click.Argument(["house"], type=click.Choice(list(_houses())), metavar="HELPDESK")
