"""The escalation matrix of one service, as the official document that is handed over at its activation (R13, R35)."""

import json
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from connector.domain.document import Document
from connector.domain.fields import CATALOGUE
from connector.domain.vocabulary import Impact, Priority, Urgency
from connector.messages.words import Reader, duration
from connector.policy.calendar_spec import CalendarSpec
from connector.policy.catalogue import Service
from connector.policy.ladder import ContactCard, LadderVersion, Level
from connector.policy.models import Policy
from connector.policy.targets import Limit

_DAYS = {"mon": "Mon", "tue": "Tue", "wed": "Wed", "thu": "Thu", "fri": "Fri", "sat": "Sat", "sun": "Sun"}


def version_on(policy: Policy, service: Service, day: date) -> LadderVersion:
    """The version that counts for tickets of the service that are opened on this day."""
    return policy.ladder(service.id).on(day)


def matrix_document(policy: Policy, service: Service, ladder: LadderVersion) -> Document:
    """One page for the service's customer. Nothing in it is of today, so the same policy makes the same file."""
    owner = next((one for one in policy.catalogue.customers if one.id == service.customer), None)
    begins = ladder.valid_from or date(2000, 1, 1)
    content: dict[str, Any] = {
        "customer": (owner.name or owner.id) if owner else service.customer,
        "service": {"id": service.id, "name": service.name, "circuit": service.circuit_id, "region": service.region},
        "version": ladder.version,
        "valid_from": f"{ladder.valid_from:%d %B %Y}" if ladder.valid_from else None,
        "priorities": [{"id": str(each), "name": policy.priorities[each].name} for each in Priority],
        "levels": [_level(level) for level in ladder.levels if not level.skip],
        "targets": [_targets(policy, service, each) for each in Priority],
        "impacts": [CATALOGUE["impact"].choices[each] for each in Impact],
        "urgencies": [CATALOGUE["urgency"].choices[each] for each in Urgency],
        "matrix": [[str(policy.matrix[impact][urgency]) for urgency in Urgency] for impact in Impact],
        "required": [CATALOGUE[name].label for name in policy.intake.required],
        "every": str(policy.escalation.requests_every),
        "hours": calendar_text(policy.calendars[policy.deferral.calendar]),
        "pauses": {"customer": policy.pauses.pending_customer, "deferred": policy.pauses.deferred},
    }
    content["hash"] = sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]
    return Document(
        template="matrix",
        name=f"escalation-matrix-{service.id}-v{ladder.version}.pdf",
        title=f"Escalation matrix {service.id}, version {ladder.version}",
        dated=datetime.combine(begins, time(), ZoneInfo(policy.display_timezone)).astimezone(UTC),
        content=content,
    )


def calendar_text(spec: CalendarSpec) -> str:
    """When a calendar is open, for people.

    >>> calendar_text(CalendarSpec(always=True))
    '24 hours a day, 7 days a week'
    """
    if spec.always:
        return "24 hours a day, 7 days a week"
    hours = "; ".join(f"{_days(each.days)} {str(each).rpartition(' ')[2]}" for each in spec.listed)
    holidays = spec.holidays
    where = f"{holidays.country}-{holidays.state}" if holidays and holidays.state else holidays and holidays.country
    closed = [f"public holidays of {where}"] if where else []
    closed += [f"{day:%Y-%m-%d}" for day in spec.closed]
    return f"{hours} ({spec.timezone})" + (f", closed on {', '.join(closed)}" if closed else "")


def _days(days: tuple[str, ...]) -> str:
    names = [_DAYS[day] for day in days]
    order = list(_DAYS.values())
    places = [order.index(name) for name in names]
    in_a_row = len(places) > 2 and places == list(range(places[0], places[0] + len(places)))
    return f"{names[0]}–{names[-1]}" if in_a_row else ", ".join(names)


def _level(level: Level) -> dict[str, Any]:
    return {
        "level": level.level,
        "name": level.name,
        "contacts": [_contact(level, one) for one in level.contacts],
        "after": [_after(str(level.after[each])) for each in Priority],
    }


def _length(limit: Limit) -> str:
    """In the words of the levels beside it: "2 days", not "2 d"."""
    days, rest = divmod(limit.length, timedelta(days=1))
    return f"{days} days" if days > 1 and not rest else duration(limit.length, Reader())


def _after(length: str) -> str:
    return "0 h" if length == "0" else length


def _contact(level: Level, contact: ContactCard | str) -> list[str]:
    if isinstance(contact, str):
        return [contact]
    role = None if contact.role and contact.role.casefold() == level.name.casefold() else contact.role
    lines = (
        ", ".join(part for part in (contact.name, role) if part),
        " · ".join(part for part in (contact.phone, contact.hours, contact.language) if part),
        contact.email,
    )
    return [line for line in lines if line]


def _targets(policy: Policy, service: Service, priority: Priority) -> dict[str, str]:
    limits = policy.targets_of(service.id, priority)
    return {
        "priority": f"{priority} {policy.priorities[priority].name}",
        "first_response": _length(limits.first_response),
        "update": _length(limits.update_every) if limits.update_every else "on change",
        "repair": _length(limits.repair),
        "clock": calendar_text(policy.calendars[limits.calendar_name]),
    }
