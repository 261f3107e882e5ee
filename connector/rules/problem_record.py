"""Problem management on the record (R28–R30): its incidents, its clocks in working time, and what it takes to close it.

A record is no incident: no ladder of an incident counts for it. Its way is *proposed*, *investigating*, *root cause
known*, *known error*, *fix planned*, *fixed*, *closed*. The rules go on with the state by what is stated, as long as no
person has chosen one. Closed by a person it is *fixed*; when its fix has been reviewed, *closed*.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from connector.domain.changes import Changes
from connector.domain.decision import Notice, Outcome
from connector.domain.fields import fit
from connector.domain.mark import Mark
from connector.domain.model import TicketId
from connector.domain.ticket import Change, LinkedTicket, Ticket
from connector.domain.vocabulary import Actor, ProblemState, TicketKind, TicketState
from connector.rules import wording
from connector.rules.case import Case
from connector.rules.escalation import level_changes, level_notice, reached_level
from connector.rules.follow_up import waiting
from connector.rules.rfo import DONE
from connector.rules.rfo_overdue import stamp
from connector.rules.rfo_text import common_faults
from connector.rules.timeline import whole_second

_NOTHING_DUE: Changes = {"next_escalation_at": None, "next_measure_at": None}


class Deadline(NamedTuple):
    """What has to be stated on a record, and until when. Times are UTC."""

    name: str
    """``owner``, ``cause``, ``fix_date`` or ``fix``."""
    remind: datetime
    due: datetime


def problem_record(case: Case) -> Outcome:
    """What the record shows, and what is due on it. Closed without what it needs, it is opened again, each time."""
    ticket = case.ticket
    if ticket.state is TicketState.CANCELLED:
        return _outcome("the record was cancelled")
    if ticket.state not in DONE:
        return _open(case)
    if ticket.fields.problem_state is None:
        return _outcome("closed before these rules knew it: left alone")
    if ticket.fields.problem_state is ProblemState.PROPOSED:
        declined = _outcome("a person has declined what was proposed", {"next_escalation_at": None})
        return declined._replace(touches=tuple(link.id for link in _incidents(ticket)))
    if missing := _missing(case):
        return _opened_again(case, missing)
    return _fixed(case)


def _outcome(reason: str, changes: Changes | None = None) -> Outcome:
    return Outcome(rule="problem_record", changes=changes or {}, reasons=(reason,))


def _incidents(ticket: Ticket) -> list[LinkedTicket]:
    """Those that are linked, the first one first."""
    found = [link for link in ticket.links if link.kind is TicketKind.INCIDENT]
    return sorted(found, key=lambda link: (link.began is None, link.began, len(link.id), link.id))


def _open(case: Case) -> Outcome:
    ticket, incidents = case.ticket, _incidents(case.ticket)
    state = _stands_at(ticket)
    deadlines = () if state is ProblemState.PROPOSED else tuple(_deadlines(case))
    late = [deadline for deadline in deadlines if deadline.due <= case.now]
    left, ends = waiting(case), [link.ended for link in incidents if link.ended is not None]
    coming = [at for deadline in deadlines for at in (deadline.remind, deadline.due) if at > case.now]
    changes: Changes = {
        "problem_state": state,
        "affected_services": _services(ticket, incidents),
        "incidents": _list(case, incidents),
        "next_escalation_at": min((deadline.due for deadline in deadlines), default=None),
        "review_on": None,
        "next_measure_at": left.next_at,
    }
    outcome = Outcome(
        rule="problem_record",
        changes=changes,
        notices=(
            *_unfinished(case),
            *_told(deadlines, case.now),
            *left.late(case.now),
            *common_faults(case, max(ends, default=None)),
        ),
        touches=_to_hear(ticket, incidents, changes["incidents"]),
        reasons=(_said(state, deadlines, case.now),),
        due=min(filter(None, (*coming, left.due(case.now))), default=None),
    )
    return _overdue(case, outcome, late) if late else outcome


def _to_hear(ticket: Ticket, incidents: list[LinkedTicket], listed: str | None) -> tuple[TicketId, ...]:
    """Open incidents that may not have been told the workaround: while the list shows none of them yet, all; else those
    that nothing has happened on since it was written."""
    if not ticket.fields.workaround:
        return ()
    written = ticket.changes["workaround"][-1].at if "workaround" in ticket.changes else ticket.created_at
    is_new = listed != ticket.fields.incidents
    return tuple(
        link.id
        for link in incidents
        if not link.state.is_over and (is_new or link.updated_at is None or link.updated_at <= written)
    )


def _stands_at(ticket: Ticket) -> ProblemState:
    """A person's choice stays; else the state follows from what is stated."""
    fields, changes = ticket.fields, ticket.changes.get("problem_state", ())
    state = fields.problem_state
    chosen = bool(changes) and changes[-1].actor.is_staff and state not in (ProblemState.FIXED, ProblemState.CLOSED)
    if state is not None and (chosen or state is ProblemState.PROPOSED):
        return state
    if not fields.root_cause:
        return ProblemState.INVESTIGATING
    if fields.fix_due is not None:
        return ProblemState.FIX_PLANNED
    return ProblemState.KNOWN_ERROR if fields.workaround else ProblemState.ROOT_CAUSE_KNOWN


