"""When a ticket's clocks run, from the ticket's own history (R36–R38).

The history tells when somebody waited for the customer, so clocks are right even where the connector was
down. A pause that the customer set through the API does not count: it can never stop an escalation (P20).
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from connector.domain.businesstime import BusinessCalendar
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Actor, Channel, TicketState
from connector.policy.models import Policy


class Run(NamedTuple):
    """An interval in which the clocks ran. ``end`` is ``None`` while they are running."""

    start: datetime
    end: datetime | None


def runs(ticket: Ticket, policy: Policy) -> tuple[Run, ...]:
    """The intervals since the ticket's creation in which its clocks ran, oldest first."""
    by_state = _by_state(ticket, policy)
    pauses = deferrals(ticket) if policy.pauses.deferred else ()
    return _without(by_state, pauses) if pauses else by_state


def deferrals(ticket: Ticket) -> tuple[Run, ...]:
    """The intervals in which the repair was deferred by consent (R27): from when the connector wrote it down to the
    opening, or to when it was ended before. Nobody else can stop the clocks so (P20)."""
    changes = [change for change in ticket.changes.get("deferred_until", ()) if change.actor is Actor.CONNECTOR]
    return tuple(
        Run(change.at, min(change.new, following.at) if following else change.new)
        for change, following in zip(changes, (*changes[1:], None), strict=False)
        if change.new is not None and change.new > change.at
    )


def _without(runs: Sequence[Run], pauses: Sequence[Run]) -> tuple[Run, ...]:
    """``runs`` less ``pauses``, both in order and free of overlaps."""
    found = list(runs)
    for begin, finish in pauses:
        found = [part for run in found for part in _cut(run, begin, finish)]
    return tuple(found)


def _cut(run: Run, begin: datetime, finish: datetime | None) -> Iterator[Run]:
    if finish is None or finish <= run.start or (run.end is not None and run.end <= begin):
        yield run
        return
    if run.start < begin:
        yield Run(run.start, begin)
    if run.end is None or finish < run.end:
        yield Run(finish, run.end)


def _by_state(ticket: Ticket, policy: Policy) -> tuple[Run, ...]:
    found: list[Run] = []
    since: datetime | None = None
    for at, state, actor in _states(ticket):
        ticking = _is_ticking(state, actor, policy)
        if ticking and since is None:
            since = at
        elif not ticking and since is not None:
            found.append(Run(since, at))
            since = None
    if since is not None:
        found.append(Run(since, None))
    return tuple(found)


def elapsed(calendar: BusinessCalendar, intervals: Sequence[Run], until: datetime) -> timedelta:
    """How long the clocks have run by ``until``, in time of ``calendar``."""
    total = timedelta()
    for start, end in intervals:
        if start >= until:
            break
        total += calendar.measure(start, until if end is None or end > until else end)
    return total


def deadline(calendar: BusinessCalendar, intervals: Sequence[Run], length: timedelta) -> datetime | None:
    """When the clocks will have run for ``length``; ``None`` while they stand still before that."""
    left = length
    for start, end in intervals:
        if end is None:
            return calendar.add(start, left)
        ran = calendar.measure(start, end)
        if ran >= left:
            return calendar.add(start, left)
        left -= ran
    return None


def resolved_at(ticket: Ticket) -> datetime | None:
    """Since when the incident is over; ``None`` while it is not (R34)."""
    since: datetime | None = None
    for at, state, _ in _states(ticket):
        if not state.is_over:
            since = None
        elif since is None:
            since = at
    return since


def first_response_at(ticket: Ticket) -> datetime | None:
    """When a person of support first answered the customer (R36, R37).

    A ticket that an agent opened by phone was answered when it was opened: they were talking. The
    connector's own messages are no response.
    """
    if ticket.channel is Channel.PHONE and ticket.created_by.is_staff:
        return ticket.created_at
    for article in ticket.articles:
        if article.author.is_staff and not article.internal:
            return article.created_at
    return None


def last_update_at(ticket: Ticket) -> datetime:
    """When support last told the customer something; the creation if it never did."""
    for article in reversed(ticket.articles):
        if article.author.is_staff and not article.internal:
            return article.created_at
    return ticket.created_at


def _states(ticket: Ticket) -> list[tuple[datetime, TicketState, Actor]]:
    changes = ticket.changes.get("state", ())
    first = changes[0].old if changes else ticket.state
    found = [(ticket.created_at, first, ticket.created_by)]
    found += [(change.at, change.new, change.actor) for change in changes]
    return found


def _is_ticking(state: TicketState, actor: Actor, policy: Policy) -> bool:
    if state is TicketState.PENDING_CUSTOMER:
        return not policy.pauses.pending_customer or actor is Actor.CUSTOMER
    return not state.is_over
