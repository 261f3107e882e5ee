"""When what has been at an incident's place before is counted (R31): once when it is known which service it is about,
once when it is over. What is found, :mod:`connector.rules.recurrence` judges."""

from connector.domain.decision import Outcome
from connector.domain.past import PlaceSearch
from connector.domain.vocabulary import ServiceCheck, TicketState
from connector.policy.catalogue import Service
from connector.policy.models import Policy
from connector.rules.case import Case

_MOST_SERVICES = 500
"""Of a region with more services than one search can name, these are looked at: the next ones in the catalogue."""


_NOT_COUNTED = Outcome(rule="recurring", reasons=("what was here before is not counted",))
_COUNTED = Outcome(rule="recurring", reasons=("what was here before has been counted",))


def recurring(case: Case) -> Outcome:
    """Asks for one search at each of the two moments. Which moment it is, what this very look writes tells: so there is
    no other look at which it is, whatever crashes before."""
    service = case.policy.service(case.verified_service)
    if not case.policy.recurrence.each_incident or service is None:
        return _NOT_COUNTED
    if not (_becomes_known(case) or _becomes_over(case)):
        return _COUNTED
    search = _search(case, service)
    reason = f"counts what was on {service.id}, its circuit and region since {search.since:%Y-%m-%d}"
    return Outcome(rule="recurring", search=search, reasons=(reason,))


def _becomes_known(case: Case) -> bool:
    before = case.found.fields
    return before.service_check is not ServiceCheck.VERIFIED and not case.ticket.state.is_over


def _becomes_over(case: Case) -> bool:
    """The rules take away what was still to come."""
    before, after = case.found.fields, case.ticket.fields
    if case.ticket.state not in (TicketState.RESOLVED, TicketState.CLOSED):
        return False
    return any(getattr(before, name) != getattr(after, name) for name in ("next_escalation_at", "next_update_at"))


def _search(case: Case, service: Service) -> PlaceSearch:
    rules = case.policy.recurrence
    since = case.now - max(rules.within.fixed, rules.critical_within.fixed, rules.again_within.fixed)
    own, near = neighbours(case.policy, service)
    return PlaceSearch(services=own, region=near[:_MOST_SERVICES], since=since)


def neighbours(policy: Policy, service: Service) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The IDs of the service and of those on its circuit; and of the others in its region."""
    on_circuit = policy.catalogue.on_circuit(service.circuit_id)
    own = dict.fromkeys((service.id, *(other.id for other in on_circuit)))
    return tuple(own), tuple(other.id for other in policy.catalogue.in_region(service.region) if other.id not in own)
