"""A ticket's clocks: when they run, from the ticket's own history (R36–R38).

The history tells when somebody waited for the customer, so clocks are right even where the connector was
down. A pause that the customer set through the API does not count: it can never stop an escalation (P20).
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from connector.domain.businesstime import BusinessCalendar
from connector.domain.ticket import Article, Ticket
from connector.domain.vocabulary import Actor, Channel, TicketState
from connector.policy.models import Policy


class Interval(NamedTuple):
    """A stretch of time. ``end`` is ``None`` while it lasts."""

    start: datetime
    end: datetime | None


Intervals = tuple[Interval, ...]
"""In order and apart."""


def runs(ticket: Ticket, policy: Policy) -> Intervals:
    """When the incident was open since its creation and nothing paused its clocks."""
    states = _states(ticket)
    running = _while(states, lambda state, _: not state.is_over)
    if policy.pauses.pending_customer and any(state is TicketState.PENDING_CUSTOMER for _, state, _ in states):
        parked = _while(states, lambda state, by: state is TicketState.PENDING_CUSTOMER and by is not Actor.CUSTOMER)
        running = both(running, _outside(both(parked, _customers_turn(ticket)), ticket.created_at))
    if policy.pauses.deferred and (deferred := deferrals(ticket)):
        running = both(running, _outside(deferred, ticket.created_at))
    return running


def deferrals(ticket: Ticket) -> Intervals:
    """The intervals in which the repair was deferred by consent (R27): from when the connector wrote it down to the
    opening, or to when it was ended before. Nobody else can stop the clocks so (P20)."""
    changes = [change for change in ticket.changes.get("deferred_until", ()) if change.actor is Actor.CONNECTOR]
    return tuple(
        Interval(change.at, min(change.new, following.at) if following else change.new)
        for change, following in zip(changes, (*changes[1:], None), strict=False)
        if change.new is not None and change.new > change.at
    )


def both(first: Intervals, second: Intervals) -> Intervals:
    """The time that lies in both."""
    found: list[Interval] = []
    at, other = 0, 0
    while at < len(first) and other < len(second):
        mine, theirs = first[at], second[other]
        start = max(mine.start, theirs.start)
        mine_ends_first = theirs.end is None or (mine.end is not None and mine.end <= theirs.end)
        end = mine.end if mine_ends_first else theirs.end
        if end is None or start < end:
            found.append(Interval(start, end))
        at, other = (at + 1, other) if mine_ends_first else (at, other + 1)
    return tuple(found)


def _outside(intervals: Iterable[Interval], since: datetime) -> Intervals:
    """The rest of the time from ``since`` on."""
    rest: list[Interval] = []
    free: datetime | None = since
    for start, end in intervals:
        if free is not None and free < start:
            rest.append(Interval(free, start))
        free = end
    return (*rest, Interval(free, None)) if free is not None else tuple(rest)


def _while(
    states: Sequence[tuple[datetime, TicketState, Actor]], holds: Callable[[TicketState, Actor], bool]
) -> Intervals:
    """When the ticket was in such a state, by who had set it."""
    found: list[Interval] = []
    since: datetime | None = None
    for at, state, actor in states:
        if holds(state, actor):
            since = since or at
        elif since is not None:
            found.append(Interval(since, at))
            since = None
    return (*found, Interval(since, None)) if since is not None else tuple(found)


def _customers_turn(ticket: Ticket) -> Intervals:
    """When support had spoken last and the customer had not answered yet, whatever the state said: only then can
    anybody have waited for the customer."""
    found: list[Interval] = []
    since = ticket.created_at if _opened_by_a_call(ticket) else None
    for article in ticket.articles:
        if _reached_customer(article):
            since = since or article.created_at
        elif since is not None and article.author is Actor.CUSTOMER and not article.internal:
            found.append(Interval(since, max(since, article.created_at)))
            since = None
    return (*found, Interval(since, None)) if since is not None else tuple(found)


def _opened_by_a_call(ticket: Ticket) -> bool:
    """They were talking when the ticket was opened."""
    return ticket.channel is Channel.PHONE and ticket.created_by.is_staff


def _reached_customer(article: Article) -> bool:
    return (article.author.is_staff and not article.internal) or article.channel is Channel.PHONE


def elapsed(calendar: BusinessCalendar, intervals: Sequence[Interval], until: datetime) -> timedelta:
    """How long the clocks have run by ``until``, in time of ``calendar``."""
    total = timedelta()
    for start, end in intervals:
        if start >= until:
            break
        total += calendar.measure(start, until if end is None or end > until else end)
    return total


def deadline(calendar: BusinessCalendar, intervals: Sequence[Interval], length: timedelta) -> datetime | None:
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


def was_over(ticket: Ticket, at: datetime) -> bool:
    """Whether the incident was over at that moment."""
    return [state for since, state, _ in _states(ticket) if since <= at or since == ticket.created_at][-1].is_over


def was_opened(ticket: Ticket, after: datetime, until: datetime) -> bool:
    """Whether somebody opened it again after ``after``, not later than ``until``."""
    return any(not state.is_over and after < at <= until for at, state, _ in _states(ticket))


def first_response_at(ticket: Ticket) -> datetime | None:
    """When a person of support first answered the customer (R36, R37).

    A ticket that an agent opened by phone was answered when it was opened: they were talking. The
    connector's own messages are no response.
    """
    if _opened_by_a_call(ticket):
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
    return [
        (ticket.created_at, first, ticket.created_by),
        *((change.at, change.new, change.actor) for change in changes),
    ]


def whole_second(at: datetime) -> datetime:
    """Rounded up: helpdesks store whole seconds, and a deadline must never read earlier than it is."""
    if at.microsecond == 0:
        return at
    return at.replace(microsecond=0) + timedelta(seconds=1)
