"""Past tickets in a file, to simulate without the helpdesk: one JSON document a line, compressed.

It holds what customers wrote. It is made readable by its owner alone, and belongs where the helpdesk's backups belong.
"""

import gzip
import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from pydantic import TypeAdapter, ValidationError

from connector.domain.fields import Fields
from connector.domain.model import Instant
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import TicketState
from connector.simulation.whole_file import whole_file

_FORMAT = 1
_MOMENT = TypeAdapter[datetime](Instant)
_TICKET = TypeAdapter(Ticket)


class CassetteError(ValueError):
    """The file is none that can be used; the text names it, the line and what is wrong."""


class Recorder:
    """Writes tickets into a cassette; see :func:`recorder`."""

    def __init__(self, out: gzip.GzipFile) -> None:
        self._out = out

    def add(self, ticket: Ticket) -> None:
        """One more ticket."""
        self._out.write(_TICKET.dump_json(ticket, exclude_defaults=True) + b"\n")


def as_data(ticket: Ticket) -> Any:
    """The ticket as a JSON document."""
    return _TICKET.dump_python(ticket, mode="json", exclude_defaults=True)


_VALUES = {
    "state": TypeAdapter[Any](TicketState),
    **{name: TypeAdapter[Any](cast(Any, field.annotation)) for name, field in Fields.model_fields.items()},
}
"""What the values of changes are: their own type says nothing."""


def ticket_of(data: Any) -> Ticket:
    """The ticket of such a document.

    :raises ValidationError: it is none.
    """
    for kept in (data, *data.get("merged", ())) if isinstance(data, dict) else ():
        for change in kept.get("history", ()):
            if (values := _VALUES.get(change.get("field"))) is not None:
                for side in ("old", "new"):
                    # What the mapping did not know stays as the helpdesk called it.
                    with suppress(ValidationError):
                        change[side] = values.validate_json(json.dumps(change.get(side)))
    return _TICKET.validate_python(data)


@contextmanager
def recorder(path: Path, saved_at: datetime) -> Iterator[Recorder]:
    """A cassette to be written. ``saved_at`` (UTC): nothing that would have happened later is simulated."""
    # Without the time of writing, so that equal tickets make an equal file.
    with whole_file(path) as file, gzip.GzipFile(fileobj=file, mode="wb", mtime=0) as out:
        out.write(json.dumps({"format": _FORMAT, "saved_at": saved_at.isoformat()}).encode() + b"\n")
        yield Recorder(out)


def read(path: Path) -> tuple[datetime, Iterator[Ticket]]:
    """When the cassette was made (UTC), and its tickets one by one.

    :raises CassetteError: at once or on the way, with file and line.
    :raises OSError: it cannot be opened.
    """
    lines = _lines(path)
    try:
        head = json.loads(next(lines, b"null"))
    except (json.JSONDecodeError, UnicodeDecodeError):
        head = None
    if not isinstance(head, dict) or head.get("format") != _FORMAT:
        raise CassetteError(f"{path}: no tickets that this version of interspace simulate has saved")
    try:
        saved_at = _MOMENT.validate_python(head.get("saved_at"))
    except ValidationError as error:
        raise CassetteError(f"{path}:1: saved_at: {error.errors()[0]['msg']}") from None
    return saved_at, _tickets(path, lines)


def _tickets(path: Path, lines: Iterator[bytes]) -> Iterator[Ticket]:
    for number, line in enumerate(lines, start=2):
        try:
            yield ticket_of(json.loads(line))
        except (json.JSONDecodeError, UnicodeDecodeError):
            raise CassetteError(f"{path}:{number}: no JSON") from None
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"]))
            raise CassetteError(f"{path}:{number}: {place}: {first['msg']}") from None


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with gzip.open(path, "rb") as file:
            yield from file
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise CassetteError(f"{path}: cut off or damaged: {error}") from None
