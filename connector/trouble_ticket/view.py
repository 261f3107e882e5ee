"""A ticket of the helpdesk as TMF621 5.0.1 shows it: what was sent, as it was sent, and what became of it."""

import json
from collections.abc import Container, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from connector.domain.ticket import Article, Ticket
from connector.domain.vocabulary import Actor, Channel, Priority, TicketState
from connector.rules.text.markup import raw_lines
from connector.trouble_ticket.request import words_of
from connector.trouble_ticket.shapes import typed

STATUSES: Mapping[TicketState, str] = {
    TicketState.NEW: "acknowledged",
    TicketState.OPEN: "inProgress",
    TicketState.PENDING_CUSTOMER: "pending",
    TicketState.RESOLVED: "resolved",
    TicketState.CLOSED: "closed",
    TicketState.CANCELLED: "cancelled",
}
PRIORITIES: Mapping[Priority, str] = {
    Priority.P1: "Critical",
    Priority.P2: "High",
    Priority.P3: "Medium",
    Priority.P4: "Low",
}
"""Ours, where their system has said none."""
DEFERRED = "held"
"""While a repair is deferred by consent (R27)."""
MOST_NOTES = 100


class Sent(NamedTuple):
    """Something that the customer's system sent: a new ticket, or a change of it."""

    at: datetime
    document: Mapping[str, Any]


def sent(ticket: Ticket, panel: str) -> list[Sent]:
    """What this panel sent with the ticket, the first of all first; nothing: it is not its ticket."""
    found = []
    for at, text in ticket.kept:
        try:
            told = json.loads(text)
        except ValueError:
            continue
        if isinstance(told, dict) and told.get("panel") == panel and isinstance(told.get("document"), dict):
            found.append(Sent(at, told["document"]))
    return found


def view_of(ticket: Ticket, panel: str, address: str) -> dict[str, Any] | None:
    """The ticket in version 5; ``None``: it is none of this panel's. ``address``: of the collection, without a slash
    at its end."""
    own = sent(ticket, panel)
    if not own:
        return None
    said = said_of(own)
    changes = list(_changes(ticket, own))
    last = changes[-1]
    fields = ticket.fields
    ours: dict[str, Any] = {
        "id": ticket.id,
        "href": f"{address}/{ticket.id}",
        "@type": said.get("@type") or "TroubleTicket",
        "creationDate": _time(ticket.created_at),
        "lastUpdate": _time(max(ticket.updated_at, own[-1].at)),
        "status": last["status"],
        "statusChangeDate": last["statusChangeDate"],
        "statusChangeHistory": changes,
    }
    if fields.priority:
        said.setdefault("priority", PRIORITIES[fields.priority])
    if fields.repair_due_at and not ticket.state.is_over:
        said.setdefault("expectedResolutionDate", _time(fields.repair_due_at))
    if ticket.state.is_over:
        said["resolutionDate"] = _time(_since(ticket))
    if notes := [*said.get("note", ()), *_notes(ticket, own)]:
        said["note"] = notes
    said["troubleTicketCharacteristic"] = [*said.get("troubleTicketCharacteristic", ()), *_characteristics(ticket)]
    whole: dict[str, Any] = typed({**said, **ours})
    return whole


def said_of(own: list[Sent]) -> dict[str, Any]:
    """What their system has said, changes and all. Notes are said once more, not replaced."""
    said: dict[str, Any] = {}
    for change in own:
        notes = [*(said.get("note") or ()), *(change.document.get("note") or ())]
        said = merged(said, change.document)
        if notes:
            said["note"] = notes
    return said


