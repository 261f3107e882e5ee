"""The one ladder of a ticket (R35–R39).

What raises the level: the clocks of its priorities (R38), a missed response or repair target (R37), a request (R39).
What happened since the last look is gone through in the order of its times, as if the connector had looked at each
moment. Each level fires once, proved by the mark on its note; a level never goes down by clock; an empty level is
passed over; every other level that is passed tells its own contacts.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from connector.domain.changes import Changes
from connector.domain.decision import Notice, Outcome, Reasons
from connector.domain.mark import Mark
from connector.domain.ticket import Change, Ticket, found_once
from connector.domain.vocabulary import Actor
from connector.policy.ladder import Level
from connector.rules import timeline, wording
from connector.rules.answers import Answers, answer_notices, answers
from connector.rules.case import Case
from connector.rules.level_letter import letter_marks
from connector.rules.levels import LevelDue, Requested, base, by_clock
from connector.rules.outages import is_over
from connector.rules.parent import announced
from connector.rules.requests import Request, Source


def escalation(case: Case) -> Outcome:
    """The level the ticket should be at, its reason, and when the next one comes."""
    ticket, now = case.ticket, case.now
    reached, given = reached_level(ticket), answers(case)
    if ticket.state.is_over:
        return _over(case, reached, given)
    # A ticket that only a mail has opened again has no clock yet; a level that the mail asks for is given.
    ahead = [] if is_over(ticket) else by_clock(case, reached)
    passed = [due for due in ahead if due.at <= now]
    fired = _gone_through(case, reached, passed, given.served)
    highest = fired[-1].level.level if fired else reached
    following = next((due for due in ahead if due.at > now and due.level.level > highest), None)
    changes: Changes = {
        **_shown(case, reached),
        "next_escalation_at": timeline.whole_second(following.at) if following else None,
        **_emptied(given),
    }
    why = fired[-1].why(case) if fired else ""
    risen = _level_notices(case, fired, why)
    if fired:
        changes |= _risen(case, reached, fired, why)
    at_top = _unserved(fired, given)
    if _above(case, highest) is None:
        # There is no next time at which the customer could ask for more.
        at_top += tuple(one.request for one in given.refused if Mark("refused", one.request.id) not in ticket.marks)
        given = given._replace(refused=())
    return Outcome(
        rule="escalation",
        changes=changes,
        notices=(*risen, *answer_notices(case, given, at_top)),
        reasons=Reasons(lambda: _reasons(reached, passed, fired, following, given)),
        due=following.at if following else None,
        # Customers hear of it when support has.
        again=bool(at_top)
        or any(mark.name == "customer-hears" for notice in risen for mark in notice.marks)
        or any(Mark("refused", one.request.id) not in ticket.marks for one in given.refused),
    )


def _over(case: Case, reached: int, given: Answers) -> Outcome:
    """On an incident that is over no level fires; whoever asked for one is answered."""
    changes: Changes = {"escalation_level": _level(case.ticket, reached), "next_escalation_at": None, **_emptied(given)}
    reasons = ["the incident is over: no level fires"]
    reasons += [f"request {request.id} came too late" for request in given.too_late]
    return Outcome(rule="escalation", changes=changes, notices=answer_notices(case, given, ()), reasons=tuple(reasons))


def reached_level(ticket: Ticket) -> int:
    """The highest level that has fired: by the field, or by the connector's own notes (P20)."""
    return max([ticket.fields.escalation_level or 0, *_noted(ticket)])


@found_once
def _noted(ticket: Ticket) -> Mapping[int, datetime]:
    """The levels that notes prove, and when they were noted."""
    marks = ticket.marks_by_name.get("level", {}).items()
    return {mark.number: at for mark, at in marks if mark.number is not None}


def _gone_through(case: Case, reached: int, passed: Sequence[LevelDue], served: Sequence[Request]) -> list[LevelDue]:
    """The levels that the ticket has reached since the last look, rising: each request raises by one from where the
    ticket was at that moment, and a clock raises to its own level unless the ticket is there already."""
    fired: list[LevelDue] = []
    happened: list[tuple[datetime, LevelDue | Request]] = [(due.at, due) for due in passed]
    # What was asked for on a ticket that was merged into this one may be older than this one.
    happened += [(max(request.at, case.ticket.created_at), request) for request in served]
    for _, one in sorted(happened, key=lambda pair: pair[0]):
        due = one if isinstance(one, LevelDue) else _requested(case, reached, one)
        if due is not None and due.level.level > reached:
            fired.append(due)
            reached = due.level.level
    return fired