def _services(ticket: Ticket, incidents: list[LinkedTicket]) -> str | None:
    """What support wrote, and the services of the incidents that are not among it."""
    lines = (ticket.fields.affected_services or "").splitlines()
    known = {line.strip().casefold() for line in lines}
    for service in [ticket.fields.service_id, *(link.service_id for link in incidents)]:
        if service and service.casefold() not in known:
            known.add(service.casefold())
            lines.append(service)
    return fit("affected_services", "\n".join(lines)) or None


def _list(case: Case, incidents: list[LinkedTicket]) -> str | None:
    """The incidents as they are: a field holds the list, so it is the same however often somebody looks."""
    if not incidents:
        return None
    ended = [_minutes(link) for link in incidents]
    customers = {link.customer for link in incidents if link.customer}
    head = case.text(
        "problem_incidents",
        count=len(incidents),
        open=sum(not link.state.is_over for link in incidents),
        minutes=sum(filter(None, ended)),
        customers=len(customers),
    )
    lines = [
        case.text(
            "problem_incident",
            number=link.number,
            priority=link.priority and link.priority.value,
            service=link.service_id,
            whose=link.customer or None,
            began=link.began,
            minutes=minutes,
            open=not link.state.is_over,
        )
        for link, minutes in zip(incidents, ended, strict=True)
    ]
    return fit("incidents", "\n".join((head, *lines)))


def _minutes(link: LinkedTicket) -> int | None:
    """How long it lasted; ``None`` while it is open or where nobody says."""
    if link.began is None or link.ended is None:
        return None
    return max(0, round((link.ended - link.began) / timedelta(minutes=1)))


def _deadlines(case: Case) -> Iterator[Deadline]:
    """What is still to be stated, by the working time since somebody works on the problem."""
    ticket, rules, calendar = case.ticket, case.policy.problem, case.policy.problem_calendar
    fields = ticket.fields
    stated = {
        "owner": (rules.owner_within, ticket.owner is not None),
        "cause": (rules.cause_within, bool(fields.root_cause)),
        "fix_date": (
            rules.fix_date_within, bool(fields.fix_due or fields.permanent_fix or _accepted(ticket))
        ),
    }  # fmt: skip
    since = _since(case)
    for name, (within, is_stated) in stated.items():
        if not is_stated:
            length = case.policy.duration(within, calendar)
            due, remind = calendar.add(since, length), calendar.add(since, length * rules.remind_at)
            yield Deadline(name, whole_second(remind), whole_second(due))
    if fields.fix_due is not None:
        yield Deadline("fix", fields.fix_due, fields.fix_due)


def _since(case: Case) -> datetime:
    """Since when the problem is worked on by these rules: it was confirmed, came back, or was there before them; else
    it was opened. So no old record calls a level on the day of an upgrade."""
    ticket = case.ticket
    if case.found.fields.problem_state is None:
        return case.now
    starts = [
        change.at
        for change in ticket.changes.get("problem_state", ())
        if change.old in (None, ProblemState.PROPOSED, ProblemState.FIXED, ProblemState.CLOSED)
        and change.new not in (ProblemState.FIXED, ProblemState.CLOSED)
    ]
    return max([ticket.created_at, *starts])


def _told(deadlines: tuple[Deadline, ...], now: datetime) -> Iterator[Notice]:
    for deadline in deadlines:
        late = deadline.due <= now
        if late or deadline.remind <= now:
            mark = Mark("problem-overdue" if late else "problem-reminder", deadline.name, stamp(deadline.due))
            yield Notice(
                "problem_overdue" if late else "problem_reminder",
                {"what": deadline.name, "due": deadline.due},
                frozenset({mark}),
            )


def _overdue(case: Case, outcome: Outcome, late: list[Deadline]) -> Outcome:
    """The level of the managers, once; the record stays in its group."""
    levels = [level for level in case.ladder.levels if not level.skip]
    level = next((level for level in levels if level.level >= case.policy.problem.overdue_level), levels[-1])
    if level.level <= reached_level(case.ticket):
        return outcome
    first = min(late, key=lambda deadline: deadline.due)
    why = case.text("reason_problem_overdue", what=first.name, due=first.due)
    changes = level_changes(case, level, why, reached_level(case.ticket))
    changes.pop("group", None)
    notice = level_notice(level, why, first.due, {Mark("level", level.level)})
    return outcome._replace(changes=outcome.changes | changes, notices=(*outcome.notices, notice))


