"""What the policy says of problem management (R28-R31): records, recurrence, and the parent of a region's incidents."""

from typing import Literal

from pydantic import Field

from connector.domain.vocabulary import Priority
from connector.policy.kinds import FixedLength, Length, Name, Share, Span
from connector.policy.section import Section


class ProblemRules(Section):
    """R28–R30."""

    required: frozenset[Priority] = Field(description="a resolved incident of these gets a problem record")
    group: Name
    wait: FixedLength = Field(
        default=Span("30 min"),
        description="after the end of an incident: meanwhile a person may link it to a record that is there",
    )
    one_record_for: tuple[Literal["service", "circuit", "region"], ...] = Field(
        default=("service", "circuit", "region"),
        description="an incident is linked to the open record of the same service, circuit, or region at the same time",
    )
    region_within: FixedLength = Field(
        default=Span("2 h"), description="outages of one region that begin no further apart are one"
    )
    calendar: str | None = Field(
        default=None,
        description="a name from calendars: its working time counts for the three below; else rfo's",
    )
    owner_within: Length = Field(default=Span("1 working day"), description="somebody has to own the record")
    cause_within: Length = Field(default=Span("10 working days"), description="the root cause has to be stated")
    fix_date_within: Length = Field(
        default=Span("20 working days"), description="when it will be fixed has to be stated, or that it will not"
    )
    remind_at: Share = Field(default=0.8, description="of these times passed: a reminder")
    overdue_level: int = Field(default=3, ge=1, le=9, description="a record that is overdue rises to this level")
    review_after: FixedLength = Field(
        default=Span("30 days"), description="after the closing it is looked whether the fix is effective"
    )


class Recurrence(Section):
    """R31: from when on faults of one place are a problem that a person is asked to confirm."""

    each_incident: bool = Field(
        default=True,
        description="counted when an incident's service is known and when it is over, by one search each; else only "
        "by: interspace recurrence",
    )
    by: tuple[Literal["service", "circuit", "region"], ...] = Field(
        default=("service", "circuit", "region"), description="what faults are counted by"
    )
    incidents: int = Field(default=3, ge=2, description="so many within the time below")
    region_incidents: int = Field(default=6, ge=2, description="the same of a region, whose services fail apart")
    within: FixedLength = Field(default=Span("30 days"), description="for the counts and for the time down")
    down: FixedLength = Field(default=Span("24 h"), description="longer down than this in all, in the time above")
    critical: int = Field(default=2, ge=2, description="so many P1 within the time below")
    critical_within: FixedLength = Field(default=Span("90 days"), description="for the P1")
    again_within: FixedLength = Field(
        default=Span("14 days"),
        description="a fault on the service or circuit of a problem that was closed so recently opens it again",
    )


class ParentIncidentRules(Section):
    """R31: several services of one region that fail at once may be one outage. A person decides."""

    propose: bool = Field(default=True, description="only where incidents are counted (recurrence.each_incident)")
    services: int = Field(default=3, ge=2, description="so many different ones of one region")
    within: FixedLength = Field(default=Span("2 h"), description="whose faults began no further apart")
