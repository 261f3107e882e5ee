"""Reason for outage on the incident: who asked, whether there is one, until when, whether it is delivered (R32–R34).

One RFO is asked for at a time; it covers the outages since the last one was delivered, and each has a task of its own.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from connector.domain.changes import Changes
from connector.domain.connector_key import incident_of, key_of, kind_of, number_of
from connector.domain.decision import NewTicket, Notice, Outcome, Reasons
from connector.domain.mark import Mark
from connector.domain.model import TicketId
from connector.domain.ticket import Change, LinkedTicket, Ticket, found_once
from connector.domain.vocabulary import Actor, Priority, RfoStatus, TicketKind, TicketState
from connector.rules import timeline, wording
from connector.rules.case import Case
from connector.rules.outages import Outage, outages
from connector.rules.requests import NO_WORDS, Request, RfoWords, Source, rfo_words
from connector.rules.rfo_declined import Refusal, declined, no_reason
from connector.rules.rfo_delivery import delivery
from connector.rules.rfo_facts import sent
from connector.rules.rfo_overdue import new_date, stamp, steps
from connector.rules.text.handover import hands_over
from connector.rules.text.reply import own_words, read_lines

DONE = frozenset({TicketState.RESOLVED, TicketState.CLOSED})
"""A task that was merged or removed has delivered nothing."""


class AskedRfo(NamedTuple):
    """The RFO that is asked for and not delivered yet."""

    number: int
    """Of the RFO: 1 for the ticket's first."""
    words: RfoWords
    outages: tuple[Outage, ...]
    """Those since the RFO before was delivered; all of them, if there was none since."""
    task: LinkedTicket | None
    delivered_at: datetime | None
    """When the RFO before was delivered."""

    @property
    def ended(self) -> datetime | None:
        """When the last outage ended; ``None`` while it is going on."""
        return self.outages[-1].ended


def rfo(case: Case) -> Outcome:
    """Request → eligibility → linked task, due in working days after the later of request and end of the outage. A
    document that is released on the task is sent.

    What was promised is kept: it is not declined when the priority changes, and its date moves only with a new outage.
    """
    if case.ticket.merged_into is not None:
        return _outcome(None, None, "the ticket goes on where it was merged into")
    if _was_never_asked_for(case):
        return _NEVER_ASKED_FOR
    return delivery(case, _status(case))


def _was_never_asked_for(case: Case) -> bool:
    """As on most tickets: neither words nor a status, a task or a mark speak of an RFO, here or on a merged ticket."""
    ticket = case.ticket
    return not (
        ticket.links
        or ticket.merged
        or ticket.related
        or "rfo_status" in ticket.changes
        or rfo_words(case) is not NO_WORDS
        or ticket.was_noted("rfo-declined-by-us")
    )


def _status(case: Case) -> Outcome:
    ticket = case.ticket
    asked = _asked(case)
    if asked is None:
        due, again = ticket.fields.rfo_due_at, _asked_again(case)
        return _outcome(RfoStatus.DELIVERED, due, "the RFO is delivered", _behind(ticket), again)
    refusal = declined(ticket)
    if refusal is not None and not any(one.at > refusal.at for one in asked.words.standing):
        if refusal.reason is not None:
            return _declined_by_us(refusal)
        return _wanted(case, asked)._replace(notices=(no_reason(refusal),))
    return _wanted(case, asked)


def _wanted(case: Case, asked: AskedRfo) -> Outcome:
    ticket = case.ticket
    if not asked.words.standing:
        return _nobody_asks(case, asked)
    if asked.ended is None:
        return _waits(case, asked)
    promised = _promised(ticket, asked)
    request = _eligible(case, asked, promised)
    if not asked.outages[-1].repaired and promised is None and not _after_the_end(request, asked):
        return _not_repaired(case, asked)
    if request is None:
        return _declined(case, asked.words.standing[0])
    start = max(request.at, asked.ended)
    due = promised or timeline.whole_second(
        case.policy.rfo_calendar.add_working_days(start, case.policy.rfo.working_days)
    )
    if asked.task is not None and asked.task.state in DONE and _sent(case, start):
        touches = _untold((asked.task,), RfoStatus.DELIVERED)
        return _outcome(RfoStatus.DELIVERED, due, f"the RFO task {asked.task.number} is done and it was sent", touches)
    return _due(case, asked, request, due)


