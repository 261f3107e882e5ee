"""Past tickets for the commands that look back: from the helpdesk, one after the other, or from a saved file."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from connector.cli.wiring import now, open_desk, recall_staff
from connector.domain.model import TicketId
from connector.domain.ticket import Ticket
from connector.helpdesks.errors import PermanentError
from connector.helpdesks.helpdesk import Helpdesk
from connector.settings import Settings
from connector.simulation import cassette

from_option = click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Take the tickets from a file of interspace simulate --save.",
)


class Past(NamedTuple):
    """Tickets, read while they are gone through. ``None`` is one that the helpdesk lists and does not show."""

    tickets: Iterable[Ticket | None]
    until: datetime
    """UTC. What they tell is known up to here."""
    total: int | None = None
    """How many there are, if that is known."""


def asked(settings: Settings, helpdesk: str | None, since: datetime) -> Past:
    """All tickets that are open or were updated at or after ``since`` (UTC).

    Asked for one at a time: whoever looks back is in no hurry, and the helpdesk has other work.

    :raises HelpdeskError: it does not answer, or lists more than it shows.
    """
    desk = open_desk(settings, settings.helpdesk(helpdesk))
    recall_staff(settings, desk)
    until = now()
    pages = (*desk.resolved_since(since), *desk.unresolved())
    ids = list(dict.fromkeys(listed.id for page in pages for listed in page))
    return Past(_read(desk, ids), until, len(ids))


def saved(path: Path) -> Past:
    """The tickets of a file that ``interspace simulate --save`` wrote."""
    try:
        until, tickets = cassette.read(path)
    except cassette.CassetteError as error:
        raise click.ClickException(str(error)) from None
    return Past(tickets, until)


def shown_while_read(past: Past, *, quiet: bool) -> Iterator[Ticket | None]:
    """The tickets, while a bar on the terminal shows how far it is."""
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("tickets"), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=quiet) as bar:
        try:
            yield from bar.track(past.tickets, total=past.total)
        except cassette.CassetteError as error:
            raise click.ClickException(str(error)) from None


def _read(desk: Helpdesk, ids: Iterable[TicketId]) -> Iterator[Ticket | None]:
    for ticket in ids:
        try:
            yield desk.read(ticket)
        except PermanentError:
            yield None
