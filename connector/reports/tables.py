"""The tables of a report: how each figure is counted."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from connector.domain.labels import LABELS
from connector.domain.vocabulary import Impact
from connector.reports.figures import Figure, Row, Table
from connector.reports.incident import Incident, Promise, length
from connector.reports.month import Month, share


def of_customer(incidents: Sequence[Incident], month: Month, until: datetime) -> tuple[Table, ...]:
    """What a customer gets: of ``incidents`` those that began in the month, and the downtime of all."""
    begun = [one for one in incidents if one.created in month]
    return (
        _counts(begun),
        _promises(begun),
        _downtime(incidents, month, until),
        _levels(begun),
        _deferrals(begun),
        _rfos(incidents, month),
        _problems(incidents),
        _measures(incidents, until),
        _repeats(begun),
    )


def of_provider(incidents: Sequence[Incident], month: Month, until: datetime, months: int = 12) -> tuple[Table, ...]:
    """What the provider reads of all customers: the same, and how the work went."""
    begun = [one for one in incidents if one.created in month]
    return (
        *of_customer(incidents, month, until),
        _customers(begun),
        _ask_backs(begun),
        _overrides(begun),
        _causes(begun),
        _oldest(incidents, until),
        _trend(incidents, month, months),
    )


def _counts(begun: Sequence[Incident]) -> Table:
    kinds: tuple[tuple[str, Callable[[Incident], str]], ...] = (
        ("Priority", lambda one: one.priority.value),
        ("Impact", lambda one: LABELS.choice("impact", one.impact) if one.impact else "not stated"),
        ("Channel", lambda one: one.channel.value),
        ("Service", lambda one: one.service or "not verified"),
    )
    rows = [Row("All", (_count(begun), _part(begun, begun)))]
    for name, key in kinds:
        rows += [Row(f"{name}: {value}", (_count(own), _part(own, begun))) for value, own in _grouped(begun, key)]
    return Table(
        "incidents", "Incidents", "Reported in the month.", ("Incidents", "Share in %"), tuple(rows), bars=True
    )


def _promises(begun: Sequence[Incident]) -> Table:
    rows = list[Row]()
    for name, of in _LIMITS:
        made = [(one.number, promise) for one in begun for promise in of(one)]
        for priority in sorted({promise.priority for _, promise in made}):
            rows.append(_kept(f"{name}, {priority}", [pair for pair in made if pair[1].priority is priority]))
    return Table(
        "promises",
        "Promised times",
        "Only what is decided counts, for the priority that the incident had then: kept or missed. What was missed "
        "stays missed when the priority changes; a raised one promises anew. Minutes late are those of all that were "
        "met late, together. Of updates each one counts that was due between the first response and the repair.",
        ("Decided", "Kept", "Missed", "Minutes late", "Kept in %"),
        tuple(rows),
        bars=True,
    )


_LIMITS: tuple[tuple[str, Callable[[Incident], tuple[Promise, ...]]], ...] = (
    ("First response", lambda one: one.first_response),
    ("Repair", lambda one: one.repair),
    ("Update", lambda one: one.updates),
)

_Made = Sequence[tuple[str, Promise]]
"""Promises, each with the number of its incident."""


def _kept(label: str, made: _Made) -> Row:
    kept, missed = ([pair for pair in made if pair[1].kept is wanted] for wanted in (True, False))
    late = [pair for pair in missed if pair[1].late]
    both = [*kept, *missed]
    minutes = _minutes(sum((promise.late for _, promise in late), timedelta()))
    share = Figure(_percent(len(kept), len(both)), _of(kept).tickets)
    return Row(label, (_of(both), _of(kept), _of(missed), Figure(minutes, _of(late).tickets), share))


def _of(made: _Made) -> Figure:
    """How many, and the tickets that they are of."""
    return Figure(len(made), tuple(sorted({number for number, _ in made})))


def _downtime(incidents: Sequence[Incident], month: Month, until: datetime) -> Table:
    ends = min(month.ends, max(until, month.begins))
    whole = ends - month.begins
    rows = []
    lost = [one for one in incidents if one.impact is Impact.SERVICE_AFFECTING and one.service]
    for service, own in _grouped(lost, lambda one: one.service or ""):
        down = length(month.within(tuple(span for one in own for span in one.down), until), ends)
        if down:
            counted = _numbers(one for one in own if month.within(one.down, until))
            waited = length(month.within(tuple(span for one in own for span in one.waited), until), ends)
            values = (_minutes(down), _minutes(waited), share(whole - down, whole))
            rows.append(Row(service, tuple(Figure(value, counted) for value in values)))
    return Table(
        "downtime",
        "Downtime and availability",
        "Service-affecting incidents of verified services, from the report to the repair, as far as it lies in the "
        "month; what overlaps counts once. Waiting is time in which the clocks stood still: by consent, or for the "
        "customer.",
        ("Minutes down", "Of it waiting", "Available in %"),
        tuple(rows),
        bars=True,
    )


def _levels(begun: Sequence[Incident]) -> Table:
    risen = defaultdict[tuple[int, str], list[str]](list)
    for one in begun:
        for rise in one.levels:
            risen[rise.level, rise.why].append(one.number)
    rows = tuple(
        Row(f"Level {level}", (Figure(why), Figure(len(numbers), tuple(sorted(set(numbers))))))
        for (level, why), numbers in sorted(risen.items())
    )
    return Table("levels", "Escalations", "Every rise above the first level.", ("Why", "Times"), rows)


def _deferrals(begun: Sequence[Incident]) -> Table:
    rows = tuple(
        Row(one.number, tuple(Figure(_moment(at), (one.number,)) for at in span))
        for one in begun
        for span in one.deferred
    )
    return Table("deferrals", "Deferred by consent", "With the consent of both sides.", ("From", "Until"), rows)


def _rfos(incidents: Sequence[Incident], month: Month) -> Table:
    asked = [one for one in incidents if one.rfo and one.rfo.asked in month]
    due = [one for one in incidents if one.rfo and one.rfo.due in month]
    delivered = [one for one in incidents if one.rfo and one.rfo.delivered in month]
    late = [one for one in due if one.rfo and one.rfo.late]
    kinds = (("Requested", asked), ("Due", due), ("Delivered", delivered), ("Late", late))
    rows = tuple(Row(name, (_count(own),)) for name, own in kinds)
    return Table("rfo", "Reason-For-Outage documents", "Each in the month in which it happened.", ("RFOs",), rows)


def _problems(incidents: Sequence[Incident]) -> Table:
    of = defaultdict[str, list[Incident]](list)
    for one in incidents:
        for number in one.problems:
            of[number].append(one)
    rows = tuple(Row(number, (_count(own),)) for number, own in sorted(of.items()))
    return Table(
        "problems",
        "Open problems",
        "Whose cause or fix is still worked on when the report is made.",
        ("Incidents",),
        rows,
    )


def _measures(incidents: Sequence[Incident], until: datetime) -> Table:
    left = sorted((one.measure, one.number) for one in incidents if one.measure is not None)
    rows = tuple(
        Row(number, (Figure(_moment(at), (number,)), Figure("yes" if at < until else "no", (number,))))
        for at, number in left
    )
    note = "Incidents with measures that are not done yet, by the one that is due next."
    return Table("measures", "Preventive measures", note, ("Next due", "Late"), rows)


def _repeats(begun: Sequence[Incident]) -> Table:
    groups = _grouped([one for one in begun if one.service], lambda one: one.service or "")
    rows = tuple(Row(service, (_count(own),)) for service, own in groups if len(own) > 1)
    return Table("repeats", "Repeated incidents", "Services with more than one in the month.", ("Incidents",), rows)


def _customers(begun: Sequence[Incident]) -> Table:
    groups = sorted(_grouped(begun, lambda one: one.customer), key=lambda pair: (-len(pair[1]), pair[0]))
    rows = tuple(Row(name, (_count(own), _part(own, begun))) for name, own in groups)
    columns = ("Incidents", "Share in %")
    return Table("customers", "By customer", "Reported in the month.", columns, rows, bars=True)


def _ask_backs(begun: Sequence[Incident]) -> Table:
    of = defaultdict[str, list[Incident]](list)
    for one in begun:
        for field in one.asked_for:
            of[field].append(one)
    groups = sorted(of.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    rows = tuple(Row(LABELS[field], (_count(own), _part(own, begun))) for field, own in groups)
    note = "Required details that the first message did not have."
    return Table("ask_backs", "Asked back", note, ("Times", "Share in %"), rows, bars=True)


def _overrides(begun: Sequence[Incident]) -> Table:
    own = [one for one in begun if one.overridden]
    row = Row("Priority chosen by support", (_count(own), _part(own, begun)))
    columns = ("Incidents", "Share in %")
    return Table("overrides", "Overrides", "Against the matrix of impact and urgency.", columns, (row,), bars=True)


def _causes(begun: Sequence[Incident]) -> Table:
    stated = [one for one in begun if one.cause is not None]
    groups = sorted(_grouped(stated, lambda one: str(one.cause)), key=lambda pair: (-len(pair[1]), pair[0]))
    rows = tuple(
        Row(LABELS.choice("cause_category", cause), (_count(own), _part(own, stated))) for cause, own in groups
    )
    note = "Of the month's incidents whose problem record states it when the report is made."
    return Table("causes", "Causes", note, ("Incidents", "Share in %"), rows, bars=True)


def _oldest(incidents: Sequence[Incident], until: datetime) -> Table:
    still = sorted((one for one in incidents if one.ended is None), key=lambda one: (one.created, one.number))
    rows = tuple(
        Row(one.number, (Figure(one.customer), Figure(one.priority.value), Figure(_hours(until - one.created))))
        for one in still[:_OLDEST]
    )
    return Table("oldest", "Oldest open", "At the end of the report's time.", ("Customer", "Priority", "Hours"), rows)


def _trend(incidents: Sequence[Incident], month: Month, months: int) -> Table:
    rows = []
    for back in range(months - 1, -1, -1):
        at = month.shifted(-back)
        own = [one for one in incidents if one.created in at]
        made = [(one.number, promise) for one in own for promise in one.repair if promise.kept is not None]
        decided, kept, *_, share = _kept(at.name, made).figures
        rows.append(Row(at.name, (_count(own), decided, kept, share)))
    columns = ("Incidents", "Repairs decided", "In time", "In time in %")
    return Table("trend", "Month by month", "By the month of the report.", columns, tuple(rows), bars=True)


_OLDEST = 10


def _grouped(incidents: Iterable[Incident], key: Callable[[Incident], str]) -> list[tuple[str, list[Incident]]]:
    groups = defaultdict[str, list[Incident]](list)
    for one in incidents:
        groups[key(one)].append(one)
    return sorted(groups.items())


def _numbers(incidents: Iterable[Incident]) -> tuple[str, ...]:
    return tuple(sorted({one.number for one in incidents}))


def _count(incidents: Sequence[Incident]) -> Figure:
    return Figure(len(incidents), _numbers(incidents))


def _part(part: Sequence[Incident], whole: Sequence[Incident]) -> Figure:
    return Figure(_percent(len(part), len(whole)), _numbers(part))


def _percent(part: int, whole: int) -> float | None:
    """With one place; what was missed once is never all."""
    if not whole:
        return None
    return min(round(100 * part / whole, 1), 100.0 if part == whole else 99.9)


def _minutes(span: timedelta) -> int:
    """Whole minutes, rounded up: a begun minute is a minute."""
    return -(-span // timedelta(minutes=1))


def _hours(span: timedelta) -> float:
    return round(span / timedelta(hours=1), 1)


def _moment(at: datetime | None) -> str | None:
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else None
