"""Other tickets that a rule asks for (R11): read from the helpdesk when they are needed, which is seldom."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime

from connector.domain.decision import Asked, Decision
from connector.domain.model import TicketId
from connector.domain.past import PastTicket
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import TicketKind
from connector.helpdesks.errors import NotFoundError, OutOfReachError
from connector.helpdesks.helpdesk import Helpdesk

_MOST = 5
"""The most other tickets that are read for one ticket."""


def judged(
    desk: Helpdesk, ticket: Ticket, judge: Callable[[Ticket], Decision], at: datetime | None = None
) -> tuple[Ticket, Decision]:
    """What ``judge`` decides on the ticket, with the other tickets that its rules ask for, and the ticket with those;
    as they were ``at`` that time (aware), if one is given. Nothing is written.

    :raises HelpdeskError: the helpdesk does not answer.
    :raises ValueError: nobody can know how another ticket was at that time.
    """
    decision = judge(ticket)
    if not decision.asks:
        return ticket, decision
    ticket = with_others(desk, ticket, decision.asks)
    if at is not None:
        then = tuple(other.as_of(at) for other in ticket.others or () if other.created_at <= at)
        ticket = ticket.model_copy(update={"others": then})
    return ticket, judge(ticket)


def with_others(desk: Helpdesk, ticket: Ticket, asked: Iterable[Asked]) -> Ticket:
    """The ticket with the other tickets that were asked for, as far as they exist and the connector may see them.

    One request for each number, one for a place, and one or two for each ticket that is found.

    :raises HelpdeskError: the helpdesk does not answer.
    """
    ids: dict[TicketId, None] = {}
    for one in asked:
        ids.update(dict.fromkeys(one.tickets))
        for number in one.numbers:
            with suppress(NotFoundError):
                ids[desk.id_of(number)] = None
        if one.place is not None:
            newest_first = [past.id for past in desk.past(one.place) if _is_open(past)]
            ids.update(dict.fromkeys(reversed(newest_first)))
    ids.pop(ticket.id, None)
    others = []
    for other in list(ids)[:_MOST]:
        with suppress(NotFoundError, OutOfReachError):
            others.append(desk.read(other))
    return ticket.model_copy(update={"others": tuple(others)})


def _is_open(past: PastTicket) -> bool:
    return past.kind is TicketKind.INCIDENT and not past.state.is_over
