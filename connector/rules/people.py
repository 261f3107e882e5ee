"""Who speaks on a ticket: its customer and their colleagues, machines, strangers (requirements "Who speaks").

A helpdesk knows who is support and calls everybody else a customer. Whose customer they are is judged here, by the
ticket and the service catalogue, so that every rule after it may trust ``Actor``.
"""

import re
from collections.abc import Collection

from connector.domain.ticket import Change, Customer, Person, Ticket
from connector.domain.vocabulary import Actor, PrioritySource
from connector.policy.catalogue import Catalogue

_MACHINE = re.compile(
    r"(no|do[-._]?not)[-._]?reply|mailer[-._]?daemon|postmaster|bounces?|auto[-._]?(reply|responder|responses?)",
    re.IGNORECASE,
)
"""Begins the local part of addresses that nobody reads (RFC 2142, RFC 5321 section 4.5.5)."""


def known(ticket: Ticket, catalogue: Catalogue) -> Ticket:
    """The ticket with its people as they are to it, and its customer as the service catalogue knows them."""
    customer = _in_catalogue(ticket.customer, catalogue)
    authors = {
        at: actor
        for at, article in enumerate(ticket.articles)
        if article.author is Actor.CUSTOMER and (actor := _relation(article.by, customer)) is not Actor.CUSTOMER
    }
    decided = _decided_by_agents(ticket)
    actors = {
        at: actor
        for at, change in enumerate(ticket.history)
        if not change.actor.is_staff and (actor := _changed_as(change, ticket, customer, decided)) is not change.actor
    }
    if not authors and not actors:
        return ticket if customer is ticket.customer else ticket.model_copy(update={"customer": customer})
    articles, history = list(ticket.articles), list(ticket.history)
    for at, actor in authors.items():
        articles[at] = articles[at].model_copy(update={"author": actor})
    for at, actor in actors.items():
        history[at] = history[at].model_copy(update={"actor": actor})
    values = {name: getattr(ticket, name) for name in type(ticket).model_fields}
    known = {"customer": customer, "articles": tuple(articles), "history": tuple(history)}
    return Ticket.model_construct(**{**values, **known})


def is_machine(address: str | None) -> bool:
    """Whether nobody reads what is sent to this address.

    >>> is_machine("no-reply@monitoring.example"), is_machine("norbert@harbour.example")
    (True, False)
    """
    local, at, _ = (address or "").rpartition("@")
    return bool(at) and _MACHINE.match(local) is not None


def _in_catalogue(customer: Customer, catalogue: Catalogue) -> Customer:
    companies = catalogue.customers_of(customer.organizations, customer.email)
    if not companies:
        return customer
    named = [name for company in companies for name in company.organizations if name not in customer.organizations]
    domains = {domain.casefold() for company in companies for domain in company.email_domains}
    found = {"organizations": (*customer.organizations, *named), "domains": tuple(sorted(domains))}
    return customer.model_copy(update=found)


def _relation(person: Person | None, customer: Customer) -> Actor:
    """What somebody who is not support is to the ticket. Whom the helpdesk does not name is taken for the customer."""
    if person is None:
        return Actor.CUSTOMER
    if is_machine(person.email):
        return Actor.MACHINE
    return Actor.CUSTOMER if customer.includes(person) else Actor.STRANGER


def _decided_by_agents(ticket: Ticket) -> Collection[str]:
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
        # A change that it took back in the same write, it did not believe.
        if any(change.at <= at and (following is None or at < following.at) for at in written)
    ]


def _changed_as(change: Change, ticket: Ticket, customer: Customer, decided: Collection[str]) -> Actor:
    """Whoever wrote on the ticket as support, at the time of the change or later, was support then."""
    if change.id in decided and change.field == "priority" and change.actor is not Actor.CONNECTOR:
        return Actor.AGENT
    if change.actor is not Actor.CUSTOMER or change.by is None or change.by.id == customer.id:
        return change.actor
    later = (article for article in ticket.articles if article.created_at >= change.at)
    if any(article.author.is_staff and article.by and article.by.id == change.by.id for article in later):
        return Actor.AGENT
    return _relation(change.by, customer)
