"""The sweep: finds what no webhook told of (P7, P19). Bulk reads; an unchanged ticket costs no request of its own."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from connector.helpdesks.helpdesk import Helpdesk, Listed
from connector.work.table import Key, Seen, WorkTable

OVERLAP = timedelta(minutes=5)
"""Read again from the sweep before: clocks differ, and a commit may become visible late."""

ON_ITS_WAY = timedelta(minutes=3)
"""A younger change may still be told by its webhook: Zammad tries for about 110 s."""

RECENTLY = timedelta(days=30)
"""A full sweep reads resolved tickets that changed in this time, besides all unresolved ones."""


class Swept(NamedTuple):
    """What a sweep found."""

    listed: int
    touched: int
    missed: int
    """Of the touched: changes whose webhook had its time and never came."""


def sweep(desk: Helpdesk, table: WorkTable, *, full: bool, policy: str | None = None) -> Swept:
    """Marks every ticket due that has changed since it was last reconciled.

    ``full`` reads all unresolved tickets and the recently changed ones; otherwise only what has changed since the
    sweep before. Without one before, it is full. A full sweep under another version of the ``policy`` than the one
    before marks all unresolved tickets: the new rules hold for them at once.

    :raises HelpdeskError: what was found until then is marked; the bookmark stays, so nothing is lost.
    """
    now, bookmark = table.now(), table.bookmark(desk.name)
    full = full or bookmark is None
    renewed = full and policy is not None and policy != table.policy(desk.name)
    newest, counted = bookmark, set[str]()
    touched = missed = 0
    for page, unresolved in _pages(desk, bookmark, now, full=full):
        fresh = [ticket for ticket in page if ticket.id not in counted]
        known = table.seen(desk.name, [ticket.id for ticket in fresh])
        changed = [ticket for ticket in fresh if _is_news(ticket, known.get(ticket.id))]
        due = fresh if renewed and unresolved else changed
        table.touch([Key(desk.name, ticket.id) for ticket in due], now)
        counted.update(ticket.id for ticket in fresh)
        touched += len(due)
        missed += sum(1 for ticket in changed if ticket.updated_at < now - ON_ITS_WAY)
        newest = max([ticket.updated_at for ticket in page] + ([newest] if newest else []))
    if newest is not None and newest != bookmark:
        table.set_bookmark(desk.name, newest)
    if renewed and policy is not None:
        table.set_policy(desk.name, policy)
    if full:
        table.forget(desk.name, now - 3 * RECENTLY)
    return Swept(len(counted), touched, missed)


def _pages(
    desk: Helpdesk, bookmark: datetime | None, now: datetime, *, full: bool
) -> Iterator[tuple[list[Listed], bool]]:
    """Pages of tickets, and whether they are known to be unresolved."""
    if full or bookmark is None:
        yield from ((page, True) for page in desk.unresolved())
        yield from ((page, False) for page in desk.changed_since(now - RECENTLY))
    else:
        yield from ((page, False) for page in desk.changed_since(bookmark - OVERLAP))


def _is_news(ticket: Listed, known: Seen | None) -> bool:
    if known is None:
        return True
    if known.dead_since is not None:
        return ticket.updated_at > known.dead_since
    return known.seen is None or ticket.updated_at > known.seen
