"""A ticket's clocks: when they run, from the ticket's own history (R36–R38).

The history tells when somebody waited for the customer, so clocks are right even where the connector was
down. A pause that the customer set through the API does not count: it can never stop an escalation (P20).
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from operator import attrgetter
from typing import NamedTuple

from connector.domain.businesstime import BusinessCalendar
from connector.domain.ticket import Article, Change, Kept, Ticket, found_once
from connector.domain.vocabulary import Actor, Channel, TicketState
from connector.policy.models import Policy
from connector.rules.outages import opening_message, states, was_ever_over


class Interval(NamedTuple):
    """A stretch of time. ``end`` is ``None`` while it lasts."""

    start: datetime
    end: datetime | None


Intervals = tuple[Interval, ...]
"""In order and apart."""


def runs(ticket: Ticket, policy: Policy) -> Intervals:
    """When the incident was open since its creation and nothing paused its clocks."""
    running: Intervals = (Interval(ticket.created_at, None),)
    if was_ever_over(ticket):
        running = _while([(at, not state.is_over) for at, state, _ in states(ticket)])
    if ticket.outside:
        # What another department had a ticket for is not the rules' time.
        running = both(running, _outside((Interval(*span) for span in ticket.outside), ticket.created_at))
    if policy.pauses.pending_customer and (waits := _waits(ticket)):
        running = both(running, _outside(waits, ticket.created_at))
    if policy.pauses.deferred and (deferred := deferrals(ticket)):
        running = both(running, _outside(deferred, ticket.created_at))
    return running


def deferrals(ticket: Kept) -> Intervals:
    """The intervals in which the repair was deferred by consent (R27): from when the connector wrote it down to the
    opening, or to when it was ended before. Nobody else can stop the clocks so (P20)."""
    if "deferred_until" not in ticket.changes:
        return ()
    changes = [change for change in ticket.changes["deferred_until"] if change.actor is Actor.CONNECTOR]
    return tuple(
        Interval(change.at, min(change.new, following.at) if following else change.new)
        for change, following in zip(changes, (*changes[1:], None), strict=False)
        if change.new is not None and change.new > change.at
    )


def both(first: Intervals, second: Intervals) -> Intervals:
    """The time that lies in both."""
    if len(second) == 1 and second[0].end is None and (not first or second[0].start <= first[0].start):
        return first
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


def less(runs: Intervals, pauses: Intervals, since: datetime) -> Intervals:
    """``runs``, none of which begins before ``since``, without the time of ``pauses``."""
    return both(runs, _outside(pauses, since)) if pauses else runs


def _outside(intervals: Iterable[Interval], since: datetime) -> Intervals:
    """The rest of the time from ``since`` on."""
    rest: list[Interval] = []
    free: datetime | None = since
    for start, end in intervals:
        if free is not None and free < start:
            rest.append(Interval(free, start))
        free = end
    return (*rest, Interval(free, None)) if free is not None else tuple(rest)


def _waits(ticket: Ticket) -> Intervals:
    """When the customer was waited for."""
    changes = ticket.changes.get("state", ())
    if was_ever_over(ticket):
        return waits(ticket, [(at, state, actor) for at, state, actor in states(ticket)], changes)
    if not changes and ticket.state is not TicketState.PENDING_CUSTOMER:
        return ()
    return waits(ticket, passed_states(ticket), changes)


def passed_states(kept: Kept) -> list[tuple[datetime, TicketState, Actor]]:
    """Each state since the creation, when it began and who set it, oldest first."""
    changes = kept.changes.get("state", ())
    first = changes[0].old if changes else kept.state
    return [(kept.created_at, first, kept.created_by), *[(each.at, each.new, each.actor) for each in changes]]


def waits(ticket: Ticket, moves: Sequence[tuple[datetime, TicketState, Actor]], changes: Iterable[Change]) -> Intervals:
    """When the state said that somebody waits for the customer, set by somebody who may, and it was the customer's turn
    on ``ticket``. ``moves`` are the states as they count, ``changes`` those of the history."""
    in_vain = _opened_in_vain(ticket, changes)
    moments: list[tuple[datetime, bool]] = []
    for (at, state, actor), following in zip(moves, (*moves[1:], None), strict=True):
        ends = at
        if at in in_vain and moments and moments[-1][1]:
            end = next((end for start, end in customers_turn(ticket) if start <= at and (not end or at < end)), at)
            if end is None or (following is not None and following[0] <= end):
                continue
            ends = end
        moments.append((ends, state is TicketState.PENDING_CUSTOMER and actor.is_trusted))
    return both(_while(moments), customers_turn(ticket))


def _opened_in_vain(ticket: Ticket, changes: Iterable[Change]) -> frozenset[datetime]:
    """When a message of a machine or a stranger opened the ticket while the customer was waited for: a helpdesk does so
    with every mail. That is not the customer's answer."""
    return frozenset(
        change.at
        for change in changes
        if change.old is TicketState.PENDING_CUSTOMER
        and not change.new.is_over
        and (place := opening_message(ticket, change, _EVER)) is not None
        and not ticket.articles[place].author.is_party
    )


