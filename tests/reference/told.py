"""The events of an incident as a helpdesk tells of them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Actor, Priority, TicketState
from tests.builders import changed, complete, incident, moved, said
from tests.reference.incident import Event


def opened(begins: datetime, first: Priority) -> Ticket:
    """An incident that nothing has happened to yet. Its priority is that of the matrix, so that no rule changes it."""
    impact, urgency = _CAUSES[first]
    fields = complete(priority=first, impact=impact, urgency=urgency, service_id=None, service_check=None)
    return incident(fields, state=TicketState.NEW, created_at=begins, updated_at=begins)


_CAUSES = {
    Priority.P1: ("service_affecting", "high"),
    Priority.P2: ("service_affecting", "medium"),
    Priority.P3: ("service_affecting", "low"),
    Priority.P4: ("degradation", "low"),
}


def happened(ticket: Ticket, event: Event, number: int) -> Ticket:
    """The ticket after an event; ``number`` is its id in the helpdesk."""
    when = ticket.created_at + timedelta(minutes=event.minute)
    does, value = event.does, event.value
    if does in ("answers", "writes") or value == "customer":
        words = {
            "answers": "We are on it.",
            "writes": "Any news?",
            "asks": "Please escalate this ticket.",
            "orders": "Please send us the RFO.",
        }
        author = Actor.AGENT if does == "answers" else Actor.CUSTOMER
        return _with(ticket, when, articles=(*ticket.articles, said(words[does], when, author, id=f"{number}")))
    if does == "state":
        return _with(ticket, when, state=value, history=(*ticket.history, moved(ticket.state, value, when)))
    field, actor, new = "priority", Actor.AGENT, value
    if does == "asks":
        field, new = "escalation_request", f"wish {number}"
        actor = Actor.MANAGER if value == "manager" else Actor.AGENT
    elif does == "orders":
        field, new = "rfo_requested", True
    elif does == "defers":
        field, actor, new = "deferred_until", Actor.CONNECTOR, ticket.created_at + timedelta(minutes=value)
    change = changed(field, getattr(ticket.fields, field), new, when, actor).model_copy(update={"id": f"{number}"})
    fields = ticket.fields.model_copy(update={field: new})
    return _with(ticket, when, fields=fields, history=(*ticket.history, change))


def all_happened(begins: datetime, first: Priority, events: Sequence[Event]) -> Ticket:
    """The ticket after all events, as a connector finds it that has been away until now."""
    ticket = opened(begins, first)
    for number, event in enumerate(events):
        ticket = happened(ticket, event, number)
    return ticket


def _with(ticket: Ticket, when: datetime, **values: Any) -> Ticket:
    return ticket.model_copy(update={**values, "updated_at": when})
