"""A ticket that was merged into another one: what is open on it goes on there."""

from connector.domain.decision import Outcome
from connector.rules.case import Case

_NOTHING = Outcome(rule="merged")


def merged(case: Case) -> Outcome:
    """No helpdesk tells of a ticket that another one was merged into: this one does."""
    target = case.ticket.merged_into
    if target is None:
        return _NOTHING
    return Outcome(rule="merged", touches=(target,), reasons=(f"merged into ticket {target}",))
