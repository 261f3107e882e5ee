"""The one thing the connector does: read, evaluate, write the difference (design, "One idea: reconcile")."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from connector.domain.decision import Decision
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Silence
from connector.helpdesks.helpdesk import Helpdesk
from connector.policy.models import Policy
from connector.rules.evaluate import evaluate
from connector.work.people import People


class LeaseEndedError(Exception):
    """Another worker may have taken the ticket over, so this one's decision may be out of date."""


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


def reconcile(
    desk: Helpdesk,
    policy: Policy,
    ticket_id: str,
    now: datetime,
    holds: Callable[[], bool] = lambda: True,
    *,
    people: People | None = None,
) -> Reconciled:
    """Brings one ticket to where the rules want it. Doing it twice changes nothing the second time.

    New tickets are created first, because the note on this ticket names them. ``holds`` tells right before each write
    whether the lease still lasts: a helpdesk cannot know that a write comes too late. ``people`` remembers how many
    messages a customer has got; without it there is no bound.

    :raises HelpdeskError: the same call later completes what is missing.
    :raises LeaseEndedError: the lease has ended.
    """
    ticket = desk.read(ticket_id)
    decision = evaluate(ticket, policy, now)
    address = ticket.customer.email or ticket.customer.id
    if people and _is_public(decision) and people.messages(desk.name, address) >= policy.messages_per_hour:
        ticket = ticket.silenced(Silence.ENOUGH)
        decision = evaluate(ticket, policy, now)
    # No webhook tells of what the connector does itself.
    touched = list(decision.touches)
    for new in decision.creates:
        _check(holds)
        touched.append(desk.ensure(new, ticket))
    seen = ticket.updated_at
    if decision.changes or decision.note or decision.state:
        _check(holds)
        seen = desk.write(ticket, decision.changes, decision.note, decision.state)
        if people and _is_public(decision):
            people.sent_message(desk.name, address)
    return Reconciled(ticket, decision, seen, now if decision.unfinished else decision.due, tuple(touched))


def _is_public(decision: Decision) -> bool:
    return decision.note is not None and decision.note.public


def _check(holds: Callable[[], bool]) -> None:
    if not holds():
        raise LeaseEndedError
