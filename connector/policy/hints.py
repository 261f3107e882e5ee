"""What is sound and yet seldom meant: the hints of ``interspace check``, which stop nothing."""

from collections.abc import Iterator
from datetime import timedelta

from connector.policy.contacts import mails_nobody
from connector.policy.models import Rules
from connector.policy.problem import Location, Problem, UnlocatedProblem
from connector.policy.read import Read
from connector.policy.targets import OwnTargets

_LONGEST_NIGHT = timedelta(hours=16)


def hints(rules: Read[Rules]) -> list[Problem]:
    """The hints on a policy file with their lines; none on a file that is not sound in itself."""
    if rules.section is None or rules.document is None:
        return []
    found = [*_clocks_that_rest(rules.section), *_long_nights(rules.section), *_nothing_to_defer(rules.section)]
    found += _late_updates(rules.section)
    if nobody := mails_nobody(rules.section):
        found.append((("escalation", "ladders"), nobody))
    return rules.document.located(found)


def _clocks_that_rest(rules: Rules) -> Iterator[UnlocatedProblem]:
    """Priorities whose calendar closes: the centre works around the clock (R1), and only consent defers (R27)."""
    places: list[Location] = [("priorities", priority.value) for priority in rules.priorities]
    clocks = [targets.calendar for targets in rules.priorities.values()]
    for place, targets in _own(rules):
        places.append(place)
        clocks.append(targets.calendar or "")
    for place, name in zip(places, clocks, strict=True):
        if name and not rules.calendars[name].calendar.never_closes:
            wrong = (
                f"while {name!r} is closed, the clocks of {place[-1]} rest: a deferral that no customer agreed to (R27)"
            )
            yield (*place, "calendar"), wrong


def _own(rules: Rules) -> Iterator[tuple[Location, OwnTargets]]:
    for table, own in (("customers", rules.targets.customers), ("services", rules.targets.services)):
        for key, by_priority in own.items():
            for priority, targets in by_priority.items():
                yield ("targets", table, key, priority.value), targets


def _long_nights(rules: Rules) -> Iterator[UnlocatedProblem]:
    """Hours that end on the following day and are longer than a night: perhaps the two times were swapped."""
    for name, spec in rules.calendars.items():
        for position, hours in enumerate(spec.listed):
            length = hours.of_week[0].length
            if hours.closes < hours.opens and length > _LONGEST_NIGHT:
                place = ("calendars", name, *(("hours", position) if spec.hours else ("closes",)))
                yield place, f"{hours} ends on the following day and lasts {length.total_seconds() / 3600:g} h"


def _nothing_to_defer(rules: Rules) -> Iterator[UnlocatedProblem]:
    if rules.calendars[rules.deferral.calendar].calendar.never_closes:
        yield ("deferral", "calendar"), f"{rules.deferral.calendar!r} never closes: nothing can ever be deferred (R27)"


def _late_updates(rules: Rules) -> Iterator[UnlocatedProblem]:
    for priority, targets in rules.priorities.items():
        day = rules.calendars[targets.calendar].calendar.day_length
        every, repair = targets.update_every, targets.repair
        if every and every.duration(day) > repair.duration(day):
            place = ("priorities", priority.value, "update_every")
            yield place, f"no update is due before the repair of {repair}"
