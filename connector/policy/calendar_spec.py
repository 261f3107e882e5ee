"""A calendar as the policy writes it (R1, R27, R34, R38)."""

from functools import cached_property
from typing import Literal, Self
from zoneinfo import ZoneInfo

import holidays
from pydantic import Field, model_validator

from connector.domain.businesstime import BusinessCalendar
from connector.policy.kinds import ClockTime, Day, ZoneName
from connector.policy.section import Section

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Holidays(Section):
    """Public holidays, from the ``holidays`` package."""

    country: str = Field(description="ISO 3166-1 code", examples=["DE"])
    state: str | None = Field(default=None, description="ISO 3166-2 part after the dash", examples=["BE"])

    @model_validator(mode="after")
    def _known(self) -> Self:
        states = _states(self.country)
        if states is None:
            raise ValueError(f"no public holidays are known for country {self.country[:20]!r}")
        if self.state is not None and self.state not in states:
            known = ", ".join(states) or "none"
            raise ValueError(f"{self.country} has no state {self.state[:20]!r}; known: {known}")
        return self


def _states(country: str) -> tuple[str, ...] | None:
    """The states of a country that have holidays of their own; ``None`` for an unknown country.

    ``holidays.list_supported_countries`` knows the same, but imports every country for it.
    """
    if len(country) not in (2, 3) or not country.isupper():
        return None
    try:
        known = holidays.country_holidays(country)
    except (NotImplementedError, TypeError):  # there is no such name, or it names something else: MON
        return None
    # A stock exchange has holidays, too, and no country.
    return known.subdivisions if getattr(known, "country", None) else None


class CalendarSpec(Section):
    """When a clock runs. Either ``always`` or weekly hours in a zone."""

    always: bool = Field(default=False, description="24 hours a day, 7 days a week (R1)")
    timezone: ZoneName = "UTC"
    days: tuple[Weekday, ...] = ()
    opens: ClockTime | None = None
    closes: ClockTime | None = None
    holidays: Holidays | None = None
    closed: tuple[Day, ...] = Field(default=(), description="extra days without service")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.always:
            if self.days or self.opens or self.closes or self.holidays or self.closed:
                raise ValueError("'always: true' excludes days, opens, closes, holidays and closed")
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
