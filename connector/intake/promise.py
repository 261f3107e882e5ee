"""What a panel is told about a ticket that was just opened: by the rules themselves, before they have looked at it."""

from datetime import datetime

from connector.domain.fields import Fields
from connector.domain.model import Instant, Model
from connector.domain.person import Customer
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Actor, Channel, Priority, TicketState
from connector.helpdesks.on_behalf import Opened, Request
from connector.intake.submission import REQUIRED
from connector.policy.models import Policy
from connector.rules.evaluate import evaluate

NAMES = {name: pointer.split("/")[1] for name, pointer in REQUIRED.items()}
"""What the API calls the details that a policy may require."""


class Promise(Model):
    """Times are UTC; ``None`` where the policy promises none."""

    status: TicketState = TicketState.NEW
    priority: Priority
    first_response_due: Instant | None
    repair_due: Instant | None
    missing: tuple[str, ...] = ()
    """Details that the policy requires and nobody has given, by the names of the API (R14). They are asked for."""


def promise_of(request: Request, opened: Opened, policy: Policy, now: datetime, helpdesk: str = "") -> Promise:
    """What the rules will promise for a ticket that was opened at ``now`` (UTC)."""
    contact = request.contact
    organizations = (contact.organization,) if contact.organization else ()
    ticket = Ticket(
        helpdesk=helpdesk,
        id=opened.id,
        number=opened.number,
        title=request.title,
        created_at=now,
        updated_at=now,
        created_by=Actor.CONNECTOR,
        channel=Channel.PANEL,
        customer=Customer(id="", name=contact.name, email=contact.email, organizations=organizations),
        state=TicketState.NEW,
        fields=Fields.model_validate(
            {**request.fields, "connector_key": request.key, "priority": policy.default_priority, "group": "intake"}
        ),
    )
    decided = ticket.fields.model_copy(update=evaluate(ticket, policy, now).changes)
    return Promise(
        priority=decided.priority or policy.default_priority,
        first_response_due=decided.first_response_due_at,
        repair_due=decided.repair_due_at,
        missing=tuple(NAMES[name] for name in policy.intake.required if getattr(decided, name) is None),
    )
