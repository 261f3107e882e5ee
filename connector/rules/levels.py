"""The levels of a ticket's ladder, and when its clocks bring them (R35–R38)."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Literal, NamedTuple

from connector.domain.vocabulary import Priority
from connector.policy.ladder import Level
from connector.rules import timeline, wording
from connector.rules.case import Case
from connector.rules.clocks import Clock, Target, TargetName, clocks
from connector.rules.requests import Request, Source


class AgeReached(NamedTuple):
    """The priority's clock has run for as long as the level's threshold (R38)."""

    priority: Priority


class TargetMissed(NamedTuple):
    """Support has not answered or repaired in time (R37)."""

    target: TargetName | Literal["update"]


class Requested(NamedTuple):
    """Somebody asked for it (R39)."""

    request: Request


_AGE_REACHED = {priority: AgeReached(priority) for priority in Priority}

Cause = AgeReached | TargetMissed | Requested
"""Why a ticket reaches a level."""


class LevelDue(NamedTuple):
    """A level and when and why the ticket reaches it (UTC)."""

    level: Level
    at: datetime
    cause: Cause

    @property
    def reason(self) -> str:
        """The cause, for ``explain``."""
        match self.cause:
            case AgeReached(priority):
                return f"ticket age {self.level.after[priority].text} at {priority}"
            case TargetMissed(target):
                return f"{target.replace('_', ' ')} target missed"
            case Requested(request):
                said = f"message contains {request.said!r}" if request.source is Source.MESSAGE else request.said
                return f"requested by {wording.actor(request.actor)} ({said})"

    def why(self, case: Case) -> str:
        """The cause, for people."""
        match self.cause:
            case AgeReached(priority):
                return case.text("reason_age", age=self.level.after[priority], priority=priority)
            case TargetMissed(target):
                return case.text("reason_missed_target", target=target)
            case Requested(request):
                phrase, reason = (request.said, None) if request.source is Source.MESSAGE else (None, request.said)
                return case.text("reason_request", who=request.actor, phrase=phrase, reason=reason)


_IN_TIME = attrgetter("at", "level.level")


def by_clock(case: Case, above: int) -> list[LevelDue]:
    """The levels higher than ``above`` that age (R38) and missed targets (R37) bring, in the order of their times, past
    and to come.

    Every clock climbs the ladder by itself, and the highest level counts.
    """
    due = [due for clock in clocks(case).each for due in _climbed(case, clock, above)]
    return sorted(due, key=_IN_TIME)


def base(case: Case) -> LevelDue | None:
    """The lowest level by the clock of the current priority, if that has reached it: nobody was called for it."""
    clock = clocks(case).current
    first = next(_by_age(case, clock), None)
    if first is None or first[1] is None or first[1] > case.now:
        return None
    return LevelDue(first[0], first[1], _AGE_REACHED[clock.priority])


def _climbed(case: Case, clock: Clock, above: int) -> list[LevelDue]:
    ages = list(_by_age(case, clock))
    cause = _AGE_REACHED[clock.priority]
    climbed = [LevelDue(level, at, cause) for level, at in ages if at is not None and level.level > above]
    counted = case.policy.escalation.missed_targets
    missed = [_missed(limit, ages, case.now) for limit in clock.targets if limit.name in counted]
    if "update" in counted:
        missed += [_above(ages, at, "update") for at in _late_updates(case, clock)]
    return [*climbed, *(due for due in missed if due is not None and due.level.level > above)]


def _late_updates(case: Case, clock: Clock) -> Iterator[datetime]:
    """When the customer should have heard from support and had not, past and to come."""
    every = case.policy.targets_of(case.verified_service, clock.priority).update_every
    if every is None:
        return
    heard = timeline.updates(case.ticket)
    for since, following in zip(heard, (*heard[1:], None), strict=True):
        due = clock.counter.deadline(clock.counter.elapsed(since) + every.length)
        if due is not None and (following is None or due < following):
            yield timeline.whole_second(due)


def _by_age(case: Case, clock: Clock) -> Iterator[tuple[Level, datetime | None]]:
    """Each level with the moment at which the clock reaches its age, ``None`` while it stands still before it."""
    for level, age in case.policy.thresholds(case.verified_service, clock.priority, case.ticket.began_at):
        if not level.skip:
            yield level, clock.counter.deadline(age)


def _missed(limit: Target, ages: Sequence[tuple[Level, datetime | None]], now: datetime) -> LevelDue | None:
    """A missed target raises to the level above the one that age alone had reached before (R37)."""
    passes = limit.missed_at(now) or (limit.due if limit.met is None else None)
    if passes is None:
        return None
    return _above(ages, passes, limit.name)


def _above(
    ages: Sequence[tuple[Level, datetime | None]], missed: datetime, name: TargetName | Literal["update"]
) -> LevelDue | None:
    above = next((level for level, at in ages if at is None or at >= missed), None)
    return LevelDue(above, missed, TargetMissed(name)) if above is not None else None
