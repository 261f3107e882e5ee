"""What was read of past tickets before a reading broke off, so that the next one goes on from there.

Lines of JSON: what is read, then each ticket as soon as it is read, with the time of update that the helpdesk listed. A
ticket that was read again stands there twice, and the later line counts. It holds what customers wrote, and is made
readable by its owner alone.
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from pydantic import ValidationError

from connector.domain.model import TicketId
from connector.domain.ticket import Ticket
from connector.simulation.cassette import CassetteError, as_data, ticket_of

_FORMAT = 1
_UNTIMED_FOR = timedelta(days=1)
"""Who is listed without a time of update has not changed for as long, see
:class:`connector.helpdesks.helpdesk.Listed`."""
_UNLISTED = "not listed"


class Reading(NamedTuple):
    """What is read: only the same is gone on with."""

    helpdesk: str
    """Its address."""
    period: str
    mapping: str
    """A digest of the file: by it the tickets were understood."""
    version: str
    """Of the connector."""


class Listing(NamedTuple):
    """Which tickets there are, their times of update as the helpdesk lists them, and when it was asked (UTC)."""

    at: datetime
    times: Mapping[TicketId, datetime | None]

    def of(self, ticket: Ticket) -> dict[str, str | None]:
        """The times of a ticket and of those that show on it: to change one of them does not always move its own."""
        shown = (*ticket.links, *ticket.siblings)
        ids = (ticket.id, *(other.id for other in shown), *(merged.id for merged in ticket.merged))
        return {ticket_id: self.told(ticket_id) for ticket_id in ids}

    def told(self, ticket_id: str) -> str | None:
        """The time of one, to be kept and compared."""
        at = self.times.get(TicketId(ticket_id), _UNLISTED)
        return at.isoformat() if isinstance(at, datetime) else at


class _Place(NamedTuple):
    """Where a ticket stands in the file."""

    offset: int
    listed_at: datetime
    listed: Mapping[str, str | None]


class Part:
    """A file of tickets; see :func:`opened`. It holds none of them in memory."""

    def __init__(self, file: BinaryIO, places: dict[TicketId, _Place]) -> None:
        self._file = file
        self._places = places

    def __len__(self) -> int:
        return len(self._places)

    def unchanged(self, ticket_id: TicketId, listing: Listing) -> Ticket | None:
        """The ticket as it was read, if the helpdesk lists it as it did then; ``None``: it has to be read."""
        place = self._places.get(ticket_id)
        if place is None or place.listed != {one: listing.told(one) for one in place.listed}:
            return None
        if None in place.listed.values() and listing.at - place.listed_at >= _UNTIMED_FOR:
            return None
        self._file.seek(place.offset)
        try:
            return ticket_of(json.loads(self._file.readline())["ticket"])
        except ValidationError:
            return None

    def add(self, ticket: Ticket, listing: Listing) -> None:
        """One more ticket. It is in the file when this returns."""
        offset, listed = self._file.seek(0, os.SEEK_END), listing.of(ticket)
        _write(self._file, {"listed_at": listing.at.isoformat(), "listed": listed, "ticket": as_data(ticket)})
        self._places[ticket.id] = _Place(offset, listing.at, listed)


@contextmanager
def opened(path: Path, reading: Reading) -> Iterator[Part]:
    """The file of a reading that broke off, or a new one.

    :raises CassetteError: it is of something else, or no such file; it is left as it is.
    :raises OSError: it cannot be opened or written; the error names the file.
    """
    try:
        with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
            yield Part(file, _places(path, file, reading))
    except OSError as error:
        # A full disk names no file.
        error.filename = error.filename or str(path)
        raise


def _places(path: Path, file: BinaryIO, reading: Reading) -> dict[TicketId, _Place]:
    head = {"format": _FORMAT, **reading._asdict()}
    first = file.readline()
    if json.dumps(head).encode().startswith(first):
        # New, or whoever began it came no further.
        file.seek(0)
        file.truncate()
        _write(file, head)
        return {}
    _compare(path, _parsed(first), head)
    places, offset = dict[TicketId, _Place](), len(first)
    for number, line in enumerate(iter(file.readline, b""), start=2):
        if not line.endswith(b"\n"):
            # Written when the reading was broken off.
            file.truncate(offset)
            break
        try:
            told = json.loads(line)
            place = _Place(offset, datetime.fromisoformat(told["listed_at"]), told["listed"])
            places[told["ticket"]["id"]] = place
        except (ValueError, TypeError, KeyError):
            raise CassetteError(f"{path}:{number}: no ticket that was read; remove the file to read all anew") from None
        offset += len(line)
    return places


def _compare(path: Path, told: Any, head: Mapping[str, object]) -> None:
    if not isinstance(told, dict) or told.keys() != head.keys():
        raise CassetteError(
            f"{path}: nothing that this version of interspace can go on with; remove it, or save elsewhere"
        )
    for name, value in head.items():
        if told[name] != value:
            raise CassetteError(
                f"{path}: begun with another {name} ({told[name]}, now {value}): go on with the command that began it, "
                "or remove the file to read all anew"
            )


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None


def _write(file: BinaryIO, data: Mapping[str, object]) -> None:
    file.write(json.dumps(data).encode() + b"\n")
    file.flush()
