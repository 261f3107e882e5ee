"""What the work table remembers of people. If it is lost, tickets are judged by what stands on them."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Text, bindparam, func, select

from connector.domain.decision import Decision
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Actor, Silence
from connector.helpdesks.staff import Seen
from connector.work.database import Database
from connector.work.schema import MESSAGES, STAFF, from_micros, to_micros

HOUR = timedelta(hours=1)

_S = STAFF.c
_M = MESSAGES.c
_HELPDESK = bindparam("b_helpdesk", type_=Text)
_ADDRESS = bindparam("b_address", type_=Text)
_SINCE = bindparam("b_since", type_=BigInteger)

_SEEN = select(_S.account, _S.role, _S.until).where(_S.helpdesk == _HELPDESK)
_SENT = select(func.count()).where(_M.helpdesk == _HELPDESK, _M.address == _ADDRESS, _M.at > _SINCE)
_LAST = select(func.max(_M.at)).where(_M.helpdesk == _HELPDESK, _M.address == _ADDRESS)
_FORGET = MESSAGES.delete().where(_M.at <= _SINCE)


class People:
    """Who was seen as support, and how many messages went to an address. To be used as
    :class:`connector.work.table.WorkTable` is, with the same errors. Of an address only its SHA-256 is stored."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        insert = database.insert(STAFF)
        self._see = insert.on_conflict_do_update(
            index_elements=[_S.helpdesk, _S.account, _S.role],
            set_={"until": insert.excluded.until},
            where=_S.until < insert.excluded.until,
        )
        self._send = database.insert(MESSAGES).on_conflict_do_nothing()

    def staff(self, helpdesk: str) -> Seen:
        """Who was seen as support, and when last (UTC)."""
        rows = self._database.read(lambda connection: connection.execute(_SEEN, {"b_helpdesk": helpdesk}).all())
        return {(account, Actor(role)): from_micros(until) for account, role, until in rows}

    def saw_staff(self, helpdesk: str, seen: Seen) -> None:
        """Keep what was seen; the latest time of all workers wins."""
        rows = [
            {"helpdesk": helpdesk, "account": account, "role": role.value, "until": to_micros(until)}
            for (account, role), until in sorted(seen.items())
        ]
        if rows:
            self._database.write(lambda connection: connection.execute(self._see, rows))

    def messages(self, helpdesk: str, address: str) -> int:
        """How many messages went to this address in the last hour."""
        bound = {**_sender(helpdesk, address), "b_since": to_micros(self._clock() - HOUR)}
        count: int = self._database.read(lambda connection: connection.execute(_SENT, bound).scalar_one())
        return count

    def sent_message(self, helpdesk: str, address: str) -> None:
        """Counts one more message to this address."""
        now = self._clock()
        bound, at = _sender(helpdesk, address), to_micros(now)

        def store(connection: Any) -> None:
            connection.execute(_FORGET, {"b_since": to_micros(now - HOUR)})
            last = connection.execute(_LAST, bound).scalar_one() or 0
            # Two of the same moment are two.
            row = {"helpdesk": helpdesk, "address": bound["b_address"], "at": max(at, last + 1)}
            connection.execute(self._send, row)

        self._database.write(store)


def bounded(
    judge: Callable[[Ticket], Decision], ticket: Ticket, people: People | None, helpdesk: str, most: int
) -> Decision:
    """What ``judge`` decides; without a message to a customer who has got ``most`` of them in the last hour."""
    decision = judge(ticket)
    if people is None or not is_public(decision) or people.messages(helpdesk, address_of(ticket)) < most:
        return decision
    return judge(ticket.silenced(Silence.ENOUGH))


def is_public(decision: Decision) -> bool:
    """Whether the customer is written to."""
    return decision.note is not None and decision.note.public


def address_of(ticket: Ticket) -> str:
    """By what the customer's messages are counted."""
    return ticket.customer.email or ticket.customer.id


def _sender(helpdesk: str, address: str) -> dict[str, str]:
    return {"b_helpdesk": helpdesk, "b_address": hashlib.sha256(address.casefold().encode()).hexdigest()}
