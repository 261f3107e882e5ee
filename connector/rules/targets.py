"""First response, repair and customer update: when each is due (R36, R37)."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from connector.domain.changes import Changes
from connector.domain.decision import Outcome, Reasons
from connector.domain.vocabulary import Missed
from connector.rules import timeline, wording
from connector.rules.case import Case
from connector.rules.clocks import TARGETS, Target, TargetName, clocks


def targets(case: Case) -> Outcome:
    """Shows the running limits on the ticket; a met one keeps the time that was promised, and what was missed under any
    priority stays missed."""
    counted = clocks(case)
    changes: Changes = {}
    for target in counted.targets:
        if target.met is None:
            due = timeline.whole_second(target.due) if target.due else None
            if target.name == "first_response":
                changes["first_response_due_at"] = due
            else:
                changes["repair_due_at"] = due
    missed = _missed(counted.missed(case.now))
    if missed is not case.ticket.fields.missed_targets:
        changes["missed_targets"] = missed
    coming = [limit.due for limit in counted.targets if limit.met is None and limit.due and limit.due > case.now]
    return Outcome(
        rule="targets", changes=changes, reasons=Reasons(lambda: _reasons(case)), due=min(coming, default=None)
    )


def _missed(names: Sequence[TargetName]) -> Missed | None:
    if len(names) > 1:
        return Missed.BOTH
    return Missed(names[0]) if names else None


def _reasons(case: Case) -> Iterator[str]:
    counted = clocks(case)
    ran = counted.current.counter.elapsed(case.now)
    yield f"{counted.current.priority} clocks have run {wording.format_duration(ran)}"
    for target in counted.targets:
        yield _told(target, case.now)
    for one in counted.promised[:-1]:
        for name in TARGETS:
            if one.missed(name, case.now):
                yield f"{name.replace('_', ' ')} was missed as {one.priority}"
    yield from _origins(case)


def _origins(case: Case) -> Iterator[str]:
    """Whose the limits are that are not those of the priority for all."""
    limits = case.limits
    named = {"first response": limits.first_response, "update": limits.update_every, "repair": limits.repair}
    for name, limit in named.items():
        if limit is not None and limit.origin != case.priority:
            yield f"{name} within {wording.format_duration(limit.length)} as promised for {limit.origin}"
    if limits.calendar_name != case.policy.priorities[case.priority].calendar:
        yield f"clocks run by the calendar {limits.calendar_name!r} as promised for {limits.calendar_origin}"


def _told(target: Target, now: datetime) -> str:
    name = target.name.replace("_", " ")
    if target.met is not None:
        return f"{name} was at {wording.format_time(target.met)}"
    if target.due is None:
        return f"{name}: the clock stands still"
    return f"{name} {'was due' if target.due <= now else 'is due'} {wording.format_time(target.due)}"
