"""The sweep: finds what no webhook told of (P7, P19). Bulk reads; an unchanged ticket costs no request of its own."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from connector.domain.model import TicketId
from connector.helpdesks.helpdesk import Helpdesk, Listed
from connector.policy.models import Policy
from connector.work.reach import Reach, reach
from connector.work.table import Key, RowState, WorkTable

OVERLAP = timedelta(minutes=5)
"""Each sweep begins this long before the end of the one before: clocks differ, and a change may become visible late."""

ON_ITS_WAY = timedelta(minutes=3)
"""A webhook may still tell of a younger change: helpdesks try for up to about 110 s."""

AT_ONCE = 100
PER_SECOND = 10
"""So many of the tickets that a sweep finds are due at once, and then so many each second: less than four threads do
with a helpdesk that answers in 200 ms, so that events and deadlines find a free one."""

_TOGETHER = 50

RECENTLY = timedelta(days=30)
"""A full sweep lists resolved tickets that changed in this time, besides all unresolved ones."""


class Swept(NamedTuple):
    """What a sweep found."""

    listed: int
    """Tickets in the lists that were read."""
    touched: int
    """Of those: marked due."""
    missed: int
    """Of those: changed so long ago that their webhook should have come."""
    held: Reach | None = None
    """A new policy was not applied to the tickets that are open, because it would change so many of them (P15)."""


def sweep(
    desk: Helpdesk, table: WorkTable, *, full: bool, policy: Policy | None = None, largest_change: float = 1.0
) -> Swept:
    """Marks every ticket due that has changed since it was last reconciled.

    ``full`` reads all unresolved tickets and the recently changed ones; otherwise only what has changed since the
    sweep before. Without one before, it is full. A full sweep under another version of the ``policy`` than the one
    before marks all unresolved tickets: the new rules hold for them at once. Unless a sample shows that more than
    ``largest_change`` (0 to 1) of them would visibly change.

    :raises HelpdeskError: the tickets found until then are marked. The next sweep finds the others.
    """
    now, cursor = table.now(), table.helpdesks.cursor(desk.name)
    full = full or cursor is None
    renewed = full and policy is not None and policy.rules_version != table.helpdesks.policy(desk.name)
    # Before the first sweep nothing else is known to have been read.
    newest, counted, others = cursor or now - RECENTLY, dict[str, datetime | None](), _Others()
    first = renewed and largest_change < 1 and table.helpdesks.policy(desk.name) is None
    held_back = list[TicketId]()
    touched = missed = 0
    for page, unresolved in _pages(desk, cursor, now, full=full):
        fresh = [ticket for ticket in page if _tells_more(ticket, counted)]
        known = table.seen(desk.name, [ticket.id for ticket in fresh])
        changed = [ticket for ticket in fresh if _is_news(ticket, known.get(ticket.id), full=full)]
        if first:
            # Nothing old is touched before it is known how much that would be.
            held_back += [ticket.id for ticket in changed if ticket.id not in known]
            changed = [ticket for ticket in changed if ticket.id in known]
        _mark(table, desk.name, [ticket.id for ticket in changed], now, touched)
        counted |= {ticket.id: ticket.updated_at for ticket in fresh}
        touched += len(changed)
        if renewed and unresolved:
            others.add({ticket.id for ticket in fresh if ticket.id in known} - {t.id for t in changed}, known, now)
        # Without a time it has not changed lately.
        missed += sum(1 for ticket in changed if ticket.updated_at is None or ticket.updated_at < now - ON_ITS_WAY)
        newest = max([newest, *(ticket.updated_at for ticket in page if ticket.updated_at is not None)])
    if newest != cursor:
        table.helpdesks.set_cursor(desk.name, newest)
    reach = None
    if renewed and policy is not None:
        quiet = held_back if first else others.quiet
        reach = _too_far(desk, policy, quiet, table.now(), largest_change, first=first)
        if reach is None:
            _mark(table, desk.name, [*held_back, *others.all], now, touched)
            table.helpdesks.set_policy(desk.name, policy.rules_version)
            touched += len(held_back) + len(others.all)
    if full:
        table.forget(desk.name, now - 3 * RECENTLY)
    return Swept(len(counted), touched, missed, reach)


def _mark(table: WorkTable, desk: str, tickets: Sequence[TicketId], now: datetime, before: int) -> None:
    """Marks tickets due, after ``before`` others of the same sweep: many of them one after the other, so that what
    people do meanwhile need not wait for them."""
    for start in range(0, len(tickets), _TOGETHER):
        waits = max(before + start + _TOGETHER - AT_ONCE, 0) / PER_SECOND
        keys = [Key(desk, ticket) for ticket in tickets[start : start + _TOGETHER]]
        table.touch(keys, now + timedelta(seconds=waits))


def _too_far(
    desk: Helpdesk, policy: Policy, tickets: Sequence[TicketId], now: datetime, largest_change: float, *, first: bool
) -> Reach | None:
    """How far the policy reaches, if that is too far."""
    if largest_change >= 1:
        return None
    reached = reach(desk, policy, tickets, now, first=first)
    return reached if reached.exceeds(largest_change) else None


class _Others:
    """Ids of unresolved tickets that have not changed; ``quiet``: nothing is due for them now."""

    def __init__(self) -> None:
        self.all: list[TicketId] = []
        self.quiet: list[TicketId] = []

    def add(self, tickets: Iterable[TicketId], known: Mapping[str, RowState], now: datetime) -> None:
        for ticket in tickets:
            state = known[ticket]
            self.all.append(ticket)
            if state.dead_since is None and (state.due is None or state.due > now):
                self.quiet.append(ticket)


def _pages(
    desk: Helpdesk, cursor: datetime | None, now: datetime, *, full: bool
) -> Iterator[tuple[list[Listed], bool]]:
    """Pages of tickets, and whether they are known to be unresolved.

    The changes come last, so that they include what has changed while the other lists were read.
    """
    if full:
        yield from ((page, True) for page in desk.unresolved())
        yield from ((page, False) for page in desk.resolved_since(now - RECENTLY))
    yield from ((page, False) for page in desk.changed_since((cursor or now) - OVERLAP))


def _tells_more(ticket: Listed, counted: Mapping[str, datetime | None]) -> bool:
    """Whether the ticket was not listed before, or has changed since it was."""
    if ticket.id not in counted:
        return True
    before = counted[ticket.id]
    return ticket.updated_at is not None and (before is None or ticket.updated_at > before)


def _is_news(ticket: Listed, known: RowState | None, *, full: bool) -> bool:
    """Whether the ticket is not as it was seen. A full sweep also finds one that is older than it was: the helpdesk was
    restored from a backup. In a search that lags behind that is nothing rare."""
    if known is None:
        return True
    if ticket.updated_at is None:
        return known.dead_since is None and known.seen is None
    if known.dead_since is not None:
        return ticket.updated_at > known.dead_since
    return known.seen is None or ticket.updated_at > known.seen or (full and ticket.updated_at < known.seen)
