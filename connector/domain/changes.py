"""What is written to a ticket's fields, by their names."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from typing_extensions import TypedDict  # pydantic wants this one before Python 3.12

from connector.domain.vocabulary import (
    CauseCategory,
    Duplicate,
    FaultType,
    Impact,
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
    Urgency,
    WrittenLanguage,
)


class Changes(TypedDict, total=False):
    """Values that fields of a ticket should have: those that are named change. The names are those of
    :class:`~connector.domain.fields.Fields`."""

    service_id: str | None
    problem_start: datetime | None
    short_description: str | None
    impact: Impact | None
    urgency: Urgency | None
    circuit_id: str | None
    fault_type: FaultType | None
    test_results: str | None
    ip_addresses: str | None
    priority: Priority | None
    priority_source: PrioritySource | None
    priority_reason: str | None
    group: str | None
    intake_status: IntakeStatus | None
    service_check: ServiceCheck | None
    language: WrittenLanguage | None
    duplicate: Duplicate | None
    duplicate_of: str | None
    intake_channel: IntakeChannel | None
    first_response_due_at: datetime | None
    repair_due_at: datetime | None
    next_update_at: datetime | None
    missed_targets: Missed | None
    escalation_level: int | None
    escalated_from: int | None
    escalation_reason: str | None
    next_escalation_at: datetime | None
    escalation_request: str | None
    rfo_requested: bool | None
    rfo_status: RfoStatus | None
    rfo_due_at: datetime | None
    deferral_support: bool | None
    deferral_customer: bool | None
    deferral: str | None
    deferred_until: datetime | None
    parent_incident: ParentIncident | None
    parent_update: str | None
    problem_state: ProblemState | None
    root_cause: str | None
    cause_category: CauseCategory | None
    workaround: str | None
    permanent_fix: str | None
    rfo_summary: str | None
    rfo_trigger: str | None
    rfo_detection: str | None
    rfo_resolution: str | None
    corrective_measures: str | None
    preventive_measures: str | None
    third_party_reference: str | None
    rfo_revision: str | None
    rfo_release: RfoRelease | None
    rfo_decline_reason: str | None
    rfo_version: int | None
    next_measure_at: datetime | None
    no_fix_reason: str | None
    change_reference: str | None
    fix_due: datetime | None
    review_on: datetime | None
    affected_services: str | None
    incidents: str | None
    connector_key: str | None


def stated(values: Mapping[str, Any]) -> Changes:
    """Those of these values, by the names of fields, that are not empty."""
    found: Any = {name: value for name, value in values.items() if value is not None}
    changes: Changes = found
    return changes
