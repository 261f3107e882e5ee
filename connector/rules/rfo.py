"""Reason for outage: the request, the task, its due date and its reminders (R32–R34)."""

from datetime import datetime

from connector.domain.decision import NewTicket, Notice, Outcome
from connector.domain.mark import Mark
from connector.domain.ticket import Changes, LinkedTicket, Ticket, key_of
from connector.domain.vocabulary import RfoStatus, TicketKind, TicketState
from connector.rules import timeline, wording
from connector.rules.case import Case
from connector.rules.escalation import level_changes, level_notice, reached_level
from connector.rules.requests import Request, Source, rfo_requests

_DONE = frozenset({TicketState.RESOLVED, TicketState.CLOSED})
"""A task that was merged or removed has delivered nothing."""


def rfo(case: Case) -> Outcome:
    """On the incident: request → eligibility → linked task, due in working days.

    The clock starts at the later of request and resolution. A second resolution moves the due date; the task stays
    the same, because it is found again by its key.
    """
    ticket, policy = case.ticket, case.policy
    requests = rfo_requests(case)
    if not requests:
        return Outcome(rule="rfo", changes=_state(None, None), reasons=("nobody asked for an RFO",))
    eligible = [r for r in requests if case.priority in policy.rfo.eligible or r.actor.is_staff]
    request = (eligible or requests)[0]
    resolved = timeline.resolved_at(ticket)
    task = _task(ticket)
    if task is not None and task.state in _DONE:
        changes = _state(RfoStatus.DELIVERED, ticket.fields.rfo_due_at)
        return Outcome(rule="rfo", changes=changes, reasons=(f"the RFO task {task.number} is done",))
    if resolved is None:
        reason = f"{_said(request)}; the clock starts when the incident is resolved"
        touches = (task.id,) if task is not None and task.rfo_due_at is not None else ()
        return Outcome(rule="rfo", changes=_state(RfoStatus.REQUESTED, None), touches=touches, reasons=(reason,))
    if not eligible:
        return _declined(case, request)
    start = max(request.at, resolved)
    due = timeline.whole_second(policy.rfo_calendar.add_working_days(start, policy.rfo.working_days))
    return _due(case, request, due)


def rfo_task(case: Case) -> Outcome:
    """On the task: reminders before the due date, escalation when it has passed."""
    ticket = case.ticket
    incident = next(
        (link for link in ticket.links if key_of(TicketKind.RFO_TASK, link.id) == ticket.fields.connector_key), None
    )
    waits = incident is not None and incident.rfo_status is RfoStatus.REQUESTED
    due = incident.rfo_due_at if incident and incident.rfo_due_at else ticket.fields.rfo_due_at
    if ticket.state is TicketState.CANCELLED:
        reason = "the task was cancelled; the incident still shows its RFO as due"
        return Outcome(rule="rfo_task", changes={"next_escalation_at": None}, reasons=(reason,))
    if ticket.state in _DONE:
        waiting = incident is not None and incident.rfo_status is not RfoStatus.DELIVERED
        return Outcome(
            rule="rfo_task",
            changes={"rfo_status": RfoStatus.DELIVERED, "next_escalation_at": None},
            touches=(incident.id,) if waiting and incident else (),
            reasons=("the RFO is delivered",),
        )
    if waits or due is None:
        changes: Changes = {**_state(RfoStatus.REQUESTED, None), "next_escalation_at": None}
        return Outcome(rule="rfo_task", changes=changes, reasons=("no due date: the incident is not resolved",))
    if case.now >= due:
        return _overdue(case, due)
    return _remind(case, due)


def _state(status: RfoStatus | None, due: datetime | None) -> Changes:
    return {"rfo_status": status, "rfo_due_at": due}


def _said(request: Request) -> str:
    said = f"message contains {request.said!r}" if request.source is Source.MESSAGE else "by the field"
    return f"{wording.actor(request.actor)} asked at {wording.format_time(request.at)} ({said})"


