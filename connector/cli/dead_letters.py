"""``interspace dead-letters``: the tickets that need a person (P11)."""

import json
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import click
from rich.console import Console

from connector.cli.details import print_details
from connector.cli.listing import listing
from connector.cli.options import HELPDESK, helpdesk_option, number_in, settings_options
from connector.cli.sections import Group
from connector.cli.wiring import open_desk, open_existing_table
from connector.helpdesks.errors import HelpdeskError, UnavailableError
from connector.helpdesks.helpdesk import Helpdesk
from connector.helpdesks.registry import plugin
from connector.operations import dead_letters as operations
from connector.settings import Settings
from connector.work.outlook import Outlook
from connector.work.table import DeadLetter, Key, WorkTable


@click.group(cls=Group)
def dead_letters() -> None:
    """Tickets that failed for good.

    Also what nobody outside could be told: its id is ticket, event and receiver, as in 41/level-3/pager. A new event on
    a ticket tries it once more by itself.

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
    """List them, the oldest first.

    \b
    Examples:
      interspace dead-letters list
      interspace dead-letters list --json
    """
    table = open_existing_table(settings)
    letters = list(_with_tickets(settings, table, operations.dead_letters(table, helpdesk)))
    if as_json:
        click.echo(json.dumps(letters, indent=2, ensure_ascii=False))
        return
    if not letters:
        click.echo("no dead letters")
        return
    rows = []
    for letter in letters:
        about = "\n".join(str(letter[name]) for name in ("number", "title", "link") if letter[name])
        since = str(letter["failed_at"])[:16].replace("T", " ")
        error = str(letter["error"])[:160]
        rows.append((letter["helpdesk"], letter["ticket"], about, since, letter["attempts"], error))
    Console().print(listing(("helpdesk", "id", "ticket", "since (UTC)", "attempts", "cause"), rows))


@dead_letters.command()
@click.argument("ticket")
@helpdesk_option()
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@settings_options(HELPDESK)
def show(settings: Settings, *, ticket: str, helpdesk: str | None, as_json: bool) -> None:
    """Show one with its whole cause.

    TICKET is what people call it ({tickets}), or the id in the helpdesk's API.

    \b
    Examples:
      interspace dead-letters show '{ticket}'
      interspace dead-letters show 41/level-3/pager
    """
    key = _key(settings, _name_of(settings, helpdesk), ticket)
    table = open_existing_table(settings)
    letter = operations.dead_letter(table, key)
    if letter is None:
        hint = plugin(key.helpdesk).ticket.hint.format(ticket=ticket) if ticket == key.ticket else ""
        click.echo(f"{key.helpdesk} ticket {ticket} is no dead letter" + (f". {hint}" if hint else ""), err=True)
        sys.exit(1)
    (told,) = _with_tickets(settings, table, [letter])
    print_details(told, as_json=as_json)


@dead_letters.command()
@click.argument("tickets", nargs=-1)
@helpdesk_option()
@click.option("--all", "everything", is_flag=True, help="All of this helpdesk.")
@settings_options()
def replay(settings: Settings, *, tickets: tuple[str, ...], helpdesk: str | None, everything: bool) -> None:
    """Try them again now, with all their attempts before them.

    \b
    Examples:
      interspace dead-letters replay 41 42
      interspace dead-letters replay --all
    """
    table, keys = _chosen(settings, tickets, helpdesk, everything=everything)
    _report(operations.replay(table, keys), len(keys), "will be tried again")


@dead_letters.command()
@click.argument("tickets", nargs=-1)
@helpdesk_option()
@click.option("--all", "everything", is_flag=True, help="All of this helpdesk.")
@settings_options()
def drop(settings: Settings, *, tickets: tuple[str, ...], helpdesk: str | None, everything: bool) -> None:
    """Forget them. The tickets stay; a new event or a change found by the sweep brings them back.

    \b
    Example:
      interspace dead-letters drop 41
    """
    table, keys = _chosen(settings, tickets, helpdesk, everything=everything)
    _report(operations.drop(table, keys), len(keys), "dropped")


def _chosen(
    settings: Settings, tickets: tuple[str, ...], helpdesk: str | None, *, everything: bool
) -> tuple[WorkTable, list[Key]]:
    if everything == bool(tickets):
        raise click.UsageError("name tickets, or --all")
    whose = _name_of(settings, helpdesk)
    table = open_existing_table(settings)
    if everything:
        return table, [letter.key for letter in operations.dead_letters(table, whose)]
    return table, [_key(settings, whose, ticket) for ticket in tickets]


def _key(settings: Settings, helpdesk: str, named: str) -> Key:
    """Of a ticket, or of what could not be told of one, by its number or id; only a number asks the helpdesk.

    :raises UsageError: it is neither.
    :raises HelpdeskError: there is no ticket with this number, or the helpdesk does not answer.
    """
    ticket, between, rest = named.partition("/")
    number = number_in(ticket, helpdesk)
    found = open_desk(settings, helpdesk).id_of(number) if number else ticket
    return Key(helpdesk, f"{found}{between}{rest}")


def _name_of(settings: Settings, helpdesk: str | None) -> str:
    """The chosen helpdesk, else the only served one; the address of a chosen one need not be set.

    Raises SettingsError.
    """
    return helpdesk or settings.helpdesk(None)


def _report(count: int, asked: int, what: str) -> None:
    click.echo(f"{count} of {asked} {what}" + ("" if count == asked else "; the others are no dead letters"))
    if count != asked:
        sys.exit(1)


def _with_tickets(settings: Settings, table: WorkTable, letters: Sequence[DeadLetter]) -> Iterator[dict[str, Any]]:
    """With what people call each ticket, and where they see it, as far as settings, helpdesk and work table tell."""
    desks: dict[str, Helpdesk | None] = {}
    seen = operations.outlooks(table, letters)
    for letter in letters:
        name, ticket_id = letter.key.helpdesk, operations.ticket_of(letter.key)
        own = settings.of(name)
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
        last = seen.get((name, ticket_id), Outlook())
        number, title = (ticket.number, ticket.title) if ticket else (last.number, None)
        named = {**letter.key._asdict(), "number": number, "title": title}
        yield {**named, **operations.as_data(settings, letter, last), **named}
