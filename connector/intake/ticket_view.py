"""A ticket as its customer sees it in the panel, and what they can do with it now (R27, R34–R39)."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from connector.domain.mark import Mark
from connector.domain.model import TicketId
from connector.domain.ticket import Article, Ticket
from connector.domain.vocabulary import Actor, Priority, RfoStatus, TicketKind, TicketState
from connector.helpdesks.on_behalf import is_of_panel
from connector.intake.caller import Caller
from connector.policy.models import Policy
from connector.rules.answers import answers
from connector.rules.case import Case
from connector.rules.deferral import hindrance
from connector.rules.escalation import reached_level
from connector.rules.people import known
from connector.rules.requests import customer_consents, escalation_requests, rfo_requests, unspent
from connector.rules.text.markup import raw_lines
from connector.rules.trust import verified

_MOST_MESSAGES = 20
_LONGEST = 4_000


class Spoken(NamedTuple):
    """A message that the customer can read."""

    at: datetime
    own: bool
    """The customer's own, or a colleague's."""
    text: str
    files: tuple[str, ...]
    """Their names."""


class LadderStep(NamedTuple):
    """A level of the ticket's escalation matrix."""

    level: int
    name: str


class TicketView(NamedTuple):
    """Times are UTC; ``None`` where there is none."""

    id: TicketId
    number: str
    title: str
    state: TicketState
    priority: Priority
    service_id: str | None
    zone: str
    """The customer's time zone."""
    first_response_due: datetime | None
    repair_due: datetime | None
    next_update: datetime | None
    deferred_until: datetime | None
    rfo_status: RfoStatus | None
    rfo_due: datetime | None
    level: int
    """0: none so far."""
    levels: tuple[LadderStep, ...]
    next_level: int | None
    next_at: datetime | None
    """When the next level comes by itself."""
    escalate_from: datetime | None
    """When the customer may escalate again; ``None``: now."""
    can_defer: bool
    can_withdraw: bool
    opening: datetime
    """Until when a deferral would last."""
    can_request_rfo: bool
    messages: tuple[Spoken, ...]

    @property
    def is_over(self) -> bool:
        """Nobody is working on it any more."""
        return self.state.is_over


def ticket_view(ticket: Ticket, caller: Caller, policy: Policy, now: datetime) -> TicketView | None:
    """``None``: it is no incident of theirs."""
    if ticket.kind is not TicketKind.INCIDENT:
        return None
    case = Case(verified(known(ticket, policy.catalogue))[0], policy, now)
    if not _is_theirs(case, caller):
        return None
    ticket, fields, over = case.ticket, case.ticket.fields, case.ticket.state.is_over
    level = reached_level(ticket)
    levels = tuple(LadderStep(each.level, each.name) for each in case.ladder.levels if not each.skip)
    agreed = bool(fields.deferred_until) or bool(unspent(customer_consents(case), ticket))
    return TicketView(
        id=ticket.id,
        number=ticket.number,
        title=ticket.title,
        state=ticket.state,
        priority=case.priority,
        service_id=fields.service_id,
        zone=zone_of(caller, policy),
        first_response_due=None if over else fields.first_response_due_at,
        repair_due=None if over else fields.repair_due_at,
        next_update=None if over else fields.next_update_at,
        deferred_until=fields.deferred_until,
        rfo_status=fields.rfo_status,
        rfo_due=fields.rfo_due_at,
        level=level,
        levels=levels,
        next_level=next((each.level for each in levels if each.level > level), None),
        next_at=fields.next_escalation_at,
        escalate_from=_escalate_from(case),
        can_defer=not agreed and hindrance(case) is None,
        can_withdraw=agreed and not over,
        opening=policy.deferral_calendar.next_opening(now),
        can_request_rfo=fields.rfo_status is None and not rfo_requests(case),
        messages=tuple(_messages(ticket)),
    )


def zone_of(caller: Caller, policy: Policy) -> str:
    """The time zone of whoever calls: their company's, else the policy's (R16)."""
    zones = {each.timezone for each in policy.catalogue.customers if caller.customers and each.id in caller.customers}
    zone = zones.pop() if len(zones) == 1 else None
    return zone or policy.intake.customers_timezone


def _is_theirs(case: Case, caller: Caller) -> bool:
    fields = case.ticket.fields
    own = case.ticket.created_by is Actor.CONNECTOR and is_of_panel(fields.connector_key)
    # The service of a panel's ticket was its caller's when it was opened; anybody else may write any ID.
    service = case.policy.service(fields.service_id if own else case.verified_service)
    if service is not None:
        return caller.owns(service)
    if caller.customers is None or caller.service_ids is not None:
        return False
    return bool(case.companies) and all(company.id in caller.customers for company in case.companies)


def _escalate_from(case: Case) -> datetime | None:
    """An hour after the last request of the customer's that was served, or is about to be."""
    given = answers(case)
    served = [
        request.at
        for request in escalation_requests(case)
        if request.actor is Actor.CUSTOMER
        and (request in given.served or Mark("request", request.id) in case.ticket.marks)
    ]
    again = max(served, default=None)
    if again is None:
        return None
    again += case.policy.escalation.requests_every.fixed
    return again if again > case.now else None


def _messages(ticket: Ticket) -> Iterator[Spoken]:
    public = [article for article in ticket.articles if not article.internal and article.author is not Actor.STRANGER]
    for article in public[-_MOST_MESSAGES:]:
        yield Spoken(article.created_at, article.author is Actor.CUSTOMER, _text(article), article.attachments)


def _text(article: Article) -> str:
    text = "\n".join(line.text for line in raw_lines(article.body, article.is_html) if not line.mark).strip()
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"


class Consent(StrEnum):
    """How the question stands whether a repair may wait (R27)."""

    OPEN = "open"
    AGREED = "agreed"
    CLOSED = "closed"
    """It cannot be deferred any more, or this was asked in another night."""


def consent_now(ticket: Ticket, policy: Policy, now: datetime, opening: datetime) -> Consent:
    """``opening``: until when it was to be deferred (UTC)."""
    case = Case(verified(known(ticket, policy.catalogue))[0], policy, now)
    if hindrance(case) is not None or policy.deferral_calendar.next_opening(now) != opening:
        return Consent.CLOSED
    agreed = bool(unspent(customer_consents(case), case.ticket))
    return Consent.AGREED if agreed else Consent.OPEN
