"""The one ladder of a ticket (R35–R39).

What raises the level: the ticket's age (R38), a missed response or repair target (R37), a request (R39). Each level
fires once, proved by the mark on its note; a level never goes down by clock; an empty level is passed over; several
levels overdue at once, after an outage, notify only the highest and record the others.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any, NamedTuple

from connector.domain.decision import Notice, Outcome
from connector.domain.mark import Mark
from connector.domain.ticket import Changes, Ticket
from connector.domain.vocabulary import Actor, Priority
from connector.policy.kinds import Span
from connector.policy.models import Level
from connector.rules import timeline, wording
from connector.rules.case import Case
from connector.rules.outages import is_over
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
    def reason(self) -> str:
        """The cause, for ``explain``."""
        match self.cause:
            case AgeReached(age, priority):
                return f"ticket age {age.text} at {priority}"
            case TargetMissed(target):
                return f"{target.replace('_', ' ')} target missed"
            case Requested(request):
                said = f"message contains {request.said!r}" if request.source is Source.MESSAGE else request.said
                return f"requested by {wording.actor(request.actor)} ({said})"

    def why(self, case: Case) -> str:
        """The cause, for people."""
        match self.cause:
            case AgeReached(age, priority):
                return case.text("reason_age", age=age, priority=priority)
            case TargetMissed(target):
                return case.text("reason_missed_target", target=target)
            case Requested(request):
                phrase, reason = (request.said, None) if request.source is Source.MESSAGE else (None, request.said)
                return case.text("reason_request", who=request.actor, phrase=phrase, reason=reason)


class Answers(NamedTuple):
    """What becomes of the requests that no proof shows to be answered."""

    served: tuple[Request, ...]
    refused: tuple[Request, ...]
    answered: tuple[Request, ...]
    """Without a valid proof, and yet answered before: see :func:`_was_answered`."""
    next_possible: datetime | None


def escalation(case: Case) -> Outcome:
    """The level the ticket should be at, its reason, and when the next one comes."""
    ticket, now = case.ticket, case.now
    reached = reached_level(ticket)
    if is_over(ticket):
        shown: Changes = {"escalation_level": _shown_level(ticket, reached), "next_escalation_at": None}
        return Outcome(rule="escalation", changes=shown, reasons=("the incident is over: no level fires",))
    ahead = [(due.at, due) for due in _by_clock(case) if due.at is not None and due.level.level > reached]
    ahead.sort(key=itemgetter(0))
    passed = [due for at, due in ahead if at <= now]
    answers = _answers(case)
    fired = passed + _requested(case, max([reached, *(due.level.level for due in passed)]), answers.served)
    highest = max(fired, key=lambda due: due.level.level, default=None)
    level_now = highest.level.level if highest else reached
    following = next((due for at, due in ahead if at > now and due.level.level > level_now), None)
    why = highest.why(case) if highest else ""
    changes = _changes(case, following, answers, reached)
    if highest is not None:
        changes |= level_changes(case, highest.level, why)
    return Outcome(
        rule="escalation",
        changes=changes,
        notices=_notices(case, fired, highest, why, answers),
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
    answered: list[Request] = []
    last: datetime | None = None
    unproved_until = _risen_without_proof(ticket)
    for request in escalation_requests(case):
        if Mark("refused", request.id) in ticket.marks:
            continue
        if Mark("request", request.id) in ticket.marks:
            last = request.at
        elif _was_answered(request, ticket, unproved_until):
            answered.append(request)
            last = request.at
        elif last is not None and request.at - last < every and request.actor is not Actor.MANAGER:
            refused.append(request)
        else:
            served.append(request)
            last = request.at
    next_possible = last + every if refused and last else None
    return Answers(tuple(served), tuple(refused), tuple(answered), next_possible)


def _was_answered(request: Request, ticket: Ticket, unproved_until: datetime | None) -> bool:
    """A note that names the request has lost its valid signature, or a level has risen since and its note is lost.

    What is older than the last thing done for it is not served anew: nobody is woken a second time for one request
    because a proof key was replaced or a note is gone. Support is told, and can ask again.
    """
    if unproved_until is not None and request.at <= unproved_until:
        return True
    return any(Mark(name, request.id) in ticket.refused_marks for name in ("request", "refused"))


def _risen_without_proof(ticket: Ticket) -> datetime | None:
    """When the connector last raised the level, by the history, without a note that proves it still.

    A note that is there names the requests that it answered. Level 1 has none, and what is set back to where it was
    before is no rise.
    """
    until, highest = None, 1
    for change in ticket.changes.get("escalation_level", ()):
        risen = max(highest, change.old or 0) < (change.new or 0)
        if risen and change.actor is Actor.CONNECTOR and Mark("level", change.new) not in ticket.marks:
            until = change.at
        highest = max(highest, change.old or 0, change.new or 0)
    return until


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


def level_changes(case: Case, level: Level, why: str) -> Changes:
    """The fields of a ticket that rises to ``level``; the owner stays."""
    reason = case.field("escalation_reason", "escalation_reason", level=level.level, name=level.name, why=why)
    changes: Changes = {"escalation_level": level.level, "escalation_reason": reason}
    if level.group:
        changes["group"] = level.group
    return changes


def level_notice(
    level: Level, why: str, at: datetime | None, marks: Iterable[Mark], passed: Sequence[Mapping[str, Any]] = ()
) -> Notice:
    """What the contacts of a level are told; ``passed`` are the levels below that were due too."""
    data = {
        "level": level.level,
        "name": level.name,
        "at": at,
        "why": why,
        "contacts": level.contacts,
        "passed": passed,
    }
    return Notice("escalated", data, frozenset(marks))


def _changes(case: Case, following: LevelDue | None, answers: Answers, reached: int) -> Changes:
    changes: Changes = {
        "escalation_level": _shown_level(case.ticket, reached),
        "next_escalation_at": timeline.whole_second(following.at) if following and following.at else None,
    }
    answered_now = (*answers.served, *answers.refused, *answers.answered)
    if any(request.source is not Source.MESSAGE for request in answered_now):
        changes["escalation_request"] = None
    return changes


def _notices(
    case: Case, fired: list[LevelDue], highest: LevelDue | None, why: str, answers: Answers
) -> tuple[Notice, ...]:
    notices: list[Notice] = []
    served = {Mark("request", request.id) for request in answers.served}
    requested = any(isinstance(due.cause, Requested) for due in fired)
    if highest is not None and (highest.level.level > 1 or requested):
        marks = {Mark("level", due.level.level) for due in fired} | (served if requested else set())
        passed = [
            {"level": due.level.level, "name": due.level.name, "at": due.at, "why": due.why(case)}
            for due in _passed(fired, highest)
        ]
        notices.append(level_notice(highest.level, why, highest.at, marks, passed))
    if served and not requested:
        notices.append(Notice("escalation_at_top", {}, frozenset(served)))
    if answers.answered:
        marks = {Mark("request", request.id) for request in answers.answered}
        notices.append(Notice("escalation_answered", {"requests": _who_and_when(answers.answered)}, frozenset(marks)))
    if answers.refused:
        data = {
            "requests": _who_and_when(answers.refused),
            "every": case.policy.escalation.requests_every.fixed,
            "next": answers.next_possible,
        }
        refused = frozenset(Mark("refused", request.id) for request in answers.refused)
        notices.append(Notice("escalation_refused", data, refused))
    return tuple(notices)


def _who_and_when(requests: Iterable[Request]) -> list[dict[str, Any]]:
    return [{"who": request.actor, "at": request.at} for request in requests]


def _passed(fired: list[LevelDue], highest: LevelDue) -> list[LevelDue]:
    """The other levels that were due, each once, in order."""
    first = {due.level.level: due for due in reversed(fired)}
    first.pop(highest.level.level)
    return [first[level] for level in sorted(first) if level > 1]


def _when(due: LevelDue) -> str:
    return f"at {wording.format_time(due.at)}" if due.at else "now"


def _reasons(reached: int, fired: list[LevelDue], following: LevelDue | None, answers: Answers) -> list[str]:
    reasons = [f"level {reached or 'none'} so far"]
    reasons += [f"level {due.level.level} {due.level.name} since {_when(due)}: {due.reason}" for due in fired]
    reasons += [f"request {request.id} comes too soon" for request in answers.refused]
    reasons += [f"request {request.id} was answered before, its proof is lost" for request in answers.answered]
    if following is None:
        reasons.append("no further level by clock")
    else:
        reasons.append(f"level {following.level.level} {following.level.name} {_when(following)}: {following.reason}")
    return reasons
