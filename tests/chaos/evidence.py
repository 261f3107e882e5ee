"""What the helpdesk itself shows when all is over: what was lost, what was done twice."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from connector.domain.connector_key import key_of
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Actor, TicketKind
from connector.helpdesks.helpdesk import Helpdesk
from connector.policy.models import Policy
from connector.rules.evaluate import evaluate


class Evidence(NamedTuple):
    """About many tickets. The first two must be empty; the others say that something has happened at all."""

    lost: list[str]
    """What the rules still want: an event that nobody has acted upon."""
    twice: list[str]
    """Notes, levels, tasks and links that exist more than once."""
    steps: Counter[str]
    """How many tickets have each step, by its name up to the first dash."""
    tasks: int
    """RFO tasks, each linked to its incident."""


class Outcome(NamedTuple):
    """Of a whole run."""

    kills: int
    """``kill -9`` of a process group."""
    acknowledged: int
    """Events answered 202."""
    refused: int
    """Deliveries that failed and were tried again."""
    tickets: int
    evidence: Evidence
    seconds: float


def gather(desk: Helpdesk, policy: Policy, tickets: Iterable[str], created: Counter[str]) -> Evidence:
    """Reads every ticket. ``created``: how many tickets of the helpdesk have each key of the connector."""
    now = datetime.now(UTC)
    found = Evidence([], [], Counter(), created.total())
    found.twice.extend(f"{times} tickets {key}" for key, times in created.items() if times > 1)
    for number in tickets:
        ticket = desk.read(number)
        found.lost.extend(f"ticket {number}: {what}" for what in _missing(ticket, policy, now, created))
        found.twice.extend(f"ticket {number}: {what}" for what in _repeated(ticket))
        found.steps.update({name.partition("-")[0] for name in _proofs(ticket)})
    return found


def _missing(ticket: Ticket, policy: Policy, now: datetime, created: Counter[str]) -> list[str]:
    decision = evaluate(ticket, policy, now)
    wanted = [*decision.changes, *([decision.note.title] if decision.note else []), *decision.creates]
    linked = {link.connector_key for link in ticket.links}
    key = key_of(TicketKind.RFO_TASK, ticket.id)
    unlinked = [f"{key} is not linked"] if key in created and key not in linked else []
    return [f"{what} is missing" for what in wanted] + unlinked


def _repeated(ticket: Ticket) -> list[str]:
    found = [f"{times} × {name}" for name, times in _proofs(ticket).items() if times > 1]
    links = Counter(link.id for link in ticket.links)
    found += [f"{times} links to {other}" for other, times in links.items() if times > 1]
    levels = [c.new for c in ticket.changes.get("escalation_level", ()) if c.actor is Actor.CONNECTOR]
    if levels != sorted(set(levels)):
        found.append(f"levels set in the order {levels}")
    return found


def _proofs(ticket: Ticket) -> Counter[str]:
    return Counter(name for article in ticket.articles if article.author is Actor.CONNECTOR for name in article.marks)
