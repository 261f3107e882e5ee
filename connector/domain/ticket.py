"""A ticket as the rules see it, whatever helpdesk it lives in."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import wraps
from typing import Annotated, Any, TypeVar

from pydantic import ConfigDict, Field, InstanceOf, PlainSerializer
from pydantic.dataclasses import dataclass

from connector.domain.changes import Changes
from connector.domain.connector_key import incident_of, kind_of
from connector.domain.fields import Fields
from connector.domain.labels import LABELS, Labels
from connector.domain.mark import Mark, MarkName
from connector.domain.model import Instant, Model, Record, TicketId
from connector.domain.once import once
from connector.domain.past import PastTicket
from connector.domain.person import Customer, Person
from connector.domain.vocabulary import (
    Actor,
    Channel,
    CustomerAct,
    Duplicate,
    ParentIncident,
    Priority,
    ProblemState,
    RfoStatus,
    Silence,
    TicketKind,
    TicketState,
)

_CLOSED = ConfigDict(extra="forbid")
_Marks = Annotated[frozenset[Mark], PlainSerializer(sorted, when_used="json")]
"""Saved in one order, so that equal tickets make equal files."""


@dataclass(frozen=True, kw_only=True, config=_CLOSED)
class Article(Record):
    """One message or note on a ticket."""

    id: str
    created_at: Instant
    author: Actor
    author_name: str = ""
    by: Person | None = None
    """Whose words these are; ``None`` where the helpdesk names nobody."""
    channel: Channel
    internal: bool
    recipients: tuple[str, ...] | None = None
    """The addresses it was mailed to; none of what opened the ticket otherwise. ``None``: it is read where the ticket
    is read."""
    made_public_at: Instant | None = None
    """When it was last changed, if that was later than it was written and nobody got it by mail: all that can change is
    whether customers may read it."""
    act: CustomerAct | None = None
    """The button that was pressed, where the connector wrote this down for the customer in a panel. Its words are ours
    then, with the customer's reason below them."""
    is_call: bool = False
    """Somebody of support wrote down what they were just talking about with the customer."""
    subject: str = ""
    body: str = ""
    is_cut: bool = False
    """The text was too long to be read to its end: ``body`` is how it begins."""
    is_html: bool = False
    attachments: tuple[str, ...] = ()
    """File names."""
    marks: _Marks = frozenset()
    """What this note of the connector proves to be done, e.g. ``level-3``. Only ever on its own notes."""
    refused_marks: _Marks = frozenset()
    """What this note of the connector says is done, without a valid signature: it does not count."""

    @property
    def heard_at(self) -> datetime:
        """Since when whoever it is for can have read it."""
        return self.made_public_at or self.created_at


@dataclass(frozen=True, kw_only=True, config=_CLOSED)
class Change(Record):
    """One entry of the ticket's own history. ``field`` is ``state`` or a name of :class:`Fields`."""

    id: str
    at: Instant
    field: str
    old: Any
    new: Any
    actor: Actor
    actor_name: str = ""
    by: Person | None = None
    """``None`` where the helpdesk names nobody."""


def _made_as(known: dict[str, Any]) -> TicketKind:
    return kind_of(known.get("connector_key")) if known.get("created_by_connector") else TicketKind.INCIDENT


class LinkedTicket(Model):
    """A ticket linked to this one, as much of it as comes with the link."""

    id: TicketId
    number: str
    state: TicketState
    created_by_connector: bool
    connector_key: str | None = None
    kind: TicketKind = Field(default_factory=_made_as)
    """By its group or type, whoever made it. Where nobody says it: what the connector made it as, else an incident."""
    rfo_status: RfoStatus | None = None
    rfo_due_at: Instant | None = None
    root_cause: str | None = None
    service_id: str | None = None
    priority: Priority | None = None
    customer: str = ""
    """The organization that an incident is of, else the person; empty where the helpdesk does not name it with a
    link."""
    began: Instant | None = None
    """When the fault began, as the incident states it, else when it was reported."""
    ended: Instant | None = None
    """When it was closed last; ``None`` while it is open or where the helpdesk does not say."""
    workaround: str | None = None
    duplicate_of: str | None = None
    """The number of the ticket of which it is a duplicate, once that is confirmed."""
    updated_at: Instant | None = None
    problem_state: ProblemState | None = None
    parent_incident: ParentIncident | None = None
    next_measure_at: Instant | None = None
    """Of an RFO task, or an incident with one, whose measures are not all done."""

    @property
    def is_declined(self) -> bool:
        """A problem record that was proposed, and a person has closed it: it stands for nothing."""
        return self.problem_state is ProblemState.PROPOSED and self.state.is_over


def confirmed_duplicate_of(fields: Mapping[str, Any]) -> str | None:
    """What :attr:`LinkedTicket.duplicate_of` is for a ticket with these values of :class:`Fields`."""
    return fields.get("duplicate_of") if fields.get("duplicate") is Duplicate.CONFIRMED else None


