"""The one ladder of a ticket (R35–R39).

What raises the level: the ticket's age (R38), a missed response or repair target (R37), a request (R39). Each level
fires once, proved by the mark on its note; a level never goes down by clock; an empty level is passed over; several
levels overdue at once, after an outage, notify only the highest and record the others.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any, NamedTuple

from connector.domain.decision import Note, Outcome, mark
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Actor, ServiceCheck
from connector.policy.models import Level, Policy
from connector.policy.span import Span
from connector.rules import timeline, wording
from connector.rules.requests import Request, escalation_requests
from connector.rules.targets import Target, clocks


class Step(NamedTuple):
    """A level and when and why the ticket reaches it. ``at`` is ``None`` while the clock stands still before it."""

    level: Level
    at: datetime | None
    why: str


class Verdict(NamedTuple):
    """What becomes of the requests that nobody has answered yet."""

    served: tuple[Request, ...]
    refused: tuple[Request, ...]
    next_possible: datetime | None


def escalation(ticket: Ticket, policy: Policy, now: datetime) -> Outcome:
    """The level the ticket should be at, its reason, and when the next one comes."""
    reached = reached_level(ticket)
    if ticket.state.is_over:
        changes = {"escalation_level": _held_level(ticket, reached), "next_escalation_at": None}
        return Outcome(rule="escalation", changes=changes, reasons=("the incident is over: no level fires",))
    steps = _steps(ticket, policy, now)
    ahead = [(step.at, step) for step in steps if step.at is not None and step.level.level > reached]
    ahead.sort(key=itemgetter(0))
    due = [step for at, step in ahead if at <= now]
    verdict = _judge(ticket, policy)
    fired = due + _raised(ticket, policy, max([reached, *(step.level.level for step in due)]), verdict.served)
    highest = max(fired, key=lambda step: step.level.level, default=None)
    now_at = highest.level.level if highest else reached
    following = next((step for at, step in ahead if at > now and step.level.level > now_at), None)
    return Outcome(
        rule="escalation",
        changes=_changes(ticket, highest, following, verdict, reached),
        notes=_notes(fired, highest, verdict, policy.escalation.requests_every),
        reasons=tuple(_reasons(reached, fired, following, verdict)),
        due=following.at if following else None,
    )


def reached_level(ticket: Ticket) -> int:
    """The highest level that has fired: by the field, or by the connector's own notes (P20)."""
    return max([ticket.fields.escalation_level or 0, *_noted(ticket)])


def _noted(ticket: Ticket) -> dict[int, datetime]:
    """The levels that notes prove, and when they were noted."""
    marks = ticket.marks.items()
    return {int(name[6:]): at for name, at in marks if name.startswith("level-") and name[6:].isdigit()}


def _held_level(ticket: Ticket, reached: int) -> int | None:
    """The level to show: a person may have lowered it, and then it stays; a level is not fired again for that."""
    by_hand = [c for c in ticket.changes.get("escalation_level", ()) if c.actor.is_staff]
    if by_hand and all(at <= by_hand[-1].at for at in _noted(ticket).values()):
        return ticket.fields.escalation_level
    return reached or None


def _verified_service(ticket: Ticket) -> str | None:
    """Only a verified service ID chooses a ladder: nobody borrows another customer's matrix."""
    return ticket.fields.service_id if ticket.fields.service_check is ServiceCheck.VERIFIED else None


def _steps(ticket: Ticket, policy: Policy, now: datetime) -> list[Step]:
    priority, calendar, runs, *limits = clocks(ticket, policy)
    steps = [
        Step(level, timeline.deadline(calendar, runs, age), f"ticket age {level.after[priority].text} at {priority}")
        for level, age in policy.thresholds(_verified_service(ticket), priority)
        if not level.skip
    ]
    missed = (_missed(limit, steps, now) for limit in limits if limit.name in policy.escalation.missed_targets)
    return steps + [step for step in missed if step is not None]


def _missed(limit: Target, by_age: Sequence[Step], now: datetime) -> Step | None:
    """A missed target raises to the level above the one that age alone had reached before (R37)."""
    passes = limit.missed_at(now) or (limit.due if limit.is_running else None)
    if passes is None:
        return None
    above = [step for step in by_age if step.at is None or step.at >= passes]
    if not above:
        return None
    return Step(above[0].level, passes, f"{limit.name.replace('_', ' ')} target missed")


