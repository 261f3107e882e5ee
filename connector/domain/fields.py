"""The catalogue of fields: everything on a ticket that the rules read and write, each described once.

:class:`Fields` is the catalogue. What is beside a field's type there (its label, who may set it, how long it may be …)
is found by name in :data:`CATALOGUE`. Whatever names, makes, guards, cuts or reads a field takes it from here: notes,
the attributes and custom fields that an installation makes, what a customer may change, labelled lines in mails.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal, get_args

from connector.domain.field import INCIDENT, PROBLEM, RFO_TASK, Field, SetBy
from connector.domain.model import Instant
from connector.domain.stated_fields import StatedFields
from connector.domain.vocabulary import (
    CauseCategory,
    Duplicate,
    IntakeChannel,
    IntakeStatus,
    Missed,
    ParentIncident,
    Priority,
    PrioritySource,
    ProblemState,
    RfoRelease,
    RfoStatus,
    ServiceCheck,
    WrittenLanguage,
)

_RULES_SAY = "Set by the rules."
_RFO = "Of an RFO; on a problem, for all RFOs of its incidents."


class Fields(StatedFields):
    """The values of all fields of one ticket. Empty is ``None``.

    Times are UTC with whole seconds, because that is what helpdesks store. In the order in which people see them.
    """

    escalation_request: Annotated[str | None, Field(
        label="Escalate now, because",
        help="Write a reason here and the ticket rises by one level at once; the field is empty again when that is "
        "done.",
        set_by=SetBy.REQUEST, length=250, on_create=True, on=INCIDENT,
    )] = None  # fmt: skip
    """R39. The reason for escalating now; emptied when it has been served."""
    rfo_requested: Annotated[bool | None, Field(
        label="RFO requested",
        help="The customer asked for a Reason-For-Outage document, e.g. on the phone.",
        set_by=SetBy.REQUEST, on_create=True, on=INCIDENT,
    )] = None  # fmt: skip
    """R34. Set by an agent on the customer's behalf."""
    deferral_support: Annotated[bool | None, Field(
        label="Support agrees to defer",
        help="Outside working hours, for a non-service-affecting fault: we may continue when working hours begin. "
        "It is deferred once the customer agrees too; without the customer's word the customer is asked.",
        set_by=SetBy.SUPPORT, on=INCIDENT,
    )] = None  # fmt: skip
    """R27. Support agrees to defer the repair; emptied when it has been served."""
    deferral_customer: Annotated[bool | None, Field(
        label="Customer agrees to defer",
        help="A non-service-affecting fault may wait until working hours begin.",
        set_by=SetBy.REQUEST, on_portal=True, on=INCIDENT,
    )] = None  # fmt: skip
    """R27. The customer agrees, by own choice or as told to an agent; emptied when it has been served."""

    parent_incident: Annotated[ParentIncident | None, Field(
        label="Parent incident",
        help="Several services of one region failed at once: the incidents linked to this one may be one outage with "
        "it. First take away the links of those that are not. Confirmed: they are part of it. Declined: they are not.",
        set_by=SetBy.SUPPORT,
        choices={
            ParentIncident.PROPOSED: "Proposed", ParentIncident.CONFIRMED: "Confirmed",
            ParentIncident.DECLINED: "Declined",
        }, on=INCIDENT,
    )] = None  # fmt: skip
    """R31. On the incident that stands for an outage."""
    parent_update: Annotated[str | None, Field(
        label="Update to all customers",
        help="Of a confirmed parent incident: each text that is saved here goes to the customers of all incidents that "
        "are part of it, at once and as it is. Name no customer, service or circuit.",
        set_by=SetBy.SUPPORT, length=4000, on=INCIDENT,
    )] = None  # fmt: skip
    """R31, R36. On the incident that stands for an outage."""

    problem_state: Annotated[ProblemState | None, Field(
        label="Problem state",
        help="Of a problem: how far it is. The rules go on with it by what is stated, until you choose yourself.",
        set_by=SetBy.SUPPORT,
        choices={
            ProblemState.PROPOSED: "Proposed", ProblemState.INVESTIGATING: "Investigating",
            ProblemState.ROOT_CAUSE_KNOWN: "Root cause known", ProblemState.KNOWN_ERROR: "Known error",
            ProblemState.FIX_PLANNED: "Fix planned", ProblemState.FIXED: "Fixed", ProblemState.CLOSED: "Closed",
        }, on=PROBLEM,
    )] = None  # fmt: skip
    """R28. On a problem record."""
    root_cause: Annotated[str | None, Field(
        label="Root cause",
        help="Of a problem: what caused its incidents. In an RFO: what caused the outage; what the incident's problem "
        "record states counts for all its RFOs, here as in every other part of the text.",
        set_by=SetBy.SUPPORT, length=4000,
    )] = None  # fmt: skip
    """R28, R30. On a problem record, and on an RFO task (R33)."""
    cause_category: Annotated[CauseCategory | None, Field(
        label="Cause category", help="Of a problem: what kind of cause it has. A problem without it is not closed.",
        set_by=SetBy.SUPPORT,
        choices={
            CauseCategory.FIBRE: "Fibre", CauseCategory.HARDWARE: "Hardware", CauseCategory.SOFTWARE: "Software",
            CauseCategory.POWER: "Power", CauseCategory.CONFIGURATION: "Configuration",
            CauseCategory.SUPPLIER: "Supplier", CauseCategory.CUSTOMER: "Customer", CauseCategory.UNKNOWN: "Unknown",
        }, on=PROBLEM,
    )] = None  # fmt: skip
    """R28. On a problem record, like all that follow up to the services."""
    workaround: Annotated[str | None, Field(
        label="Workaround",
        help="Of a problem: how to live with it. It is told once on each open incident that is linked.",
        set_by=SetBy.SUPPORT, length=4000, on=PROBLEM,
    )] = None  # fmt: skip
    permanent_fix: Annotated[str | None, Field(
        label="Permanent fix",
        help="Of a problem: what keeps its incidents from coming back. A problem without it is not closed.",
        set_by=SetBy.SUPPORT, length=4000, on=PROBLEM,
    )] = None  # fmt: skip
    """R28. On a problem record."""
    no_fix_reason: Annotated[str | None, Field(
        label="No fix, accepted because",
        help="Of a problem: why it stays without a permanent fix. It counts if a manager has written it.",
        set_by=SetBy.SUPPORT, length=1000, on=PROBLEM,
    )] = None  # fmt: skip
    change_reference: Annotated[str | None, Field(
        label="Change reference", help="Of a problem: the change that brings the fix.",
        set_by=SetBy.SUPPORT, length=250, on=PROBLEM,
    )] = None  # fmt: skip
    fix_due: Annotated[Instant | None, Field(
        label="Fix due", help="Of a problem: until when it is to be fixed.", set_by=SetBy.SUPPORT, on=PROBLEM,
    )] = None  # fmt: skip
    review_on: Annotated[Instant | None, Field(
        label="Review on",
        help="Of a problem that is fixed: when it is looked whether the fix is effective. Set when it is closed; you "
        "may choose another day.",
        set_by=SetBy.SUPPORT, on=PROBLEM,
    )] = None  # fmt: skip
    affected_services: Annotated[str | None, Field(
        label="Affected services",
        help="Of a problem: IDs of services, one in a line. The rules add those of its incidents.",
        set_by=SetBy.SUPPORT, length=4000, on=PROBLEM,
    )] = None  # fmt: skip
    incidents: Annotated[str | None, Field(
        label="Incidents", help=f"{_RULES_SAY} Of a problem: its incidents, with customers and how long they lasted.",
        length=4000, on=PROBLEM,
    )] = None  # fmt: skip

    rfo_summary: Annotated[str | None, Field(
        label="RFO summary", help=f"{_RFO} Required: what happened, in a few sentences for the customer.",
        set_by=SetBy.SUPPORT, length=4000, on=RFO_TASK | PROBLEM,
    )] = None  # fmt: skip
    """R33. On an RFO task or, for all RFOs of one outage, on the problem record, like all that follow up to the
    reference."""
    rfo_trigger: Annotated[str | None, Field(
        label="RFO trigger", help=f"{_RFO} What set it off, if that is not the root cause.",
        set_by=SetBy.SUPPORT, length=4000, on=RFO_TASK | PROBLEM,
    )] = None  # fmt: skip
    rfo_detection: Annotated[str | None, Field(
        label="RFO detection", help=f"{_RFO} How it was noticed.",
        set_by=SetBy.SUPPORT, length=4000, on=RFO_TASK | PROBLEM,
    )] = None  # fmt: skip
    rfo_resolution: Annotated[str | None, Field(
        label="RFO resolution", help=f"{_RFO} Required: how service was restored.",
        set_by=SetBy.SUPPORT, length=4000, on=RFO_TASK | PROBLEM,
    )] = None  # fmt: skip
    corrective_measures: Annotated[str | None, Field(
        label="Corrective measures", help=f"{_RFO} What has been done since, one in a line.",
        set_by=SetBy.SUPPORT, length=4000, on=RFO_TASK | PROBLEM,
    )] = None  # fmt: skip
    preventive_measures: Annotated[str | None, Field(
        label="Preventive measures",
        help=f"{_RFO} Required: one in a line, measure | owner | YYYY-MM-DD. Write | done at the end of the line when "
        "it is done.",
        set_by=SetBy.SUPPORT, length=4000, on=RFO_TASK | PROBLEM,
    )] = None  # fmt: skip
    """R33. Followed until all are done."""
    third_party_reference: Annotated[str | None, Field(
        label="Third-party reference", help=f"{_RFO} The ticket of a carrier or supplier.",
        set_by=SetBy.SUPPORT, length=250, on=RFO_TASK | PROBLEM,
    )] = None  # fmt: skip
    rfo_revision: Annotated[str | None, Field(
        label="RFO: what changed",
        help="Of an RFO. Required for a new version after one was delivered: what it corrects.",
        set_by=SetBy.SUPPORT, length=250, on=RFO_TASK,
    )] = None  # fmt: skip
    rfo_release: Annotated[RfoRelease | None, Field(
        label="Release RFO",
        help="A manager who has not written it sends the document to the customer by this. Preliminary: with a "
        "watermark, while the root cause is looked for.",
        set_by=SetBy.SUPPORT,
        choices={RfoRelease.PRELIMINARY: "Preliminary version", RfoRelease.FINAL: "Final version"}, on=RFO_TASK,
    )] = None  # fmt: skip
    """R33. Emptied when it has been served."""
    rfo_decline_reason: Annotated[str | None, Field(
        label="RFO declined because",
        help="Why there is no RFO: the customer is sent this when the RFO status is set to Declined.",
        set_by=SetBy.SUPPORT, length=1000, on=INCIDENT | RFO_TASK,
    )] = None  # fmt: skip
    """R34. On the incident or its RFO task."""

    priority: Annotated[Priority | None, Field(
        label="Priority", help="It follows from impact and urgency.", set_by=SetBy.HELPDESK,
        choices={
            Priority.P1: "P1 critical", Priority.P2: "P2 major", Priority.P3: "P3 minor", Priority.P4: "P4 low",
        },
    )] = None  # fmt: skip
    """R23. ``None``: the helpdesk has a priority that the mapping does not know."""
    priority_source: Annotated[PrioritySource | None, Field(
        label="Priority decided by",
        help="Your own change of the priority stays. To hand it back to the matrix, choose Matrix.",
        set_by=SetBy.SUPPORT,
        choices={PrioritySource.MATRIX: "Matrix", PrioritySource.AGENT: "Agent"}, on=INCIDENT,
    )] = None  # fmt: skip
    """R23. Written by the rules; an agent hands the priority back to the matrix by it."""
    priority_reason: Annotated[str | None, Field(
        label="Reason for priority", help=_RULES_SAY, length=250, on=INCIDENT,
    )] = None  # fmt: skip
    group: Annotated[str | None, Field(
        label="Group", help=f"{_RULES_SAY} Which group works on it.", set_by=SetBy.HELPDESK
    )] = None  # fmt: skip
    """A group of the policy, or the helpdesk's own name of a group the mapping does not know."""

    intake_status: Annotated[IntakeStatus | None, Field(
        label="Required details",
        help=f"{_RULES_SAY} Whether the customer has given all required details.",
        choices={
            IntakeStatus.COMPLETE: "Complete", IntakeStatus.ASKED: "Asked", IntakeStatus.REMINDED: "Reminded",
        }, on=INCIDENT,
    )] = None  # fmt: skip
    """R14."""
    service_check: Annotated[ServiceCheck | None, Field(
        label="Service check",
        help=f"{_RULES_SAY} What the service catalogue says of the service ID.",
        choices={
            ServiceCheck.VERIFIED: "Verified",
            ServiceCheck.UNKNOWN: "Unknown service ID",
            ServiceCheck.FOREIGN: "Another customer's service",
        },
    )] = None  # fmt: skip
    """R7."""

    language: Annotated[WrittenLanguage | None, Field(
        label="Language", help="What the customer writes in. The rules set it once; your own choice stays.",
        set_by=SetBy.SUPPORT, choices={each: each.name.title() for each in WrittenLanguage}, on=INCIDENT,
    )] = None  # fmt: skip
    """R6."""

    duplicate: Annotated[Duplicate | None, Field(
        label="Duplicate",
        help="Whether another open ticket is about the same case. Confirmed: this one is linked to it and closed, and "
        "goes on there. Declined: it is a case of its own.",
        set_by=SetBy.SUPPORT,
        choices={
            Duplicate.PROPOSED: "Proposed", Duplicate.CONFIRMED: "Confirmed", Duplicate.DECLINED: "Declined",
        }, on=INCIDENT,
    )] = None  # fmt: skip
    """R11."""
    duplicate_of: Annotated[str | None, Field(
        label="Duplicate of", help="The number of the other ticket. You may write another one.",
        set_by=SetBy.SUPPORT, length=60, on=INCIDENT,
    )] = None  # fmt: skip
    """R11. As people see it."""
    intake_channel: Annotated[IntakeChannel | None, Field(
        label="Channel",
        help=f"{_RULES_SAY} Where the customer reported it, if not by mail, phone or the helpdesk's own portal.",
        choices={
            IntakeChannel.MY_INTERSPACE: "My Interspace", IntakeChannel.TROUBLE_TICKET_API: "Trouble ticket API",
        }, on=INCIDENT,
    )] = None  # fmt: skip
    """R4. Set when the connector opens a ticket in a customer's name."""

    first_response_due_at: Annotated[Instant | None, Field(
        label="First response due", help=_RULES_SAY, on=INCIDENT,
    )] = None  # fmt: skip
    repair_due_at: Annotated[Instant | None, Field(
        label="Repair due", help=_RULES_SAY, on=INCIDENT,
    )] = None  # fmt: skip

    next_update_at: Annotated[Instant | None, Field(
        label="Next update due", help=f"{_RULES_SAY} By when the customer has to hear from us again.", on=INCIDENT,
    )] = None  # fmt: skip
    """R36. From the last public message of support on."""

    missed_targets: Annotated[Missed | None, Field(
        label="Missed targets",
        help=f"{_RULES_SAY} Which times were not kept.",
        choices={
            Missed.FIRST_RESPONSE: "First response", Missed.REPAIR: "Repair",
            Missed.BOTH: "First response and repair",
        }, on=INCIDENT,
    )] = None  # fmt: skip
    """R36, R37."""

    escalation_level: Annotated[int | None, Field(
        label="Escalation level", help=f"{_RULES_SAY} 1 is the engineer on duty."
    )] = None  # fmt: skip
    """R38. 1 is the engineer on duty."""
    escalated_from: Annotated[int | None, Field(
        label="Escalated from level",
        help=f"{_RULES_SAY} The level before the last rise, which called the contacts of every level above it.",
    )] = None  # fmt: skip
    """R38. With the level it says which levels the last rise has passed: their contacts are mailed by the helpdesk."""
    escalation_reason: Annotated[str | None, Field(label="Reason for escalation", help=_RULES_SAY, length=250)] = None
    next_escalation_at: Annotated[Instant | None, Field(label="Next escalation", help=_RULES_SAY)] = None

    rfo_status: Annotated[RfoStatus | None, Field(
        label="RFO status",
        help=f"{_RULES_SAY} Where the Reason-For-Outage document stands.",
        choices={
            RfoStatus.REQUESTED: "Requested", RfoStatus.DUE: "Due", RfoStatus.OVERDUE: "Overdue",
            RfoStatus.RELEASED: "Released", RfoStatus.DELIVERED: "Delivered", RfoStatus.DECLINED: "Declined",
        }, on=INCIDENT | RFO_TASK,
    )] = None  # fmt: skip
    """R34."""
    rfo_due_at: Annotated[Instant | None, Field(
        label="RFO due", help=_RULES_SAY, on=INCIDENT | RFO_TASK,
    )] = None  # fmt: skip
    rfo_version: Annotated[int | None, Field(
        label="RFO version", help=f"{_RULES_SAY} The last version that went to the customer.", on=RFO_TASK,
    )] = None  # fmt: skip
    next_measure_at: Annotated[Instant | None, Field(
        label="Next measure due", help=f"{_RULES_SAY} When the next preventive measure has to be done."
    )] = None  # fmt: skip
    """R33. Of a delivered RFO whose measures are not all done: on its task and on its incident."""

    deferral: Annotated[str | None, Field(
        label="Agreement to defer",
        help=f"{_RULES_SAY} Who agreed to the last deferral, when and by which message.",
        length=1000, on=INCIDENT,
    )] = None  # fmt: skip
    """R27. Who agreed, when and by which message, for both parties."""
    deferred_until: Annotated[Instant | None, Field(
        label="Deferred until", help=f"{_RULES_SAY} The clocks stand still until then.", on=INCIDENT,
    )] = None  # fmt: skip
    """R27. The clocks stand still until then."""

    connector_key: Annotated[str | None, Field(
        label="Connector key", help=f"{_RULES_SAY} What a task was made for.", length=60
    )] = None  # fmt: skip
    """What a ticket that the connector created is for, e.g. ``rfo:41002``. Found again by this key."""

    @property
    def verified_service(self) -> str | None:
        """The service ID, if it is known to be the customer's: only that chooses a ladder and targets (R35, R36).
        Nobody borrows another customer's."""
        return self.service_id if self.service_check is ServiceCheck.VERIFIED else None


