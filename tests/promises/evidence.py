"""What a ticket shows, in words that tests compare."""

from collections import Counter
from typing import Any

from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Actor
from connector.sandbox.stage import Stage


def notes(ticket: Ticket) -> list[str]:
    """The titles of the connector's notes."""
    return [article.subject for article in ticket.articles if article.author is Actor.CONNECTOR]


def steps(ticket: Ticket) -> list[str | None]:
    """The names of the steps that are proved, in order."""
    return [mark.name for article in ticket.articles for mark in sorted(article.marks)]


def proofs(ticket: Ticket) -> Counter[str]:
    """How often each step is proved: every one exactly once."""
    return Counter(name for article in ticket.articles for name in article.marks)


def levels_noted(ticket: Ticket) -> list[str]:
    """The levels that were told, in order."""
    return [title.partition("; ")[0] for title in notes(ticket) if title.startswith("Escalation level")]


def outcome(ticket: Ticket) -> dict[str, Any]:
    """Everything the rules decide, without ids and times of messages."""
    return {
        "state": ticket.state,
        "fields": ticket.fields.model_dump(),
        "notes": Counter(notes(ticket)),
        "proofs": proofs(ticket),
        "links": sorted((link.connector_key or "", link.state) for link in ticket.links),
    }


def calls(stage: Stage, since: int = 0) -> list[str]:
    """The connector's API calls as ``METHOD path``, without what it reads once at start."""
    return [str(call) for call in stage.house.calls(since)]


def writes(stage: Stage, since: int = 0) -> list[str]:
    """The connector's writes."""
    return [str(call) for call in stage.house.calls(since) if call.is_write]
