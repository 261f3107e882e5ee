"""The service ID against the catalogue (R7): an unknown or foreign one is marked, never silently accepted."""

from connector.domain.changes import Changes
from connector.domain.decision import Notice, Outcome
from connector.domain.mark import Mark
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import ServiceCheck
from connector.rules.case import Case


def service(case: Case) -> Outcome:
    """Verified, unknown or foreign. The agent is told, the customer is not."""
    ticket, policy = case.ticket, case.policy
    stated = ticket.fields.service_id
    if stated is None or not policy.catalogue.services:
        reason = "no service ID yet" if stated is None else "there is no service catalogue"
        return Outcome(rule="service", changes={"service_check": None}, reasons=(reason,))
    if _checked_by_support(ticket):
        return Outcome(rule="service", reasons=(f"support has checked {stated}: {ticket.fields.service_check}",))
    entry = policy.service(stated)
    if entry is None:
        reason = f"service ID {stated} is not in the service catalogue"
        return _doubtful(ticket, ServiceCheck.UNKNOWN, stated, reason, "service_unknown", service_id=stated)
    companies = [company.id for company in case.companies]
    known = ", ".join(companies) or None
    if entry.customer not in companies:
        customer = ticket.customer
        return _doubtful(
            ticket,
            ServiceCheck.FOREIGN,
            stated,
            f"service ID {entry.id} belongs to {entry.customer}, the contact to {known or 'nobody in the catalogue'}",
            "service_foreign",
            service_id=entry.id,
            owner=entry.customer,
            contact=customer.email or customer.name or customer.id,
            known=known,
        )
    changes: Changes = {"service_check": ServiceCheck.VERIFIED}
    if entry.circuit_id and ticket.fields.circuit_id is None and ticket.last_setter("circuit_id") is None:
        changes["circuit_id"] = entry.circuit_id
    return Outcome(rule="service", changes=changes, reasons=(f"{entry.id} belongs to {entry.customer}",))


def _checked_by_support(ticket: Ticket) -> bool:
    """A person of support has asked the customer, as the note on this service ID said, and knows better."""
    by_hand = [change for change in ticket.changes.get("service_check", ()) if change.actor.is_staff]
    if not by_hand or by_hand[-1].new is None or by_hand[-1].new is not ticket.fields.service_check:
        return False
    stated = ticket.fields.service_id
    told = [ticket.marks.get(mark("service", check, stated)) for check in ServiceCheck for mark in (Mark, Mark.before)]
    return any(at <= by_hand[-1].at for at in told if at is not None)


def _doubtful(
    ticket: Ticket, check: ServiceCheck, stated: str, reason: str, message: str, **data: str | None
) -> Outcome:
    mark, before = Mark("service", check, stated), Mark.before("service", check, stated)
    notice = Notice(message, data, frozenset({before if before in ticket.marks else mark}))
    return Outcome(rule="service", changes={"service_check": check}, notices=(notice,), reasons=(reason,))
