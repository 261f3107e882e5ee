"""Ticket attributes: one for every field of the rules (R7, R10, R14–R22, R23, R34, R36–R39).

Bodies as in recordings 044–053 and 352. The help texts are those of all helpdesks.
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
from connector.helpdesks.zammad.install.site import InstallContext
from connector.install.objects import Wanted, text_ref
from connector.install.texts import FOR_CUSTOMERS, HELP

KIND = "object_manager_attributes"
FIRST_POSITION = 1500
"""Behind Zammad's own attributes."""


class Attribute(NamedTuple):
    """A field as people see it."""

    display: str
    data_type: str
    option: Mapping[str, Any]
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

ATTRIBUTES: Mapping[str, Attribute] = {
    # What the customer says (R10, R15–R22).
    "service_id": Attribute("Service ID", "input", _text(60)),
    "problem_start": Attribute("Start of the problem", "datetime", _TIME),
    "short_description": Attribute("Short description", "input", _text(250)),
    "impact": Attribute("Impact", "select", _choice(IMPACTS)),
    "urgency": Attribute(
        "Urgency", "select", _choice({Urgency.HIGH: "High", Urgency.MEDIUM: "Medium", Urgency.LOW: "Low"})
    ),
    "circuit_id": Attribute("Circuit ID", "input", _text(60)),
    "fault_type": Attribute(
        "Kind of fault",
        "select",
        _choice({FaultType.INTERMITTENT: "Intermittent problem", FaultType.PERMANENT: "Permanent fault"}),
    ),
    "test_results": Attribute("Test results", "textarea", _long_text(4000)),
    "ip_addresses": Attribute("IP addresses", "textarea", _long_text(1000)),
    # What an agent can ask of the rules (R27, R34, R39).
    "escalation_request": Attribute("Escalate now, because", "input", _text(250)),
    "rfo_requested": Attribute("RFO requested", "boolean", _YES),
    "deferral_support": Attribute("Support agrees to defer", "boolean", _YES, on_create=False),
    "deferral_customer": Attribute("Customer agrees to defer", "boolean", _YES, on_create=False),
    # What only a person can say (R28).
    "root_cause": Attribute("Root cause", "textarea", _long_text(4000), on_create=False),
    "permanent_fix": Attribute("Permanent fix", "textarea", _long_text(4000), on_create=False),
    "priority_source": Attribute(
        "Priority decided by",
        "select",
        _choice({PrioritySource.MATRIX: "Matrix", PrioritySource.AGENT: "Agent"}),
        on_create=False,
    ),
    # What the rules say (R7, R14, R23, R27, R34, R36–R38).
    "priority_reason": Attribute("Reason of the priority", "input", _text(250), on_create=False),
    "intake_status": Attribute(
        "Details",
        "select",
        _choice({IntakeStatus.COMPLETE: "Complete", IntakeStatus.ASKED: "Asked", IntakeStatus.REMINDED: "Reminded"}),
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
        on_create=False,
    ),
    "first_response_due_at": Attribute("First response due", "datetime", _TIME, on_create=False),
    "repair_due_at": Attribute("Repair due", "datetime", _TIME, on_create=False),
    "escalation_level": Attribute("Escalation level", "integer", _LEVEL, on_create=False),
    "escalation_reason": Attribute("Reason of the level", "input", _text(250), on_create=False),
    "next_escalation_at": Attribute("Next escalation", "datetime", _TIME, on_create=False),
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
        on_create=False,
    ),
    "rfo_due_at": Attribute("RFO due", "datetime", _TIME, on_create=False),
    "deferral": Attribute("Deferral agreed by", "textarea", _long_text(1000), on_create=False),
    "deferred_until": Attribute("Deferred until", "datetime", _TIME, on_create=False),
    "connector_key": Attribute("Made by the connector for", "input", _text(60), on_create=False),
}
"""Field → attribute, in the order in which people see them."""


def attributes(site: InstallContext) -> Iterator[Wanted]:
    """Every field of the mapping; customers see and choose only what the guide asks of them (R10, R15–R22)."""
    for number, (field, attribute) in enumerate(ATTRIBUTES.items()):
        name = site.mapping.attribute(field)
        body = {
            "name": name,
            "object": "Ticket",
            "display": attribute.display,
            "active": True,
            "data_type": attribute.data_type,
            "data_option": {**attribute.option, "note": HELP[field]},
            "screens": _screens(field, attribute),
        }
        yield Wanted(KIND, name, body, fill={"position": FIRST_POSITION + number})


def _screens(field: str, attribute: Attribute) -> Mapping[str, Any]:
    seen = field in FOR_CUSTOMERS
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


def mandatory(site: InstallContext) -> Iterator[Wanted]:
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
