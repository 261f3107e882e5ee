"""Lists of tickets by Zammad's search (recordings 073, 363, 364)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Literal, TypeVar

from connector.helpdesks.answer import parsed
from connector.helpdesks.errors import PermanentError
from connector.helpdesks.zammad.answer import ListedRow, ListedWhole
from connector.helpdesks.zammad.client import ZammadClient
from connector.helpdesks.zammad.values import encode

Row = TypeVar("Row", bound=ListedRow)
Column = Literal["created_at", "updated_at"]

PAGE = 200
"""Rows on one page; Zammad gives no more."""

ALWAYS_FITS = 50
"""However small a page a Zammad may be set to give, this many fit: fewer rows are the end of a list or table."""


def search(client: ZammadClient, condition: dict[str, Any], options: dict[str, Any]) -> list[ListedRow]:
    """One page of the tickets that fulfil the condition, as the options order it."""
    return _search(ListedRow, client, condition, options)


def listed_problems(client: ZammadClient, condition: dict[str, Any]) -> Iterator[ListedWhole]:
    """The tickets that fulfil the condition, with their attributes, the eldest first."""
    page, seen = 1, set[int]()
    while True:
        options = {"sort_by": "id", "order_by": "asc", "limit": PAGE, "page": page}
        rows = _search(ListedWhole, client, condition, options)
        fresh = [row for row in rows if row.id not in seen]
        yield from fresh
        if not fresh or len(rows) < ALWAYS_FITS:
            return
        seen |= {row.id for row in fresh}
        page += 1


def newest(client: ZammadClient, condition: dict[str, Any], since: datetime, most: int) -> list[ListedWhole]:
    """The newest of the tickets that fulfil the condition and were created at ``since`` (UTC) or later, with their
    attributes."""
    bounded = {**condition, "ticket.created_at": {"operator": "after (absolute)", "value": encode(since)}}
    options = {"sort_by": "created_at", "order_by": "desc", "limit": most}
    return _search(ListedWhole, client, bounded, options)


def _search(kind: type[Row], client: ZammadClient, condition: dict[str, Any], options: dict[str, Any]) -> list[Row]:
    answer = client.post("tickets/search", {"condition": condition, **options}, {"expand": "true"})
    if not isinstance(answer, list):
        raise PermanentError("Zammad POST tickets/search: unexpected answer: expected a list")
    return [parsed(kind, row, f"POST tickets/search: ticket {place}") for place, row in enumerate(answer)]


def pages(
    client: ZammadClient, condition: dict[str, Any], column: Column, since: datetime
) -> Iterator[list[ListedRow]]:
    """The tickets that fulfil the condition, by that time of theirs, from ``since`` (UTC) on. A row may come twice."""
    # Zammad compares in whole seconds and leaves out the bound itself, hence one second earlier.
    cursor, page, known = since - timedelta(seconds=1), 1, set[tuple[int, datetime]]()
    while True:
        bounded = {**condition, f"ticket.{column}": {"operator": "after (absolute)", "value": encode(cursor)}}
        # Those of one moment by their ids: two pages of them never disagree.
        order = {"sort_by": [column, "id"], "order_by": ["asc", "asc"], "limit": PAGE, "page": page}
        rows = search(client, bounded, order)
        fresh = [row for row in rows if (row.id, row.updated_at) not in known]
        if fresh:
            yield fresh
        if len(rows) < ALWAYS_FITS:
            return
        known = {(row.id, row.updated_at) for row in rows}
        reached = getattr(rows[-1], column) - timedelta(seconds=1)
        # More tickets of one second than fit on a page: turn the page instead of moving the cursor.
        cursor, page = (reached, 1) if reached > cursor else (cursor, page + 1)
        if not fresh and page == 1:
            return