def _requested(case: Case, reached: int, request: Request) -> LevelDue | None:
    """One level up; at the top there is nowhere to go."""
    above = _above(case, reached)
    return LevelDue(above, request.at, Requested(request)) if above is not None else None


def _above(case: Case, reached: int) -> Level | None:
    """The next level of the ladder at which there is somebody."""
    return next((level for level in case.ladder.levels if level.level > reached and not level.skip), None)


def _unserved(fired: Iterable[LevelDue], given: Answers) -> tuple[Request, ...]:
    raising = {due.cause.request.id for due in fired if isinstance(due.cause, Requested)}
    return tuple(request for request in given.served if request.id not in raising)


def _risen(case: Case, reached: int, fired: Sequence[LevelDue], why: str) -> Changes:
    """The highest level that has fired with its reason, the group of the last one that has a group, and the level
    before."""
    changes = level_changes(case, fired[-1].level, why, reached)
    groups = [due.level.group for due in fired if due.level.group]
    if groups and not _lies_higher(case, fired[-1].level):
        changes["group"] = groups[-1]
    if _announced(case, [due for due in fired if due.level.level > 1]) is not None:
        # The helpdesk mails the contacts of the levels above this one up to the new one: so none, as the parent
        # incident has told them.
        changes["escalated_from"] = fired[-1].level.level
    return changes


def level_changes(case: Case, level: Level, why: str, reached: int) -> Changes:
    """The fields of a ticket that rises from ``reached`` to ``level``; the owner stays."""
    changes: Changes = {
        "escalation_level": level.level,
        "escalated_from": reached,
        "escalation_reason": _reason(case, level, why),
    }
    if level.group and not _lies_higher(case, level):
        changes["group"] = level.group
    return changes


def _lies_higher(case: Case, level: Level) -> bool:
    """Whether somebody of support has put the ticket into the group of a level above: no level takes it down again."""
    setter = case.ticket.last_setter("group")
    if setter is None or not setter.is_staff:
        return False
    above = {other.group for other in case.ladder.levels if other.level > level.level}
    return case.ticket.fields.group in above and case.ticket.fields.group != level.group


def _reason(case: Case, level: Level, why: str) -> str:
    return case.field("escalation_reason", "escalation_reason", level=level.level, name=level.name, why=why)


def _level(ticket: Ticket, reached: int) -> int | None:
    return ticket.fields.escalation_level if _set_by_hand(ticket) else reached or None


def _shown(case: Case, reached: int) -> Changes:
    """Level and reason while no level fires. If no note has told of a level, the reason is that of the priority now."""
    changes: Changes = {"escalation_level": _level(case.ticket, reached)}
    by_person = _set_by_hand(case.ticket)
    if by_person is not None:
        return changes | _after_lowering(case, by_person)
    if _is_of_another_priority(case) and (first := base(case)) and first.level.level == reached:
        changes["escalation_reason"] = _reason(case, first.level, first.why(case))
    return changes


def _is_of_another_priority(case: Case) -> bool:
    """Whether the connector wrote the reason before the priority of now, and no note has told anybody of a level."""
    ticket = case.ticket
    if ticket.last_setter("escalation_reason") not in (None, Actor.CONNECTOR) or _noted(ticket):
        return False
    reasons, priorities = ticket.changes.get("escalation_reason", ()), ticket.changes.get("priority", ())
    is_new = case.priority is not (case.found.fields.priority or case.policy.default_priority)
    return is_new or bool(priorities and not (reasons and reasons[-1].at >= priorities[-1].at))


def _set_by_hand(ticket: Ticket) -> Change | None:
    """The change by which a person of support set the level after the last note of a level; ``None``: there is none.
    What a person set stays, and no level that has fired before fires again because of it."""
    by_hand = [change for change in ticket.changes.get("escalation_level", ()) if change.actor.is_staff]
    if not by_hand or any(at > by_hand[-1].at for at in _noted(ticket).values()):
        return None
    return by_hand[-1]


