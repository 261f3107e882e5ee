"""Problem management on the incident (R28, R30): a critical or major one that is over gets a problem record.

All incidents of one outage share a record: which one that is, :class:`connector.domain.decision.Shared` tells.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cache
from hashlib import sha256

from connector.domain.changes import Changes
from connector.domain.connector_key import key_of
from connector.domain.decision import NewTicket, Notice, Outcome, Shared
from connector.domain.mark import Mark
from connector.domain.ticket import LinkedTicket, Ticket
from connector.domain.vocabulary import Priority, ProblemState, TicketKind, TicketState
from connector.policy.catalogue import Service
from connector.policy.models import Policy
from connector.rules import wording
from connector.rules.case import Case
from connector.rules.outages import outages
from connector.rules.timeline import resolved_at, whole_second

_DONE = frozenset({TicketState.RESOLVED, TicketState.CLOSED})
"""An incident that was merged or removed is looked into where it went."""


def problem(case: Case) -> Outcome:
    """Over → after a wait, in which a person may link it, a problem record: linked, and said so once. Where a person
    takes the link away again, nothing more happens by itself."""
    ticket, priority = case.ticket, case.priority
    records = [link for link in ticket.links if link.kind is TicketKind.PROBLEM]
    # What was proposed and declined stands for nothing, and what is needed is needed all the same. But its own record
    # is made once, whatever becomes of it.
    own = key_of(TicketKind.PROBLEM, ticket.id)
    record = next((link for link in records if not link.is_declined or link.connector_key == own), None)
    needed = ticket.state in _DONE and priority in case.policy.problem.required
    if record is not None:
        reasons = (f"the root cause is looked for in {record.number}",)
        linked = (*_linked(ticket, record), *_cause(case)) if needed else ()
        notices = (*linked, *_workarounds(ticket))
        measure = _next_measure(ticket)
        is_news = measure != ticket.fields.next_measure_at or _changed_since(ticket, record)
        told = (record.id,) if is_news else ()
        changes: Changes = {"next_measure_at": measure}
        return Outcome(rule="problem", changes=changes, notices=notices, touches=told, reasons=reasons)
    if not needed:
        return _none_needed(priority, ticket.state)
    declined = {Mark("problem-linked", link.id) for link in records if link.is_declined}
    if any(mark not in declined for mark in ticket.marks_by_name.get("problem-linked", ())):
        return Outcome(rule="problem", reasons=("the link to its problem record was taken away: left to people",))
    look_at = whole_second((resolved_at(ticket) or ticket.created_at) + case.policy.problem.wait.fixed)
    if case.now < look_at:
        reason = f"a problem record follows {wording.format_time(look_at)} unless it is linked to one before"
        return Outcome(rule="problem", notices=_cause(case), reasons=(reason,), due=look_at)
    reason = f"a resolved {priority} needs its root cause found"
    return Outcome(rule="problem", creates=(_record(case),), reasons=(reason,), again=True)


@cache
def _none_needed(priority: Priority, state: TicketState) -> Outcome:
    return Outcome(rule="problem", reasons=(f"no problem record: {priority}, {wording.value(state)}",))


def _next_measure(ticket: Ticket) -> datetime | None:
    """Of its RFOs, for the record, which sees the incident only: it is not closed before all are done (R33)."""
    tasks = (link for link in ticket.links if link.kind is TicketKind.RFO_TASK)
    return min((link.next_measure_at for link in tasks if link.next_measure_at is not None), default=None)


def _changed_since(ticket: Ticket, record: LinkedTicket) -> bool:
    """The record lists something of this incident that was changed since the record was. It is looked at again until
    something is written there, so a record must not send anybody back here for nothing."""
    changes = (change for name in _LISTED for change in ticket.changes.get(name, ())[-1:])
    return record.updated_at is not None and any(change.at >= record.updated_at for change in changes)


_LISTED = ("state", "priority", "service_id", "problem_start")


def _linked(ticket: Ticket, record: LinkedTicket) -> tuple[Notice, ...]:
    own = record.created_by_connector and record.connector_key == key_of(TicketKind.PROBLEM, ticket.id)
    mark = Mark("problem-linked", record.id)
    return (Notice("problem_linked", {"record": record.number, "shared": not own}, frozenset({mark})),)


def _cause(case: Case) -> tuple[Notice, ...]:
    """Support is asked once for the cause, while those who have repaired it still know; the policy says whether."""
    if not case.policy.updates.cause_at_resolution or case.ticket.fields.root_cause:
        return ()
    return (Notice("cause_missing", {"field": "root_cause"}, frozenset({Mark("cause-asked")})),)


def _workarounds(ticket: Ticket) -> tuple[Notice, ...]:
    """How to live with a known error is told once on each open incident, and again if it changes."""
    if ticket.state.is_over:
        return ()
    known = [link for link in ticket.links if link.kind is TicketKind.PROBLEM and link.workaround]
    return tuple(
        Notice(
            "problem_workaround",
            {"record": link.number, "workaround": link.workaround},
            frozenset({Mark("workaround", link.id, sha256((link.workaround or "").encode()).hexdigest()[:8])}),
        )
        for link in known
    )


def _record(case: Case) -> NewTicket:
    ticket = case.ticket
    subject, body = case.task("problem_record")
    return NewTicket(
        key=key_of(TicketKind.PROBLEM, ticket.id),
        title=subject[:240],
        text=body,
        group=case.policy.problem.group,
        fields={
            "priority": ticket.fields.priority,
            "service_id": ticket.fields.service_id,
            "service_check": ticket.fields.service_check,
            "problem_start": whole_second(outages(ticket)[-1].began),
            "problem_state": ProblemState.INVESTIGATING,
        },
        shared=_shared(case),
    )


def _shared(case: Case) -> Shared | None:
    """``None``: whose service it is, or which, is not sure, so nobody can say what else it is about."""
    rules, service = case.policy.problem, case.policy.service(case.verified_service)
    if service is None or not rules.one_record_for:
        return None
    same = {name: _NAMED[name](service) for name in sorted(rules.one_record_for)}
    return Shared(
        services=_alike(case.policy, service, set(rules.one_record_for) - {"region"}),
        nearby=_alike(case.policy, service, set(rules.one_record_for) & {"region"}),
        began=outages(case.ticket)[-1].began,
        within=rules.region_within.fixed,
        places=tuple(f"{name}:{value}".casefold() for name, value in same.items() if value),
    )


_NAMED: Mapping[str, Callable[[Service], str | None]] = {
    "service": lambda service: service.id,
    "circuit": lambda service: service.circuit_id,
    "region": lambda service: service.region,
}


def _alike(policy: Policy, service: Service, names: Iterable[str]) -> frozenset[str]:
    """The IDs, in small letters, of the services that have one of these in common with this one."""
    catalogue = policy.catalogue
    found = {
        "service": (service,),
        "circuit": catalogue.on_circuit(service.circuit_id),
        "region": catalogue.in_region(service.region),
    }
    return frozenset(other.id.casefold() for name in names for other in found[name])