@dataclass(frozen=True, kw_only=True, config=_CLOSED)
class Kept(Record):
    """What a helpdesk keeps of every ticket: how it began, its values, and who changed them."""

    id: TicketId
    number: str
    created_at: Instant
    created_by: Actor
    state: TicketState
    fields: Fields
    history: tuple[Change, ...] = ()
    """Oldest first. Empty for a ticket that nobody has changed since it was created."""
    outside: tuple[tuple[Instant, Instant], ...] = ()
    """The times, oldest first, in which the ticket was none of the rules' business: they count for no clock."""

    @once
    def changes(self) -> Mapping[str, tuple[Change, ...]]:
        """The history by field, oldest first."""
        by_field: defaultdict[str, list[Change]] = defaultdict(list)
        for change in self.history:
            by_field[change.field].append(change)
        return dict(zip(by_field, map(tuple, by_field.values()), strict=True))


@dataclass(frozen=True, kw_only=True, config=_CLOSED)
class MergedTicket(Kept):
    """A ticket that was merged into the one at hand: its messages and links are on that one now, its history is here.

    Its ``state`` and ``fields`` are those that it has kept since.
    """


@dataclass(frozen=True, kw_only=True, config=_CLOSED)
class Ticket(Kept):
    """A consistent view of one ticket, read in one go."""

    helpdesk: str
    title: str
    updated_at: Instant
    channel: Channel
    kind: TicketKind = TicketKind.INCIDENT
    """By its group or type, whoever made it."""
    customer: Customer
    unknown_state: str | None = None
    """What the helpdesk calls the state, where the mapping does not say what that means: then ``state`` is what the
    helpdesk itself takes it for, and in doubt open."""
    articles: tuple[Article, ...] = ()
    links: tuple[LinkedTicket, ...] = ()
    siblings: tuple[LinkedTicket, ...] = ()
    """Of an RFO task whose incident was merged into another one: the other RFO tasks of that one."""
    past: tuple[PastTicket, ...] = ()
    """What a search has shown of the incident's place, at the one look that asks for it."""
    related: "Ticket | None" = None
    """The ticket that :attr:`needed` names, read whole."""
    others: "tuple[Ticket, ...] | None" = None
    """Other tickets that a rule has asked for; ``None``: none has."""
    merged: tuple[MergedTicket, ...] = ()
    """The tickets that were merged into this one, the earliest first."""
    default_priority: Priority | None = None
    """What a new ticket has on this helpdesk where nobody chooses; ``None``: nobody knows."""
    owner: str | None = None
    """The name of who works on it; ``None``: nobody yet."""
    merged_into: TicketId | None = None
    """The id of the ticket that this one was merged into."""
    copied_from: TicketId | None = None
    """The id of the ticket that this one seems to have been split off or cloned from, with whatever stood in its
    fields."""
    kept: tuple[tuple[Instant, str], ...] = ()
    """What a customer's program sent with the ticket, as it sent it, and when; oldest first."""
    labels: InstanceOf[Labels] = Field(default=LABELS, exclude=True, repr=False)
    """What the helpdesk's screen calls the fields."""

    @once
    def marks(self) -> Mapping[Mark, datetime]:
        """Every step that a note of the connector proves, with the time of the first proof (UTC)."""
        marks: dict[Mark, datetime] = {}
        for article in self.articles:
            if article.author.is_connector:
                for mark in article.marks:
                    marks.setdefault(mark, article.created_at)
        return marks

    @once
    def marks_by_name(self) -> Mapping[MarkName | None, Mapping[Mark, datetime]]:
        """The same, by the names of the steps: most rules look for one or two of many."""
        by_name: dict[MarkName | None, dict[Mark, datetime]] = {}
        for mark, at in self.marks.items():
            by_name.setdefault(mark.name, {})[mark] = at
        return by_name

    def was_noted(self, *names: MarkName) -> bool:
        """Whether a note of the connector proves any of these steps."""
        return not self.marks_by_name.keys().isdisjoint(names)

    def noted_at(self, *names: MarkName) -> list[datetime]:
        """When these steps were noted."""
        return [at for name in names for at in self.marks_by_name.get(name, _NO_MARKS).values()]

    @once
    def refused_marks(self) -> frozenset[Mark]:
        """Every step that only notes of the connector without a valid signature speak of."""
        refused = frozenset[Mark]().union(*[article.refused_marks for article in self.articles])
        return refused - self.marks.keys() if refused else refused

    @property
    def needed(self) -> TicketId | None:
        """The id of the linked ticket whose messages and history the rules need too: of an RFO task its incident, of
        an incident its RFO task on which a person has decided something, else the incident that it is part of."""
        if self.kind is TicketKind.RFO_TASK:
            is_finished = self.state.is_over and self.fields.rfo_status is RfoStatus.DELIVERED
            if is_finished and self.fields.rfo_release is None:
                return None
            own = incident_of(self.fields.connector_key)
            incidents = [link for link in self.links if link.kind is TicketKind.INCIDENT]
            after_merge = (link.id for link in incidents if link.rfo_status is not None)
            return own if any(link.id == own for link in incidents) else next(after_merge, None)
        if self.kind is TicketKind.INCIDENT:
            waiting = {RfoStatus.RELEASED, RfoStatus.DECLINED} - {self.fields.rfo_status}
            tasks = (link for link in self.links if link.created_by_connector and link.kind is TicketKind.RFO_TASK)
            task = next((task.id for task in tasks if task.rfo_status in waiting), None)
            return task or (self.part_of if not self.state.is_over else None)
        return None

    @property
    def part_of(self) -> TicketId | None:
        """The id of the incident that stands for an outage with this one, as a person has confirmed; ``None``: of none,
        or this one stands for others itself."""
        if self.kind is not TicketKind.INCIDENT or self.fields.parent_incident is ParentIncident.CONFIRMED:
            return None
        parents = (link for link in self.links if link.kind is TicketKind.INCIDENT and not link.state.is_over)
        confirmed = [link.id for link in parents if link.parent_incident is ParentIncident.CONFIRMED]
        return min(confirmed, key=lambda number: (len(number), number), default=None)

    @property
    def began_at(self) -> datetime:
        """When the first of the tickets that are this one now was created (UTC)."""
        return min([self.created_at, *(each.created_at for each in self.merged)]) if self.merged else self.created_at

    @once
    def answers(self) -> tuple[Article, ...]:
        """What support said and the customer heard (R36), oldest first: calls, mails to the customer or a colleague,
        and what they read in the portal. Neither what opened the ticket, unless it was mailed to them, nor a message
        of any connector or machine."""
        return tuple([article for article in self.articles if self._reached_customer(article)])

    def _reached_customer(self, article: Article) -> bool:
        if article.is_call:
            return True
        if article.internal or not article.author.is_staff or (article.by and article.by.id == self.customer.id):
            return False
        if article.recipients is not None:
            return any(self.customer.has_address(address, article.created_at) for address in article.recipients)
        return article.channel is not Channel.NOTE or self._is_read_in_portal

    @once
    def _is_read_in_portal(self) -> bool:
        """The customer writes there, so public notes reach them without a mail."""
        return self.channel is Channel.WEB or any(
            article.author is Actor.CUSTOMER and article.channel is Channel.WEB for article in self.articles
        )

    def last_setter(self, field: str) -> Actor | None:
        """Who changed ``field`` last; ``None`` if it is as it was when the ticket was created."""
        changes = self.changes.get(field)
        return changes[-1].actor if changes else None

    def silenced(self, why: Silence) -> "Ticket":
        """The ticket with a customer to whom nothing is sent."""
        return self.model_copy(update={"customer": self.customer.model_copy(update={"silence": why})})

    def with_changes(self, changes: Changes) -> "Ticket":
        """The ticket as it will be once ``changes`` are written."""
        if not changes:
            return self
        # What has been found out follows from the messages and the history, and is as true of the copy.
        return self._with(vars(self), {"fields": self.fields.model_copy(update=changes)})

    def as_of(self, moment: datetime) -> "Ticket":
        """The ticket as it was at ``moment`` (aware): later messages and changes are taken back.

        The title, the customer and what a message says are those of today: no history tells of them.

        :raises ValueError: it cannot be known. The ticket was not there yet, or it is linked to others.
        """
        if moment >= self.updated_at:
            return self
        if moment < self.created_at:
            raise ValueError(f"ticket {self.number} was created later, {self.created_at.isoformat(' ')}")
        if self.links:
            raise ValueError(f"nobody can tell since when ticket {self.number} is linked to others")
        before: dict[str, Any] = {}
        for change in self.history:
            if change.at > moment:
                before.setdefault(change.field, change.old)
        articles = tuple(article for article in self.articles if article.created_at <= moment)
        history = tuple(change for change in self.history if change.at <= moment)
        times = [self.created_at, *(article.created_at for article in articles), *(change.at for change in history)]
        state = before.pop("state", self.state)
        known = {"articles": articles, "history": history, "state": state, "updated_at": max(times)}
        if state is not self.state:
            known["unknown_state"] = None
        return self.model_copy(update={**known, "fields": self.fields.model_copy(update=before)})


_NO_MARKS: Mapping[Mark, datetime] = {}

T = TypeVar("T")


def found_once(fact: Callable[[Ticket], T]) -> Callable[[Ticket], T]:
    """A fact that is found out once for a ticket and for its copies with other fields, like the ticket's own cached
    properties: it follows from what no rule changes, the messages, the history, the state."""
    name = f"{fact.__module__}.{fact.__qualname__}"

    @wraps(fact)
    def known(ticket: Ticket) -> T:
        facts = ticket.__dict__
        found: T
        try:
            found = facts[name]
        except KeyError:
            found = facts[name] = fact(ticket)
        return found

    return known
