"""A ticket as the rules see it, whatever helpdesk it lives in."""

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

from typing_extensions import TypedDict  # pydantic wants this one before Python 3.12

from connector.domain.connector_key import kind_of
from connector.domain.mark import Mark
from connector.domain.model import Instant, Model
from connector.domain.vocabulary import (
    Actor,
    Channel,
    FaultType,
    Impact,
    IntakeStatus,
    Priority,
    PrioritySource,
    RfoStatus,
    ServiceCheck,
    TicketKind,
    TicketState,
    Urgency,
)


class Fields(Model):
    """Everything on a ticket that the rules may read and write. Empty is ``None``.

    Times are UTC with whole seconds, because that is what helpdesks store.
    """

    service_id: str | None = None
    """R15. The provider's identifier of the service."""
    problem_start: Instant | None = None
    """R16. When the problem began."""
    short_description: str | None = None
    """R17."""
    impact: Impact | None = None
    """R18, chosen by the customer, corrected by support."""
    urgency: Urgency | None = None
    """R10, the level the customer selects."""
    circuit_id: str | None = None
    """R19."""
    fault_type: FaultType | None = None
    """R20."""
    test_results: str | None = None
    """R21. Text, or the names of attached files."""
    ip_addresses: str | None = None
    """R22. Validated addresses and prefixes, separated by a comma and a space."""

    priority: Priority | None = None
    """R23. ``None``: the helpdesk has a priority that the mapping does not know."""
    priority_source: PrioritySource | None = None
    priority_reason: str | None = None
    group: str | None = None
    """A group of the policy, or the helpdesk's own name of a group the mapping does not know."""

    intake_status: IntakeStatus | None = None
    service_check: ServiceCheck | None = None

    first_response_due_at: Instant | None = None
    repair_due_at: Instant | None = None

    escalation_level: int | None = None
    """R38. 1 is the engineer on duty."""
    escalation_reason: str | None = None
    next_escalation_at: Instant | None = None
    escalation_request: str | None = None
    """R39. An agent's reason for escalating now; emptied when it has been served."""

    rfo_requested: bool | None = None
    """R34. Set by an agent on the customer's behalf."""
    rfo_status: RfoStatus | None = None
    rfo_due_at: Instant | None = None

    deferral_support: bool | None = None
    """R27. Support agrees to defer the repair; emptied when it has been served."""
    deferral_customer: bool | None = None
    """R27. The customer agrees, by own choice or as told to an agent; emptied when it has been served."""
    deferral: str | None = None
    """R27. Who agreed, when and by which message, for both parties."""
    deferred_until: Instant | None = None
    """R27. The clocks stand still until then."""

    root_cause: str | None = None
    """R28, R30. On a problem record, stated by a person."""
    permanent_fix: str | None = None
    """R28. On a problem record, stated by a person."""

    connector_key: str | None = None
    """What a ticket that the connector created is for, e.g. ``rfo:41002``. Found again by this key."""


class Changes(TypedDict, total=False):
    """Values that fields of a ticket should have, by the names of :class:`Fields`: those that are named change."""

    service_id: str | None
    problem_start: datetime | None
    short_description: str | None
    impact: Impact | None
    urgency: Urgency | None
    circuit_id: str | None
    fault_type: FaultType | None
    test_results: str | None
    ip_addresses: str | None
    priority: Priority | None
    priority_source: PrioritySource | None
    priority_reason: str | None
    group: str | None
    intake_status: IntakeStatus | None
    service_check: ServiceCheck | None
    first_response_due_at: datetime | None
    repair_due_at: datetime | None
    escalation_level: int | None
    escalation_reason: str | None
    next_escalation_at: datetime | None
    escalation_request: str | None
    rfo_requested: bool | None
    rfo_status: RfoStatus | None
    rfo_due_at: datetime | None
    deferral_support: bool | None
    deferral_customer: bool | None
    deferral: str | None
    deferred_until: datetime | None
    root_cause: str | None
    permanent_fix: str | None
    connector_key: str | None


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
    marks: frozenset[Mark] = frozenset()
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

    @cached_property
    def marks(self) -> Mapping[Mark, datetime]:
        """Every step that a note of the connector proves, with the time of the first proof (UTC)."""
        marks: dict[Mark, datetime] = {}
        for article in self.articles:
            if article.author is Actor.CONNECTOR:
                for mark in article.marks:
                    marks.setdefault(mark, article.created_at)
        return marks

    @cached_property
    def changes(self) -> Mapping[str, tuple[Change, ...]]:
        """The history by field, oldest first."""
        by_field: dict[str, list[Change]] = {}
        for change in self.history:
            by_field.setdefault(change.field, []).append(change)
        return {field: tuple(changes) for field, changes in by_field.items()}

    def last_setter(self, field: str) -> Actor | None:
        """Who changed ``field`` last; ``None`` if it is as it was when the ticket was created."""
        changes = self.changes.get(field)
        return changes[-1].actor if changes else None

    def with_changes(self, changes: Changes) -> "Ticket":
        """The ticket as it will be once ``changes`` are written."""
        if not changes:
            return self
        return self.model_copy(update={"fields": self.fields.model_copy(update=dict(changes))})