def merged(document: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """A merge patch (RFC 7396): objects are changed attribute by attribute, and ``null`` takes one away.

    >>> merged({"channel": {"id": "1", "name": "web"}}, {"channel": {"name": None}, "name": "x"})
    {'channel': {'id': '1'}, 'name': 'x'}
    """
    found = dict(document)
    for name, value in patch.items():
        if value is None:
            found.pop(name, None)
        elif isinstance(value, Mapping):
            before = found.get(name)
            found[name] = merged(before if isinstance(before, Mapping) else {}, value)
        else:
            found[name] = value
    return found


def _changes(ticket: Ticket, own: list[Sent]) -> Iterator[dict[str, Any]]:
    """How the status changed, as the customer's system or the helpdesk said."""
    told = [(each.at, str(each.document["status"]), each.document) for each in own if each.document.get("status")]
    if not own[0].document.get("status"):
        told.insert(0, (ticket.created_at, STATUSES[TicketState.NEW], own[0].document))
    ours: list[tuple[datetime, str, Mapping[str, Any]]] = [
        (change.at, STATUSES[change.new], {})
        for change in ticket.changes.get("state", ())
        if isinstance(change.new, TicketState)
    ]
    if not ours and ticket.state is not TicketState.NEW:
        ours = [(ticket.created_at, STATUSES[ticket.state], {})]
    told += ours
    if ticket.fields.deferred_until is not None and not ticket.state.is_over:
        agreed = ticket.changes.get("deferred_until", ())
        told.append((agreed[-1].at if agreed else ticket.updated_at, DEFERRED, {}))
    before = None
    for at, status, document in sorted(told, key=lambda one: one[0]):
        if status == before:
            continue
        before = status
        reason = {"statusChangeReason": document["statusChangeReason"]} if document.get("statusChangeReason") else {}
        yield {"status": status, "statusChangeDate": _time(at), **reason, "@type": "StatusChange"}


def _since(ticket: Ticket) -> datetime:
    """Since when it is over."""
    changes = ticket.changes.get("state", ())
    return changes[-1].at if changes else ticket.updated_at


def _notes(ticket: Ticket, own: list[Sent]) -> Iterator[dict[str, Any]]:
    """What was said since, and the customer may read. The first article is what was sent; changes are known by what was
    kept of them."""
    known = {_plain(words_of(change.document)) for change in own[1:]}
    shown = [article for article in ticket.articles[1:] if _is_shown(article, known)]
    for article in shown[-MOST_NOTES:]:
        author = "Customer" if article.author is Actor.CUSTOMER else "Support"
        yield {"id": article.id, "author": author, "date": _time(article.heard_at), "text": _text(article)}


def _is_shown(article: Article, known: Container[str]) -> bool:
    by_itself = article.author is Actor.CUSTOMER and article.channel is Channel.PANEL
    return not article.internal and article.author in _HEARD and not (by_itself and _plain(article.body) in known)


def _plain(text: str) -> str:
    # The way through a helpdesk may change spaces, never words.
    return " ".join(text.split())


def _text(article: Article) -> str:
    if not article.is_html:
        return article.body
    return "\n".join(line.text for line in raw_lines(article.body, is_html=True) if not line.mark).strip()


_HEARD = frozenset({Actor.CUSTOMER, Actor.AGENT, Actor.MANAGER, Actor.CONNECTOR})


def _characteristics(ticket: Ticket) -> Iterator[dict[str, Any]]:
    """What the standard has no attribute for; the names are MEF's where it has one."""
    fields = ticket.fields
    found: dict[str, Any] = {
        "ticketNumber": ticket.number,
        "sellerPriority": fields.priority,
        "escalationLevel": fields.escalation_level,
        "firstResponseDue": _time(fields.first_response_due_at) if fields.first_response_due_at else None,
        "repairDue": _time(fields.repair_due_at) if fields.repair_due_at else None,
        "nextUpdateDue": _time(fields.next_update_at) if fields.next_update_at else None,
    }
    for name, value in found.items():
        if value is not None:
            plain = value if isinstance(value, int) else str(value)
            kind = "Integer" if isinstance(plain, int) else "String"
            yield {"name": name, "valueType": kind.lower(), "value": plain, "@type": f"{kind}Characteristic"}


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