def _kind(annotation: Any) -> type:
    """The type in ``X | None``; an :data:`Instant` is a ``datetime``."""
    kind = next(kind for kind in get_args(annotation) if kind is not type(None))
    return kind if isinstance(kind, type) else datetime


CATALOGUE: Mapping[str, Field] = {
    name: replace(known, name=name, kind=_kind(info.annotation))
    for name, info in Fields.model_fields.items()
    for known in info.metadata
    if isinstance(known, Field)
}
"""Every field by its name, in the order of :class:`Fields`."""


def set_by(*who: SetBy) -> tuple[str, ...]:
    """The names of the fields that these may set."""
    return tuple(name for name, known in CATALOGUE.items() if known.set_by in who)


INTAKE = set_by(SetBy.CUSTOMER)
"""What the customer may state (R10, R15–R22)."""

Askable = Literal["service_id", "problem_start", "short_description", "impact"]
ASKABLE: tuple[Askable, ...] = get_args(Askable)
"""Those of them that a policy may require, and that customers are then asked for (R15–R18)."""

NATIVE = set_by(SetBy.HELPDESK)
"""Every helpdesk has its own priorities and groups: their values are mapped one by one."""

CUSTOM = tuple(name for name in CATALOGUE if name not in NATIVE)
"""The fields that a helpdesk has only if somebody makes them."""


def fit(name: str, text: str) -> str:
    """``text`` as a field holds it: what is too long ends at a word, with an ellipsis."""
    return shortened(text, CATALOGUE[name].length)


def shortened(text: str, length: int) -> str:
    """At most ``length`` characters, ended at a word with an ellipsis if there is more.

    >>> shortened("no light on port 3", 12)
    'no light on…'
    """
    if len(text) <= length:
        return text
    head = text[: length - 1]
    return f"{(head.rpartition(' ')[0] or head).rstrip()}…"
