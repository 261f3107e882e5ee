"""The rules' values in words for the pages. The words are English and are translated where they are shown."""

from collections.abc import Mapping

from connector.domain.vocabulary import FaultType, Impact, RfoStatus, TicketState, Urgency

IMPACTS: Mapping[Impact, tuple[str, str]] = {
    Impact.SERVICE_AFFECTING: (
        "Service-affecting",
        "The basic function of the service is impaired, for example loss of service.",
    ),
    Impact.DEGRADATION: (
        "Degradation",
        "Less than the normal daily traffic gets through, for example because of high packet loss or latency.",
    ),
    Impact.NON_SERVICE_AFFECTING: ("Non-service-affecting", "Your traffic is not actively disturbed."),
}
"""With the guide's definitions (R24–R26)."""
URGENCIES: Mapping[Urgency, str] = {Urgency.HIGH: "High", Urgency.MEDIUM: "Medium", Urgency.LOW: "Low"}
FAULT_TYPES: Mapping[FaultType, str] = {
    FaultType.INTERMITTENT: "It comes and goes",
    FaultType.PERMANENT: "It is there all the time",
}
STATES: Mapping[TicketState, str] = {
    TicketState.NEW: "New",
    TicketState.OPEN: "In progress",
    TicketState.PENDING_CUSTOMER: "Waiting for you",
    TicketState.RESOLVED: "Resolved",
    TicketState.CLOSED: "Closed",
    TicketState.CANCELLED: "Cancelled",
}
RFO: Mapping[RfoStatus, str] = {
    RfoStatus.REQUESTED: "Requested",
    RfoStatus.DUE: "In preparation",
    RfoStatus.OVERDUE: "In preparation",
    RfoStatus.RELEASED: "In preparation",
    RfoStatus.DELIVERED: "Delivered",
    RfoStatus.DECLINED: "Not issued",
}
LABELS: Mapping[str, str] = {
    "title": "What is wrong, in one line",
    "start-day": "When did it begin?",
    "impact": "How does it affect your service?",
    "urgency": "How urgent is it to you?",
    "details": "Details",
    "fault": "Does it come and go?",
    "circuit": "Circuit ID",
    "addresses": "IP addresses",
    "tests": "Test results",
    "files": "Files",
    "email": "Your e-mail address",
    "reason": "Why do you escalate?",
    "text": "Your message",
}
"""What a control of the forms is called, by its name, for the list of what is wrong."""


def texts() -> list[str]:
    """All of these words, for the catalogues of translations."""
    of_impacts = [text for pair in IMPACTS.values() for text in pair]
    return [
        *of_impacts, *URGENCIES.values(), *FAULT_TYPES.values(), *STATES.values(), *RFO.values(), *LABELS.values()
    ]  # fmt: skip