def _judge(ticket: Ticket, policy: Policy) -> Verdict:
    """One request an hour for each ticket, managers excepted (R39)."""
    every = policy.escalation.requests_every.fixed
    served: list[Request] = []
    refused: list[Request] = []
    last: datetime | None = None
    for request in escalation_requests(ticket, policy):
        if mark("refused", request.id) in ticket.marks:
            continue
        done = mark("request", request.id) in ticket.marks
        if not done and last is not None and request.at - last < every and request.actor is not Actor.MANAGER:
            refused.append(request)
            continue
        last = request.at
        if not done:
            served.append(request)
    return Verdict(tuple(served), tuple(refused), last + every if refused and last else None)


def _raised(ticket: Ticket, policy: Policy, at: int, served: Iterable[Request]) -> list[Step]:
    """One level up for each request; at the top there is nowhere to go."""
    steps: list[Step] = []
    for request in served:
        levels = policy.ladder(_verified_service(ticket)).levels
        above = next((level for level in levels if level.level > at and not level.skip), None)
        if above is None:
            break
        steps.append(Step(above, request.at, f"requested by {wording.actor(request.actor)} ({request.reason})"))
        at = above.level
    return steps


def _changes(
    ticket: Ticket, highest: Step | None, following: Step | None, verdict: Verdict, reached: int
) -> dict[str, Any]:
    changes: dict[str, Any] = {
        "escalation_level": _held_level(ticket, reached),
        "next_escalation_at": wording.whole_second(following.at) if following and following.at else None,
    }
    if highest is not None:
        changes["escalation_level"] = highest.level.level
        changes["escalation_reason"] = f"Level {highest.level.level}, {highest.level.name}: {highest.why}"[:250]
        if highest.level.group:
            changes["group"] = highest.level.group
    if any(request.id.startswith(("h", "created")) for request in (*verdict.served, *verdict.refused)):
        changes["escalation_request"] = None
    return changes


def _notes(fired: list[Step], highest: Step | None, verdict: Verdict, every: Span) -> tuple[Note, ...]:
    if highest is None and not verdict.served and not verdict.refused:
        return ()
    lines: list[str] = []
    marks = {mark("request", request.id) for request in verdict.served}
    marks |= {mark("refused", request.id) for request in verdict.refused}
    title = "Escalation request"
    if highest is not None and (highest.level.level > 1 or marks):
        title = f"Escalation level {highest.level.level}: {highest.level.name}"
        marks |= {mark("level", step.level.level) for step in fired}
        lines.append(f"Reached {_when(highest)}: {highest.why}.")
        if highest.level.contacts:
            lines.append(f"Contact: {', '.join(highest.level.contacts)}.")
        lines += [
            f"Level {step.level.level} ({step.level.name}) was reached {_when(step)} and is only recorded: {step.why}."
            for step in _passed(fired, highest)
        ]
    if verdict.served and not any("requested by" in step.why for step in fired):
        lines.append("Escalation was requested; the ticket is at the highest level already.")
    lines += [
        f"{wording.sentence(wording.actor(request.actor))} asked for escalation at {wording.format_time(request.at)}. "
        f"One request in {every} is served; the next is possible at {wording.format_time(verdict.next_possible)}."
        for request in verdict.refused
        if verdict.next_possible
    ]
    if not lines:
        return ()
    return (Note(public=False, title=title, text="\n".join(lines), marks=frozenset(marks)),)


def _passed(fired: list[Step], highest: Step) -> list[Step]:
    """The other levels that were due, each once, in order."""
    first = {step.level.level: step for step in reversed(fired)}
    first.pop(highest.level.level)
    return [first[level] for level in sorted(first) if level > 1]


def _when(step: Step) -> str:
    return f"at {wording.format_time(step.at)}" if step.at else "now"


def _reasons(reached: int, fired: list[Step], following: Step | None, verdict: Verdict) -> list[str]:
    reasons = [f"level {reached or 'none'} so far"]
    reasons += [f"level {step.level.level} {step.level.name} since {_when(step)}: {step.why}" for step in fired]
    reasons += [f"request {request.id} comes too soon" for request in verdict.refused]
    if following is None:
        reasons.append("no further level by clock")
    else:
        reasons.append(f"level {following.level.level} {following.level.name} {_when(following)}: {following.why}")
    return reasons
