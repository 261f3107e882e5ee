"""A person of support declines an RFO: with a reason, which the customer is sent; without one nothing is declined."""

from datetime import datetime
from typing import NamedTuple

from connector.domain.decision import Notice
from connector.domain.mark import Mark
from connector.domain.ticket import Change, Ticket
from connector.domain.vocabulary import Actor, RfoStatus, TicketKind
from connector.rules.measures import is_placeholder


class Refusal(NamedTuple):
    """``id`` is that of the change of the status, on the incident or on its task."""

    id: str
    at: datetime
    actor: Actor
    reason: str | None
    """``None``: there is none yet."""


def stated(ticket: Ticket) -> Change | None:
    """The status that a person of support set last on this incident or task."""
    by_hand = [change for change in ticket.changes.get("rfo_status", ()) if change.actor.is_staff]
    return by_hand[-1] if by_hand else None


def declined(incident: Ticket) -> Refusal | None:
    """By which the incident's RFO is declined, on the incident or on its task. What the customer was told stays until
    a person of support says otherwise."""
    word: list[tuple[datetime, Refusal | None]] = []
    if (own := stated(incident)) is not None:
        word.append((own.at, _refusal(own, incident)))
    task = incident.related
    if (
        task is not None
        and task.kind is TicketKind.RFO_TASK
        and (last := stated(task)) is not None
        and task.fields.rfo_status is RfoStatus.DECLINED
    ):
        word.append((last.at, _refusal(last, task)))
    for mark, at in incident.marks_by_name.get("rfo-declined-by-us", {}).items():
        word.append((at, Refusal(mark.parts[0], at, Actor.AGENT, incident.fields.rfo_decline_reason or "told")))
    return max(word, key=lambda said: said[0])[1] if word else None


def _refusal(change: Change, ticket: Ticket) -> Refusal | None:
    if change.new is not RfoStatus.DECLINED:
        return None
    reason = (ticket.fields.rfo_decline_reason or "").strip()
    return Refusal(change.id, change.at, change.actor, None if is_placeholder(reason) else reason)


def no_reason(refusal: Refusal) -> Notice:
    """Asks for it, once for each time somebody declines."""
    return Notice("rfo_no_reason", {"who": refusal.actor}, frozenset({Mark("rfo-no-reason", refusal.id)}))
