"""Messages about a ticket, written for whoever reads them: the customer, or support."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from connector.domain.labels import Labels
from connector.domain.messages import MESSAGES, Audience
from connector.domain.ticket import Ticket
from connector.messages.catalogue import Message, Part, Rendered
from connector.messages.words import Language, Reader
from connector.policy.models import Policy

_REPLY = re.compile(r"^\s*((re|fwd?|aw|wg)\s*:\s*)+", re.IGNORECASE)


def write(parts: Sequence[Part], ticket: Ticket, policy: Policy, *, public: bool) -> Rendered:
    """One note on the ticket about all parts: a letter to the customer, or a note that only support sees."""
    if any((MESSAGES[name] is Audience.CUSTOMER) is not public for name, _ in parts):
        raise ValueError(f"not every one of {[name for name, _ in parts]} is {'public' if public else 'internal'}")
    if public:
        return policy.messages.letter(parts, _common(ticket, policy), customer_reader(ticket, policy))
    page = page_of(ticket, policy)
    return policy.messages.note(parts, _common(ticket, policy), _support(ticket, policy), page)


def page_of(ticket: Ticket, policy: Policy) -> str | None:
    """Where support sees what every rule says of the ticket, if it can be reached."""
    return policy.pages.page(ticket.helpdesk, ticket.id) if policy.pages else None


def field_text(name: str, data: Mapping[str, Any], ticket: Ticket, policy: Policy) -> str:
    """What a field of the ticket says, or a part of another message, for whoever reads that message.

    Cached, because every look at a ticket compares what its fields say with what they should.
    """
    reader = _reader_of(name, ticket, policy)
    message = policy.messages.message(reader.language, name)
    try:
        return _field_text(message, reader, tuple(data.items()))
    except TypeError:  # data with records is no key
        return message.render(data, reader).body


@lru_cache(maxsize=1_024)
def _field_text(message: Message, reader: Reader, data: tuple[tuple[str, Any], ...]) -> str:
    return message.render(dict(data), reader).body


def text(name: str, data: Mapping[str, Any], ticket: Ticket, policy: Policy) -> Rendered:
    """A message that is no note: title and text of a ticket made for this one, or a part of another message."""
    reader = _reader_of(name, ticket, policy)
    return policy.messages.render(name, {**_common(ticket, policy), **data}, reader)


def topic(title: str) -> str:
    """A subject without the prefixes of replies and forwards.

    >>> topic("Re: AW: Line down")
    'Line down'
    """
    return _REPLY.sub("", title).strip()


def _common(ticket: Ticket, policy: Policy) -> dict[str, Any]:
    name = ticket.customer.name
    return {
        "ticket": {"number": ticket.number, "title": topic(ticket.title) or ticket.number},
        # Helpdesks put the address where they know no name.
        "customer": None if "@" in name else name or None,
        "provider": policy.name,
        "policy": policy.version,
    }


def _reader_of(name: str, ticket: Ticket, policy: Policy) -> Reader:
    return (customer_reader if MESSAGES[name] is Audience.CUSTOMER else _support)(ticket, policy)


def _support(ticket: Ticket, policy: Policy) -> Reader:
    return _reader(policy.internal_language, policy.display_timezone, ticket.labels)


@lru_cache(maxsize=64)
def _reader(language: Language, zone: str, labels: Labels) -> Reader:
    return Reader(language, ZoneInfo(zone), labels)


def customer_reader(ticket: Ticket, policy: Policy) -> Reader:
    """In their own time zone where the catalogue knows it."""
    known = policy.catalogue.customers_of(ticket.customer.organizations, ticket.customer.email)
    zone = next((company.timezone for company in known if company.timezone), policy.display_timezone)
    return _reader(Language.EN, zone, ticket.labels)
