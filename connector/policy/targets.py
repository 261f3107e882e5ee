"""What is promised to a ticket: by its priority, or instead of that to its customer or for its service (R36, R37)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal, NamedTuple

from pydantic import Field

from connector.domain.businesstime import BusinessCalendar
from connector.domain.vocabulary import Priority
from connector.policy.calendar_spec import CalendarSpec
from connector.policy.catalogue import Service
from connector.policy.kinds import Length, Name
from connector.policy.section import Section


class Targets(Section):
    """What a priority means: its clock and its times (R36, R37)."""

    name: Name = Field(description="critical, major, minor, low")
    calendar: str = Field(description="a name from calendars")
    first_response: Length
    update_every: Length | None = Field(default=None, description="empty: on change")
    repair: Length


class OwnTargets(Section):
    """What a customer or a service is promised at one priority. What is left out stays as it is for all."""

    calendar: str | None = Field(default=None, description="a name from calendars")
    first_response: Length | None = None
    update_every: Length | None = None
    repair: Length | None = None


class TargetsByContract(Section):
    """R36: targets of single customers and services. A service's come before its customer's."""

    customers: Mapping[str, Mapping[Priority, OwnTargets]] = Field(
        default={}, description="customer of the catalogue → targets by priority"
    )
    services: Mapping[str, Mapping[Priority, OwnTargets]] = Field(
        default={}, description="service ID → targets by priority"
    )


class Limit(NamedTuple):
    """A length of time on a ticket's clock, and who has it: ``P1``, ``customer acme``, ``service SVC-1003``."""

    length: timedelta
    origin: str


class TargetLimits(NamedTuple):
    """What a ticket is promised, by the clock of ``calendar``. Updates without a limit come on change."""

    calendar: BusinessCalendar
    calendar_name: str
    calendar_origin: str
    first_response: Limit
    update_every: Limit | None
    repair: Limit


class TargetTable:
    """The targets of a policy, by service and priority. What has been asked for is kept."""

    def __init__(
        self,
        priorities: Mapping[Priority, Targets],
        own: TargetsByContract,
        calendars: Mapping[str, CalendarSpec],
    ) -> None:
        self._priorities, self._customers, self._calendars = priorities, own.customers, calendars
        self._services = {service_id.strip().casefold(): targets for service_id, targets in own.services.items()}
        self._kept: dict[tuple[str | None, str | None, Priority], TargetLimits] = {}

    def limits(self, service: Service | None, priority: Priority) -> TargetLimits:
        """What a ticket on ``service`` is promised."""
        customer = service.customer if service and service.customer in self._customers else None
        own = service.id if service and service.id.casefold() in self._services else None
        key = own, customer, priority
        if (kept := self._kept.get(key)) is None:
            kept = self._kept[key] = self._limits(*key)
        return kept

    def _limits(self, service_id: str | None, customer: str | None, priority: Priority) -> TargetLimits:
        own: list[tuple[str, OwnTargets]] = []
        if service_id is not None and (targets := self._services[service_id.casefold()].get(priority)):
            own.append((f"service {service_id}", targets))
        if customer is not None and (targets := self._customers[customer].get(priority)):
            own.append((f"customer {customer}", targets))
        general = self._priorities[priority]
        clocks = [*((origin, targets.calendar) for origin, targets in own), (priority.value, general.calendar)]
        clock_origin, clock = next((origin, clock) for origin, clock in clocks if clock)
        calendar = self._calendars[clock].calendar

        def limit(name: Literal["first_response", "update_every", "repair"]) -> Limit | None:
            spans = [(origin, getattr(targets, name)) for origin, targets in own]
            spans.append((priority.value, getattr(general, name)))
            return next((Limit(span.duration(calendar.day_length), origin) for origin, span in spans if span), None)

        first_response, repair = limit("first_response"), limit("repair")
        assert first_response, "every priority has one"
        assert repair, "every priority has one"
        return TargetLimits(calendar, clock, clock_origin, first_response, limit("update_every"), repair)
