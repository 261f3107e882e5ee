"""Reason for outage on its task: reminders before the date, levels after it, and what counts as delivered (R32–R34)."""

from datetime import datetime, timedelta

from connector.domain.changes import Changes
from connector.domain.connector_key import incident_of
from connector.domain.decision import Notice, Outcome
from connector.domain.mark import Mark
from connector.domain.ticket import LinkedTicket, Ticket
from connector.domain.vocabulary import Channel, RfoStatus, TicketKind, TicketState
from connector.rules import wording
from connector.rules.case import Case
from connector.rules.escalation import level_changes, level_notice, passed_level, reached_level
from connector.rules.follow_up import followed_up
from connector.rules.rfo import DONE, comes_first
from connector.rules.rfo_declined import Refusal, declined, no_reason
from connector.rules.rfo_facts import restored
from connector.rules.rfo_overdue import stamp, steps
from connector.rules.rfo_release import release
from connector.rules.rfo_text import asks_for_record, read_record, rfo_text, told

_SENT_FIRST = timedelta(minutes=1)
"""The incident is looked at first: the document may have been sent there."""


def rfo_task(case: Case) -> Outcome:
    """The task follows its incident's date. Closed although the customer got nothing, it is opened again each time; a
    person wins by declining the RFO with a reason. A delivered one stays open until its measures are done."""
    ticket = case.ticket
    incident = _incident(ticket)
    if (other := _surplus_to(ticket)) is not None:
        return _closed_for(ticket, other)
    if _is_delivered(ticket, incident):
        return _delivered(case, incident)
    if ticket.state is TicketState.CANCELLED:
        return _silent(ticket, "the task was cancelled; the incident still shows its RFO as due")
    if (refusal := _declined_here(ticket)) is not None and incident is not None:
        if refusal.reason is not None:
            reason = "declined here, and the customer is told so"
            return Outcome(rule="rfo_task", touches=(incident.id,), reasons=(reason,))
        return _followed(case, incident)._replace(notices=(no_reason(refusal),))
    return _followed(case, incident)


def _declined_here(ticket: Ticket) -> Refusal | None:
    """A person of support has set the task to declined, and the incident does not show it yet."""
    last = ticket.changes.get("rfo_status", ())[-1:]
    is_new = bool(last) and last[0].actor.is_staff and ticket.fields.rfo_status is RfoStatus.DECLINED
    return declined(ticket) if is_new else None


def _followed(case: Case, incident: LinkedTicket | None) -> Outcome:
    ticket = case.ticket
    if incident is not None and incident.rfo_status in (None, RfoStatus.REQUESTED, RfoStatus.DECLINED):
        changes: Changes = {"rfo_status": incident.rfo_status, "rfo_due_at": None, "next_escalation_at": None}
        return Outcome(rule="rfo_task", changes=changes, reasons=("the incident has no date for it",))
    due = incident.rfo_due_at if incident and incident.rfo_due_at else ticket.fields.rfo_due_at
    if due is None:
        return _silent(ticket, "no due date")
    if ticket.state in DONE and not _is_on_its_way(case):
        return _closed_early(case, incident)
    return _overdue(case, due) if case.now >= due else _remind(case, due)


def _incident(ticket: Ticket) -> LinkedTicket | None:
    """The one that it was made for; after a merge the one that this was merged into, which shows where its RFO stands.

    Somebody may have removed the link, and linked another incident: that says nothing about an RFO.
    """
    own = incident_of(ticket.fields.connector_key)
    incidents = [link for link in ticket.links if link.kind is TicketKind.INCIDENT]
    after_merge = (link for link in incidents if link.rfo_status is not None)
    return next((link for link in ticket.links if link.id == own), None) or next(after_merge, None)


def _surplus_to(ticket: Ticket) -> LinkedTicket | None:
    """The other task of an incident that was merged: its RFO is written there."""
    incident = _incident(ticket)
    if incident is None or not ticket.siblings:
        return None
    held = {"created_by_connector": True, "connector_key": ticket.fields.connector_key, "kind": ticket.kind}
    own = LinkedTicket(id=ticket.id, number=ticket.number, state=ticket.state, **held)
    open_ones = [other for other in ticket.siblings if other.rfo_status is not RfoStatus.DELIVERED]
    first = min((own, *open_ones), key=lambda task: comes_first(task, incident.id))
    return None if first is own or first.state.is_over else first


