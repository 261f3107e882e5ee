"""Past tickets for the commands that look back: from the helpdesk, one after the other, or from a saved file."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from connector import __version__
from connector.cli.wiring import now, open_desk, recall_staff
from connector.counted import counted
from connector.domain.ticket import Ticket
from connector.helpdesks.errors import PermanentError
from connector.helpdesks.helpdesk import Helpdesk
from connector.settings import Settings
from connector.simulation import cassette
from connector.simulation.part import Listing, Part, Reading, opened

from_option = click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Take the tickets from a file that --save of simulate or report wrote; the helpdesk is not asked.",
)
save_option = click.option(
    "--save",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write the tickets that were read into this file, to use it with --from. "
    "If it breaks off, the same command goes on where it stopped.",
)


class Past(NamedTuple):
    """Tickets, read while they are gone through. ``None`` is one that the helpdesk lists and does not show."""

    tickets: Iterable[Ticket | None]
    until: datetime
    """UTC. What they tell is known up to here."""
    total: int | None = None
    """How many there are, if that is known."""


@contextmanager
def looked_back(
    settings: Settings, helpdesk: str | None, since: datetime, period: str, *, source: Path | None, save: Path | None
) -> Iterator[Past]:
    """The tickets of the file ``source``, else those of the helpdesk, which are kept in the file ``save``.

    That file is there when they were gone through to the end. Whoever breaks off before hears that the same command
    goes on. ``period`` says in words what ``since`` (UTC) means: it is the same when the command is given again.
    """
    if source is not None and save is not None:
        raise click.UsageError("--save writes what is read from the helpdesk, --from reads no helpdesk: choose one")
    if source is not None:
        yield saved(source)
    elif save is None:
        yield asked(settings, helpdesk, since)
    else:
        try:
            with _kept(settings, helpdesk, since, period, save) as past:
                yield past
        except cassette.CassetteError as error:
            raise click.ClickException(str(error)) from None


@contextmanager
def _kept(settings: Settings, helpdesk: str | None, since: datetime, period: str, save: Path) -> Iterator[Past]:
    beside = save.with_name(save.name + ".part")
    with opened(beside, _reading(settings, helpdesk, period)) as part:
        try:
            if len(part):
                before = counted(len(part), "ticket")
                click.echo(f"{beside}: {before} read before, read again only where something has changed", err=True)
            past = asked(settings, helpdesk, since, part)
            with cassette.recorder(save, past.until) as recorder:
                yield past._replace(tickets=_recorded(past.tickets, recorder))
        except BaseException:
            if len(part):
                click.echo(f"What was read is kept in {beside}: the same command goes on there.", err=True)
            else:
                beside.unlink()
            raise
    beside.unlink()


def _recorded(tickets: Iterable[Ticket | None], recorder: cassette.Recorder) -> Iterator[Ticket | None]:
    for ticket in tickets:
        if ticket is not None:
            recorder.add(ticket)
        yield ticket


def _reading(settings: Settings, helpdesk: str | None, period: str) -> Reading:
    own = settings.of(settings.helpdesk(helpdesk))
    digest = hashlib.sha256(own.mapping.read_bytes()).hexdigest()[:12]
    return Reading(own.required("url"), period, digest, __version__)


def asked(settings: Settings, helpdesk: str | None, since: datetime, part: Part | None = None) -> Past:
    """All tickets that are open or were updated at or after ``since`` (UTC). What ``part`` holds unchanged is not read.

    Asked for one at a time: whoever looks back is in no hurry, and the helpdesk has other work.

    :raises HelpdeskError: it does not answer, or lists more than it shows.
    """
    desk = open_desk(settings, settings.helpdesk(helpdesk))
    recall_staff(settings, desk)
    until = now()
    pages = (*desk.resolved_since(since), *desk.unresolved())
    listing = Listing(until, {listed.id: listed.updated_at for page in pages for listed in page})
    return Past(_read(desk, listing, part), until, len(listing.times))


def saved(path: Path) -> Past:
    """The tickets of a file that ``--save`` wrote."""
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


def _read(desk: Helpdesk, listing: Listing, part: Part | None) -> Iterator[Ticket | None]:
    for ticket_id in listing.times:
        ticket = None if part is None else part.unchanged(ticket_id, listing)
        if ticket is None:
            try:
                ticket = desk.read(ticket_id)
            except PermanentError:
                yield None
                continue
            if part is not None:
                part.add(ticket, listing)
        yield ticket