def _after_lowering(case: Case, lowered: Change) -> Changes:
    """Reason and group after a person has lowered the level. The group is that of the level shown, else the one before
    the connector first moved the ticket; one that somebody of support has chosen stays."""
    ticket, shown = case.ticket, case.ticket.fields.escalation_level or 0
    changes: Changes = {}
    if shown >= max(_noted(ticket), default=0):
        return changes
    if ticket.last_setter("escalation_reason") is Actor.CONNECTOR:
        why = case.text("reason_by_hand", who=lowered.actor, at=lowered.at)
        level = next((level for level in case.ladder.levels if level.level == shown), None)
        if level is not None:
            changes["escalation_reason"] = _reason(case, level, why)
    moves = ticket.changes.get("group", ())
    if moves and moves[-1].actor is Actor.CONNECTOR and moves[-1].at < lowered.at:
        own = [level.group for level in case.ladder.levels if level.level <= shown and level.group]
        changes["group"] = own[-1] if own else next(move.old for move in moves if move.actor is Actor.CONNECTOR)
    return changes


def _level_notices(case: Case, fired: Sequence[LevelDue], why: str) -> tuple[Notice, ...]:
    """One note for all levels that are due, each with its own contacts. Nobody is called for the first level, which
    every ticket has from the start, unless somebody asked for it."""
    called = [due for due in fired if due.level.level > 1 or isinstance(due.cause, Requested)]
    if not called:
        return ()
    highest, passed = called[-1], called[:-1]
    of = _announced(case, called)
    marks = {Mark("level", due.level.level) for due in called}
    marks |= {Mark("request", due.cause.request.id) for due in called if isinstance(due.cause, Requested)}
    below = [passed_level(due.level, due.at, due.why(case)) for due in passed]
    marks |= letter_marks(case, called)
    if of is not None:
        data = {"level": highest.level.level, "name": highest.level.name, "at": highest.at, "why": why}
        marks |= {Mark("level-elsewhere", due.level.level) for due in called}
        return (Notice("escalated_on_parent", {**data, "parent": of.number}, frozenset(marks)),)
    matrix = case.ladder.version if case.ladder.valid_from is not None else None
    return (level_notice(highest.level, why, highest.at, marks, below, matrix=matrix),)


def _announced(case: Case, fired: Sequence[LevelDue]) -> Ticket | None:
    """The parent incident, if it has told the same contacts of these levels; else ``None``. If one of them was asked
    for on this ticket, this ticket tells them itself."""
    if not fired or any(isinstance(due.cause, Requested) for due in fired):
        return None
    return announced(case, (due.level for due in fired))


def passed_level(level: Level, at: datetime, why: str) -> Mapping[str, Any]:
    """A level that was passed on the way to a higher one, as a note names it with its contacts."""
    return {"level": level.level, "name": level.name, "at": at, "why": why, "contacts": level.contacts}


def level_notice(
    level: Level,
    why: str,
    at: datetime | None,
    marks: Iterable[Mark],
    passed: Sequence[Mapping[str, Any]] = (),
    *,
    matrix: str | None = None,
) -> Notice:
    """What the contacts of a level are told; ``passed`` are the levels below that were reached before it, ``matrix``
    is the version of the escalation matrix that the customer has."""
    data = {
        "level": level.level,
        "name": level.name,
        "at": at,
        "why": why,
        "contacts": [str(contact) for contact in level.contacts],
        "passed": passed,
        "matrix": matrix,
    }
    return Notice("escalated", data, frozenset(marks))


def _emptied(given: Answers) -> Changes:
    """Empties the field by which support asks for a level, once it has been read."""
    return {"escalation_request": None} if any(one.source is not Source.MESSAGE for one in given.all) else {}


def _reasons(
    reached: int, passed: list[LevelDue], fired: list[LevelDue], following: LevelDue | None, given: Answers
) -> list[str]:
    """For ``explain``: every cause since the last look, also one whose level another cause had reached before."""
    causes = [*passed, *(due for due in fired if isinstance(due.cause, Requested))]
    reasons = [f"level {reached or 'none'} so far"]
    reasons += [f"level {due.level.level} {due.level.name} since {_when(due)}: {due.reason}" for due in causes]
    reasons += [f"request {refusal.request.id} comes too soon" for refusal in given.refused]
    reasons += [f"request {request.id} came when the ticket was over" for request in given.too_late]
    reasons += [f"request {request.id} was answered before, its proof is lost" for request in given.answered]
    if following is None:
        reasons.append("no further level by clock")
    else:
        reasons.append(f"level {following.level.level} {following.level.name} {_when(following)}: {following.reason}")
    return reasons


def _when(due: LevelDue) -> str:
    return f"at {wording.format_time(due.at)}"
