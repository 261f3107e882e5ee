"""What listeners are told of a ticket (TMF621, events), read off the ticket itself: the same whenever it is read."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from connector.domain.decision import Decision
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import TicketState
from connector.trouble_ticket.version4 import to_version_4
from connector.trouble_ticket.view import Sent

CREATE = "TroubleTicketCreateEvent"
STATUS = "TroubleTicketStatusChangeEvent"
ATTRIBUTE = "TroubleTicketAttributeValueChangeEvent"
INFORMATION = "TroubleTicketInformationRequiredEvent"
RESOLVED = "TroubleTicketResolvedEvent"

_SHOWN = ("priority", "impact", "service_id", "escalation_level")
_ASKING = frozenset({"asked", "reminded", "cause-asked", "deferral-asked"})


class Happening(NamedTuple):
    """One event."""

    id: str
    kind: str
    at: datetime


def happenings(ticket: Ticket, own: list[Sent], decision: Decision, now: datetime) -> list[Happening]:
    """All of a ticket on which ``decision`` was written just ``now`` (UTC), in the order of their times. ``own``: what
    its panel has sent."""
    found = [Happening("create", CREATE, own[0].at)]
    for number, (at, new) in enumerate(_states(ticket, decision, now), start=1):
        found.append(Happening(f"status-{number}", STATUS, at))
        if new is TicketState.RESOLVED:
            found.append(Happening(f"resolved-{number}", RESOLVED, at))
    for number, change in enumerate(own[1:], start=1):
        kind = STATUS if change.document.get("status") else ATTRIBUTE
        found.append(Happening(f"sent-{number}", kind, change.at))
    for name in _SHOWN:
        times = [change.at for change in ticket.changes.get(name, ())]
        times += [now] if name in decision.changes else []
        found += [Happening(f"{name}-{number}", ATTRIBUTE, at) for number, at in enumerate(times, start=1)]
    marks = dict.fromkeys(decision.note.marks if decision.note else (), now) | dict(ticket.marks)
    found += [Happening(str(mark), INFORMATION, at) for mark, at in marks.items() if mark.name in _ASKING]
    return sorted(found, key=lambda each: (each.at, each.id))


def _states(ticket: Ticket, decision: Decision, now: datetime) -> Iterator[tuple[datetime, Any]]:
    yield from ((change.at, change.new) for change in ticket.changes.get("state", ()))
    if decision.state is not None and decision.state is not ticket.state:
        yield now, decision.state


def event_of(happening: Happening, message: str, ticket: Mapping[str, Any], version: int) -> dict[str, Any]:
    """The event as a listener gets it. ``ticket``: in version 5, as it is now; ``message``: tells a repeat."""
    at = happening.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    body = {"eventId": message, "eventTime": at, "eventType": happening.kind, "event": {"troubleTicket": ticket}}
    if version == 4:
        return {**body, "event": {"troubleTicket": to_version_4(ticket)}}
    return {"@type": happening.kind, **body}