def _closed_for(ticket: Ticket, other: LinkedTicket) -> Outcome:
    reason = f"the RFO is written in {other.number}"
    changes: Changes = {"rfo_status": None, "rfo_due_at": None, "next_escalation_at": None}
    if ticket.state.is_over:
        return Outcome(rule="rfo_task", changes=changes, reasons=(reason,))
    notice = Notice("rfo_elsewhere", {"task": other.number}, frozenset({Mark("rfo-elsewhere", other.id)}))
    return Outcome(
        rule="rfo_task", changes=changes, state=TicketState.CLOSED, notices=(notice,), reasons=(reason,), again=True
    )


def _is_delivered(ticket: Ticket, incident: LinkedTicket | None) -> bool:
    """An agent says so, by the status here or on the incident; or the document was mailed from the task, or as the
    incident tells, and the task is done."""
    if ticket.fields.rfo_status is RfoStatus.DELIVERED or (incident and incident.rfo_status is RfoStatus.DELIVERED):
        return True
    mailed = any(
        article.author.is_staff and not article.internal and article.channel is Channel.EMAIL
        for article in ticket.articles
    )
    return mailed and ticket.state in DONE


def _delivered(case: Case, incident: LinkedTicket | None) -> Outcome:
    """The measures are followed until all are done (R33)."""
    waiting = incident is not None and incident.rfo_status is not RfoStatus.DELIVERED
    outcome = Outcome(
        rule="rfo_task",
        changes={"rfo_status": RfoStatus.DELIVERED, "next_escalation_at": None},
        touches=(incident.id,) if waiting and incident else (),
        reasons=("the RFO is delivered",),
    )
    return followed_up(case, outcome)


def _silent(ticket: Ticket, reason: str) -> Outcome:
    return Outcome(rule="rfo_task", changes={"next_escalation_at": None}, reasons=(reason,))


def _is_on_its_way(case: Case) -> bool:
    """A good release waits to be sent."""
    incident = case.ticket.related
    record = read_record(case.ticket, incident)
    wanted = release(case.ticket, incident, record, case.policy) if incident is not None else None
    return wanted is not None and wanted.is_good


def _closed_early(case: Case, incident: LinkedTicket | None) -> Outcome:
    ticket = case.ticket
    changes = ticket.changes.get("state", ())
    look_at = (changes[-1].at if changes else ticket.created_at) + _SENT_FIRST
    touches = (incident.id,) if incident else ()
    reason = "closed, and nothing shows that the customer has the RFO"
    if case.now < look_at:
        return Outcome(rule="rfo_task", touches=touches, reasons=(reason,), due=look_at)
    if (asks := asks_for_record(ticket, ticket.related)) is not None:
        return Outcome(rule="rfo_task", asks=asks, reasons=(reason,))
    record = read_record(ticket, ticket.related)
    text = rfo_text(ticket, ticket.related, record, case.policy, restored(ticket.related, case.rfo_number))
    mark = Mark("rfo-reopened", *([changes[-1].id] if changes else []))
    data = {"missing": told(case, (*text.missing, *text.faults))}
    notice = Notice("rfo_reopened", data, frozenset({mark}))
    return Outcome(
        rule="rfo_task", state=TicketState.OPEN, notices=(notice,), reasons=(f"{reason}: opened again",), again=True
    )


def _remind(case: Case, due: datetime) -> Outcome:
    calendar, days = case.policy.rfo_calendar, case.policy.rfo.working_days
    times = {day: calendar.add_working_days(due, day - days) for day in case.policy.rfo.remind_on}
    notices: tuple[Notice, ...] = ()
    if passed := [day for day, at in times.items() if at <= case.now]:
        # After an outage the latest reminder stands for those before it.
        mark = Mark("rfo-reminder", max(passed), stamp(due))
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
    """One level up on each working day, on the ladder of the incident's service."""
    passed = [step for step in steps(case, due) if step.at <= case.now]
    following = next((step.at for step in steps(case, due) if step.at > case.now), None)
    outcome = Outcome(
        rule="rfo_task",
        changes={"rfo_status": RfoStatus.OVERDUE, "rfo_due_at": due, "next_escalation_at": following},
        reasons=(f"RFO overdue since {wording.format_time(due)}",),
        due=following,
    )
    fired = [step for step in passed if step.level.level > reached_level(case.ticket)]
    if not fired:
        return outcome
    at, highest = fired[-1]
    why = case.text("reason_rfo_overdue", due=due)
    below = [passed_level(step.level, step.at, why) for step in fired[:-1]]
    notice = level_notice(highest, why, at, {Mark("level", step.level.level) for step in fired}, below)
    changes = level_changes(case, highest, why, fired[0].level.level - 1)
    return outcome._replace(changes=outcome.changes | changes, notices=(notice,))
