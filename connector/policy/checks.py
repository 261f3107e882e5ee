"""What must fit together across a policy. Each check passes over what is malformed in itself."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any

from connector.domain.spelling import did_you_mean, no_such
from connector.domain.vocabulary import Impact, Priority, TicketKind, Urgency
from connector.policy.calendar_spec import CalendarSpec
from connector.policy.catalogue import Catalogue
from connector.policy.kinds import Span
from connector.policy.problem import Location, UnlocatedProblem
from connector.policy.section import dig, entries


def every_member(members: Iterable[StrEnum], data: Any, name: str) -> Iterator[UnlocatedProblem]:
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
    places: list[Location] = [(*layer, "calendar") for priority in Priority for layer in _promises(data, priority)]
    places += [("rfo", "calendar"), ("deferral", "calendar"), ("problem", "calendar")]
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


def reachable(ladder: Any) -> Iterator[UnlocatedProblem]:
    """Of a version with a day each level has a phone number or an e-mail address: a customer has it in hand (R35)."""
    if dig(ladder, "valid_from") is None:
        return
    for position, level in entries(ladder, "levels"):
        contacts = [contact for _, contact in entries(level, "contacts")]
        ways = [
            contact if isinstance(contact, str) and "@" in contact else dig(contact, "phone") or dig(contact, "email")
            for contact in contacts
        ]
        if contacts and dig(level, "skip") is not True and not any(ways):
            yield ("levels", position, "contacts"), "needs a phone number or an e-mail address: valid_from releases it"


def versions(ladder: Any) -> Iterator[UnlocatedProblem]:
    """Versions have names of their own, and each begins after the one before it: no day has two (R35)."""
    known = [(("previous", position), one) for position, one in entries(ladder, "previous")]
    listed: list[tuple[Location, Any]] = [*known, ((), ladder)]
    names: set[str] = set()
    for place, one in listed:
        name = str(dig(one, "version") or "1")
        if name in names:
            yield (*place, "version"), f"there is a version {name!r} before"
        names.add(name)
    for (_, before), (place, after) in pairwise(listed):
        begins, began = _day(dig(after, "valid_from")), _day(dig(before, "valid_from"))
        if begins is None and dig(after, "valid_from") is None:
            yield (*place, "valid_from"), "is missing: another version is before it"
        elif begins is not None and began is not None and begins <= began:
            yield (*place, "valid_from"), f"{begins} is not after {began}, when the version before it begins"


def _day(value: Any) -> date | None:
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        return None


def _every_version(data: Any) -> Iterator[tuple[Location, Any]]:
    """Each version of each ladder, with its place."""
    for name, ladder in entries(data, "escalation", "ladders"):
        place = ("escalation", "ladders", name)
        yield place, ladder
        for position, one in entries(ladder, "previous"):
            yield (*place, "previous", position), one


def level_times(data: Any) -> Iterator[UnlocatedProblem]:
    """Each level is reached later than the one below, by every clock that a ticket of the priority may have."""
    lengths = _day_lengths(data)
    clocks = {
        priority: {_name(dig(data, *layer, "calendar")) for layer in _promises(data, priority)} & lengths.keys()
        for priority in Priority
    }
    for ladder_place, ladder in _every_version(data):
        for (_, below), (position, above) in pairwise(entries(ladder, "levels")):
            for priority in Priority:
                earlier, later = _span(dig(below, "after", priority)), _span(dig(above, "after", priority))
                if earlier is None or later is None:
                    continue
                if any(later.duration(lengths[c]) <= earlier.duration(lengths[c]) for c in clocks[priority]):
                    place = (*ladder_place, "levels", position, "after", priority.value)
                    yield place, f"{later} must be later than {earlier} of the level before"


def target_times(data: Any) -> Iterator[UnlocatedProblem]:
    """Nothing is to be repaired before it is answered (R36): for no priority and no customer."""
    lengths = _day_lengths(data)
    for priority in Priority:
        general, *own = _promises(data, priority)
        yield from _repaired_unanswered(data, (general,), lengths)
        for place in own:
            if place[1] == "customers":
                yield from _repaired_unanswered(data, (general, place), lengths)


def _service_times(data: Any, catalogue: Catalogue) -> Iterator[UnlocatedProblem]:
    """The same for the services, each with what its customer has instead."""
    lengths = _day_lengths(data)
    for priority in Priority:
        general, *own = _promises(data, priority)
        of_customers = {place[2]: place for place in own if place[1] == "customers"}
        for place in own:
            if place[1] == "services" and (service := catalogue.service(str(place[2]))):
                layers = (general, of_customers.get(service.customer, general), place)
                yield from _repaired_unanswered(data, layers, lengths)


def _repaired_unanswered(
    data: Any, layers: tuple[Location, ...], lengths: Mapping[str, timedelta]
) -> Iterator[UnlocatedProblem]:
    """Of several layers, the last that says something counts; it is reported where the last layer says it."""
    said: dict[str, Location] = {}
    for layer in layers:
        for name in ("calendar", "first_response", "repair"):
            if dig(data, *layer, name) is not None:
                said[name] = (*layer, name)
    day = lengths.get(_name(dig(data, *said["calendar"]))) if "calendar" in said else None
    response, repair = (_span(dig(data, *said.get(name, ("",)))) for name in ("first_response", "repair"))
    if not (day and response and repair) or response.duration(day) <= repair.duration(day):
        return
    for name, wrong in (
        ("first_response", f"{response} is longer than the repair of {repair}"),
        ("repair", f"{repair} is shorter than the first response of {response}"),
        ("calendar", f"by this clock the first response of {response} is longer than the repair of {repair}"),
    ):
        if said[name] == (*layers[-1], name):
            yield said[name], wrong
            return


def _promises(data: Any, priority: Priority) -> list[Location]:
    """Where the targets of a priority stand: for all, and those of single customers and services."""
    return [
        ("priorities", priority.value),
        *(
            ("targets", table, key, priority.value)
            for table in ("customers", "services")
            for key, by_priority in entries(data, "targets", table)
            if isinstance(key, str) and isinstance(by_priority, Mapping) and priority in by_priority
        ),
    ]


def _name(value: Any) -> str:
    """What stands where a name belongs; empty if it is none."""
    return value if isinstance(value, str) else ""


def _day_lengths(data: Any) -> dict[str, timedelta]:
    """How long a working day of each calendar lasts, as far as the calendar is sound."""
    lengths = {}
    for name, spec in entries(data, "calendars"):
        try:
            lengths[name] = CalendarSpec.model_validate(spec).calendar.day_length
        except ValueError:
            continue
    return lengths


def overdue_level(data: Any) -> Iterator[UnlocatedProblem]:
    """The level of an overdue RFO and of an overdue problem is on every ladder (R28, R34)."""
    for section in ("rfo", "problem"):
        level = _number({"level": dig(data, section, "overdue_level")})
        for name, ladder in entries(data, "escalation", "ladders"):
            numbers = [_number(entry) for _, entry in entries(ladder, "levels")]
            if level is not None and numbers and None not in numbers and level not in numbers:
                yield (section, "overdue_level"), f"the ladder {name!r} has no level {level}"


def fits_catalogue(data: Any, catalogue: Catalogue) -> Iterator[UnlocatedProblem]:
    """Ladders and targets are given to customers and services of the catalogue, where there is a catalogue."""
    if not catalogue.services:
        return
    customers = [customer.id for customer in catalogue.customers]
    for section in ("escalation", "targets"):
        for customer, _ in entries(data, section, "customers"):
            if isinstance(customer, str) and customer not in customers:
                meant = did_you_mean(customer, customers)
                yield (section, "customers", customer), f"the catalogue has no such customer{meant}"
        for service, _ in entries(data, section, "services"):
            # A key or a list that is no text is the model's to report.
            if isinstance(service, str) and catalogue.service(service) is None:
                yield (section, "services", service), "the catalogue has no such service"
    yield from _service_times(data, catalogue)


def groups(data: Any) -> frozenset[str]:
    """Every group that the policy names."""
    levels = [level for _, ladder in _every_version(data) for _, level in entries(ladder, "levels")]
    named = [dig(level, "group") for level in levels] + [dig(data, name, "group") for name in ("rfo", "problem")]
    return frozenset(group for group in named if isinstance(group, str))


def purposes(data: Any) -> Mapping[str, TicketKind]:
    """Every group that the policy names, and what tickets it puts there."""
    ours = (("rfo", TicketKind.RFO_TASK), ("problem", TicketKind.PROBLEM))
    known = {group: kind for name, kind in ours if isinstance(group := dig(data, name, "group"), str)}
    return {group: known.get(group, TicketKind.INCIDENT) for group in groups(data)}


def _leads_somewhere(place: Location, name: Any, kind: str, known: Any) -> Iterator[UnlocatedProblem]:
    if isinstance(name, str) and isinstance(known, Mapping) and name not in known:
        yield place, no_such(kind, name, map(str, known))


def _number(level: Any) -> int | None:
    try:
        return int(dig(level, "level"))
    except (TypeError, ValueError):
        return None


def _span(value: Any) -> Span | None:
    try:
        return value if isinstance(value, Span) else Span(value)
    except (TypeError, ValueError):
        return None
