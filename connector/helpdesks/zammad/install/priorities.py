"""Priorities P1–P4, calendars and SLAs that agree with the policy's targets, report profiles (R23, R36, R37).

Bodies as in recordings 216, 220, 280 and 285.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import holidays

from connector.domain.vocabulary import Priority
from connector.helpdesks.zammad.install.site import InstallContext
from connector.install.objects import PREFIX, Ref, Wanted, text_ref
from connector.policy.calendar_spec import WEEKDAYS, CalendarSpec
from connector.policy.kinds import MIDNIGHT, clock_time

_LOOK: Mapping[Priority, Mapping[str, str]] = {
    Priority.P1: {"ui_icon": "important", "ui_color": "high-priority"},
    Priority.P2: {"ui_icon": "important", "ui_color": "high-priority"},
    Priority.P3: {},
    Priority.P4: {"ui_icon": "low-priority", "ui_color": "low-priority"},
}
_YEARS = 3
"""Public holidays are written for this year and the two that follow."""


def priorities(site: InstallContext) -> Iterator[Wanted]:
    """The priorities that the connector sets, beside those of Zammad."""
    for priority, names in site.mapping.priorities.items():
        note = f"{priority}, {site.policy.priorities[priority].name}: follows from impact and urgency."
        body = {"name": names.name, "active": True, "note": note}
        yield Wanted("ticket_priorities", names.name, body, fill=_LOOK[priority])


def calendars(site: InstallContext) -> Iterator[Wanted]:
    """A calendar for each one that a priority's clock runs by."""
    used = {targets.calendar for targets in site.policy.priorities.values()}
    for name, spec in site.policy.calendars.items():
        if name in used:
            yield Wanted(
                "calendars",
                PREFIX + name,
                {
                    "name": PREFIX + name,
                    "timezone": spec.timezone,
                    "business_hours": _hours(spec),
                    "public_holidays": _closed(spec, site.today.year),
                },
            )


def slas(site: InstallContext) -> Iterator[Wanted]:
    """An SLA for each priority, in minutes, so that Zammad's own clocks agree with the policy's (R36, R37).

    For incidents only: RFO tasks have a due date of their own, problem records none.
    """
    for priority, targets in site.policy.priorities.items():
        calendar = site.policy.calendar(priority)
        times = {
            "first_response_time": targets.first_response,
            "update_time": targets.update_every,
            "solution_time": targets.repair,
        }
        name = f"{PREFIX}{priority} {targets.name}"
        yield Wanted(
            "slas",
            name,
            {
                "name": name,
                "calendar_id": Ref("calendars", PREFIX + targets.calendar),
                "condition": {
                    "ticket.priority_id": {"operator": "is", "value": _read_as(site, priority)},
                    "ticket.group_id": {"operator": "is", "value": site.incident_groups},
                },
                **{key: span and _minutes(site.policy.duration(span, calendar)) for key, span in times.items()},
            },
        )


def report_profiles(site: InstallContext) -> Iterator[Wanted]:
    """A report profile for each priority (R29, R32)."""
    for priority, targets in site.policy.priorities.items():
        name = f"{PREFIX}{priority} {targets.name}"
        condition = {
            "ticket.priority_id": {"operator": "is", "value": _read_as(site, priority)},
            "ticket.group_id": {"operator": "is", "value": site.incident_groups},
        }
        yield Wanted("report_profiles", name, {"name": name, "condition": condition, "active": True})


def _read_as(site: InstallContext, priority: Priority) -> list[Ref]:
    """Every priority of Zammad that is read as this one."""
    names = site.mapping.priorities[priority]
    others = [text_ref("ticket_priorities", name, optional=True) for name in names.also]
    return [text_ref("ticket_priorities", names.name), *others]


def _minutes(length: timedelta) -> int:
    return max(1, round(length / timedelta(minutes=1)))


def _hours(spec: CalendarSpec) -> dict[str, Any]:
    """Hours past midnight are two days' here: Zammad's hours end with their day."""
    frames: dict[str, list[list[str]]] = {day: [] for day in WEEKDAYS}
    for weekday, opens, closes in spec.calendar.week:
        frames[WEEKDAYS[weekday]].append([clock_time(opens), clock_time(min(closes, MIDNIGHT))])
        if closes > MIDNIGHT:
            frames[WEEKDAYS[(weekday + 1) % 7]].append(["00:00", clock_time(closes - MIDNIGHT)])
    # A day that is not active needs hours all the same.
    some = next(frame for frame in frames.values() if frame)
    return {day: {"active": bool(frame), "timeframes": sorted(frame or some)} for day, frame in frames.items()}


def _closed(spec: CalendarSpec, year: int) -> dict[str, Any]:
    years = range(year, year + _YEARS)
    summaries: dict[date, str] = {day: "closed" for day in spec.closed if day.year in years}
    if spec.holidays is not None:
        summaries |= holidays.country_holidays(spec.holidays.country, subdiv=spec.holidays.state, years=years)
    return {day.isoformat(): {"active": True, "summary": summaries[day]} for day in sorted(summaries)}
