"""Ticket attributes: one for every field of the rules (R7, R10, R14–R22, R23, R34, R36–R39).

Bodies as in recordings 044–053 and 352. Help texts carry the guide's definitions (R24–R26).
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from connector.domain.vocabulary import (
    FaultType,
    Impact,
    IntakeStatus,
    PrioritySource,
    RfoStatus,
    ServiceCheck,
    Urgency,
)
from connector.install.objects import Wanted, text_ref
from connector.install.zammad.site import Site

KIND = "object_manager_attributes"
FIRST_POSITION = 1500
"""Behind Zammad's own attributes."""


class Attribute(NamedTuple):
    """A field as people see it. Customers see and choose only ``for_customers``."""

    display: str
    data_type: str
    option: Mapping[str, Any]
    help: str
    for_customers: bool = False
    on_create: bool = True


def _text(length: int) -> Mapping[str, Any]:
    return {"type": "text", "maxlength": length, "default": "", "null": True}


def _long_text(length: int) -> Mapping[str, Any]:
    return {"maxlength": length, "default": "", "null": True}


def _choice(labels: Mapping[Any, str]) -> Mapping[str, Any]:
    options = {str(value): label for value, label in labels.items()}
    return {"options": options, "default": "", "nulloption": True, "null": True, "maxlength": 255}


_TIME: Mapping[str, Any] = {"future": True, "past": True, "diff": None, "default": None, "null": True}
"""With a number as ``diff``, every new ticket would start with a time of that many hours from now."""
_LEVEL: Mapping[str, Any] = {"min": 0, "max": 9, "default": None, "null": True}
_YES: Mapping[str, Any] = {"options": {"true": "yes", "false": "no"}, "default": False, "null": True}

IMPACTS: Mapping[StrEnum, str] = {
    Impact.SERVICE_AFFECTING: "Service-affecting (e.g. loss of service)",
    Impact.DEGRADATION: "Degradation (e.g. high packet loss or latency)",
    Impact.NON_SERVICE_AFFECTING: "Non-service-affecting (customer traffic not disturbed)",
}

_RULES_SAY = "Set by the rules."

ATTRIBUTES: Mapping[str, Attribute] = {
    # What the customer says (R10, R15–R22).
    "service_id": Attribute(
        "Service ID", "input", _text(60), "Required: the ID of the affected service, e.g. SVC-1001.", True
    ),
    "problem_start": Attribute("Start of the problem", "datetime", _TIME, "Required: when the problem began.", True),
    "short_description": Attribute(
        "Short description", "input", _text(250), "Required: the problem in one sentence.", True
    ),
    "impact": Attribute(
        "Impact",
        "select",
        _choice(IMPACTS),
        "Required. Service-affecting: impairs the basic function of the service, e.g. loss of service. "
        "Degradation: less than the normal daily traffic volume, e.g. high packet loss or latency. "
        "Non-service-affecting: no active disturbance of customer traffic.",
        True,
    ),
    "urgency": Attribute(
        "Urgency",
        "select",
        _choice({Urgency.HIGH: "High", Urgency.MEDIUM: "Medium", Urgency.LOW: "Low"}),
        "How urgent it is to you. The priority follows from impact and urgency.",
        True,
    ),
    "circuit_id": Attribute("Circuit ID", "input", _text(60), "If applicable: the affected circuit.", True),
    "fault_type": Attribute(
        "Kind of fault",
        "select",
        _choice({FaultType.INTERMITTENT: "Intermittent problem", FaultType.PERMANENT: "Permanent fault"}),
        "If applicable: does it come and go, or is it there all the time?",
        True,
    ),
    "test_results": Attribute(
        "Test results", "textarea", _long_text(4000), "If available: test results or logs; files may be attached.", True
    ),
    "ip_addresses": Attribute(
        "IP addresses", "textarea", _long_text(1000), "If applicable: IPv4 or IPv6 addresses or prefixes.", True
    ),
    # What an agent can ask of the rules (R27, R34, R39).
    "escalation_request": Attribute(
        "Escalate now, because",
        "input",
        _text(250),
        "Write a reason here and the ticket rises by one level at once; the field is empty again when that is done.",
    ),
    "rfo_requested": Attribute(
        "RFO requested", "boolean", _YES, "The customer asked for a Reason-For-Outage document, e.g. on the phone."
    ),
    "deferral_support": Attribute(
        "Support agrees to defer",
        "boolean",
        _YES,
        "Outside working hours, for a non-service-affecting fault: we may continue when working hours begin. It is "
        "deferred once the customer agrees too; without the customer's word the customer is asked.",
        on_create=False,
    ),
    "deferral_customer": Attribute(
        "Customer agrees to defer",
        "boolean",
        _YES,
        "A non-service-affecting fault may wait until working hours begin.",
        True,
        on_create=False,
    ),
    # What only a person can say (R28).
    "root_cause": Attribute(
        "Root cause", "textarea", _long_text(4000), "Of a problem: what caused its incidents.", on_create=False
    ),
    "permanent_fix": Attribute(
        "Permanent fix",
        "textarea",
        _long_text(4000),
        "Of a problem: what keeps its incidents from coming back. A problem without it is not closed.",
        on_create=False,
    ),
    "priority_source": Attribute(
        "Priority decided by",
        "select",
        _choice({PrioritySource.MATRIX: "Matrix", PrioritySource.AGENT: "Agent"}),
        "Your own change of the priority stays. To hand it back to the matrix, choose Matrix.",
        on_create=False,
    ),
    # What the rules say (R7, R14, R23, R27, R34, R36–R38).
    "priority_reason": Attribute("Reason of the priority", "input", _text(250), _RULES_SAY, on_create=False),
    "intake_status": Attribute(
        "Details",
        "select",
        _choice({IntakeStatus.COMPLETE: "Complete", IntakeStatus.ASKED: "Asked", IntakeStatus.REMINDED: "Reminded"}),
        f"{_RULES_SAY} Whether the customer has given all required details.",
        on_create=False,
    ),
    "service_check": Attribute(
        "Service check",
        "select",
        _choice(
            {
                ServiceCheck.VERIFIED: "Verified",
                ServiceCheck.UNKNOWN: "Unknown service ID",
                ServiceCheck.FOREIGN: "Another customer's service",
            }
        ),
        f"{_RULES_SAY} What the service catalogue says of the service ID.",
        on_create=False,
    ),
    "first_response_due_at": Attribute("First response due", "datetime", _TIME, _RULES_SAY, on_create=False),
    "repair_due_at": Attribute("Repair due", "datetime", _TIME, _RULES_SAY, on_create=False),
    "escalation_level": Attribute(
        "Escalation level", "integer", _LEVEL, f"{_RULES_SAY} 1 is the engineer on duty.", on_create=False
    ),
    "escalation_reason": Attribute("Reason of the level", "input", _text(250), _RULES_SAY, on_create=False),
    "next_escalation_at": Attribute("Next escalation", "datetime", _TIME, _RULES_SAY, on_create=False),
    "rfo_status": Attribute(
        "RFO",
        "select",
        _choice(
            {
                RfoStatus.REQUESTED: "Requested",
                RfoStatus.DUE: "Due",
                RfoStatus.OVERDUE: "Overdue",
                RfoStatus.DELIVERED: "Delivered",
                RfoStatus.DECLINED: "Declined",
            }
        ),
        f"{_RULES_SAY} Where the Reason-For-Outage document stands.",
        on_create=False,
    ),
    "rfo_due_at": Attribute("RFO due", "datetime", _TIME, _RULES_SAY, on_create=False),
    "deferral": Attribute(
        "Deferral agreed by",
        "textarea",
        _long_text(1000),
        f"{_RULES_SAY} Who agreed to the last deferral, when and by which message.",
        on_create=False,
    ),
    "deferred_until": Attribute(
        "Deferred until", "datetime", _TIME, f"{_RULES_SAY} The clocks stand still until then.", on_create=False
    ),
    "connector_key": Attribute(
        "Made by the connector for", "input", _text(60), f"{_RULES_SAY} What a task was made for.", on_create=False
    ),
}
"""Field → attribute, in the order in which people see them."""


