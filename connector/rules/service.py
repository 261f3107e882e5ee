"""The service ID against the catalogue (R7): an unknown or foreign one is marked, never silently accepted."""

from connector.domain.decision import Note, Outcome
from connector.domain.mark import Mark
from connector.domain.ticket import Changes, Ticket
from connector.domain.vocabulary import ServiceCheck
from connector.policy.catalogue import Service
from connector.rules import wording
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
        return _doubtful(ticket, ServiceCheck.UNKNOWN, f"Service ID {stated} is not in the service catalogue.")
    foreign = _foreign(case, entry)
    if foreign is not None:
        return _doubtful(ticket, ServiceCheck.FOREIGN, foreign)
    changes: Changes = {"service_check": ServiceCheck.VERIFIED}
    if entry.circuit_id and ticket.fields.circuit_id is None and ticket.last_setter("circuit_id") is None:
        changes["circuit_id"] = entry.circuit_id
    return Outcome(rule="service", changes=changes, reasons=(f"{entry.id} belongs to {entry.customer}",))


def _checked_by_support(ticket: Ticket) -> bool:
    """A person of support has asked the customer, as the note on this service ID said, and knows better."""
    told = [ticket.marks.get(Mark("service", check, ticket.fields.service_id)) for check in ServiceCheck]
    by_hand = [change for change in ticket.changes.get("service_check", ()) if change.actor.is_staff]
    if not by_hand or by_hand[-1].new is None or by_hand[-1].new is not ticket.fields.service_check:
        return False
    return any(at <= by_hand[-1].at for at in told if at is not None)


def _foreign(case: Case, entry: Service) -> str | None:
    customer, known = case.ticket.customer, case.customer
    contact = customer.email or customer.name or customer.id
    if known is None:
        return f"Service ID {entry.id} belongs to {entry.customer}; {contact} is not known as a contact of theirs."
    if known.id != entry.customer:
        return f"Service ID {entry.id} belongs to {entry.customer}; {contact} is a contact of {known.id}."
    return None


def _doubtful(ticket: Ticket, check: ServiceCheck, why: str) -> Outcome:
    note = Note(
        public=False,
        title=f"Service ID is {check}",
        text=f"{wording.one_line(why)} Please check with the customer before you share anything about this service.",
        marks=frozenset({Mark("service", check, ticket.fields.service_id)}),
    )
    return Outcome(rule="service", changes={"service_check": check}, notes=(note,), reasons=(why,))