def _said(state: ProblemState, deadlines: tuple[Deadline, ...], now: datetime) -> str:
    told = [
        f"{one.name.replace('_', ' ')} {'was due' if one.due <= now else 'is due'} {wording.format_time(one.due)}"
        for one in deadlines
    ]
    return "; ".join([wording.value(state), *told])


def _accepted(ticket: Ticket) -> bool:
    """A manager has accepted that there is no fix: the history proves who wrote why."""
    changes = ticket.changes.get("no_fix_reason", ())
    return bool(ticket.fields.no_fix_reason and changes and changes[-1].actor is Actor.MANAGER)


def _missing(case: Case) -> list[str]:
    ticket, fields = case.ticket, case.ticket.fields
    missing = [name for name in ("root_cause", "cause_category") if not getattr(fields, name)]
    missing += [] if fields.permanent_fix or _accepted(ticket) else ["permanent_fix"]
    return [*missing, "preventive_measures"] if _measures_open(case) else missing


def _measures_open(case: Case) -> list[str]:
    """The numbers of its incidents whose RFOs promise what is not done yet, and its own where it promises it itself."""
    own = [case.ticket.number] if waiting(case).measures else []
    return [*own, *(link.number for link in _incidents(case.ticket) if link.next_measure_at is not None)]


def _closing(ticket: Ticket) -> Change | None:
    """The change by which the record was closed last."""
    closings = [change for change in ticket.changes.get("state", ()) if change.new in DONE and change.old not in DONE]
    return closings[-1] if closings else None


def _reopened(case: Case, missing: list[str]) -> Notice:
    ticket = case.ticket
    closing = _closing(ticket)
    mark = Mark("problem-reopened", closing.id if closing else "created")
    wanted = bool(ticket.fields.no_fix_reason) and "permanent_fix" in missing
    stated = [name for name in missing if name != "preventive_measures"]
    data = {"missing": stated, "manager": wanted, "measures": _measures_open(case)}
    return Notice("problem_reopened", data, frozenset({mark}))


def _opened_again(case: Case, missing: list[str]) -> Outcome:
    told = " and ".join(case.ticket.labels[name] for name in missing)
    return Outcome(
        rule="problem_record",
        state=TicketState.OPEN,
        notices=(_reopened(case, missing),),
        reasons=(f"closed without {told}: opened again",),
        again=True,
    )


def _unfinished(case: Case) -> tuple[Notice, ...]:
    """Where the state changes by a request of its own, the note on why it was opened again may still have to follow."""
    moves = case.ticket.changes.get("state", ())
    missing = _missing(case)
    if missing and moves and moves[-1].actor is Actor.CONNECTOR and moves[-1].old in DONE:
        return (_reopened(case, missing),)
    return ()


def _fixed(case: Case) -> Outcome:
    """Closed with all it needs: fixed, until it is looked whether something has come back."""
    ticket, closing = case.ticket, _closing(case.ticket)
    closed_at = closing.at if closing else ticket.created_at
    is_final = ticket.fields.problem_state is ProblemState.CLOSED
    until = closed_at + case.policy.recurrence.again_within.fixed if is_final else case.now
    back = [link for link in _incidents(ticket) if link.began is not None and closed_at < link.began <= until]
    if back:
        return _came_back(ticket, back[0])
    if is_final:
        return _outcome("closed for good", {"next_escalation_at": None})
    review = whole_second(ticket.fields.review_on or closed_at + case.policy.problem.review_after.fixed)
    if case.now < review:
        fixed: Changes = {"problem_state": ProblemState.FIXED, "review_on": review, **_NOTHING_DUE}
        reason = f"fixed; whether the fix is effective is looked at {wording.format_time(review)}"
        return Outcome(rule="problem_record", changes=fixed, reasons=(reason,), due=review)
    mark = Mark("problem-effective", stamp(review))
    return Outcome(
        rule="problem_record",
        changes={"problem_state": ProblemState.CLOSED, "review_on": review, **_NOTHING_DUE},
        notices=(Notice("problem_effective", {"closed": closed_at, "at": case.now}, frozenset({mark})),),
        reasons=("nothing has come back: the fix is effective",),
    )


def _came_back(ticket: Ticket, incident: LinkedTicket) -> Outcome:
    mark = Mark("problem-back", incident.id)
    return Outcome(
        rule="problem_record",
        changes={"problem_state": ProblemState.INVESTIGATING, "review_on": None},
        state=TicketState.OPEN,
        notices=(Notice("problem_back", {"incident": incident.number, "began": incident.began}, frozenset({mark})),),
        reasons=(f"{incident.number} came after the fix: opened again",),
        again=True,
    )