def attributes(site: Site) -> Iterator[Wanted]:
    """Every field of the mapping; customers see and choose only what the guide asks of them (R10, R15–R22)."""
    for number, (field, attribute) in enumerate(ATTRIBUTES.items()):
        name = site.mapping.attribute(field)
        body = {
            "name": name,
            "object": "Ticket",
            "display": attribute.display,
            "active": True,
            "data_type": attribute.data_type,
            "data_option": {**attribute.option, "note": attribute.help},
            "screens": _screens(attribute),
        }
        yield Wanted(KIND, name, body, fill={"position": FIRST_POSITION + number})


def _screens(attribute: Attribute) -> Mapping[str, Any]:
    seen = attribute.for_customers
    return {
        "create_middle": {
            "ticket.agent": {"shown": attribute.on_create, "required": False, "item_class": "column"},
            "ticket.customer": {"shown": seen and attribute.on_create, "required": False, "item_class": "column"},
        },
        "edit": {
            "ticket.agent": {"shown": True, "required": False},
            "ticket.customer": {"shown": seen, "required": False},
        },
        "view": {"ticket.agent": {"shown": True}, "ticket.customer": {"shown": seen}},
    }


def mandatory(site: Site) -> Iterator[Wanted]:
    """The required details on the create mask, for agents and customers (R15–R18).

    A mandatory field binds the API too: on the create mask only creates, on any other screen every later change of an
    incomplete ticket. The connector's own tickets are made by API without these details, so their groups are left out.
    Mail comes in without them in any case; the rules ask back then (R14). Body as in recording 265.
    """
    own = [text_ref("groups", group) for group in (site.rfo_group, site.problem_group)]
    yield Wanted(
        "core_workflows",
        "Interspace: required details of a new ticket",
        {
            "name": "Interspace: required details of a new ticket",
            "object": "Ticket",
            "preferences": {"screen": ["create_middle"]},
            "condition_saved": {},
            "condition_selected": {"ticket.group_id": {"operator": "is not", "value": own}},
            "perform": {
                site.attribute(field): {"operator": "set_mandatory", "set_mandatory": "true"}
                for field in site.policy.intake.required
            },
            "active": True,
            "stop_after_match": False,
            "changeable": True,
        },
        fill={"priority": 500},
    )
