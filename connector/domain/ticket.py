"""A ticket as the rules see it, whatever helpdesk it lives in."""

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

from pydantic import Field, InstanceOf

from connector.domain.connector_key import kind_of
from connector.domain.fields import LABELS, Fields, Labels
from connector.domain.model import Instant, Model
from connector.domain.vocabulary import Actor, Channel, RfoStatus, TicketKind, TicketState


class Customer(Model):
    """Who the ticket belongs to."""

    id: str
    name: str = ""
    email: str | None = None
    organization: str | None = None


class Article(Model):
    """One message or note on a ticket."""

    id: str
    created_at: Instant
    author: Actor
    author_name: str = ""
    channel: Channel
    internal: bool
    subject: str = ""
    body: str = ""
    is_html: bool = False
    attachments: tuple[str, ...] = ()
    """File names."""
    marks: frozenset[str] = frozenset()
    """What this note of the connector proves to be done, e.g. ``level-3``. Only ever on its own notes."""


class Change(Model):
    """One entry of the ticket's own history. ``field`` is ``state`` or a name of :class:`Fields`."""

    id: str
    at: Instant
    field: str
    old: Any
    new: Any
    actor: Actor
    actor_name: str = ""


class LinkedTicket(Model):
    """A ticket linked to this one, as much of it as comes with the link."""

    id: str
    number: str
    state: TicketState
    created_by_connector: bool
    connector_key: str | None = None
    rfo_status: RfoStatus | None = None
    rfo_due_at: Instant | None = None

    @property
    def kind(self) -> TicketKind:
        """What the linked ticket is; what somebody else created is an incident, whatever its key says (P20)."""
        return kind_of(self.connector_key) if self.created_by_connector else TicketKind.INCIDENT


class Ticket(Model):
    """A consistent view of one ticket, read in one go."""

    helpdesk: str
    id: str
    number: str
    title: str
    created_at: Instant
    updated_at: Instant
    created_by: Actor
    channel: Channel
    kind: TicketKind = TicketKind.INCIDENT
    customer: Customer
    state: TicketState
    fields: Fields
    articles: tuple[Article, ...] = ()
    history: tuple[Change, ...] = ()
    """Oldest first. Empty for a ticket that nobody has changed since it was created."""
    links: tuple[LinkedTicket, ...] = ()
    labels: InstanceOf[Labels] = Field(default=LABELS, exclude=True, repr=False)
    """What the helpdesk's screen calls the fields."""

    @cached_property
    def marks(self) -> Mapping[str, datetime]:
        """Every step that a note of the connector proves, with the time of the first proof."""
        found: dict[str, datetime] = {}
        for article in self.articles:
            if article.author is Actor.CONNECTOR:
                for mark in article.marks:
                    found.setdefault(mark, article.created_at)
        return found

    @cached_property
    def changes(self) -> Mapping[str, tuple[Change, ...]]:
        """The history by field, oldest first."""
        found: dict[str, list[Change]] = {}
        for change in self.history:
            found.setdefault(change.field, []).append(change)
        return {field: tuple(changes) for field, changes in found.items()}

    def last_setter(self, field: str) -> Actor | None:
        """Who changed ``field`` last; ``None`` if it is as it was when the ticket was created."""
        changes = self.changes.get(field)
        return changes[-1].actor if changes else None

    def with_changes(self, changes: Mapping[str, Any]) -> "Ticket":
        """The ticket as it will be once ``changes`` (names of :class:`Fields`) are written."""
        if not changes:
            return self
        return self.model_copy(update={"fields": self.fields.model_copy(update=dict(changes))})