def _asked_again(case: Case) -> tuple[Notice, ...]:
    """The customer asks once more, and there was no outage since: a person sees whether it has got lost."""
    last = max(_delivered(case.ticket), default=None)
    since = case.now - case.policy.intake.ask_within.fixed
    return tuple(
        Notice("rfo_again", {"who": one.actor, "at": one.at, "delivered": last}, frozenset({Mark("rfo-again", one.id)}))
        for one in rfo_words(case).standing
        if last is not None and one.at > last and one.at >= since
    )


def _delivered(ticket: Ticket) -> list[datetime]:
    """When the RFOs of this incident and of those merged into it were delivered."""
    statuses = [change for one in (ticket, *ticket.merged) for change in one.changes.get("rfo_status", ())]
    return [change.at for change in statuses if _counts_as_delivered(change)]


def _asked(case: Case) -> AskedRfo | None:
    """``None``: everything that is asked for is delivered."""
    ticket = case.ticket
    delivered = sorted(_delivered(ticket))
    done = [task for task in _tasks(ticket) if _has_gone_out(ticket, task)]
    task = next((task for task in _tasks(ticket) if task not in done), None)
    last = delivered[-1] if delivered else None
    if task is None and done and last is None:
        return None
    words, all_outages = rfo_words(case), outages(ticket)
    words = words._replace(standing=tuple(one for one in words.standing if not _was_declined(ticket, one)))
    if last is None:
        return AskedRfo(1, words, all_outages, task, None)
    uncovered = tuple(outage for outage in all_outages if outage.ended is None or outage.ended > last)
    # Requests before the delivery are answered. So are later ones of customers, unless there was an outage since.
    again = tuple(one for one in words.standing if one.at > last and (uncovered or one.actor.is_staff))
    if not again:
        return None
    words = words._replace(standing=again)
    return AskedRfo(len(done) + 1, words, uncovered or all_outages, task, last)


def _was_declined(ticket: Ticket, request: Request) -> bool:
    """It was answered before the last outage began: that one nobody has asked about."""
    answered = ticket.marks.get(Mark("rfo-declined", request.id))
    return answered is not None and answered < outages(ticket)[-1].began


def _has_gone_out(ticket: Ticket, task: LinkedTicket) -> bool:
    """Whether its RFO was delivered, even if a corrected version is on its way."""
    versions = sent(ticket, number_of(task.connector_key)) if task.rfo_status is RfoStatus.RELEASED else ()
    return task.rfo_status is RfoStatus.DELIVERED or any(one.is_final for one in versions)


def _counts_as_delivered(change: Change) -> bool:
    return change.new is RfoStatus.DELIVERED and change.actor.is_trusted


@found_once
def _tasks(ticket: Ticket) -> tuple[LinkedTicket, ...]:
    """The connector's RFO tasks of this incident and of those that were merged into it, the one to be written first."""
    incidents = {ticket.id, *(merged.id for merged in ticket.merged)}
    tasks = (
        link
        for link in ticket.links
        if link.created_by_connector
        and kind_of(link.connector_key) is TicketKind.RFO_TASK
        and incident_of(link.connector_key) in incidents
    )
    return tuple(sorted(tasks, key=lambda task: comes_first(task, ticket.id)))


def comes_first(task: LinkedTicket, incident_id: TicketId) -> tuple[bool, bool, int, str]:
    """The order of an incident's RFO tasks: one that is open, its own before one that a merge brought, the eldest."""
    return task.state.is_over, incident_of(task.connector_key) != incident_id, len(task.id), task.id


def _promised(ticket: Ticket, asked: AskedRfo) -> datetime | None:
    """The date that the customer was told since the last outage ended, on this ticket or one merged into it."""
    if asked.ended is None:
        return None
    since = max(asked.ended, asked.delivered_at or asked.ended)
    for kept in (ticket, *ticket.merged):
        told = [change for change in kept.changes.get("rfo_due_at", ()) if change.actor is Actor.CONNECTOR]
        if told and told[-1].new is not None and told[-1].at >= since:
            due: datetime = told[-1].new
            return due
    return None


