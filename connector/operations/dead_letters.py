"""What needs a person: tickets that failed for good, and what could not be told outside the helpdesk. The same for
commands and page."""

from collections.abc import Iterable, Sequence
from typing import Any

from connector.domain.model import TicketId
from connector.operations.links import ticket_page
from connector.settings import Settings
from connector.work.jobs import DeadLetter, Key
from connector.work.outlook import Outlook
from connector.work.table import WorkTable
from connector.work.tellings import Telling, TellingKey

_BETWEEN = "/"


def dead_letters(table: WorkTable, helpdesk: str | None = None) -> list[DeadLetter]:
    """All of them, or one helpdesk's, the oldest first. Raises StoreError."""
    untold = [_letter(telling) for telling in table.tellings.dead(helpdesk)]
    return sorted([*table.dead_letters(helpdesk), *untold], key=lambda letter: letter.failed_at)


def dead_letter(table: WorkTable, key: Key) -> DeadLetter | None:
    """The one with this key; ``None``: there is none. Raises StoreError."""
    if (telling := _telling_key(key)) is None:
        return table.dead_letter(key)
    return next((_letter(one) for one in table.tellings.dead(key.helpdesk) if one.key == telling), None)


def replay(table: WorkTable, keys: Iterable[Key]) -> int:
    """Tries them again now; how many of them were dead letters. Raises StoreError."""
    tickets, untold = _parted(keys)
    return table.replay(tickets) + table.tellings.replay(untold)


def drop(table: WorkTable, keys: Iterable[Key]) -> int:
    """Forgets them; how many of them were dead letters. Raises StoreError."""
    tickets, untold = _parted(keys)
    return table.drop(tickets) + table.tellings.drop(untold)


def ticket_of(key: Key) -> TicketId:
    """The id of the ticket that it is about."""
    return TicketId(key.ticket.partition(_BETWEEN)[0])


def outlooks(table: WorkTable, letters: Sequence[DeadLetter]) -> dict[tuple[str, str], Outlook]:
    """What was seen last of the tickets, by helpdesk and id. Raises StoreError."""
    wanted: dict[str, set[str]] = {}
    for letter in letters:
        wanted.setdefault(letter.key.helpdesk, set()).add(ticket_of(letter.key))
    return {
        (helpdesk, ticket): seen
        for helpdesk, tickets in wanted.items()
        for ticket, seen in table.records.outlooks(helpdesk, sorted(tickets)).items()
    }


def as_data(settings: Settings, letter: DeadLetter, seen: Outlook) -> dict[str, Any]:
    """As JSON; of the ticket its number and what lay ahead, as it was seen last. What could not be told stops nothing
    on the ticket."""
    ahead = seen if ticket_of(letter.key) == letter.key.ticket else Outlook()
    return {
        "helpdesk": letter.key.helpdesk,
        "ticket": letter.key.ticket,
        "number": seen.number,
        "link": ticket_page(settings, Key(letter.key.helpdesk, ticket_of(letter.key))),
        "priority": seen.priority,
        "level": ahead.level,
        "level_at": ahead.level_at.isoformat() if ahead.level_at else None,
        "target": ahead.target,
        "target_at": ahead.target_at.isoformat() if ahead.target_at else None,
        "failed_at": letter.failed_at.isoformat(),
        "attempts": letter.attempts,
        "events": letter.generation,
        "error": letter.error,
    }


def _parted(keys: Iterable[Key]) -> tuple[list[Key], list[TellingKey]]:
    given = list(keys)
    untold = [telling for key in given if (telling := _telling_key(key))]
    return [key for key in given if _telling_key(key) is None], untold


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
    # A contact or an address may hold the sign itself.
    parts = key.ticket.split(_BETWEEN, 2)
    return TellingKey(key.helpdesk, *parts) if len(parts) == len(TellingKey._fields) - 1 else None
