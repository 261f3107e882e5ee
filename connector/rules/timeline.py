"""A ticket's clocks: when they run, from the ticket's own history, and the limits they are held against (R36–R38).

The history tells when somebody waited for the customer, so clocks are right even where the connector was
down. A pause that the customer set through the API does not count: it can never stop an escalation (P20).
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from connector.domain.businesstime import BusinessCalendar
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Actor, Channel, Priority, TicketState
from connector.policy.models import Policy
from connector.rules.outages import states

TargetName = Literal["first_response", "repair"]


class Interval(NamedTuple):
    """A time in which the clocks ran. ``end`` is ``None`` while they are running."""

    start: datetime
    end: datetime | None


class Target(NamedTuple):
    """A time limit. ``due`` is ``None`` while the clock stands still before it; ``met`` when it was kept or missed
    by an answer."""

    name: TargetName
    due: datetime | None
    met: datetime | None

    def missed_at(self, now: datetime) -> datetime | None:
        """The moment at which the limit was passed, ``None`` if it has not been."""
        if self.due is None or self.due > now:
            return None
        return self.due if self.met is None or self.met > self.due else None

    @property
    def is_running(self) -> bool:
        """Nobody has met it yet."""
        return self.met is None


class Clocks(NamedTuple):
    """The calendar that counts for a ticket, the intervals in which its clocks ran, and its limits (R36, R37)."""

    calendar: BusinessCalendar
    runs: tuple[Interval, ...]
    first_response: Target
    repair: Target

    @property
    def targets(self) -> tuple[Target, Target]:
        """Both limits."""
        return self.first_response, self.repair


def count_clocks(ticket: Ticket, policy: Policy, priority: Priority) -> Clocks:
    """The clocks of a ticket that has ``priority``."""
    limits = policy.targets_of(ticket.fields.verified_service, priority)
    intervals = runs(ticket, policy)
    answer = deadline(limits.calendar, intervals, limits.first_response.length)
    repaired = deadline(limits.calendar, intervals, limits.repair.length)
    return Clocks(
        limits.calendar,
        intervals,
        Target("first_response", answer, first_response_at(ticket)),
        Target("repair", repaired, resolved_at(ticket)),
    )


def runs(ticket: Ticket, policy: Policy) -> tuple[Interval, ...]:
    """The intervals since the ticket's creation in which its clocks ran, oldest first."""
    by_state = _by_state(ticket, policy)
    pauses = deferrals(ticket) if policy.pauses.deferred else ()
    if ticket.outside:
        # What another department had a ticket for is not the rules' time.
        by_state = _without(by_state, [Interval(*span) for span in ticket.outside])
    return _without(by_state, pauses) if pauses else by_state


def deferrals(ticket: Ticket) -> tuple[Interval, ...]:
    """The intervals in which the repair was deferred by consent (R27): from when the connector wrote it down to the
    opening, or to when it was ended before. Nobody else can stop the clocks so (P20)."""
    changes = [change for change in ticket.changes.get("deferred_until", ()) if change.actor is Actor.CONNECTOR]
    return tuple(
        Interval(change.at, min(change.new, following.at) if following else change.new)
        for change, following in zip(changes, (*changes[1:], None), strict=False)
        if change.new is not None and change.new > change.at
    )


def _without(runs: Sequence[Interval], pauses: Sequence[Interval]) -> tuple[Interval, ...]:
    """``runs`` less ``pauses``, both in order and free of overlaps."""
    left = list(runs)
    for begin, finish in pauses:
        left = [part for run in left for part in _cut(run, begin, finish)]
    return tuple(left)


def _cut(run: Interval, begin: datetime, finish: datetime | None) -> Iterator[Interval]:
    if finish is None or finish <= run.start or (run.end is not None and run.end <= begin):
        yield run
        return
    if run.start < begin:
        yield Interval(run.start, begin)
    if run.end is None or finish < run.end:
        yield Interval(finish, run.end)


def _by_state(ticket: Ticket, policy: Policy) -> tuple[Interval, ...]:
    intervals: list[Interval] = []
    since: datetime | None = None
    for at, state, actor in states(ticket):
        ticking = _is_ticking(state, actor, policy)
        if ticking and since is None:
            since = at
        elif not ticking and since is not None:
            intervals.append(Interval(since, at))
            since = None
    if since is not None:
        intervals.append(Interval(since, None))
    return tuple(intervals)


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
    for at, state, _ in states(ticket):
        if not state.is_over:
            since = None
        elif since is None:
            since = at
    return since


def first_response_at(ticket: Ticket) -> datetime | None:
    """When a message of support first reached the customer (R36, R37): :attr:`Ticket.answers`.

    A ticket that an agent opened by phone was answered when it was opened: they were talking.
    """
    if ticket.channel is Channel.PHONE and ticket.created_by.is_staff:
        return ticket.created_at
    return ticket.answers[0].created_at if ticket.answers else None


def last_update_at(ticket: Ticket) -> datetime:
    """When support last told the customer something; the creation if it never did."""
    return ticket.answers[-1].created_at if ticket.answers else ticket.created_at


def _is_ticking(state: TicketState, actor: Actor, policy: Policy) -> bool:
    if state is TicketState.PENDING_CUSTOMER:
        return not policy.pauses.pending_customer or not actor.is_trusted
    return not state.is_over


def whole_second(at: datetime) -> datetime:
    """Rounded up: helpdesks store whole seconds, and a deadline must never read earlier than it is."""
    if at.microsecond == 0:
        return at
    return at.replace(microsecond=0) + timedelta(seconds=1)