def _while(moments: Iterable[tuple[datetime, bool]]) -> Intervals:
    """From each moment that something begins to hold to the next at which it does not."""
    found: list[Interval] = []
    since: datetime | None = None
    for at, holds in moments:
        if holds:
            since = since or at
        elif since is not None:
            found.append(Interval(since, at))
            since = None
    return (*found, Interval(since, None)) if since is not None else tuple(found)


_HEARD = attrgetter("heard_at")


@found_once
def customers_turn(ticket: Ticket) -> Intervals:
    """When support had spoken last and the customer had not answered yet, whatever the state said: only then can
    anybody have waited for the customer."""
    found: list[Interval] = []
    since = ticket.created_at if _opened_by_a_call(ticket) else None
    answers = {answer.id for answer in ticket.answers}
    noted = _said_on_duplicates(ticket) if ticket.was_noted("customer-said") else ()
    articles: Sequence[Article] = ticket.articles
    if [article for article in articles if article.made_public_at]:
        # These were heard after messages that are younger than they.
        articles = sorted(articles, key=_HEARD)
    for article in articles:
        if article.id in answers:
            since = since or article.heard_at
        elif since is not None and ((article.author is Actor.CUSTOMER and not article.internal) or article.id in noted):
            found.append(Interval(since, max(since, article.created_at)))
            since = None
    return (*found, Interval(since, None)) if since is not None else tuple(found)


def _said_on_duplicates(ticket: Ticket) -> Collection[str]:
    """The notes that tell what the customer has said on a duplicate of the ticket."""
    names = [(article.id, {mark.name for mark in article.marks}) for article in ticket.articles if article.marks]
    return {number for number, named in names if "customer-said" in named}


def _opened_by_a_call(ticket: Ticket) -> bool:
    """They were talking when the ticket was opened."""
    return ticket.channel is Channel.PHONE and ticket.created_by.is_staff


class Counter(NamedTuple):
    """A clock: when it runs, in time of a calendar. What is asked of it takes no longer for many pauses."""

    calendar: BusinessCalendar
    runs: Intervals
    totals: tuple[timedelta, ...]
    """How long it has run when each interval begins, and by the end of the last one if that is over."""

    @classmethod
    def of(cls, calendar: BusinessCalendar, runs: Intervals) -> "Counter":
        """The clock that runs in these intervals."""
        ended = [calendar.measure(start, end) for start, end in runs if end is not None]
        return cls(calendar, runs, tuple(accumulate(ended, initial=_NONE)))

    def elapsed(self, until: datetime) -> timedelta:
        """How long it has run by ``until``."""
        at = bisect_left(self.runs, until, key=_START) - 1
        if at < 0:
            return _NONE
        start, end = self.runs[at]
        if end is not None and end <= until:
            return self.totals[at + 1]
        return self.totals[at] + self.calendar.measure(start, until)

    def deadline(self, length: timedelta) -> datetime | None:
        """When it will have run for ``length``; ``None`` while it stands still before that."""
        at = bisect_left(self.totals, length, 1) - 1
        if at == len(self.runs):
            return None
        start, rest = self.runs[at].start, length - self.totals[at]
        return start + rest if self.calendar.round_the_clock else self.calendar.add(start, rest)


_NONE = timedelta()
_EVER = datetime.min.replace(tzinfo=UTC)
_START = attrgetter("start")


@found_once
def resolved_at(ticket: Ticket) -> datetime | None:
    """Since when the incident is over; ``None`` while it is not (R34)."""
    if not was_ever_over(ticket):
        return None
    since: datetime | None = None
    for at, state, _ in states(ticket):
        if not state.is_over:
            since = None
        elif since is None:
            since = at
    return since


@found_once
def first_response_at(ticket: Ticket) -> datetime | None:
    """When a message of support first reached the customer (R36, R37): :attr:`Ticket.answers`.

    A ticket that an agent opened by phone was answered when it was opened: they were talking.
    """
    if _opened_by_a_call(ticket):
        return ticket.created_at
    return min([answer.heard_at for answer in ticket.answers], default=None)


@found_once
def updates(ticket: Ticket) -> tuple[datetime, ...]:
    """When support told the customer something, in order, from the creation on. What support wrote for the customers of
    an outage is told by a letter of the connector."""
    letters = [one for one in ticket.articles if one.author.is_connector and not one.internal]
    passed_on = [one.created_at for one in letters if any(mark.name == "parent-update" for mark in one.marks)]
    heard = sorted([*(answer.heard_at for answer in ticket.answers), *passed_on])
    return (ticket.created_at, *(at for at in heard if at > ticket.created_at))


def last_update_at(ticket: Ticket) -> datetime:
    """When support last told the customer something; the creation if it never did."""
    return updates(ticket)[-1]


def last_told_at(ticket: Ticket) -> datetime | None:
    """When support last told the customer something, in the call that opened the ticket too; ``None``: it never did."""
    last = last_update_at(ticket)
    return last if last > ticket.created_at or first_response_at(ticket) is not None else None


def whole_second(at: datetime) -> datetime:
    """Rounded up: helpdesks store whole seconds, and a deadline must never read earlier than it is."""
    if at.microsecond == 0:
        return at
    return at.replace(microsecond=0) + timedelta(seconds=1)
