"""What people ask for or agree to, by message or field: escalation (R39), an RFO (R34), deferral (R27)."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from typing import Any, Literal, NamedTuple

from connector.domain.ticket import Kept, Ticket
from connector.domain.vocabulary import Actor
from connector.rules.case import Case
from connector.rules.spoken import Statement
from connector.rules.text.clauses import Verdict


class Source(StrEnum):
    """How somebody said something."""

    MESSAGE = "message"
    """In a message on the ticket."""
    FIELD = "field"
    """By changing a field."""
    CREATION = "creation"
    """By a field that was filled when the ticket was created."""


class Request(NamedTuple):
    """One request or consent."""

    source: Source
    ref: str
    """The id of the message, or of the entry in the history; at creation empty, or the id of the merged ticket."""
    at: datetime
    actor: Actor
    said: str = ""
    """The customer's own sentence, or the text in the field; empty for a yes/no field."""
    name: str = ""
    """The person's, where the helpdesk tells it."""

    @property
    def id(self) -> str:
        """The same at every look, so that a mark on the ticket can prove that it was served."""
        match self.source:
            case Source.MESSAGE:
                return f"a{self.ref}"
            case Source.FIELD:
                return f"h{self.ref}"
            case Source.CREATION:
                return f"created{self.ref}"


class Setting(NamedTuple):
    """A value that a field was given. ``ref`` is the id of the entry in the history; at creation it is empty, or the id
    of the merged ticket."""

    source: Source
    ref: str
    at: datetime
    actor: Actor
    value: Any
    name: str = ""

    def as_request(self, said: str = "") -> Request:
        """What this setting asks for or agrees to."""
        return Request(self.source, self.ref, self.at, self.actor, said, self.name)


def escalation_requests(case: Case) -> list[Request]:
    """Every request to escalate, oldest first, served or not; those to a ticket that was merged into this one too."""
    ticket = case.ticket
    by_field = [request for kept in (ticket, *ticket.merged) for request in _by_field(kept)]
    return sorted([*_by_message(case.spoken.escalation), *by_field], key=_time)


def rfo_requests(case: Case) -> list[Request]:
    """Every request for an RFO that stands, oldest first.

    A customer can neither withdraw what support requested nor, by the field, ask in support's name. What was requested
    on a ticket that was merged into this one is requested here.
    """
    ticket = case.ticket
    standing = [request for kept in (ticket, *ticket.merged) for request in _standing_for_rfo(kept)]
    return sorted([*_by_message(case.spoken.rfo), *standing], key=_time)


def _standing_for_rfo(ticket: Kept) -> list[Request]:
    standing: list[Request] = []
    for setting in _settings(ticket, "rfo_requested"):
        if setting.value:
            standing.append(setting.as_request())
        elif setting.actor is Actor.CUSTOMER:
            standing = [request for request in standing if request.actor is not Actor.CUSTOMER]
        else:
            standing = []
    return standing


def support_consents(ticket: Ticket) -> list[Request]:
    """R27: that support agrees to defer, while the field says so."""
    return _standing(ticket, "deferral_support")


def customer_consents(case: Case) -> list[Request]:
    """R27: that the customer agrees to defer, oldest first: by messages, and by the field while it says so.

    A later message that takes it back takes all of it back.
    """
    refused = [said.article.created_at for said in case.spoken.consent if said.reading.verdict is Verdict.NO]
    by_message = [
        consent._replace(name=consent.name or case.ticket.customer.name) for consent in _by_message(case.spoken.consent)
    ]
    consents = sorted([*by_message, *_standing(case.ticket, "deferral_customer")], key=_time)
    return [consent for consent in consents if not any(at > consent.at for at in refused)]


_time = attrgetter("at")


def _standing(ticket: Ticket, field: Literal["deferral_support", "deferral_customer"]) -> list[Request]:
    """The setting that a yes/no field has its yes from."""
    last = _settings(ticket, field)[-1]
    return [last.as_request()] if last.value and getattr(ticket.fields, field) else []


def _by_field(ticket: Kept) -> list[Request]:
    """Every time somebody filled the field, unless support emptied it again before it was served."""
    settings = _settings(ticket, "escalation_request")
    requests = []
    for setting, following in zip(settings, (*settings[1:], None), strict=True):
        withdrawn = following is not None and not following.value and following.actor.is_staff
        if setting.value and not withdrawn:
            requests.append(setting.as_request(str(setting.value)))
    return requests


def _settings(ticket: Kept, field: str) -> list[Setting]:
    """The values the field has had, oldest first; the first is the one at creation."""
    changes = ticket.changes.get(field, ())
    at_creation = changes[0].old if changes else getattr(ticket.fields, field)
    of = "" if isinstance(ticket, Ticket) else ticket.id
    return [
        Setting(Source.CREATION, of, ticket.created_at, ticket.created_by, at_creation),
        *(Setting(Source.FIELD, c.id, c.at, c.actor, c.new, c.actor_name) for c in changes),
    ]


def _by_message(statements: Iterable[Statement]) -> list[Request]:
    """What the customer's own messages plainly want."""
    return [
        Request(Source.MESSAGE, article.id, article.created_at, article.author, statement.said, article.author_name)
        for statement in statements
        if statement.reading.verdict is Verdict.YES
        for article in (statement.article,)
    ]
