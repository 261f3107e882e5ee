"""The keys of tickets that the connector creates: deterministic, so that a repeat finds instead of creating."""

from connector.domain.vocabulary import TicketKind

_PREFIXES = {TicketKind.RFO_TASK: "rfo", TicketKind.PROBLEM: "problem"}
_KINDS = {prefix: kind for kind, prefix in _PREFIXES.items()}


def key_of(kind: TicketKind, incident_id: str) -> str:
    """The key of the RFO task or problem record of an incident.

    >>> key_of(TicketKind.RFO_TASK, "41002")
    'rfo:41002'
    """
    return f"{_PREFIXES[kind]}:{incident_id}"


def kind_of(key: str | None) -> TicketKind:
    """What a ticket with this key is; anything unknown is an incident. Ask only for tickets that the connector made.

    >>> kind_of("rfo:41002")
    <TicketKind.RFO_TASK: 'rfo_task'>
    """
    return _KINDS.get((key or "").partition(":")[0], TicketKind.INCIDENT)
