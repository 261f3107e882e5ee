"""The one thing the connector does: read, evaluate, write the difference (design, "One idea: reconcile")."""

from datetime import datetime
from typing import NamedTuple

from connector.domain.decision import Decision
from connector.domain.ticket import Ticket
from connector.helpdesks.helpdesk import Helpdesk
from connector.policy.models import Policy
from connector.rules.evaluate import evaluate


class Reconciled(NamedTuple):
    """What a reconcile saw, decided and left behind."""

    ticket: Ticket
    decision: Decision
    seen: datetime
    """The ticket's time of update after the write (UTC)."""
    due: datetime | None
    """When the ticket has to be looked at again (UTC)."""
    touched: tuple[str, ...]
    """Ids of other tickets that have to be looked at because of this one, new ones among them."""


def reconcile(desk: Helpdesk, policy: Policy, ticket_id: str, now: datetime) -> Reconciled:
    """Brings one ticket to where the rules want it. Doing it twice changes nothing the second time.

    New tickets come first: what says on this ticket that they exist is written only once they do.

    :raises HelpdeskError: nothing is half written; the same call later continues.
    """
    ticket = desk.read(ticket_id)
    decision = evaluate(ticket, policy, now)
    # No webhook tells of what the connector does itself.
    touched = (*decision.touches, *(desk.ensure(new, ticket) for new in decision.creates))
    seen = ticket.updated_at
    if decision.changes or decision.note or decision.state:
        seen = desk.write(ticket, decision.changes, decision.note, decision.state)
    return Reconciled(ticket, decision, seen, now if decision.unfinished else decision.due, touched)
