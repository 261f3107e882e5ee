"""Who speaks on a ticket: its customer and their colleagues, machines, strangers (requirements "Who speaks").

A helpdesk knows who is support and calls everybody else a customer. Whose customer they are is judged here, by the
ticket and the service catalogue, so that every rule after it may trust ``Actor``.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from connector.domain.person import Customer, Person
from connector.domain.ticket import Article, Change, Kept, Ticket
from connector.domain.vocabulary import Actor, PrioritySource, Silence
from connector.policy.catalogue import Catalogue
from connector.rules.text.machines import automatic_messages

_MACHINE = re.compile(
    r"(no|do[-._]?not)[-._]?reply|mailer[-._]?daemon|postmaster|bounces?|auto[-._]?(reply|responder|responses?)",
    re.IGNORECASE,
)
"""Begins the local part of addresses that nobody reads (RFC 2142, RFC 5321 section 4.5.5)."""


def known(ticket: Ticket, catalogue: Catalogue) -> Ticket:
    """The ticket with its people as they are to it, and its customer as the service catalogue knows them."""
    customer = _in_catalogue(ticket.customer, catalogue)
    if customer is not ticket.customer:
        ticket = ticket.model_copy(update={"customer": customer})
    automatic = automatic_messages(ticket)
    authors = {
        at: actor
        for at, article in enumerate(ticket.articles)
        if article.author.is_customer
        and (actor := Actor.MACHINE if at in automatic else _relation(article.by, customer, article.created_at))
        is not Actor.CUSTOMER
    }
    if customer.silence is None and _is_machines(ticket, authors, customer):
        customer = customer.model_copy(update={"silence": Silence.MACHINE})
    history = _judged(ticket, ticket.articles, customer)
    known_as: dict[str, Any] = {} if customer is ticket.customer else {"customer": customer}
    if history is not ticket.history:
        known_as["history"] = history
    if ticket.merged:
        known_as["merged"] = tuple(
            each.model_copy(update={"history": _judged(each, ticket.articles, customer)}) for each in ticket.merged
        )
    if authors:
        articles = list(ticket.articles)
        for at, actor in authors.items():
            articles[at] = articles[at].model_copy(update={"author": actor})
        known_as["articles"] = tuple(articles)
    return ticket.model_copy(update=known_as) if known_as else ticket


_CERTAIN = frozenset({Actor.AGENT, Actor.MANAGER, Actor.CONNECTOR})
"""Whom the helpdesk itself tells apart for certain."""


def _judged(ticket: Kept, articles: Sequence[Article], customer: Customer) -> tuple[Change, ...]:
    """The history with those who changed something as they are to the ticket; itself if they are so already."""
    if _CERTAIN.issuperset([change.actor for change in ticket.history]):
        return ticket.history
    doubtful = [(at, change) for at, change in enumerate(ticket.history) if change.actor not in _CERTAIN]
    decided = _decided_by_agents(ticket)
    actors = {
        at: actor
        for at, change in doubtful
        if (actor := _changed_as(change, articles, customer, decided)) is not change.actor
    }
    if not actors:
        return ticket.history
    return tuple(
        change.model_copy(update={"actor": actors[at]}) if at in actors else change
        for at, change in enumerate(ticket.history)
    )


@lru_cache(maxsize=4_096)
def is_machine(address: str | None) -> bool:
    """Whether nobody reads what is sent to this address.

    >>> is_machine("no-reply@monitoring.example"), is_machine("norbert@harbour.example")
    (True, False)
    """
    local, at, _ = (address or "").rpartition("@")
    return bool(at) and _MACHINE.match(local) is not None


def _in_catalogue(customer: Customer, catalogue: Catalogue) -> Customer:
    found = catalogue.contact(customer.organizations, customer.email)
    if not found.customers:
        return customer
    return customer.model_copy(update={"organizations": found.organizations, "domains": found.domains})


def _is_machines(ticket: Ticket, authors: Mapping[int, Actor], customer: Customer) -> bool:
    """Whether a machine opened the ticket, and nobody else has spoken for the customer since."""
    if is_machine(customer.email):
        return True
    if not ticket.articles or authors.get(0, ticket.articles[0].author) is not Actor.MACHINE:
        return False
    return Actor.CUSTOMER not in (authors.get(at, article.author) for at, article in enumerate(ticket.articles))


def _relation(person: Person | None, customer: Customer, at: datetime) -> Actor:
    """What somebody who is not support was to the ticket at ``at``. Whom the helpdesk does not name is taken for the
    customer."""
    if person is None:
        return Actor.CUSTOMER
    if is_machine(person.email):
        return Actor.MACHINE
    return Actor.CUSTOMER if customer.includes(person, at) else Actor.STRANGER


def _decided_by_agents(ticket: Kept) -> Collection[str]:
    """The changes of the priority that the connector itself wrote down as an agent's when it saw them. A helpdesk may
    say of a deleted user's that the system made them."""
    written = [
        change.at
        for change in ticket.changes.get("priority_source", ())
        if change.actor is Actor.CONNECTOR and change.new is PrioritySource.AGENT
    ]
    changes = ticket.changes.get("priority", ()) if written else ()
    return [
        change.id
        for change, following in zip(changes, (*changes[1:], None), strict=False)
        # A change that it took back in the same write, it did not believe; one to the same value it did not see.
        if change.old != change.new
        and any(change.at <= at and (following is None or at < following.at) for at in written)
    ]


def _changed_as(change: Change, articles: Sequence[Article], customer: Customer, decided: Collection[str]) -> Actor:
    """Whoever wrote on the ticket as support, at the time of the change or later, was support then."""
    if change.id in decided and change.field == "priority":
        return Actor.AGENT
    if change.actor is not Actor.CUSTOMER or change.by is None or change.by.id == customer.id:
        return change.actor
    later = (article for article in articles if article.created_at >= change.at)
    if any(article.author.is_staff and article.by and article.by.id == change.by.id for article in later):
        return Actor.AGENT
    return _relation(change.by, customer, change.at)
