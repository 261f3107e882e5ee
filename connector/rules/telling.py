"""What of a ticket is told outside of the helpdesk, and the note that says it was.

Events are read off the ticket itself, so that a lost database forgets none: marks prove levels, warnings, late updates
and RFOs, the connector's own changes a missed target. What was told is a mark as well.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from connector.domain.decision import Decision, Notice, Outcome
from connector.domain.event import Event, EventKind, Told
from connector.domain.mark import Mark, MarkName
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Actor, Missed, TicketKind
from connector.policy.contacts import addresses
from connector.policy.ladder import ContactCard, Level
from connector.policy.models import Policy

FRESH = timedelta(days=1)
"""What happened longer ago is not told any more: nobody shall be called for yesterday's levels because a receiver was
added today. An event that waits to be delivered is not dropped for its age."""

_KINDS: Mapping[MarkName, EventKind] = {
    "level": EventKind.LEVEL,
    "warned": EventKind.WARNING,
    "update-missed": EventKind.UPDATE_LATE,
    "rfo-due": EventKind.RFO_REQUESTED,
    "rfo-sent": EventKind.RFO_DELIVERED,
    "rfo-late": EventKind.RFO_LATE,
}


def events(ticket: Ticket, policy: Policy, decision: Decision, now: datetime) -> list[Event]:
    """What has happened in the last day to a ticket on which ``decision`` was written just ``now`` (UTC)."""
    if ticket.kind is TicketKind.OTHER:
        return []
    marks = dict.fromkeys(decision.note.marks if decision.note else (), now) | dict(ticket.marks)
    after = ticket.with_changes(decision.changes)
    proved = (
        Event(str(mark), kind, at, _details(kind, mark, after, policy))
        for mark, at in marks.items()
        if now - at <= FRESH
        and mark.name is not None
        and (kind := _KINDS.get(mark.name)) is not None
        and not (kind is EventKind.LEVEL and Mark("level-elsewhere", mark.number) in marks)
    )
    missed = (event for event in _missed(ticket, decision, now) if now - event.at <= FRESH)
    return sorted([*proved, *missed], key=lambda event: (event.at, event.id))


def level_of(ticket: Ticket, policy: Policy, number: int) -> Level | None:
    """The level of the ladder that counts for the ticket; ``None`` where another policy fired it."""
    ladder = policy.ladder_of(ticket.fields.verified_service, ticket.began_at)
    return next((level for level in ladder.levels if level.level == number), None)


def _details(kind: EventKind, mark: Mark, ticket: Ticket, policy: Policy) -> Mapping[str, Any]:
    fields = ticket.fields
    match kind:
        case EventKind.LEVEL:
            return _level(ticket, policy, mark.number or 0)
        case EventKind.WARNING:
            limits = {"first_response": fields.first_response_due_at, "repair": fields.repair_due_at}
            target = mark.parts[0]
            percent = int(mark.parts[-1]) if mark.parts[-1].isdigit() else None
            return {"target": {"name": target, "due": limits.get(target, fields.next_update_at), "percent": percent}}
        case EventKind.UPDATE_LATE:
            return {"target": {"name": "update", "due": fields.next_update_at}}
        case _:
            return {"rfo": {"due": fields.rfo_due_at}}


def _level(ticket: Ticket, policy: Policy, number: int) -> Mapping[str, Any]:
    level = level_of(ticket, policy, number)
    if level is None:
        return {"level": {"number": number}}
    contacts = [str(contact) for contact in level.contacts]
    known = {"number": number, "name": level.name, "contacts": contacts}
    return {"level": {**known, "addresses": list(addresses(level)), "called": [_names(one) for one in level.contacts]}}


def _names(contact: ContactCard | str) -> list[str]:
    """What a contact may be called elsewhere."""
    if isinstance(contact, str):
        return [contact]
    return [name for name in (str(contact), contact.name, contact.role, contact.email) if name]


def _missed(ticket: Ticket, decision: Decision, now: datetime) -> Iterator[Event]:
    """Each time that the connector found a target missed which was not before."""
    found = [
        (change.at, _targets(change.new) - _targets(change.old))
        for change in ticket.changes.get("missed_targets", ())
        if change.actor is Actor.CONNECTOR
    ]
    if "missed_targets" in decision.changes:
        found.append((now, _targets(decision.changes["missed_targets"]) - _targets(ticket.fields.missed_targets)))
    limits = {"first_response": ticket.fields.first_response_due_at, "repair": ticket.fields.repair_due_at}
    for name, due in limits.items():
        times = [at for at, targets in found if name in targets]
        for number, at in enumerate(times, start=1):
            details = {"target": {"name": name, "due": due}}
            yield Event(f"missed-{name}-{number}", EventKind.MISSED, at, details)


def _targets(missed: Any) -> frozenset[str]:
    if not missed:
        return frozenset()
    return frozenset({"first_response", "repair"} if str(missed) == Missed.BOTH else {str(missed)})


def told_mark(receiver: str, event: str) -> Mark:
    """Proves that the receiver was told."""
    return Mark("told", receiver, event)


def given_up_mark(receiver: str, event: str) -> Mark:
    """Proves that support knows that the receiver could not be told."""
    return Mark("not-told", receiver, event)


def told_outside(told: Iterable[Told]) -> Outcome:
    """What was told outside of the helpdesk, and what could not be."""
    done = [one for one in told if one.failure is None]
    given_up = [one for one in told if one.failure is not None]
    notices = list[Notice]()
    if done:
        marks = frozenset(told_mark(one.receiver, one.event) for one in done)
        notices.append(Notice("told_outside", {"told": _lines(done)}, marks))
    if given_up:
        marks = frozenset(given_up_mark(one.receiver, one.event) for one in given_up)
        notices.append(Notice("not_told_outside", {"told": _lines(given_up)}, marks))
    return Outcome(rule="telling", notices=tuple(notices))


def _lines(told: Sequence[Told]) -> list[Mapping[str, Any]]:
    """As the templates know them."""
    return [
        {
            "what": one.kind.name.lower(),
            "level": Mark.parse(one.event).number if one.kind is EventKind.LEVEL else None,
            "receiver": one.receiver,
            "at": one.at,
            "cause": one.failure,
        }
        for one in told
    ]
