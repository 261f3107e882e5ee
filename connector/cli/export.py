"""``interspace export``: what the connector's fields say, as CSV, before somebody deletes them. Reads only."""

import csv
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from connector.cli.options import HELPDESK, ago, helpdesk_option, settings_options
from connector.cli.past import asked, saved, shown_while_read
from connector.cli.sections import command
from connector.cli.wiring import now
from connector.domain.fields import CATALOGUE
from connector.domain.ticket import Ticket
from connector.settings import Settings
from connector.simulation.cassette import CassetteError

_ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What begins with one of these is a formula to a spreadsheet (CWE-1236)."""


@command()
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The file to write.")
@click.option("--since", callback=ago, metavar="LENGTH", help="Only what is open or was changed since.  [default: all]")
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Take the tickets from a file of interspace simulate --save.",
)
@helpdesk_option()
@settings_options(HELPDESK)
def export(
    settings: Settings, *, out: Path, since: timedelta | None, source: Path | None, helpdesk: str | None
) -> None:
    """Write what the fields say as CSV.

    One line for each ticket of the rules, one column for each field, named as in the policy. For keeping before
    `interspace install uninstall --purge-fields`, or for a spreadsheet. Only its owner can read the file.

    \b
    Examples:
      interspace export --out fields.csv
      interspace export --out november.csv --since 30d
    """
    try:
        past = asked(settings, helpdesk, now() - since if since else _ALWAYS) if source is None else saved(source)
        written, unreadable = _write(out, shown_while_read(past, quiet=False))
    except CassetteError as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{error.filename or out}: {error.strerror}") from None
    click.echo(f"written: {out}, {written} tickets")
    if unreadable:
        click.echo(f"{unreadable} tickets that the helpdesk lists could not be read and are missing", err=True)
        raise SystemExit(1)


def _write(out: Path, tickets: Iterator[Ticket | None]) -> tuple[int, int]:
    """How many tickets stand in the file now, and how many could not be read. The file is there when it is whole."""
    written = unreadable = 0
    beside = out.with_name(out.name + ".part")
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            lines = csv.writer(file)
            lines.writerow(("number", "id", "kind", "state", "created_at", *CATALOGUE))
            for ticket in tickets:
                if ticket is None:
                    unreadable += 1
                    continue
                written += 1
                lines.writerow([_cell(value) for value in _values(ticket)])
        beside.replace(out)
    finally:
        beside.unlink(missing_ok=True)
    return written, unreadable


def _values(ticket: Ticket) -> Iterator[object]:
    yield from (ticket.number, ticket.id, ticket.kind, ticket.state, ticket.created_at)
    yield from (getattr(ticket.fields, name) for name in CATALOGUE)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
