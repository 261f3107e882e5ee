"""Who speaks on a ticket: its customer and their colleagues, machines, strangers (requirements "Who speaks").

A helpdesk knows who is support and calls everybody else a customer. Whose customer they are is judged here, by the
ticket and the service catalogue, so that every rule after it may trust ``Actor``.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache

from connector.domain.person import Customer, Person
from connector.domain.ticket import Article, Change, Kept, Ticket
from connector.domain.vocabulary import Actor, Channel, PrioritySource, Silence
from connector.policy.catalogue import Catalogue
from connector.rules.text.machines import sounds_automatic

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
        if article.author is Actor.CUSTOMER and (actor := _author(article, customer)) is not Actor.CUSTOMER
    }
    if customer.silence is None and _is_machines(ticket, authors, customer):
        customer = customer.model_copy(update={"silence": Silence.MACHINE})
    history = _judged(ticket, ticket.articles, customer)
    merged = tuple(
        each.model_copy(update={"history": _judged(each, ticket.articles, customer)}) for each in ticket.merged
    )
    if not authors and history is ticket.history and merged == ticket.merged:
        return ticket if customer is ticket.customer else ticket.model_copy(update={"customer": customer})
    articles = list(ticket.articles)
    for at, actor in authors.items():
        articles[at] = articles[at].model_copy(update={"author": actor})
    known_as = {"customer": customer, "articles": tuple(articles), "history": history, "merged": merged}
    return ticket.model_copy(update=known_as)


_CERTAIN = frozenset({Actor.AGENT, Actor.MANAGER, Actor.CONNECTOR})
"""Whom the helpdesk itself tells apart for certain."""


def _judged(ticket: Kept, articles: Sequence[Article], customer: Customer) -> tuple[Change, ...]:
    """The history with those who changed something as they are to the ticket; itself if they are so already."""
    doubtful = [(at, change) for at, change in enumerate(ticket.history) if change.actor not in _CERTAIN]
    decided = _decided_by_agents(ticket) if doubtful else ()
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
    companies = catalogue.customers_of(customer.organizations, customer.email)
    if not companies:
        return customer
    named = [name for company in companies for name in company.organizations if name not in customer.organizations]
    domains = {domain for company in companies for domain in company.domains}
    found = {"organizations": (*customer.organizations, *named), "domains": tuple(sorted(domains))}
    return customer.model_copy(update=found)


def _is_machines(ticket: Ticket, authors: Mapping[int, Actor], customer: Customer) -> bool:
    """Whether a machine opened the ticket, and nobody else has spoken for the customer since."""
    if is_machine(customer.email):
        return True
    if not ticket.articles or authors.get(0, ticket.articles[0].author) is not Actor.MACHINE:
        return False
    return Actor.CUSTOMER not in (authors.get(at, article.author) for at, article in enumerate(ticket.articles))


def _author(article: Article, customer: Customer) -> Actor:
    if article.channel is Channel.EMAIL and sounds_automatic(article.subject, article.body, article.is_html):
        return Actor.MACHINE
    return _relation(article.by, customer)


def _relation(person: Person | None, customer: Customer) -> Actor:
    """What somebody who is not support is to the ticket. Whom the helpdesk does not name is taken for the customer."""
    if person is None:
        return Actor.CUSTOMER
    if is_machine(person.email):
        return Actor.MACHINE
    return Actor.CUSTOMER if customer.includes(person) else Actor.STRANGER


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
    return _relation(change.by, customer)