def _eligible(case: Case, asked: AskedRfo, promised: datetime | None) -> Request | None:
    """The request that counts: the first, if the incident was critical or major while it was open, or support's."""
    requests = asked.words.standing
    if promised is not None or not _priorities(case, asked).isdisjoint(case.policy.rfo.eligible):
        return requests[0]
    return next((request for request in requests if request.actor.is_staff), None)


def _priorities(case: Case, asked: AskedRfo) -> set[Priority | None]:
    """Every priority that the incident had while it was open, as far as somebody decided it."""
    began, ended = asked.outages[0].began, asked.ended or case.now
    changes = [change for change in case.ticket.changes.get("priority", ()) if change.actor.is_trusted]
    standing = [change.new for change in changes if change.at <= began][-1:]
    # The priority that a ticket has from the start is nobody's decision if the connector was the first to change it.
    if not standing and changes and changes[0].actor is not Actor.CONNECTOR:
        standing = [changes[0].old]
    return {*standing, *(change.new for change in changes if began < change.at <= ended)} or {case.priority}


def _sent(case: Case, since: datetime) -> bool:
    """The RFO has reached the customer by a message of support on the incident."""
    names = case.policy.rfo.request_phrases
    return any(
        article.created_at >= since - _ONE_ACT
        and hands_over(own_words(read_lines(article.body, article.is_html)), article.attachments, names)
        for article in case.ticket.answers
    )


_ONE_ACT = timedelta(minutes=1)
"""A message with the document counts if it was sent up to so long before the outage ended, or before the request:
message and closing of the ticket are one act."""


def _outcome(
    status: RfoStatus | None,
    due: datetime | None,
    reason: str,
    touches: tuple[TicketId, ...] = (),
    notices: tuple[Notice, ...] = (),
) -> Outcome:
    return Outcome(rule="rfo", changes=_state(status, due), touches=touches, reasons=(reason,), notices=notices)


def _state(status: RfoStatus | None, due: datetime | None) -> Changes:
    return {"rfo_status": status, "rfo_due_at": due}


_NEVER_ASKED_FOR = _outcome(None, None, "nobody asks for an RFO")


def _behind(ticket: Ticket) -> tuple[TicketId, ...]:
    return _untold(_tasks(ticket), RfoStatus.DELIVERED)


def _untold(tasks: Iterable[LinkedTicket], status: RfoStatus) -> tuple[TicketId, ...]:
    """The tasks that show another status than ``status``, unless a released version waits there to be sent."""
    return tuple(task.id for task in tasks if task.rfo_status not in (status, RfoStatus.RELEASED))


def _said(request: Request) -> str:
    said = f"message contains {request.said!r}" if request.source is Source.MESSAGE else "by the field"
    return f"{wording.actor(request.actor)} asked at {wording.format_time(request.at)} ({said})"


def _nobody_asks(case: Case, asked: AskedRfo) -> Outcome:
    back, task = asked.words.taken_back, asked.task
    promised, notices = _promised(case.ticket, asked), tuple[Notice, ...]()
    if back is not None and promised is not None and task is not None:
        data = {"who": back.actor, "at": back.at, "due": promised, "task": task.number}
        notices = (Notice("rfo_withdrawn", data, frozenset({Mark("rfo-withdrawn", back.id)})),)
    return _outcome(None, None, "nobody asks for an RFO", _dated(task), notices)


def _waits(case: Case, asked: AskedRfo) -> Outcome:
    """While the outage lasts. The customer who asks hears with the new status that it is noted, if they are to get one:
    a changed policy sends no letter about the past."""
    request, task = asked.words.standing[0], asked.task
    reason = f"{_said(request)}; the clock starts when the incident is repaired"
    notices: tuple[Notice, ...] = ()
    new = case.ticket.fields.rfo_status in _NOTHING_PROMISED
    if new and request.actor is Actor.CUSTOMER and _eligible(case, asked, None) is not None:
        notices = (Notice("rfo_noted", {}, frozenset({Mark("rfo-noted", request.id)})),)
    return _outcome(RfoStatus.REQUESTED, None, reason, _dated(task), notices)


