"""The clocks of a ticket and the limits they are held against (R36–R38).

Each priority that a ticket has or had is a clock of its own, which runs while the ticket has that priority or a higher
one. So a raised priority counts from the moment it was raised, raising makes nothing later, and what ran before a lower
one came is not forgotten (docs/decisions/0015).
"""

from datetime import datetime
from typing import Literal, NamedTuple

from connector.domain.vocabulary import Priority
from connector.rules import timeline
from connector.rules.before import runs_before
from connector.rules.case import Case
from connector.rules.held import Held, priorities_held
from connector.rules.timeline import Counter, Interval, Intervals

TargetName = Literal["first_response", "repair"]


class Target(NamedTuple):
    """A time limit. ``due`` is ``None`` while the clock stands still before it; ``met`` when it was kept or missed
    by an answer, ``None`` while it is running."""

    name: TargetName
    due: datetime | None
    met: datetime | None

    def missed_at(self, now: datetime) -> datetime | None:
        """The moment at which the limit was passed, ``None`` if it has not been."""
        if self.due is None or self.due > now:
            return None
        return self.due if self.met is None or self.met > self.due else None


class Clock(NamedTuple):
    """The clock of one priority: when it ran, and its limits."""

    priority: Priority
    counter: Counter
    first_response: Target
    repair: Target

    @property
    def targets(self) -> tuple[Target, Target]:
        """Both limits."""
        return self.first_response, self.repair


class Clocks(NamedTuple):
    """The clocks of a ticket."""

    current: Clock
    """Of the priority that it has."""
    each: tuple[Clock, ...]
    """Of all that it has or had, that one among them."""
    first_response: Target
    """What is promised now: by the current priority, or by a lower one that it had before and whose limit comes
    earlier. A limit that was passed before the priority was raised is past."""
    repair: Target

    @property
    def targets(self) -> tuple[Target, Target]:
        """Both limits."""
        return self.first_response, self.repair


def clocks(case: Case) -> Clocks:
    """The clocks of the case's ticket, counted once for all rules."""
    key = case.priority, case.verified_service
    counted: Clocks | None = case.counted.get(key)
    if counted is None:
        counted = case.counted[key] = _counted(case)
    return counted


def _counted(case: Case) -> Clocks:
    running = timeline.runs(case.ticket, case.policy)
    if case.policy.escalation.raised_priority == "from_creation":
        clock = _clock(case, case.priority, (*runs_before(case.ticket, case.policy, None), *running))
        return Clocks(clock, (clock,), *clock.targets)
    held = priorities_held(case)
    if len(held) == 1:
        runs = (*runs_before(case.ticket, case.policy, held[0].priority), *running)
        clock = _clock(case, held[0].priority, runs)
        return Clocks(clock, (clock,), *clock.targets)
    had = {one.priority: _while_at_least(held, one.priority) for one in held}
    ran = {
        priority: (*runs_before(case.ticket, case.policy, priority), *timeline.both(running, had[priority]))
        for priority in sorted(had)
    }
    each = {priority: _clock(case, priority, runs) for priority, runs in ran.items()}
    current = held[-1].priority
    raised = had[current][-1].start
    lower = [clock for priority, clock in each.items() if priority > current]
    return Clocks(
        each[current],
        tuple(each.values()),
        _earliest(each[current].first_response, [clock.first_response for clock in lower], raised),
        _earliest(each[current].repair, [clock.repair for clock in lower], raised),
    )


def _while_at_least(held: tuple[Held, ...], priority: Priority) -> Intervals:
    """When the ticket had the priority or a higher one: P1 is higher than P2."""
    found: list[Interval] = []
    since: datetime | None = None
    for one in held:
        if one.priority <= priority:
            since = since or one.since
        elif since is not None:
            found.append(Interval(since, one.since))
            since = None
    return (*found, Interval(since, None)) if since is not None else tuple(found)


def _clock(case: Case, priority: Priority, runs: Intervals) -> Clock:
    own = priority is case.priority
    limits = case.limits if own else case.policy.targets_of(case.verified_service, priority)
    counter = timeline.Counter.of(limits.calendar, runs)
    answer, repaired = counter.deadline(limits.first_response.length), counter.deadline(limits.repair.length)
    return Clock(
        priority,
        counter,
        Target("first_response", answer, timeline.first_response_at(case.ticket)),
        Target("repair", repaired, timeline.resolved_at(case.ticket)),
    )


def _earliest(own: Target, lower: list[Target], raised: datetime) -> Target:
    """Raising a priority never moves a limit away."""
    if not lower:
        return own
    dues = [limit.due for limit in lower if limit.due is not None and limit.due > raised]
    if own.due is not None:
        dues.append(own.due)
    return Target(own.name, min(dues, default=None), own.met)
