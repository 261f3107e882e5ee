"""What must fit together across a policy. Each check passes over what is malformed in itself."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any

from connector.domain.vocabulary import Impact, Priority, TicketKind, Urgency
from connector.policy.catalogue import Catalogue
from connector.policy.kinds import Span
from connector.policy.problem import Location, UnlocatedProblem
from connector.policy.section import dig, entries


def every_member(members: type[StrEnum], data: Any, name: str) -> Iterator[UnlocatedProblem]:
    """The section ``name`` has an entry for every member."""
    if isinstance(section := dig(data, name), Mapping):
        yield from (((name, member.value), "is missing") for member in members if member not in section)


def matrix(data: Any) -> Iterator[UnlocatedProblem]:
    """Every cell is defined (R23)."""
    rows = dig(data, "matrix")
    if not isinstance(rows, Mapping):
        return
    for impact in Impact:
        row = rows.get(impact, {})
        if isinstance(row, Mapping):
            for urgency in Urgency:
                if urgency not in row:
                    yield ("matrix", impact.value, urgency.value), "the cell is missing"


def calendars(data: Any) -> Iterator[UnlocatedProblem]:
    """Every calendar that is named exists."""
    places: list[Location] = [("priorities", priority.value, "calendar") for priority in Priority]
    places += [("rfo", "calendar"), ("deferral", "calendar")]
    for place in places:
        yield from _leads_somewhere(place, dig(data, *place), "calendar", dig(data, "calendars"))


def urgency_defaults(data: Any) -> Iterator[UnlocatedProblem]:
    """Some default fits every ticket."""
    defaults = dig(data, "urgency_defaults")
    if not isinstance(defaults, list | tuple):
        return
    last = defaults[-1] if defaults else {"impact": ""}
    if dig(last, "impact") is not None or dig(last, "fault_type") is not None:
        yield ("urgency_defaults",), "the last entry must fit everything: give it only 'urgency'"


def ladders(escalation: Any) -> Iterator[UnlocatedProblem]:
    """There is a default ladder, and customers and services are given ladders that exist."""
    known = dig(escalation, "ladders")
    if isinstance(known, Mapping) and "default" not in known:
        yield ("ladders", "default"), "is missing"
    for table in ("customers", "services"):
        for key, ladder in entries(escalation, table):
            yield from _leads_somewhere((table, key), ladder, "ladder", known)


def level_numbers(ladder: Any) -> Iterator[UnlocatedProblem]:
    """The numbers of the levels rise."""
    for (_, below), (position, above) in pairwise(entries(ladder, "levels")):
        lower, higher = _number(below), _number(above)
        if lower is not None and higher is not None and higher <= lower:
            yield ("levels", position, "level"), f"level {higher} stands after level {lower}"


def level_times(data: Any, day_lengths: Mapping[Priority, timedelta]) -> Iterator[UnlocatedProblem]:
    """Each level is reached later than the one below, measured by the priority's own clock."""
    for name, ladder in entries(data, "escalation", "ladders"):
        for (_, below), (position, above) in pairwise(entries(ladder, "levels")):
            for priority, day_length in day_lengths.items():
                earlier, later = _span(below, priority), _span(above, priority)
                if earlier is None or later is None:
                    continue
                if later.duration(day_length) <= earlier.duration(day_length):
                    place = ("escalation", "ladders", name, "levels", position, "after", priority.value)
                    yield place, f"{later} must be later than {earlier} of the level before"


def overdue_level(data: Any) -> Iterator[UnlocatedProblem]:
    """The level of an overdue RFO is on every ladder (R34)."""
    level = _number({"level": dig(data, "rfo", "overdue_level")})
    for name, ladder in entries(data, "escalation", "ladders"):
        numbers = [_number(entry) for _, entry in entries(ladder, "levels")]
        if level is not None and numbers and None not in numbers and level not in numbers:
            yield ("rfo", "overdue_level"), f"the ladder {name!r} has no level {level}"


def known_in_catalogue(data: Any, catalogue: Catalogue) -> Iterator[UnlocatedProblem]:
    """Ladders are given to customers and services of the catalogue, where there is a catalogue."""
    if not catalogue.services:
        return
    customers = {customer.id for customer in catalogue.customers}
    for customer, _ in entries(data, "escalation", "customers"):
        if customer not in customers:
            yield ("escalation", "customers", customer), "the catalogue has no such customer"
    for service, _ in entries(data, "escalation", "services"):
        # A key or a list that is no text is the model's to report.
        if isinstance(service, str) and catalogue.service(service) is None:
            yield ("escalation", "services", service), "the catalogue has no such service"


def groups(data: Any) -> frozenset[str]:
    """Every group that the policy names."""
    ladders = [ladder for _, ladder in entries(data, "escalation", "ladders")]
    levels = [level for ladder in ladders for _, level in entries(ladder, "levels")]
    named = [dig(level, "group") for level in levels] + [dig(data, name, "group") for name in ("rfo", "problem")]
    return frozenset(group for group in named if isinstance(group, str))


def purposes(data: Any) -> Mapping[str, TicketKind]:
    """Every group that the policy names, and what tickets it puts there."""
    known = {dig(data, "rfo", "group"): TicketKind.RFO_TASK, dig(data, "problem", "group"): TicketKind.PROBLEM}
    return {group: known.get(group, TicketKind.INCIDENT) for group in groups(data)}


def _leads_somewhere(place: Location, name: Any, kind: str, known: Any) -> Iterator[UnlocatedProblem]:
    if isinstance(name, str) and isinstance(known, Mapping) and name not in known:
        yield place, f"there is no {kind} {name!r}"


def _number(level: Any) -> int | None:
    try:
        return int(dig(level, "level"))
    except (TypeError, ValueError):
        return None


def _span(level: Any, priority: Priority) -> Span | None:
    value = dig(level, "after", priority)
    try:
        return value if isinstance(value, Span) else Span(value)
    except (TypeError, ValueError):
        return None
