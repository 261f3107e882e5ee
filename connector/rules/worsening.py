"""A worse statement of the customer always counts (R18): against support's correction before it, and against what was
chosen when the ticket was opened. A calmer one changes neither."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from connector.domain.decision import Notice
from connector.domain.mark import Mark
from connector.domain.ticket import Article, Ticket
from connector.domain.vocabulary import Actor, Impact, Urgency

_WORST_FIRST: dict[str, tuple[Any, ...]] = {"impact": tuple(Impact), "urgency": tuple(Urgency)}


class Basis(NamedTuple):
    """What counts until the customer says worse, and since when."""

    value: Any
    at: datetime


class Worse(NamedTuple):
    """A field, the value that counts now, and the message that says so."""

    field: str
    before: Any
    value: Any
    article: Article

    @property
    def notices(self) -> tuple[Notice, ...]:
        """For support, unless the message only takes a worse one back."""
        return (worse_noted(self.field, self.before, self.value, self.article.id),) if self.value != self.before else ()


def is_worse(field: str, value: Any, than: Any) -> bool:
    """Whether an impact or an urgency is worse than another; nothing is worse than one that is not known."""
    order = _WORST_FIRST[field]
    return value is not None and than is not None and order.index(value) < order.index(than)


def basis(ticket: Ticket, field: str) -> Basis | None:
    """What somebody chose last, now or when the ticket was opened; the connector only writes down what others say. Once
    support has chosen, the customer's own choice in the field counts only where it is worse. ``None``: nobody has
    chosen, or support has chosen an urgency, which stays."""
    changes = ticket.changes.get(field, ())
    value, at = changes[0].old if changes else getattr(ticket.fields, field), ticket.created_at
    corrected = False
    for change in changes:
        if change.actor is Actor.CONNECTOR or not change.actor.is_party:
            continue
        if change.actor is Actor.CUSTOMER and corrected and not is_worse(field, change.new, value):
            continue
        value, at = change.new, change.at
        corrected = corrected or change.actor is not Actor.CUSTOMER
    return None if value is None or (field == "urgency" and corrected) else Basis(value, at)


def worsened(ticket: Ticket, field: str, said: Iterable[tuple[Article, Any]]) -> Worse | None:
    """What the last later message of the customer makes of the field. ``said``: messages and what they state, oldest
    first. A calmer message takes a worse one back, down to the basis."""
    base = basis(ticket, field)
    if base is None:
        return None
    opening = ticket.articles[0].id if ticket.articles else None
    later = [(article, value) for article, value in said if article.created_at > base.at and article.id != opening]
    if not later:
        return None
    article, value = later[-1]
    counted = value if is_worse(field, value, base.value) else base.value
    return Worse(field, base.value, counted, article) if counted != getattr(ticket.fields, field) else None


def worse_noted(field: str, before: Any, after: Any, ref: str) -> Notice:
    """The note for support. ``ref``: the message or change by which the customer said it."""
    return Notice("worse_now", {"field": field, "before": before, "after": after}, frozenset({Mark("worse", ref)}))
