"""A customer states another service, circuit or start than the ticket has: support is told and decides (R15, R16, R19).

The first statement stays: "SVC-1006 as well" and "again at 11:00" correct nothing, and a wrong guess would change who
is called. Old messages are left alone.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from connector.domain.decision import Notice
from connector.domain.fields import Fields
from connector.domain.mark import Mark
from connector.domain.ticket import Article, Ticket
from connector.domain.vocabulary import Actor
from connector.rules.text import Extraction

_FIELDS: Final = ("service_id", "circuit_id", "problem_start")


def restated(
    ticket: Ticket, current: Fields, statements: Iterable[tuple[Article, Extraction]], since: datetime
) -> tuple[Notice, ...]:
    """A note for each message from ``since`` on that says otherwise than the ``current`` details, and that no person of
    support has answered by setting the field. ``statements``: what messages say, oldest first."""
    return tuple(
        Notice(
            "restated",
            {"who": article.author, "at": article.created_at, **said},
            frozenset({Mark("restated", article.id)}),
        )
        for article, extraction in statements
        if article.author is Actor.CUSTOMER
        and article.created_at >= since
        and (said := _otherwise(ticket, current, article, extraction))
    )


def _otherwise(ticket: Ticket, current: Fields, article: Article, extraction: Extraction) -> dict[str, Any]:
    stated = extraction.stated
    return {
        field: stated[field]
        for field in _FIELDS
        if field in stated
        and stated[field] != getattr(current, field)
        and not _is_settled(ticket, field, article.created_at)
    }


def _is_settled(ticket: Ticket, field: str, at: datetime) -> bool:
    return any(change.actor.is_staff and change.at >= at for change in ticket.changes.get(field, ()))
