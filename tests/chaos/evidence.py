"""What the helpdesk itself shows when all is over: what was lost, what was done twice."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from connector.domain.connector_key import key_of
from connector.domain.model import TicketId
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Actor, TicketKind
from connector.policy.models import Policy
from connector.rules.evaluate import evaluate
from tests.chaos.sandbox import Made, Sandbox


class Evidence(NamedTuple):
    """About many tickets. The first two must be empty; the others say that something has happened at all."""

    lost: list[str]
    """What the rules still want: an event that nobody has acted upon."""
    twice: list[str]
    """Notes, levels, tasks and links that exist more than once."""
    steps: Counter[str]
    """How many tickets have each step, by its name up to the first dash."""
    created: int
    """RFO tasks and problem records, each linked to its incident."""


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


def gather(helpdesk: Sandbox, policy: Policy, tickets: Iterable[str]) -> Evidence:
    """Reads every ticket."""
    desk, now, made = helpdesk.desk(), helpdesk.clock(), helpdesk.made()
    found = Evidence([], [], Counter(), made.tickets.total())
    found.twice.extend(f"{times} tickets {key}" for key, times in made.tickets.items() if times > 1)
    found.twice.extend(f"{times} links of {' and '.join(ends)}" for ends, times in made.links.items() if times > 1)
    for number in tickets:
        ticket = desk.read(TicketId(number))
        found.lost.extend(f"ticket {number}: {what}" for what in _missing(ticket, policy, now, made))
        found.twice.extend(f"ticket {number}: {what}" for what in _repeated(ticket))
        found.steps.update({name.partition("-")[0] for name in _proofs(ticket)})
    return found


def _missing(ticket: Ticket, policy: Policy, now: datetime, made: Made) -> list[str]:
    decision = evaluate(ticket, policy, now)
    wanted: list[object] = [*decision.changes, *decision.creates]
    wanted += [decision.note.title] if decision.note else []
    wanted += [decision.state] if decision.state else []
    linked = {link.connector_key for link in ticket.links}
    keys = [key_of(kind, ticket.id) for kind in (TicketKind.RFO_TASK, TicketKind.PROBLEM)]
    unlinked = [f"{key} is not linked" for key in keys if key in made.tickets and key not in linked]
    return [f"{what} is missing" for what in wanted] + unlinked


def _repeated(ticket: Ticket) -> list[str]:
    found = [f"{times} × {name}" for name, times in _proofs(ticket).items() if times > 1]
    levels = [c.new for c in ticket.changes.get("escalation_level", ()) if c.actor is Actor.CONNECTOR]
    if levels != sorted(set(levels)):
        found.append(f"levels set in the order {levels}")
    return found


def _proofs(ticket: Ticket) -> Counter[str]:
    return Counter(name for article in ticket.articles if article.author is Actor.CONNECTOR for name in article.marks)
