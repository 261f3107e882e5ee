"""``interspace dead-letters``: the tickets that need a person (P11)."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from connector.cli.details import print_details
from connector.cli.options import HELPDESK, helpdesk_option, settings_options
from connector.cli.sections import Group
from connector.cli.wiring import open_desk, open_existing_table, page_of
from connector.helpdesks.errors import HelpdeskError, UnavailableError
from connector.helpdesks.helpdesk import Desk
from connector.logs import harmless
from connector.settings import Settings
from connector.work.table import DeadLetter, Key, WorkTable
from connector.work.tellings import Telling, TellingKey


@click.group(cls=Group)
def dead_letters() -> None:
    """Tickets that failed for good, and what nobody outside could be told.

    A new event on the ticket tries it once more by itself. What could not be told has an id of ticket, event and
    receiver, as in 41/level-3/pager.

    \b
    Examples:
      interspace dead-letters list
      interspace dead-letters show 41
      interspace dead-letters replay 41 42
      interspace dead-letters replay 41/level-3/pager
      interspace dead-letters replay --all --helpdesk {helpdesk}
    """


@dead_letters.command(name="list")
@helpdesk_option("all")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@settings_options(HELPDESK)
def list_(settings: Settings, *, helpdesk: str | None, as_json: bool) -> None:
    """List them, the oldest first."""
    table = open_existing_table(settings)
    untold = [_letter(telling) for telling in table.tellings.dead(helpdesk)]
    found = sorted([*table.dead_letters(helpdesk), *untold], key=lambda letter: letter.failed_at)
    letters = [_plain(letter, ticket) for letter, ticket in _with_tickets(settings, found)]
    if as_json:
        click.echo(json.dumps(letters, indent=2, ensure_ascii=False))
        return
    if not letters:
        click.echo("no dead letters")
        return
    shown = Table("helpdesk", "id", "ticket", "since (UTC)", "attempts", "cause")
    for letter in letters:
        about = "\n".join(str(letter[name]) for name in ("number", "title", "link") if letter[name])
        since = str(letter["failed_at"])[:16].replace("T", " ")
        cells = (letter["helpdesk"], letter["ticket"], about, since, letter["attempts"], str(letter["error"])[:160])
        shown.add_row(*(Text(harmless(str(cell))) for cell in cells))
    Console().print(shown)


@dead_letters.command()
@click.argument("ticket")
@helpdesk_option()
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@settings_options(HELPDESK)
def show(settings: Settings, *, ticket: str, helpdesk: str | None, as_json: bool) -> None:
    """Show one with its whole cause. TICKET is the id in the helpdesk's API."""
    key = Key(_name_of(settings, helpdesk), ticket)
    table = open_existing_table(settings)
    letter = table.dead_letter(key)
    if telling := _telling_key(key):
        letter = next((_letter(one) for one in table.tellings.dead(key.helpdesk) if one.key == telling), None)
    if letter is None:
        click.echo(f"{key.helpdesk} ticket {ticket} is no dead letter", err=True)
        sys.exit(1)
    ((_, its_ticket),) = _with_tickets(settings, [letter])
    print_details(_plain(letter, its_ticket), as_json=as_json)


@dead_letters.command()
@click.argument("tickets", nargs=-1)
@helpdesk_option()
@click.option("--all", "everything", is_flag=True, help="All of this helpdesk.")
@settings_options()
def replay(settings: Settings, *, tickets: tuple[str, ...], helpdesk: str | None, everything: bool) -> None:
    """Try them again now, with all their attempts before them."""
    table, keys = _chosen(settings, tickets, helpdesk, everything=everything)
    untold = [telling for key in keys if (telling := _telling_key(key))]
    count = table.replay(key for key in keys if not _telling_key(key)) + table.tellings.replay(untold)
    _report(count, len(keys), "will be tried again")


@dead_letters.command()
@click.argument("tickets", nargs=-1)
@helpdesk_option()
@click.option("--all", "everything", is_flag=True, help="All of this helpdesk.")
@settings_options()
def drop(settings: Settings, *, tickets: tuple[str, ...], helpdesk: str | None, everything: bool) -> None:
    """Forget them. The tickets stay; a new event or a change found by the sweep brings them back."""
    table, keys = _chosen(settings, tickets, helpdesk, everything=everything)
    untold = [telling for key in keys if (telling := _telling_key(key))]
    count = table.drop(key for key in keys if not _telling_key(key)) + table.tellings.drop(untold)
    _report(count, len(keys), "dropped")


def _chosen(
    settings: Settings, tickets: tuple[str, ...], helpdesk: str | None, *, everything: bool
) -> tuple[WorkTable, list[Key]]:
    if everything == bool(tickets):
        raise click.UsageError("name tickets, or --all")
    whose = _name_of(settings, helpdesk)
    table = open_existing_table(settings)
    if everything:
        untold = [_letter(telling).key for telling in table.tellings.dead(whose)]
        return table, [*(letter.key for letter in table.dead_letters(whose)), *untold]
    return table, [Key(whose, ticket) for ticket in tickets]


def _name_of(settings: Settings, helpdesk: str | None) -> str:
    """The chosen helpdesk, else the only served one; the address of a chosen one need not be set.

    Raises SettingsError.
    """
    return helpdesk or settings.helpdesk(None)


def _report(count: int, asked: int, what: str) -> None:
    click.echo(f"{count} of {asked} {what}" + ("" if count == asked else "; the others are no dead letters"))
    if count != asked:
        sys.exit(1)


_BETWEEN = "/"


def _letter(telling: Telling) -> DeadLetter:
    """What could not be told, as a row of the list."""
    name = _BETWEEN.join((telling.key.ticket, telling.key.event, telling.key.receiver))
    return DeadLetter(
        key=Key(telling.key.helpdesk, name),
        generation=1,
        attempts=telling.attempts,
        error=telling.error or "",
        failed_at=telling.failed_at or telling.created,
    )


def _telling_key(key: Key) -> TellingKey | None:
    """Of what could not be told; ``None``: it is a ticket."""
    parts = key.ticket.split(_BETWEEN)
    return TellingKey(key.helpdesk, *parts) if len(parts) == len(TellingKey._fields) - 1 else None


def _with_tickets(
    settings: Settings, letters: Sequence[DeadLetter]
) -> Iterator[tuple[DeadLetter, dict[str, str | None]]]:
    """What people call each ticket, and where they see it, as far as settings and helpdesk tell."""
    desks: dict[str, Desk | None] = {}
    for letter in letters:
        name, own = letter.key.helpdesk, settings.of(letter.key.helpdesk)
        ticket_id = letter.key.ticket.partition(_BETWEEN)[0]
        if name not in desks:
            desks[name] = open_desk(settings, name) if own.url and own.token else None
        ticket = None
        if desk := desks[name]:
            try:
                ticket = desk.read(ticket_id)
            except UnavailableError:
                desks[name] = None
            except HelpdeskError:
                # Its letter says why.
                pass
        page = page_of(settings, name)
        number, title = (ticket.number, ticket.title) if ticket else (None, None)
        yield letter, {"number": number, "title": title, "link": page and page.format(id=ticket_id)}


def _plain(letter: DeadLetter, ticket: Mapping[str, str | None]) -> dict[str, object]:
    return {
        "helpdesk": letter.key.helpdesk,
        "ticket": letter.key.ticket,
        **ticket,
        "failed_at": letter.failed_at.isoformat(),
        "attempts": letter.attempts,
        "events": letter.generation,
        "error": letter.error,
    }
