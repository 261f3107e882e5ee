"""The one ladder of a ticket (R35–R39).

What raises the level: the ticket's age (R38), a missed response or repair target (R37), a request (R39). Each level
fires once, proved by the mark on its note; a level never goes down by clock; an empty level is passed over; several
levels overdue at once, after an outage, notify only the highest and record the others.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from operator import itemgetter
from typing import NamedTuple

from connector.domain.decision import Note, Outcome
from connector.domain.mark import Mark
from connector.domain.ticket import Changes, Ticket
from connector.domain.vocabulary import Actor, Priority
from connector.policy.models import Level
from connector.policy.span import Span
from connector.rules import timeline, wording
from connector.rules.case import Case
from connector.rules.requests import Request, Source, escalation_requests
from connector.rules.timeline import Target, TargetName


class AgeReached(NamedTuple):
    """The ticket has been open for as long as the level's threshold at its priority (R38)."""

    age: Span
    priority: Priority


class TargetMissed(NamedTuple):
    """Support has not answered or repaired in time (R37)."""

    target: TargetName


class Requested(NamedTuple):
    """Somebody asked for it (R39)."""

    request: Request


Cause = AgeReached | TargetMissed | Requested
"""Why a ticket reaches a level."""


class LevelDue(NamedTuple):
    """A level and when and why the ticket reaches it. ``at`` is ``None`` while the clock stands still before it."""

    level: Level
    at: datetime | None
    cause: Cause

    @property
    def why(self) -> str:
        """The cause in words."""
        match self.cause:
            case AgeReached(age, priority):
                return f"ticket age {age.text} at {priority}"
            case TargetMissed(target):
                return f"{target.replace('_', ' ')} target missed"
            case Requested(request):
                said = f"message contains {request.said!r}" if request.source is Source.MESSAGE else request.said
                return f"requested by {wording.actor(request.actor)} ({said})"


class Answers(NamedTuple):
    """What becomes of the requests that nobody has answered yet."""

    served: tuple[Request, ...]
    refused: tuple[Request, ...]
    next_possible: datetime | None


def escalation(case: Case) -> Outcome:
    """The level the ticket should be at, its reason, and when the next one comes."""
    ticket, now = case.ticket, case.now
    reached = reached_level(ticket)
    if ticket.state.is_over:
        changes: Changes = {"escalation_level": _shown_level(ticket, reached), "next_escalation_at": None}
        return Outcome(rule="escalation", changes=changes, reasons=("the incident is over: no level fires",))
    ahead = [(due.at, due) for due in _by_clock(case) if due.at is not None and due.level.level > reached]
    ahead.sort(key=itemgetter(0))
    passed = [due for at, due in ahead if at <= now]
    answers = _answers(case)
    fired = passed + _requested(case, max([reached, *(due.level.level for due in passed)]), answers.served)
    highest = max(fired, key=lambda due: due.level.level, default=None)
    level_now = highest.level.level if highest else reached
    following = next((due for at, due in ahead if at > now and due.level.level > level_now), None)
    return Outcome(
        rule="escalation",
        changes=_changes(ticket, highest, following, answers, reached),
        notes=_notes(fired, highest, answers, case.policy.escalation.requests_every),
        reasons=tuple(_reasons(reached, fired, following, answers)),
        due=following.at if following else None,
    )


def reached_level(ticket: Ticket) -> int:
    """The highest level that has fired: by the field, or by the connector's own notes (P20)."""
    return max([ticket.fields.escalation_level or 0, *_noted(ticket)])


def _noted(ticket: Ticket) -> dict[int, datetime]:
    """The levels that notes prove, and when they were noted."""
    marks = ticket.marks.items()
    return {level: at for mark, at in marks if mark.name == "level" and (level := mark.number) is not None}


def _shown_level(ticket: Ticket, reached: int) -> int | None:
    """The level to show: a person may have lowered it, and then it stays; a level is not fired again for that."""
    by_hand = [c for c in ticket.changes.get("escalation_level", ()) if c.actor.is_staff]
    if by_hand and all(at <= by_hand[-1].at for at in _noted(ticket).values()):
        return ticket.fields.escalation_level
    return reached or None


def _by_clock(case: Case) -> list[LevelDue]:
    """The levels that age (R38) and missed targets (R37) bring."""
    clocks, priority = case.clocks, case.priority
    by_age = [
        LevelDue(
            level,
            timeline.deadline(clocks.calendar, clocks.runs, age),
            AgeReached(level.after[priority], priority),
        )
        for level, age in case.policy.thresholds(case.verified_service, priority)
        if not level.skip
    ]
    counting = [limit for limit in clocks.targets if limit.name in case.policy.escalation.missed_targets]
    missed = [_missed(limit, by_age, case.now) for limit in counting]
    return by_age + [due for due in missed if due is not None]


