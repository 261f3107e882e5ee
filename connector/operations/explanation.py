"""What the rules see and decide on one ticket, without a word of those who wrote on it."""

from datetime import datetime
from typing import Any

from connector.domain.decision import Decision
from connector.domain.fields import CATALOGUE
from connector.domain.model import TicketId
from connector.domain.ticket import Ticket
from connector.helpdesks.helpdesk import Helpdesk
from connector.operations.quoting import without_quotations
from connector.policy.models import Policy
from connector.rules import wording
from connector.rules.evaluate import evaluate
from connector.work.admission import in_force
from connector.work.others import judged
from connector.work.people import People, bounded

_SHOWN = (
    "priority",
    "impact",
    "urgency",
    "escalation_level",
    "next_escalation_at",
    "first_response_due_at",
    "repair_due_at",
    "next_update_at",
    "missed_targets",
    "deferred_until",
    "rfo_status",
    "rfo_due_at",
)


def explained(
    desk: Helpdesk,
    policy: Policy,
    ticket_id: TicketId,
    now: datetime,
    since: datetime | None,
    *,
    people: People | None = None,
) -> dict[str, Any]:
    """Reads the ticket with this id and says what the rules decide at ``now`` (UTC); nothing is written. ``since``:
    from when on they hold on this helpdesk, as :func:`in_force` takes it. ``people``: who has got how many messages.

    Raises HelpdeskError.
    """
    policy = in_force(policy, since)

    def judge(seen: Ticket) -> Decision:
        return bounded(lambda one: evaluate(one, policy, now), seen, people, desk.name, policy.messages_per_hour)

    ticket, decision = judged(desk, desk.read(ticket_id), judge)
    return as_data(ticket, decision, policy, now)


def as_data(ticket: Ticket, decision: Decision, policy: Policy, now: datetime) -> dict[str, Any]:
    """As JSON. Texts of fields are left out: customers and agents wrote them."""
    cleaned = without_quotations(ticket, decision)
    note, coming = decision.note, now if decision.unfinished else decision.due
    about = [
        notice.message
        for outcome in decision.outcomes
        for notice in outcome.notices
        if note is not None and notice.public == note.public and notice.marks <= note.marks
    ]
    return {
        "id": ticket.id,
        "number": ticket.number,
        "kind": wording.value(ticket.kind),
        "state": wording.value(ticket.state),
        "created_at": ticket.created_at.isoformat(),
        "created_by": wording.actor(ticket.created_by),
        "policy": policy.version,
        "now": now.isoformat(),
        "fields": [
            {
                "label": ticket.labels[name],
                "value": _value(name, held),
                "at": held.isoformat() if isinstance(held, datetime) else None,
            }
            for name in _SHOWN
            if (held := getattr(ticket.fields, name)) is not None
        ],
        "rules": [
            {"rule": outcome.rule, "reasons": [cleaned(reason) for reason in outcome.reasons]}
            for outcome in decision.outcomes
        ],
        "would_write": {
            "fields": [
                {
                    "label": ticket.labels[name],
                    "is": _value(name, getattr(ticket.fields, name)),
                    "becomes": _value(name, value),
                }
                for name, value in decision.changes.items()
            ],
            "state": wording.value(decision.state) if decision.state else None,
            "message": None if note is None else {"public": note.public, "about": about},
            "new_tickets": [new.key.partition(":")[0] for new in decision.creates],
        },
        "next_look": coming.isoformat() if coming else None,
    }


def _value(name: str, value: object) -> str:
    return "a text" if type(value) is str and value and not CATALOGUE[name].choices else wording.value(value)
