"""Tickets and messages with some of the required details."""

from typing import Any

from connector.domain.decision import Note
from connector.domain.fields import Fields
from connector.domain.labels import LABELS
from connector.domain.ticket import Article, Ticket
from tests.builders import T0, incident, said

LINES = {
    "service_id": "Service ID: SVC-1005",
    "problem_start": "Start time: 2026-11-23 09:40 UTC",
    "short_description": "Description: the line to Hamburg loses packets",
    "impact": "Impact: degradation",
}
ALL = "\n".join(LINES.values())
OPTIONAL = """
Urgency: high
Circuit ID: HAM-1
Fault type: permanent
Test results: loss at hop 4
IP address: 192.0.2.1"""


def mail(*names: str) -> Article:
    return said("\n".join(LINES[name] for name in names), T0)


def bare(*articles: Article, **values: Any) -> Ticket:
    """A fresh ticket whose title says nothing."""
    return incident(Fields(), title="ticket", articles=articles, **values)


def only(notes: tuple[Note, ...]) -> Note:
    (told,) = notes
    return told


def asked_for(told: Note) -> set[str]:
    return {name for name in LINES if f"\n{LABELS[name]} (" in f"\n{told.text}"}
