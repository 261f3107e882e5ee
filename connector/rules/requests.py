"""What people ask for or agree to, by message or field: escalation (R39), an RFO (R34), deferral (R27)."""

from datetime import datetime
from functools import lru_cache
from html import unescape
from typing import Any, NamedTuple

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
    name: str = ""
    """The person's, where the helpdesk tells it."""


class Setting(NamedTuple):
    """A value that a field was given, at creation or since."""

    id: str
    at: datetime
    actor: Actor
    value: Any
    name: str = ""


def escalation_requests(ticket: Ticket, policy: Policy) -> list[Request]:
    """Every request to escalate, oldest first, served or not."""
    found = [
        Request(f"a{article.id}", article.created_at, article.author, f"message contains {phrase!r}")
        for article, phrase in _messages_with(ticket, policy.escalation.request_phrases)
    ]
    found += _by_field(ticket)
    return sorted(found, key=lambda request: request.at)


def rfo_requests(ticket: Ticket, policy: Policy) -> list[Request]:
    """Every request for an RFO that stands, oldest first.

    A customer can neither withdraw what support requested nor, by the field, ask in support's name.
    """
    found = [
        Request(f"a{article.id}", article.created_at, article.author, f"message contains {phrase!r}")
        for article, phrase in _messages_with(ticket, policy.rfo.request_phrases)
    ]
    standing: list[Request] = []
    for setting in _settings(ticket, "rfo_requested"):
        if setting.value:
            standing.append(Request(setting.id, setting.at, setting.actor, "field RFO requested"))
        elif setting.actor is Actor.CUSTOMER:
            standing = [request for request in standing if request.actor is not Actor.CUSTOMER]
        else:
            standing = []
    return sorted(found + standing, key=lambda request: request.at)


def support_consents(ticket: Ticket) -> list[Request]:
    """R27: that support agrees to defer, while the field says so."""
    return _standing(ticket, "deferral_support", "by the field")


def customer_consents(ticket: Ticket, policy: Policy) -> list[Request]:
    """R27: that the customer agrees to defer, oldest first: by messages, and by the field while it says so."""
    found = [
        Request(f"a{article.id}", article.created_at, article.author, f"message {article.id}: {phrase!r}", name)
        for article, phrase in _messages_with(ticket, policy.deferral.consent_phrases)
        for name in (article.author_name or ticket.customer.name,)
    ]
    return sorted(found + _standing(ticket, "deferral_customer", "by the field"), key=lambda request: request.at)


def _standing(ticket: Ticket, field: str, reason: str) -> list[Request]:
    """The setting that a yes/no field has its yes from."""
    last = _settings(ticket, field)[-1]
    if not (last.value and getattr(ticket.fields, field)):
        return []
    return [Request(last.id, last.at, last.actor, reason, last.name)]


def _by_field(ticket: Ticket) -> list[Request]:
    """Every time somebody filled the field, unless support emptied it again before it was served."""
    settings = _settings(ticket, "escalation_request")
    found = []
    for setting, following in zip(settings, (*settings[1:], None), strict=True):
        withdrawn = following is not None and not following.value and following.actor.is_staff
        if setting.value and not withdrawn:
            found.append(Request(setting.id, setting.at, setting.actor, str(setting.value)))
    return found


def _settings(ticket: Ticket, field: str) -> list[Setting]:
    changes = ticket.changes.get(field, ())
    at_creation = changes[0].old if changes else getattr(ticket.fields, field)
    first = Setting("created", ticket.created_at, ticket.created_by, at_creation)
    return [
        first,
        *(Setting(f"h{change.id}", change.at, change.actor, change.new, change.actor_name) for change in changes),
    ]


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