def _task(ticket: Ticket) -> LinkedTicket | None:
    key = key_of(TicketKind.RFO_TASK, ticket.id)
    return next((link for link in ticket.links if link.created_by_connector and link.connector_key == key), None)


def _declined(case: Case, request: Request) -> Outcome:
    policy, priority = case.policy, case.priority
    data = {
        "eligible": [policy.priorities[eligible].name for eligible in sorted(policy.rfo.eligible)],
        "priority": f"{policy.priorities[priority].name} ({priority})",
    }
    return Outcome(
        rule="rfo",
        changes=_state(RfoStatus.DECLINED, None),
        notices=(Notice("rfo_declined", data, frozenset({Mark("rfo-declined", request.id)})),),
        reasons=(f"{_said(request)}; {priority} gets no RFO, an agent may still request one",),
    )


def _due(case: Case, request: Request, due: datetime) -> Outcome:
    task, days = _task(case.ticket), case.policy.rfo.working_days
    overdue = case.now >= due
    promise = Notice("rfo_promised", {"due": due}, frozenset({Mark("rfo-due", _stamp(due))}))
    return Outcome(
        rule="rfo",
        changes=_state(RfoStatus.OVERDUE if overdue else RfoStatus.DUE, due),
        notices=() if overdue else (promise,),
        creates=() if task else (_new_task(case, request, due),),
        touches=(task.id,) if task is not None and task.rfo_due_at != due else (),
        reasons=(f"{_said(request)}; due {wording.format_time(due)}, {days} working days",),
        due=None if overdue else due,
    )


def _new_task(case: Case, request: Request, due: datetime) -> NewTicket:
    ticket, rules = case.ticket, case.policy.rfo
    subject, body = case.task(
        "rfo_task",
        due=due,
        days=rules.working_days,
        who=request.actor,
        at=request.at,
        phrase=request.said,
    )
    return NewTicket(
        key=key_of(TicketKind.RFO_TASK, ticket.id),
        title=subject[:240],
        text=body,
        group=rules.group,
        fields={
            "rfo_status": RfoStatus.DUE,
            "rfo_due_at": due,
            "priority": ticket.fields.priority,
            "service_id": ticket.fields.service_id,
        },
    )


def _remind(case: Case, due: datetime) -> Outcome:
    calendar, days = case.policy.rfo_calendar, case.policy.rfo.working_days
    times = {day: calendar.add_working_days(due, day - days) for day in case.policy.rfo.remind_on}
    notices: tuple[Notice, ...] = ()
    if passed := [day for day, at in times.items() if at <= case.now]:
        # After an outage the latest reminder stands for those before it.
        mark = Mark("rfo-reminder", max(passed), _stamp(due))
        notices = (Notice("rfo_reminder", {"day": max(passed), "days": days, "due": due}, frozenset({mark})),)
    coming = min((at for at in times.values() if at > case.now), default=due)
    return Outcome(
        rule="rfo_task",
        changes={"rfo_status": RfoStatus.DUE, "rfo_due_at": due, "next_escalation_at": due},
        notices=notices,
        reasons=(f"due {wording.format_time(due)}, next look {wording.format_time(coming)}",),
        due=coming,
    )


def _overdue(case: Case, due: datetime) -> Outcome:
    wanted = case.policy.rfo.overdue_level
    reasons = (f"RFO overdue since {wording.format_time(due)}",)
    levels = case.policy.ladder(None).levels
    level = next((level for level in levels if level.level >= wanted and not level.skip), None)
    changes: Changes = {"rfo_status": RfoStatus.OVERDUE, "rfo_due_at": due, "next_escalation_at": None}
    if level is None or reached_level(case.ticket) >= level.level:
        return Outcome(rule="rfo_task", changes=changes, reasons=reasons)
    why = case.text("reason_rfo_overdue", due=due)
    changes |= level_changes(case, level, why)
    notice = level_notice(level, why, due, {Mark("level", level.level)})
    return Outcome(rule="rfo_task", changes=changes, notices=(notice,), reasons=reasons)


def _stamp(at: datetime) -> str:
    return at.strftime("%Y%m%dT%H%M")
