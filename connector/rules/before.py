"""The time for which a ticket's clocks ran before it was created, on tickets that were merged into it later.

An hour at P4 counts for the P4 clock, never for that of a higher priority: merging an old small matter into a new
outage wakes nobody.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar

from connector.domain.ticket import Kept, MergedTicket, Ticket
from connector.domain.vocabulary import Priority, TicketState
from connector.policy.models import Policy
from connector.rules.timeline import Interval, Intervals, both, deferrals, less, passed_states, waits

T = TypeVar("T")


def runs_before(ticket: Ticket, policy: Policy, priority: Priority | None) -> Intervals:
    """When tickets that were merged into ``ticket`` were open with ``priority`` or a higher one (``None``: with any)
    before ``ticket`` was created, without the pauses of their clocks."""
    if not ticket.merged:
        return ()
    found = [run for merged in ticket.merged for run in _runs(merged, ticket, policy, priority)]
    return _together(found)


def _runs(merged: MergedTicket, ticket: Ticket, policy: Policy, priority: Priority | None) -> Intervals:
    if merged.created_at >= ticket.created_at:
        return ()
    runs = both(_while(_states(merged), lambda state: not state.is_over), _until(merged, ticket.created_at))
    if priority is not None:
        runs = both(runs, _while(_priorities(merged, policy), lambda had: had <= priority))
    if merged.outside:
        runs = less(runs, tuple(Interval(*span) for span in merged.outside), merged.created_at)
    if policy.pauses.pending_customer:
        waited = waits(ticket, passed_states(merged), merged.changes.get("state", ()))
        runs = less(runs, waited, merged.created_at)
    return less(runs, deferrals(merged), merged.created_at) if policy.pauses.deferred else runs


def _until(merged: MergedTicket, moment: datetime) -> Intervals:
    return (Interval(merged.created_at, moment),)


def _states(kept: Kept) -> list[tuple[datetime, TicketState]]:
    """Each state and when it began, oldest first. A *pending_customer* that a customer set does not count (P20)."""
    changes = kept.changes.get("state", ())
    first = changes[0].old if changes else kept.state
    trusted = [
        (change.at, change.new)
        for change in changes
        if change.actor.is_trusted or change.new is not TicketState.PENDING_CUSTOMER
    ]
    return [(kept.created_at, first), *trusted]


def _priorities(kept: Kept, policy: Policy) -> list[tuple[datetime, Priority]]:
    changes = kept.changes.get("priority", ())
    first = changes[0].old if changes else kept.fields.priority
    trusted = [(change.at, change.new or policy.default_priority) for change in changes if change.actor.is_trusted]
    return [(kept.created_at, first or policy.default_priority), *trusted]


def _while(values: Iterable[tuple[datetime, T]], holds: Callable[[T], bool]) -> Intervals:
    found: list[Interval] = []
    since: datetime | None = None
    for at, value in values:
        if holds(value):
            since = since or at
        elif since is not None:
            found.append(Interval(since, at))
            since = None
    return (*found, Interval(since, None)) if since is not None else tuple(found)


def _together(runs: Iterable[Interval]) -> Intervals:
    """The runs in order, overlapping ones joined: the time of two tickets about one outage counts once."""
    found: list[Interval] = []
    for start, end in sorted(runs, key=lambda run: run.start):
        last = found[-1] if found else None
        if last is not None and last.end is not None and start <= last.end:
            found[-1] = Interval(last.start, max(last.end, end or last.end))
        else:
            found.append(Interval(start, end))
    return tuple(found)
