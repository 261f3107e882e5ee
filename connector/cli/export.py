"""``interspace export``: what the connector's fields say, as CSV, before somebody deletes them. Reads only."""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import TextIOWrapper
from pathlib import Path

import click

from connector.cli.options import HELPDESK, ago, helpdesk_option, settings_options
from connector.cli.past import asked, from_option, saved, shown_while_read
from connector.cli.sections import command
from connector.cli.wiring import now
from connector.counted import counted
from connector.domain.fields import CATALOGUE
from connector.domain.ticket import Ticket
from connector.reports.spreadsheet import harmless
from connector.settings import Settings
from connector.simulation.whole_file import whole_file

_ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)


@command()
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The file to write.")
@click.option("--since", callback=ago, metavar="LENGTH", help="Only what is open or was changed since.  [default: all]")
@from_option
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
    except OSError as error:
        raise click.ClickException(f"{error.filename or out}: {error.strerror}") from None
    click.echo(f"written: {out}, {counted(written, 'ticket')}")
    if unreadable:
        missing = counted(unreadable, "ticket")
        click.echo(f"Missing, because the helpdesk lists but does not let read it: {missing}", err=True)
        raise SystemExit(1)


def _write(out: Path, tickets: Iterator[Ticket | None]) -> tuple[int, int]:
    """How many tickets stand in the file now, and how many could not be read. The file is there when it is whole."""
    written = unreadable = 0
    with whole_file(out) as file, TextIOWrapper(file, encoding="utf-8", newline="") as text:
        lines = csv.writer(text)
        lines.writerow(("number", "id", "kind", "state", "created_at", *CATALOGUE))
        for ticket in tickets:
            if ticket is None:
                unreadable += 1
                continue
            written += 1
            lines.writerow([_cell(value) for value in _values(ticket)])
    return written, unreadable


def _values(ticket: Ticket) -> Iterator[object]:
    yield from (ticket.number, ticket.id, ticket.kind, ticket.state, ticket.created_at)
    yield from (getattr(ticket.fields, name) for name in CATALOGUE)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    return harmless(str(value))
