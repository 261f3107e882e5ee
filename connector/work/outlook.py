"""What lies ahead of a ticket and what was missed, as a good run saw it: for people who look at all tickets at once."""

from datetime import datetime
from typing import NamedTuple

from connector.domain.decision import Decision
from connector.domain.fields import Fields
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Missed
from connector.rules.timeline import whole_second

_MISSED = {
    Missed.FIRST_RESPONSE: ("first response",),
    Missed.REPAIR: ("repair",),
    Missed.BOTH: ("first response", "repair"),
}


class Outlook(NamedTuple):
    """Nothing in it was said by a customer. All times in UTC."""

    number: str | None = None
    """What people call the ticket."""
    priority: str | None = None
    level: int | None = None
    """Of the escalation, now."""
    level_at: datetime | None = None
    """When the next one is reached."""
    target: str | None = None
    """The next promise that is to be kept: ``first response``, ``update`` or ``repair``."""
    target_at: datetime | None = None
    missed: str | None = None
    """Promises that were not kept, with commas."""
    missed_at: datetime | None = None
    """When the last of them was due."""


def outlook(ticket: Ticket, decision: Decision, now: datetime) -> Outlook:
    """Of ``ticket`` once ``decision`` is written."""
    if not decision.outcomes:
        return Outlook(ticket.number)
    fields = ticket.fields.model_copy(update=dict(decision.changes))
    target, target_at = _target(fields, decision, now)
    missed, missed_at = _missed(fields, now)
    return Outlook(
        ticket.number,
        fields.priority.value if fields.priority else None,
        fields.escalation_level,
        fields.next_escalation_at,
        target,
        target_at,
        missed,
        missed_at,
    )


def _target(fields: Fields, decision: Decision, now: datetime) -> tuple[str | None, datetime | None]:
    # What was kept stays on the ticket with its time; only the rule knows which clocks still run.
    running = next((outcome.due for outcome in decision.outcomes if outcome.rule == "targets"), None)
    first = fields.first_response_due_at
    name = "first response" if first and running and first == whole_second(running) else "repair"
    coming = {name: running, "update": fields.next_update_at}
    ahead = [(at, name) for name, at in coming.items() if at is not None and at > now]
    if not ahead:
        return None, None
    at, name = min(ahead)
    return name, at


def _missed(fields: Fields, now: datetime) -> tuple[str | None, datetime | None]:
    dues = {"first response": fields.first_response_due_at, "repair": fields.repair_due_at}
    missed = {name: dues[name] for name in (_MISSED[fields.missed_targets] if fields.missed_targets else ())}
    if fields.next_update_at is not None and fields.next_update_at <= now:
        missed["update"] = fields.next_update_at
    return ", ".join(missed) or None, max((at for at in missed.values() if at is not None), default=None)
