"""A problem record that is proposed, with the numbers that say why (R31)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from connector.domain.connector_key import key_of
from connector.domain.decision import NewTicket, Shared
from connector.domain.fields import fit
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import ProblemState, ServiceCheck, TicketKind
from connector.policy.models import Policy
from connector.rules import writing
from connector.rules.recurrence import CountedFault, Recurring

_PROPOSAL = 2


def proposed_record(policy: Policy, recurring: Recurring, newest: Ticket) -> NewTicket:
    """The record for what has come back with ``newest``; an open one of the same services is linked instead."""
    rules, service = policy.recurrence, recurring.faults[-1].service
    data = {
        "by": recurring.by,
        "place": recurring.place,
        "often": recurring.often,
        "days": rules.within.fixed.days,
        "down": recurring.down,
        "critical": recurring.critical,
        "critical_days": rules.critical_within.fixed.days,
        "incidents": [_row(fault) for fault in recurring.faults],
    }
    text = writing.text("problem_proposed", data, newest, policy)
    services = dict.fromkeys(fault.service.id for fault in recurring.faults)
    return NewTicket(
        # Declined, it must not be found as the record that the incident may need later.
        key=key_of(TicketKind.PROBLEM, newest.id, _PROPOSAL),
        title=text.subject[:240],
        text=text.body,
        group=policy.problem.group,
        fields={
            "priority": min((fault.priority for fault in recurring.faults if fault.priority), default=None),
            "service_id": service.id,
            "service_check": ServiceCheck.VERIFIED,
            "problem_start": recurring.faults[0].began,
            "problem_state": ProblemState.PROPOSED,
            "affected_services": fit("affected_services", "\n".join(services)),
        },
        shared=Shared(
            services=frozenset(name.casefold() for name in services),
            began=recurring.faults[-1].began,
            within=timedelta(),
            places=(f"{recurring.by}:{recurring.place}".casefold(),),
        ),
    )


def _row(fault: CountedFault) -> Mapping[str, Any]:
    lasted = None if fault.ended is None else max(fault.ended - fault.began, timedelta())
    return {
        "number": fault.number,
        "priority": fault.priority and fault.priority.value,
        "service": fault.service.id,
        "began": fault.began,
        "lasted": lasted,
    }
