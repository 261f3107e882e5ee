"""The clocks of a ticket and the limits they are held against (R36–R38).

Each priority that a ticket has or had is a clock of its own, which runs while the ticket has that priority or a higher
one. So a raised priority counts from the moment it was raised, raising makes nothing later, and what ran before a lower
one came is not forgotten (docs/decisions/0015). What was missed under one priority stays missed under every other.
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
TARGETS: tuple[TargetName, ...] = ("first_response", "repair")


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


class Promised(NamedTuple):
    """What the customer was promised while the ticket had a priority: by that one, or by a lower one that it had before
    and whose limit comes earlier. A limit that was passed before the priority was raised was missed then, and the
    raised priority promises anew."""

    priority: Priority
    since: datetime
    until: datetime | None
    """When it got another priority; ``None``: it has this one."""
    first_response: Target
    repair: Target

    def missed(self, name: TargetName, now: datetime) -> bool:
        """Whether the limit was passed while the ticket had the priority. A promise that was missed stays missed,
        whatever the priority becomes."""
        limit = self.first_response if name == "first_response" else self.repair
        return limit.missed_at(now if self.until is None else min(self.until, now)) is not None


class Clocks(NamedTuple):
    """The clocks of a ticket."""

    current: Clock
    """Of the priority that it has."""
    each: tuple[Clock, ...]
    """Of all that it has or had, that one among them."""
    promised: tuple[Promised, ...]
    """While it had one priority after another; the last is what is promised now."""

    @property
    def first_response(self) -> Target:
        """What is promised now."""
        return self.promised[-1].first_response

    @property
    def repair(self) -> Target:
        """What is promised now."""
        return self.promised[-1].repair

    @property
    def targets(self) -> tuple[Target, Target]:
        """Both limits of now."""
        return self.first_response, self.repair

    def missed(self, now: datetime) -> list[TargetName]:
        """What was missed by ``now`` under any priority."""
        return [name for name in TARGETS if any(one.missed(name, now) for one in self.promised)]

    def promised_at(self, moment: datetime) -> Promised:
        """What was promised just before the moment, or at the first one."""
        return next((one for one in reversed(self.promised) if one.since < moment), self.promised[0])


def clocks(case: Case) -> Clocks:
    """The clocks of the case's ticket, counted once for all rules."""
    key = case.priority, case.verified_service
    counted: Clocks | None = case.counted.get(key)
    if counted is None:
        counted = case.counted[key] = _counted(case)
    return counted


def _counted(case: Case) -> Clocks:
    running, held = timeline.runs(case.ticket, case.policy), priorities_held(case)
    untils = (*[one.since for one in held[1:]], None)
    if case.policy.escalation.raised_priority == "from_creation":
        runs = (*runs_before(case.ticket, case.policy, None), *running)
        whole = {
            priority: _clock(case, priority, runs) for priority in {case.priority, *[one.priority for one in held]}
        }
        promised = [
            Promised(one.priority, one.since, until, *whole[one.priority].targets)
            for one, until in zip(held, untils, strict=True)
        ]
        return Clocks(whole[case.priority], (whole[case.priority],), tuple(promised))
    if len(held) == 1:
        runs = (*runs_before(case.ticket, case.policy, held[0].priority), *running)
        clock = _clock(case, held[0].priority, runs)
        return Clocks(clock, (clock,), (Promised(clock.priority, held[0].since, None, *clock.targets),))
    had = {one.priority: _while_at_least(held, one.priority) for one in held}
    ran = {
        priority: (*runs_before(case.ticket, case.policy, priority), *timeline.both(running, had[priority]))
        for priority in sorted(had)
    }
    each = {priority: _clock(case, priority, runs) for priority, runs in ran.items()}
    promised = []
    for place, (one, until) in enumerate(zip(held, untils, strict=True)):
        raised = max(start for start, _ in had[one.priority] if start <= one.since)
        own, before = each[one.priority], {other.priority for other in held[:place]}
        lower = [each[priority] for priority in before if priority > one.priority]
        promised.append(
            Promised(
                one.priority,
                one.since,
                until,
                _earliest(own.first_response, [clock.first_response for clock in lower], raised),
                _earliest(own.repair, [clock.repair for clock in lower], raised),
            )
        )
    return Clocks(each[held[-1].priority], tuple(each.values()), tuple(promised))


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
