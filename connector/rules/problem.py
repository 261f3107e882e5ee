"""Problem management (R28, R30): the way from an incident's cause to the permanent solution.

A resolved critical or major incident gets a problem record, unless it is linked to one already: several incidents
may share a problem. The record stays open until root cause and permanent fix are stated.
"""

from connector.domain.decision import NewTicket, Notice, Outcome
from connector.domain.mark import Mark
from connector.domain.ticket import key_of
from connector.domain.vocabulary import Actor, TicketKind, TicketState
from connector.rules import wording
from connector.rules.case import Case

_DONE = frozenset({TicketState.RESOLVED, TicketState.CLOSED})
"""An incident that was merged or removed is looked into where it went."""

_NEEDED = ("root_cause", "permanent_fix")


def problem(case: Case) -> Outcome:
    """On the incident: resolved → problem record, linked."""
    ticket, priority = case.ticket, case.priority
    record = next((link for link in ticket.links if link.kind is TicketKind.PROBLEM), None)
    if record is not None:
        return Outcome(rule="problem", reasons=(f"the root cause is looked for in {record.number}",))
    if ticket.state not in _DONE or priority not in case.policy.problem.required:
        reason = f"no problem record: {priority}, {wording.value(ticket.state)}"
        return Outcome(rule="problem", reasons=(reason,))
    reason = f"a resolved {priority} needs its root cause found"
    return Outcome(rule="problem", creates=(_record(case),), reasons=(reason,))


def _record(case: Case) -> NewTicket:
    ticket = case.ticket
    subject, body = case.task("problem_record")
    return NewTicket(
        key=key_of(TicketKind.PROBLEM, ticket.id),
        title=subject[:240],
        text=body,
        group=case.policy.problem.group,
        fields={"priority": ticket.fields.priority, "service_id": ticket.fields.service_id},
    )


def problem_record(case: Case) -> Outcome:
    """On the record: closed without root cause or fix, it is opened again, once. A person who insists wins."""
    ticket = case.ticket
    missing = [name for name in _NEEDED if not getattr(ticket.fields, name)]
    if not missing:
        return Outcome(rule="problem_record", reasons=("root cause and permanent fix are stated",))
    told = " and ".join(ticket.labels[name] for name in missing)
    moves = ticket.changes.get("state", ())
    notice = Notice("problem_reopened", {"missing": missing}, frozenset({Mark("problem-reopened")}))
    if ticket.state not in _DONE:
        # Where the state changes by a request of its own, the note may still have to follow.
        notices = (notice,) if moves and moves[-1].actor is Actor.CONNECTOR else ()
        return Outcome(rule="problem_record", notices=notices, reasons=(f"open: {told} missing",))
    if any(change.actor is Actor.CONNECTOR for change in moves):
        return Outcome(rule="problem_record", reasons=(f"closed without {told}, for the second time: left to people",))
    return Outcome(
        rule="problem_record",
        state=TicketState.OPEN,
        notices=(notice,),
        reasons=(f"closed without {told}: opened again",),
    )
