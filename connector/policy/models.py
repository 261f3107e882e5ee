"""The policy: every number and choice of the rules, as data (requirements R1–R39, "Defaults")."""

from collections.abc import Mapping
from datetime import date, time, timedelta
from functools import cached_property
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays
from pydantic import AfterValidator, Field, PlainSerializer, model_validator

from connector.domain.businesstime import BusinessCalendar
from connector.domain.model import Model
from connector.domain.vocabulary import FaultType, Impact, Priority, Urgency
from connector.policy.catalogue import Catalogue, Service
from connector.policy.span import Span


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is not an IANA time zone (example: Europe/Berlin)") from error
    return name


ZoneName = Annotated[str, AfterValidator(_known_zone)]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Holidays(Model):
    """Public holidays, from the ``holidays`` package."""

    country: str = Field(description="ISO 3166-1 code", examples=["DE"])
    state: str | None = Field(default=None, description="ISO 3166-2 part after the dash", examples=["BE"])

    @model_validator(mode="after")
    def _known(self) -> Self:
        supported = holidays.list_supported_countries()
        if self.country not in supported:
            raise ValueError(f"no public holidays are known for country {self.country!r}")
        if self.state is not None and self.state not in supported[self.country]:
            known = ", ".join(supported[self.country])
            raise ValueError(f"{self.country} has no state {self.state!r}; known are {known}")
        return self


class CalendarSpec(Model):
    """When a clock runs. Either ``always`` or weekly hours in a zone."""

    always: bool = Field(default=False, description="24 hours a day, 7 days a week (R1)")
    timezone: ZoneName = "UTC"
    days: tuple[Weekday, ...] = ()
    opens: time | None = None
    closes: time | None = None
    holidays: Holidays | None = None
    closed: tuple[date, ...] = Field(default=(), description="extra days without service")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.always:
            if self.days or self.opens or self.closes:
                raise ValueError("'always: true' excludes days, opens and closes")
            return self
        if not self.days or self.opens is None or self.closes is None:
            raise ValueError("needs 'always: true', or days, opens and closes")
        if self.opens >= self.closes:
            raise ValueError("opens must be earlier than closes")
        return self

    @cached_property
    def calendar(self) -> BusinessCalendar:
        """The calendar that answers questions about business time."""
        if self.always or self.opens is None or self.closes is None:
            return BusinessCalendar.always()
        return BusinessCalendar(
            zone=ZoneInfo(self.timezone),
            weekdays=frozenset(_WEEKDAYS.index(day) for day in self.days),
            opens=self.opens,
            closes=self.closes,
            country=self.holidays.country if self.holidays else None,
            state=self.holidays.state if self.holidays else None,
            closed=frozenset(self.closed),
        )


class UrgencyDefault(Model):
    """The urgency where the customer chose none. The first entry that fits counts."""

    impact: Impact | None = None
    fault_type: FaultType | None = None
    urgency: Urgency

    def fits(self, impact: Impact | None, fault_type: FaultType | None) -> bool:
        """An omitted condition fits everything."""
        return self.impact in (None, impact) and self.fault_type in (None, fault_type)


class Targets(Model):
    """What a priority means: its clock and its times (R36, R37)."""

    name: str = Field(description="critical, major, minor, low")
    calendar: str
    first_response: Span
    update_every: Span | None = Field(default=None, description="empty: on change")
    repair: Span


class Level(Model):
    """One management level of a ladder (R38)."""

    level: int = Field(ge=1, le=9)
    name: str
    contacts: tuple[str, ...] = Field(default=(), description="empty with skip: true")
    group: str | None = Field(default=None, description="the ticket moves here; the owner stays")
    skip: bool = Field(default=False, description="nobody there: the level is passed over")
    after: Mapping[Priority, Span] = Field(description="ticket age at which the level is reached")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        missing = [priority.value for priority in Priority if priority not in self.after]
        if missing:
            raise ValueError(f"level {self.level} has no time for {', '.join(missing)}")
        return self


