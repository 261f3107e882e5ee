"""A calendar as the policy writes it (R1, R27, R34, R38)."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import cached_property
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

import holidays
from pydantic import AfterValidator, Field, model_validator

from connector.domain.businesstime import BusinessCalendar
from connector.domain.openhours import OpenHours, overlapping
from connector.policy.kinds import MIDNIGHT, ClockTime, ClosingTime, Day, ZoneName, clock_time
from connector.policy.problem import UnlocatedProblem
from connector.policy.section import Section, entries

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


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


def _each_once(days: tuple[Weekday, ...]) -> tuple[Weekday, ...]:
    for day in days:
        if days.count(day) > 1:
            raise ValueError(f"{day} is there twice")
    return days


def _refuse_same(opens: timedelta | None, closes: timedelta | None) -> None:
    if opens is not None and opens == closes:
        raise ValueError(f"opens and closes are both {clock_time(opens)}; a whole day is 00:00 to 24:00")


Weekdays = Annotated[tuple[Weekday, ...], AfterValidator(_each_once)]


class Hours(Section):
    """The same hours on some weekdays. Past midnight they end on the following day and belong to the day before."""

    days: Weekdays = Field(min_length=1)
    opens: ClockTime
    closes: ClosingTime = Field(description="24:00 is the end of the day; earlier than opens: on the following day")

    @model_validator(mode="after")
    def _not_the_same(self) -> Self:
        _refuse_same(self.opens, self.closes)
        return self

    @property
    def of_week(self) -> tuple[OpenHours, ...]:
        """The hours of each day. Those past midnight close at more than 24 h."""
        closes = self.closes if self.closes > self.opens else self.closes + MIDNIGHT
        return tuple(OpenHours(WEEKDAYS.index(day), self.opens, closes) for day in self.days)

    def __str__(self) -> str:
        """As people write it: ``mon tue 09:00–17:30``."""
        return f"{' '.join(self.days)} {clock_time(self.opens)}–{clock_time(self.closes)}"


class CalendarSpec(Section):
    """When a clock runs: ``always``, or weekly hours in a zone: the same on all ``days``, or a list of ``hours``."""

    always: bool = Field(default=False, description="24 hours a day, 7 days a week (R1)")
    timezone: ZoneName = "UTC"
    days: Weekdays = ()
    opens: ClockTime | None = None
    closes: ClosingTime | None = Field(
        default=None, description="24:00 is the end of the day; earlier than opens: on the following day"
    )
    hours: tuple[Hours, ...] = Field(default=(), description="several of days, opens and closes")
    holidays: Holidays | None = None
    closed: tuple[Day, ...] = Field(default=(), description="extra days without service")

    @classmethod
    def findings(cls, data: Any) -> Iterator[UnlocatedProblem]:
        """Hours that overlap others, and those that touch others of the same day: they should be one entry."""
        before: list[OpenHours] = []
        for position, entry in entries(data, "hours"):
            try:
                added = Hours.model_validate(entry).of_week
            except ValueError:  # Reported for itself.
                continue
            if wrong := _contradiction(before, added):
                yield ("hours", position), wrong
            before += added

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        alike = bool(self.days or self.opens is not None or self.closes is not None)
        if self.always:
            if alike or self.hours or self.holidays or self.closed:
                raise ValueError("'always: true' excludes days, opens, closes, hours, holidays and closed")
            return self
        if self.hours and alike:
            raise ValueError("has either days, opens and closes, or a list of these in hours")
        if not self.hours and (not self.days or self.opens is None or self.closes is None):
            raise ValueError("needs 'always: true', or days, opens and closes, or hours")
        _refuse_same(self.opens, self.closes)
        return self

    @property
    def listed(self) -> tuple[Hours, ...]:
        """The hours as a list, whichever way they are written; empty for a calendar that is always open."""
        if self.opens is None or self.closes is None:
            return self.hours
        return (Hours(days=self.days, opens=self.opens, closes=self.closes),)

    @cached_property
    def calendar(self) -> BusinessCalendar:
        """The calendar that answers questions about business time."""
        if self.always:
            return BusinessCalendar.always()
        return BusinessCalendar(
            zone=ZoneInfo(self.timezone),
            week=tuple(sorted(hours for entry in self.listed for hours in entry.of_week)),
            country=self.holidays.country if self.holidays else None,
            state=self.holidays.state if self.holidays else None,
            closed=frozenset(self.closed),
        )


def shown(hours: OpenHours) -> str:
    """As people write it: ``fri 22:00–06:00``."""
    closes = hours.closes if hours.closes <= MIDNIGHT else hours.closes - MIDNIGHT
    return f"{WEEKDAYS[hours.weekday]} {clock_time(hours.opens)}–{clock_time(closes)}"


def _contradiction(before: Sequence[OpenHours], added: Sequence[OpenHours]) -> str | None:
    for new in added:
        for old in before:
            if overlapping((old, new)):
                return f"{shown(new)} overlaps {shown(old)}"
            if new.weekday == old.weekday and (new.opens == old.closes or old.opens == new.closes):
                return f"{shown(new)} touches {shown(old)}: make it one"
    return None
