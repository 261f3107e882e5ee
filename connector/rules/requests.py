"""What people ask for on a ticket: escalation (R39) and an RFO (R34), by message or by field."""

from datetime import datetime
from functools import lru_cache
from html import unescape
from typing import NamedTuple

from connector.domain.ticket import Article, Ticket
from connector.domain.vocabulary import Actor
from connector.policy.models import Policy
from connector.rules.text import contains_phrase, plain_reply


class Request(NamedTuple):
    """One request. ``id`` is stable, so that a mark on the ticket can prove it was served."""

    id: str
    at: datetime
    actor: Actor
    reason: str


def escalation_requests(ticket: Ticket, policy: Policy) -> list[Request]:
    """Every request to escalate, oldest first, served or not."""
    found = [
        Request(f"a{article.id}", article.created_at, article.author, f"message contains {phrase!r}")
        for article, phrase in _messages_with(ticket, policy.escalation.request_phrases)
    ]
    found += _by_field(ticket)
    return sorted(found, key=lambda request: request.at)


def rfo_request(ticket: Ticket, policy: Policy) -> Request | None:
    """Who asked for the RFO; support's request comes before a customer's, because it is always eligible.

    A customer can neither withdraw what support requested nor, by the field, ask in support's name.
    """
    reason = "field RFO requested"
    changes = ticket.changes.get("rfo_requested", ())
    by_support = [change for change in changes if change.actor is not Actor.CUSTOMER]
    if by_support and by_support[-1].new:
        return Request(f"h{by_support[-1].id}", by_support[-1].at, by_support[-1].actor, reason)
    if not changes and ticket.fields.rfo_requested:
        return Request("created", ticket.created_at, ticket.created_by, reason)
    if changes and changes[-1].new:
        return Request(f"h{changes[-1].id}", changes[-1].at, changes[-1].actor, reason)
    for article, phrase in _messages_with(ticket, policy.rfo.request_phrases):
        return Request(f"a{article.id}", article.created_at, article.author, f"message contains {phrase!r}")
    return None


def _by_field(ticket: Ticket) -> list[Request]:
    """Every time somebody filled the field, unless support emptied it again before it was served."""
    changes = ticket.changes.get("escalation_request", ())
    if not changes:
        reason = ticket.fields.escalation_request
        return [Request("created", ticket.created_at, ticket.created_by, reason)] if reason else []
    found = []
    for change, following in zip(changes, (*changes[1:], None), strict=True):
        withdrawn = following is not None and not following.new and following.actor.is_person_of_support
        if change.new and not withdrawn:
            found.append(Request(f"h{change.id}", change.at, change.actor, str(change.new)))
    return found


def _messages_with(ticket: Ticket, phrases: tuple[str, ...]) -> list[tuple[Article, str]]:
    found = []
    for article in ticket.articles:
        if article.author is Actor.CUSTOMER and not article.internal:
            phrase = _phrase_in(article.body, article.is_html, phrases)
            if phrase is not None:
                found.append((article, phrase))
    return found


@lru_cache(maxsize=2_000)
def _phrase_in(body: str, is_html: bool, phrases: tuple[str, ...]) -> str | None:
    """The phrase in the customer's own words. Cached, because every look at a ticket reads all its messages."""
    return contains_phrase(plain_reply(body, is_html), phrases) if _may_contain(body, phrases) else None


def _may_contain(body: str, phrases: tuple[str, ...]) -> bool:
    """A cheap look at the raw text: taking a mail apart costs a thousand times more, and few ask for anything."""
    raw = unescape(body).casefold()
    return any(all(word in raw for word in phrase.casefold().split()) for phrase in phrases)
