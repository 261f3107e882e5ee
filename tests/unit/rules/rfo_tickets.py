"""Incidents whose RFO is asked for, promised or delivered."""

from datetime import UTC, datetime
from typing import Any

from connector.domain.ticket import Article, Change, LinkedTicket, Ticket
from connector.domain.vocabulary import Actor, Priority, TicketState
from tests.builders import at, changed, complete, default_policy, incident, moved, said

POLICY = default_policy()


P1, P2, P3, P4 = Priority


OVER = moved(TicketState.OPEN, TicketState.CLOSED, at(hours=2))


ASKED_AT = at(hours=1)


DUE = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
"""Five working days after the resolution, Monday 13:00 in Berlin."""


def asked(when: datetime = ASKED_AT) -> Article:
    return said("Please send us the RFO.", when)


def task(due: datetime | None = DUE, state: TicketState = TicketState.OPEN, **values: Any) -> LinkedTicket:
    held = {"id": "90", "number": "41090", "created_by_connector": True, "connector_key": "rfo:7"}
    return LinkedTicket(**(held | {"state": state, "rfo_due_at": due} | values))


def solved(priority: Priority = P1, **values: Any) -> Ticket:
    held: dict[str, Any] = {"state": TicketState.CLOSED, "history": (OVER,), "articles": (asked(),)}
    return incident(complete(priority=priority), **(held | values))


# Promises stand


def promised(*more: Change, due: datetime = DUE, **values: Any) -> Ticket:
    """The customer was told ``due`` when the ticket was closed."""
    shown = changed("rfo_due_at", None, due, at(hours=2, seconds=5), Actor.CONNECTOR)
    return solved(history=(OVER, shown, *more), links=(task(),), **values)
