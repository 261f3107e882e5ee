"""Phone intake (R4, R12–R14): whoever takes a call reads who is entitled to speak about the service, and the customer
gets in writing what was understood, under which number, and what is promised."""

from datetime import timedelta
from typing import Any

from connector.domain.decision import Notice, Outcome
from connector.domain.mark import Mark
from connector.domain.vocabulary import ServiceCheck, Silence
from connector.policy.catalogue import CatalogueCustomer
from connector.rules.case import Case
from connector.rules.outages import is_over

_WITHIN = timedelta(hours=1)
"""Later the caller has hung up, and a confirmation would be no news."""
_CONFIRMED = Mark("phone-receipt")
_TOLD = ("service_id", "circuit_id", "problem_start", "short_description", "impact", "ip_addresses")


_NOBODY_CALLED = Outcome(rule="phone", reasons=("nobody called to open it",))


def phone(case: Case) -> Outcome:
    """Both once, on a ticket that was opened by a call."""
    ticket = case.ticket
    if not (ticket.articles and ticket.articles[0].is_call):
        return _NOBODY_CALLED
    if is_over(ticket) or case.now - ticket.created_at > _WITHIN:
        return Outcome(rule="phone", reasons=("the call is over",))
    notices = (*_entitled(case), *_confirmed(case))
    return Outcome(rule="phone", notices=notices, reasons=("a call opened it",))


def _entitled(case: Case) -> tuple[Notice, ...]:
    """The caller check, once for each service that is stated."""
    ticket, policy = case.ticket, case.policy
    service = policy.service(ticket.fields.service_id) if ticket.fields.service_id else None
    if service is None:
        return ()
    owner = next((one for one in policy.catalogue.customers if one.id == service.customer), None)
    data: dict[str, Any] = {
        "caller": ticket.customer.name or ticket.customer.email or None,
        "service": service.id,
        "owner": service.customer if owner is None else owner.name or owner.id,
        "foreign": ticket.fields.service_check is ServiceCheck.FOREIGN,
        "phone": owner and owner.phone,
        "recognised": _known_as(owner) if owner else (),
        "circuit": service.circuit_id,
        "region": service.region,
        "levels": [
            {"level": level.level, "name": level.name, "who": "; ".join(map(str, level.contacts))}
            for level in policy.ladder_of(service.id, ticket.began_at).levels
            if not level.skip
        ],
    }
    return (Notice("caller_check", data, frozenset({Mark("caller", service.id)})),)


def _known_as(owner: CatalogueCustomer) -> tuple[str, ...]:
    return (*owner.organizations, *(f"@{domain}" for domain in owner.email_domains))


def _confirmed(case: Case) -> tuple[Notice, ...]:
    ticket = case.ticket
    if not case.policy.intake.phone_receipt:
        return ()
    fields = ticket.fields
    known = {name: getattr(fields, name) for name in _TOLD if getattr(fields, name) is not None}
    data = {
        "facts": [case.text("phone_fact", what=name, **{name: value}) for name, value in known.items()],
        "priority": fields.priority,
        "repair": fields.repair_due_at,
        "update": fields.next_update_at,
    }
    message = "phone_number_aloud" if ticket.customer.silence is Silence.NO_ADDRESS else "phone_receipt"
    return (Notice(message, data, frozenset({_CONFIRMED})),)