def _dated(task: LinkedTicket | None) -> tuple[TicketId, ...]:
    """The task, if it shows a date that does not hold any more."""
    return (task.id,) if task is not None and task.rfo_due_at is not None else ()


_NOTHING_PROMISED = frozenset({None, RfoStatus.DECLINED, RfoStatus.DELIVERED})
"""Nobody waits for an RFO."""


def _after_the_end(request: Request | None, asked: AskedRfo) -> bool:
    """Whether support asked after the end: it knows how the ticket ended, and wants an RFO all the same."""
    return request is not None and request.actor.is_staff and asked.ended is not None and request.at > asked.ended


def _not_repaired(case: Case, asked: AskedRfo) -> Outcome:
    """Merged, a duplicate, cancelled: there was nothing to repair on this ticket, so nothing is promised."""
    request = asked.words.standing[0]
    marks = frozenset({Mark("rfo-declined", request.id)})
    notice = Notice("rfo_unrepaired", {"who": request.actor, "at": request.at}, marks)
    return _outcome(None, None, f"{_said(request)}; the ticket ended without a repair", notices=(notice,))


def _declined_by_us(refusal: Refusal) -> Outcome:
    marks = frozenset({Mark("rfo-declined-by-us", refusal.id)})
    notice = Notice("rfo_declined_by_us", {"reason": refusal.reason}, marks)
    return _outcome(RfoStatus.DECLINED, None, f"{wording.actor(refusal.actor)} declined it", notices=(notice,))


def _declined(case: Case, request: Request) -> Outcome:
    policy, priority = case.policy, case.priority
    data = {
        "eligible": [policy.priorities[eligible].name for eligible in sorted(policy.rfo.eligible)],
        "priority": f"{policy.priorities[priority].name} ({priority})",
    }
    reason = f"{_said(request)}; {priority} gets no RFO, an agent may still request one"
    notice = Notice("rfo_declined", data, frozenset({Mark("rfo-declined", request.id)}))
    return _outcome(RfoStatus.DECLINED, None, reason, notices=(notice,))


def _due(case: Case, asked: AskedRfo, request: Request, due: datetime) -> Outcome:
    task, rising = asked.task, steps(case, due)
    ahead = [step.at for step in rising if step.at > case.now]
    late = len(rising) - len(ahead)
    status = RfoStatus.OVERDUE if late else RfoStatus.DUE
    return Outcome(
        rule="rfo",
        changes=_state(status, due),
        reasons=Reasons(lambda: [_told_due(case, request, due)]),
        notices=(new_date(case, due, late),) if late else _promise(case.ticket, due),
        creates=() if task else (_new_task(case, asked.number, request, due),),
        touches=tuple(
            other.id
            for other in _tasks(case.ticket)
            if (other == task and other.rfo_due_at != due) or (other != task and not other.state.is_over)
        ),
        due=min(ahead, default=None),
    )


def _told_due(case: Case, request: Request, due: datetime) -> str:
    return f"{_said(request)}; due {wording.format_time(due)}, {case.policy.rfo.working_days} working days"


def _promise(ticket: Ticket, due: datetime) -> tuple[Notice, ...]:
    """Tells the customer the date, unless a ticket that was merged into this one has promised the same."""
    if any(change.new == due for merged in ticket.merged for change in merged.changes.get("rfo_due_at", ())):
        return ()
    return (Notice("rfo_promised", {"due": due}, frozenset({Mark("rfo-due", stamp(due))})),)


def _new_task(case: Case, number: int, request: Request, due: datetime) -> NewTicket:
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
        key=key_of(TicketKind.RFO_TASK, ticket.id, number),
        title=subject[:240],
        text=body,
        group=rules.group,
        fields={
            "rfo_status": RfoStatus.DUE,
            "rfo_due_at": due,
            "priority": ticket.fields.priority,
            "service_id": ticket.fields.service_id,
            "service_check": ticket.fields.service_check,
        },
    )
