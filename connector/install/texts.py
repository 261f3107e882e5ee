"""What each field is for, in the words that people read beside it (R7, R10, R14–R28, R34, R36–R39).

The helpdesks show them where a field is filled in: as a help text, a note or a description.
"""

from collections.abc import Mapping

from connector.domain.fields import INTAKE

_RULES_SAY = "Set by the rules."

HELP: Mapping[str, str] = {
    "service_id": "Required: the ID of the affected service, e.g. SVC-1001.",
    "problem_start": "Required: when the problem began.",
    "short_description": "Required: the problem in one sentence.",
    "impact": (
        "Required. Service-affecting: impairs the basic function of the service, e.g. loss of service. "
        "Degradation: less than the normal daily traffic volume, e.g. high packet loss or latency. Non-"
        "service-affecting: no active disturbance of customer traffic."
    ),
    "urgency": "How urgent it is to you. The priority follows from impact and urgency.",
    "circuit_id": "If applicable: the affected circuit.",
    "fault_type": "If applicable: does it come and go, or is it there all the time?",
    "test_results": "If available: test results or logs; files may be attached.",
    "ip_addresses": "If applicable: IPv4 or IPv6 addresses or prefixes.",
    "escalation_request": (
        "Write a reason here and the ticket rises by one level at once; the field is empty again when that is done."
    ),
    "rfo_requested": "The customer asked for a Reason-For-Outage document, e.g. on the phone.",
    "deferral_support": (
        "Outside working hours, for a non-service-affecting fault: we may continue when working hours begin. "
        "It is deferred once the customer agrees too; without the customer's word the customer is asked."
    ),
    "deferral_customer": "A non-service-affecting fault may wait until working hours begin.",
    "root_cause": "Of a problem: what caused its incidents.",
    "permanent_fix": "Of a problem: what keeps its incidents from coming back. A problem without it is not closed.",
    "priority_source": "Your own change of the priority stays. To hand it back to the matrix, choose Matrix.",
    "priority_reason": _RULES_SAY,
    "intake_status": f"{_RULES_SAY} Whether the customer has given all required details.",
    "service_check": f"{_RULES_SAY} What the service catalogue says of the service ID.",
    "first_response_due_at": _RULES_SAY,
    "repair_due_at": _RULES_SAY,
    "escalation_level": f"{_RULES_SAY} 1 is the engineer on duty.",
    "escalation_reason": _RULES_SAY,
    "next_escalation_at": _RULES_SAY,
    "rfo_status": f"{_RULES_SAY} Where the Reason-For-Outage document stands.",
    "rfo_due_at": _RULES_SAY,
    "deferral": f"{_RULES_SAY} Who agreed to the last deferral, when and by which message.",
    "deferred_until": f"{_RULES_SAY} The clocks stand still until then.",
    "connector_key": f"{_RULES_SAY} What a task was made for.",
    "group": f"{_RULES_SAY} Which group works on it.",
}
"""Field → text. The impact's says what its levels mean (R24–R26)."""

FOR_CUSTOMERS = frozenset((*INTAKE, "deferral_customer"))
"""What customers see and may fill in (R10, R15–R22, R27); everything else is internal."""
