"""Ticket attributes: one for every field of the rules, as the catalogue of fields describes it.

Bodies as in recordings 044–053 and 352.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from connector.domain.field import Field
from connector.domain.fields import CATALOGUE, CUSTOM
from connector.domain.vocabulary import TicketKind
from connector.helpdesks.zammad.install.site import InstallContext
from connector.install.objects import Wanted

KIND = "object_manager_attributes"
HELPDESK = "zammad"
_LEAD_TO_PAGE = ("priority_reason", "escalation_reason")
"""Zammad makes their values links to the ticket's operations page (its documentation, "Link-Template")."""
FIRST_POSITION = 1500
"""Behind Zammad's own attributes."""

_TIME: Mapping[str, Any] = {"future": True, "past": True, "diff": None, "default": None, "null": True}
"""With a number as ``diff``, every new ticket would start with a time of that many hours from now."""
_LEVEL: Mapping[str, Any] = {"min": 0, "max": 99, "default": None, "null": True}
_YES: Mapping[str, Any] = {"options": {"true": "yes", "false": "no"}, "default": False, "null": True}
_CHOICE: Mapping[str, Any] = {"default": "", "nulloption": True, "null": True, "maxlength": 255}
_KINDS: Mapping[type, tuple[str, Mapping[str, Any]]] = {
    datetime: ("datetime", _TIME),
    int: ("integer", _LEVEL),
    bool: ("boolean", _YES),
}


def attributes(site: InstallContext) -> Iterator[Wanted]:
    """Every field of the mapping; customers see and choose only what the guide asks of them (R10, R15–R22)."""
    for number, field in enumerate(CUSTOM):
        known, name = CATALOGUE[field], site.mapping.attribute(field)
        data_type, option = _data(known)
        if field in _LEAD_TO_PAGE and site.ops_url:
            option = {**option, "linktemplate": f"{site.ops_url.rstrip('/')}/{HELPDESK}/#{{ticket.id}}"}
        body = {
            "name": name,
            "object": "Ticket",
            "display": site.mapping.screen[field],
            "active": True,
            "data_type": data_type,
            "data_option": {**option, "note": known.help},
            "screens": _screens(known),
        }
        yield Wanted(KIND, name, body, fill={"position": FIRST_POSITION + number})


def _data(field: Field) -> tuple[str, Mapping[str, Any]]:
    """Zammad's type of an attribute that holds this field, and its options."""
    if field.choices:
        return "select", {"options": {str(value): label for value, label in field.choices.items()}, **_CHOICE}
    if field.multiline:
        return "textarea", {"maxlength": field.length, "default": "", "null": True}
    return _KINDS.get(field.kind) or ("input", {"type": "text", "maxlength": field.length, "default": "", "null": True})


def _screens(field: Field) -> Mapping[str, Any]:
    seen = field.on_portal
    return {
        "create_middle": {
            "ticket.agent": {"shown": field.on_create, "required": False, "item_class": "column"},
            "ticket.customer": {"shown": seen and field.on_create, "required": False, "item_class": "column"},
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
    incomplete ticket. So it is in incidents' groups only: the connector's own tickets and other departments' are made
    as before. Other programs that create incidents by API are refused without these details, hence the switch
    ``required_on_create`` of the mapping. The connector's own user is not: it opens what panels report. Mail comes in
    without them in any case; the rules ask back then (R14). Body as in recording 265.
    """
    if not site.mapping.required_on_create:
        return
    yield Wanted(
        "core_workflows",
        "Interspace: required details of a new ticket",
        {
            "name": "Interspace: required details of a new ticket",
            "object": "Ticket",
            "preferences": {"screen": ["create_middle"]},
            "condition_saved": {},
            "condition_selected": {
                "ticket.group_id": {"operator": "is", "value": site.incident_groups},
                # A panel may report without a detail: the rules ask for it then, as in a mail.
                "session.id": {"operator": "is not", "value": [str(site.bot_id)]},
            },
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


def of_each_kind(site: InstallContext) -> Iterator[Wanted]:
    """On an RFO task nobody looks for an impact, on an incident nobody for the text of an RFO: each mask is without the
    fields of the other kinds.

    Yes-or-no fields stay: since 6.4 Zammad checks the values of the fields that a workflow names, and their only
    choices are true and false (recording 272), while the rules empty them.
    """
    for kind, called in _CALLED.items():
        foreign = [field for field in CUSTOM if kind not in CATALOGUE[field].on and CATALOGUE[field].kind is not bool]
        name = f"Interspace: fields of {called}"
        yield Wanted(
            "core_workflows",
            name,
            {
                "name": name,
                "object": "Ticket",
                "preferences": {"screen": ["create_middle", "edit"]},
                "condition_saved": {},
                "condition_selected": {"ticket.group_id": {"operator": "is", "value": site.groups_of(kind)}},
                "perform": {site.attribute(field): {"operator": "hide", "hide": "true"} for field in foreign},
                "active": True,
                "stop_after_match": False,
                "changeable": True,
            },
            fill={"priority": 510},
        )


_CALLED = {TicketKind.INCIDENT: "incidents", TicketKind.RFO_TASK: "RFO tasks", TicketKind.PROBLEM: "problems"}
