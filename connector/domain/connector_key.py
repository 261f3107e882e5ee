"""Keys of what the connector itself opens (the field ``connector_key``): by its key a ticket is found again, so that a
repeat opens no second one."""

from connector.domain.model import TicketId
from connector.domain.vocabulary import TicketKind

_PREFIXES = {TicketKind.RFO_TASK: "rfo", TicketKind.PROBLEM: "problem"}
_KINDS = {prefix: kind for kind, prefix in _PREFIXES.items()} | {"matrix": TicketKind.OTHER}


def key_of(kind: TicketKind, incident_id: TicketId, number: int = 1) -> str:
    """The key of the RFO task or problem record of an incident: always the same, so that a repeat finds what is there.
    A later outage's RFO has a ``number`` of its own.

    >>> key_of(TicketKind.RFO_TASK, "41002"), key_of(TicketKind.RFO_TASK, "41002", 2)
    ('rfo:41002', 'rfo:41002:2')
    """
    return f"{_PREFIXES[kind]}:{incident_id}" + (f":{number}" if number > 1 else "")


def number_of(key: str | None) -> int:
    """Which of its incident's RFO tasks a ticket with this key is.

    >>> number_of("rfo:41002:2"), number_of("rfo:41002")
    (2, 1)
    """
    number = (key or "").partition(":")[2].partition(":")[2]
    return int(number) if number.isascii() and number.isdigit() else 1


def incident_of(key: str | None) -> TicketId | None:
    """The id of the incident that a ticket with this key was made for.

    >>> incident_of("rfo:41002:2")
    '41002'
    """
    return TicketId((key or "").partition(":")[2].partition(":")[0]) or None


def kind_of(key: str | None) -> TicketKind:
    """What a ticket with this key is; anything unknown is an incident. Ask only for tickets that the connector made.

    >>> kind_of("rfo:41002"), kind_of("matrix:SVC-1003:v3")
    (<TicketKind.RFO_TASK: 'rfo_task'>, <TicketKind.OTHER: 'other'>)
    """
    return _KINDS.get((key or "").partition(":")[0], TicketKind.INCIDENT)