class Ladder(Model):
    """An escalation matrix (R35): levels in order, times rising."""

    levels: tuple[Level, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for below, above in zip(self.levels, self.levels[1:], strict=False):
            if above.level <= below.level:
                raise ValueError(f"level {above.level} stands after level {below.level}")
            for priority in Priority:
                if not below.after[priority].is_shorter_than(above.after[priority]):
                    raise ValueError(
                        f"{priority}: level {above.level} must come later than level {below.level}"
                    )
        return self


class Escalation(Model):
    """R35–R39."""

    ladders: Mapping[str, Ladder]
    customers: Mapping[str, str] = Field(default={}, description="customer of the catalogue → ladder")
    services: Mapping[str, str] = Field(default={}, description="service ID → ladder")
    missed_targets: frozenset[Literal["first_response", "repair"]] = Field(
        default=frozenset({"first_response", "repair"}),
        description="a missed target raises the ticket by one level (R37)",
    )
    requests_every: Span = Field(description="at most one request in this time, managers excepted (R39)")
    request_phrases: tuple[str, ...] = Field(
        description="a customer's message that contains one of these asks for escalation"
    )

    @model_validator(mode="after")
    def _known_ladders(self) -> Self:
        if "default" not in self.ladders:
            raise ValueError("ladders: 'default' is missing")
        for where, table in (("customers", self.customers), ("services", self.services)):
            for key, ladder in table.items():
                if ladder not in self.ladders:
                    raise ValueError(f"{where}.{key}: there is no ladder {ladder!r}")
        return self


class Intake(Model):
    """R14–R18."""

    required: tuple[Literal["service_id", "problem_start", "short_description", "impact"], ...]
    remind_after: Span
    service_id_pattern: str = Field(
        description="a service ID in free text: a regular expression, matched as a whole word"
    )


class Rfo(Model):
    """R32–R34."""

    eligible: frozenset[Priority]
    working_days: int = Field(ge=1, le=60)
    remind_on: tuple[int, ...] = Field(description="working days after the start of the clock")
    calendar: str
    group: str
    overdue_level: int = Field(ge=1, le=9, description="the task rises to this level when overdue")
    request_phrases: tuple[str, ...]

    @model_validator(mode="after")
    def _reminders_before_due(self) -> Self:
        if list(self.remind_on) != sorted(set(self.remind_on)):
            raise ValueError("remind_on must rise")
        if self.remind_on and not 0 < self.remind_on[0] <= self.remind_on[-1] < self.working_days:
            raise ValueError("remind_on must lie between 1 and working_days - 1")
        return self


class Pauses(Model):
    """When the clocks of an unresolved ticket stand still."""

    pending_customer: bool = True


class Policy(Model):
    """All rules of one provider. ``version`` is a short hash of what was loaded."""

    name: str
    version: str
    calendars: Mapping[str, CalendarSpec]
    matrix: Mapping[Impact, Mapping[Urgency, Priority]]
    urgency_defaults: tuple[UrgencyDefault, ...]
    default_priority: Priority = Field(description="clocks use it while the priority is unknown")
    priorities: Mapping[Priority, Targets]
    escalation: Escalation
    intake: Intake
    rfo: Rfo
    pauses: Pauses = Pauses()
    catalogue: Annotated[Catalogue, PlainSerializer(lambda c: len(c.services))] = Catalogue()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        problems = [
            f"matrix.{impact}.{urgency}: the cell is missing"
            for impact in Impact
            for urgency in Urgency
            if urgency not in self.matrix.get(impact, {})
        ]
        problems += [f"priorities.{p}: is missing" for p in Priority if p not in self.priorities]
        used = {f"priorities.{p}.calendar": t.calendar for p, t in self.priorities.items()}
        used["rfo.calendar"] = self.rfo.calendar
        problems += [
            f"{where}: there is no calendar {name!r}"
            for where, name in used.items()
            if name not in self.calendars
        ]
        if not self.urgency_defaults or not self.urgency_defaults[-1].fits(None, None):
            problems.append("urgency_defaults: the last entry must fit everything (only 'urgency')")
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def calendar(self, priority: Priority) -> BusinessCalendar:
        """The clock of a priority."""
        return self.calendars[self.priorities[priority].calendar].calendar

    @cached_property
    def rfo_calendar(self) -> BusinessCalendar:
        """The working days of an RFO (R34)."""
        return self.calendars[self.rfo.calendar].calendar

    def duration(self, span: Span, calendar: BusinessCalendar) -> timedelta:
        """``span`` as running time of ``calendar``: a working day is one regular day's hours."""
        return span.duration(calendar.day_length)

    def ladder(self, service_id: str | None) -> Ladder:
        """The escalation matrix for a service, else its customer's, else the default (R35)."""
        name = "default"
        service = self.service(service_id)
        if service is not None:
            name = self.escalation.services.get(service.id) or self.escalation.customers.get(
                service.customer, "default"
            )
        return self.escalation.ladders[name]

    def service(self, service_id: str | None) -> Service | None:
        """The catalogue's entry, if it has one (R7)."""
        return self.catalogue.service(service_id) if service_id else None

    def groups(self) -> frozenset[str]:
        """Every group the policy names; a helpdesk's mapping must know them all."""
        ladders = self.escalation.ladders.values()
        named = {level.group for ladder in ladders for level in ladder.levels if level.group}
        return frozenset(named | {self.rfo.group})