def _missed(limit: Target, by_age: Sequence[LevelDue], now: datetime) -> LevelDue | None:
    """A missed target raises to the level above the one that age alone had reached before (R37)."""
    passes = limit.missed_at(now) or (limit.due if limit.is_running else None)
    if passes is None:
        return None
    above = [due for due in by_age if due.at is None or due.at >= passes]
    if not above:
        return None
    return LevelDue(above[0].level, passes, TargetMissed(limit.name))


def _answers(case: Case) -> Answers:
    """One request an hour for each ticket, managers excepted (R39)."""
    ticket, every = case.ticket, case.policy.escalation.requests_every.fixed
    served: list[Request] = []
    refused: list[Request] = []
    last: datetime | None = None
    for request in escalation_requests(ticket, case.policy):
        if Mark("refused", request.id) in ticket.marks:
            continue
        done = Mark("request", request.id) in ticket.marks
        if not done and last is not None and request.at - last < every and request.actor is not Actor.MANAGER:
            refused.append(request)
            continue
        last = request.at
        if not done:
            served.append(request)
    return Answers(tuple(served), tuple(refused), last + every if refused and last else None)


def _requested(case: Case, at: int, served: Iterable[Request]) -> list[LevelDue]:
    """One level up for each request; at the top there is nowhere to go."""
    requested: list[LevelDue] = []
    for request in served:
        above = next((level for level in case.ladder.levels if level.level > at and not level.skip), None)
        if above is None:
            break
        requested.append(LevelDue(above, request.at, Requested(request)))
        at = above.level
    return requested


def _changes(
    ticket: Ticket, highest: LevelDue | None, following: LevelDue | None, answers: Answers, reached: int
) -> Changes:
    changes: Changes = {
        "escalation_level": _shown_level(ticket, reached),
        "next_escalation_at": wording.whole_second(following.at) if following and following.at else None,
    }
    if highest is not None:
        changes["escalation_level"] = highest.level.level
        changes["escalation_reason"] = f"Level {highest.level.level}, {highest.level.name}: {highest.why}"[:250]
        if highest.level.group:
            changes["group"] = highest.level.group
    if any(request.source is not Source.MESSAGE for request in (*answers.served, *answers.refused)):
        changes["escalation_request"] = None
    return changes


def _notes(fired: list[LevelDue], highest: LevelDue | None, answers: Answers, every: Span) -> tuple[Note, ...]:
    if highest is None and not answers.served and not answers.refused:
        return ()
    lines: list[str] = []
    marks = {Mark("request", request.id) for request in answers.served}
    marks |= {Mark("refused", request.id) for request in answers.refused}
    title = "Escalation request"
    if highest is not None and (highest.level.level > 1 or marks):
        title = f"Escalation level {highest.level.level}: {highest.level.name}"
        marks |= {Mark("level", due.level.level) for due in fired}
        lines.append(f"Reached {_when(highest)}: {highest.why}.")
        if highest.level.contacts:
            lines.append(f"Contact: {', '.join(highest.level.contacts)}.")
        lines += [
            f"Level {due.level.level} ({due.level.name}) was reached {_when(due)} and is only recorded: {due.why}."
            for due in _passed(fired, highest)
        ]
    if answers.served and not any(isinstance(due.cause, Requested) for due in fired):
        lines.append("Escalation was requested; the ticket is at the highest level already.")
    lines += [
        f"{wording.sentence(wording.actor(request.actor))} asked for escalation at {wording.format_time(request.at)}. "
        f"One request in {every} is served; the next is possible at {wording.format_time(answers.next_possible)}."
        for request in answers.refused
        if answers.next_possible
    ]
    if not lines:
        return ()
    return (Note(public=False, title=title, text="\n".join(lines), marks=frozenset(marks)),)


def _passed(fired: list[LevelDue], highest: LevelDue) -> list[LevelDue]:
    """The other levels that were due, each once, in order."""
    first = {due.level.level: due for due in reversed(fired)}
    first.pop(highest.level.level)
    return [first[level] for level in sorted(first) if level > 1]


def _when(due: LevelDue) -> str:
    return f"at {wording.format_time(due.at)}" if due.at else "now"


def _reasons(reached: int, fired: list[LevelDue], following: LevelDue | None, answers: Answers) -> list[str]:
    reasons = [f"level {reached or 'none'} so far"]
    reasons += [f"level {due.level.level} {due.level.name} since {_when(due)}: {due.why}" for due in fired]
    reasons += [f"request {request.id} comes too soon" for request in answers.refused]
    if following is None:
        reasons.append("no further level by clock")
    else:
        reasons.append(f"level {following.level.level} {following.level.name} {_when(following)}: {following.why}")
    return reasons
