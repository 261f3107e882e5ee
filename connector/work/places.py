"""Places of which one ticket at a time may open a problem record (R28), although its helpdesk's search lags behind.

If it is lost, only incidents of one outage that end in the same minutes may get two records, which people merge.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Text, bindparam, func, or_, select

from connector.work.database import Database
from connector.work.schema import PLACES, from_micros, to_micros

_P = PLACES.c
_HELPDESK = bindparam("b_helpdesk", type_=Text)
_PLACES = bindparam("b_places", type_=Text, expanding=True)
_TICKET = bindparam("b_ticket", type_=Text)
_NOW = bindparam("b_now", type_=BigInteger)

_TAKEN = select(func.max(_P.until)).where(
    _P.helpdesk == _HELPDESK, _P.place.in_(_PLACES), _P.ticket != _TICKET, _P.until > _NOW
)
_FORGET = PLACES.delete().where(_P.until <= _NOW)


class _TakenError(Exception):
    """Another ticket has one of the places: nothing is taken."""


class Places:
    """See the module; made and used as the work table is."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        insert = database.insert(PLACES)
        mine = insert.excluded
        self._take = insert.on_conflict_do_update(
            index_elements=[_P.helpdesk, _P.place],
            set_={"ticket": mine.ticket, "until": mine.until},
            where=or_(_P.until <= _NOW, _P.ticket == mine.ticket),
        ).returning(_P.place)

    def take(self, helpdesk: str, places: Sequence[str], ticket: str, length: timedelta) -> datetime | None:
        """All of them for this ticket, for so long from now; ``None``. Else until when another ticket has one.

        Taking anew what one has sets the end anew, also to an earlier one.
        """
        now = self._clock()
        bound = {"b_helpdesk": helpdesk, "b_places": list(places), "b_ticket": ticket, "b_now": to_micros(now)}

        def store(connection: Any) -> datetime | None:
            connection.execute(_FORGET, {"b_now": bound["b_now"]})
            for place in sorted(places):
                row = {"helpdesk": helpdesk, "place": place, "ticket": ticket, "until": to_micros(now + length)}
                if connection.execute(self._take, {**row, "b_now": bound["b_now"]}).first() is None:
                    raise _TakenError
            return None

        try:
            return self._database.write(store)
        except _TakenError:
            until = self._database.read(lambda connection: connection.execute(_TAKEN, bound).scalar_one())
            return now if until is None else from_micros(until)
