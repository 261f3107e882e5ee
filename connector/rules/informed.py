"""Keeping the customer informed (R36): when the next update is due, and what nobody has told the customer.

Only support is told. What the customer hears comes from people.
"""

from collections.abc import Sequence
from datetime import datetime

from connector.domain.decision import Notice, Outcome, Reasons
from connector.domain.mark import Mark
from connector.domain.ticket import Change, Ticket
from connector.rules import timeline, wording
from connector.rules.case import Case
from connector.rules.clocks import clocks
from connector.rules.outages import is_over

_CHANGES = ("state", "impact", "priority", "escalation_level")
"""Of these the customer hears when they change, if no interval is promised."""


def informed(case: Case) -> Outcome:
    """Shows when the next update is due. One that was missed is noted once, and so is a change that nobody told."""
    if is_over(case.ticket):
        return _outcome(("no update is due: the incident is over",), None)
    if case.limits.update_every is None:
        return _on_change(case)
    due = next_update(case)
    if due is None:
        return _outcome(("no update is due while the clock stands still",), None)
    if case.now < due:
        outcome = _outcome(Reasons(lambda: [f"the customer's next update is due {wording.format_time(due)}"]), due)
        return outcome._replace(due=due) if case.policy.updates.missed_update else outcome
    outcome = _outcome(Reasons(lambda: [f"the customer's update was due {wording.format_time(due)}"]), due)
    if not case.policy.updates.missed_update:
        return outcome
    data = {"due": due, "last": timeline.last_told_at(case.ticket), "owner": case.ticket.owner}
    return outcome._replace(notices=(Notice("update_missed", data, frozenset({Mark("update-missed", _stamp(due))})),))


def next_update(case: Case, share: float = 1.0) -> datetime | None:
    """When this share of the interval since the last public message of support has passed on the ticket's clock;
    ``None`` while that stands still, or where no interval is promised."""
    every = case.limits.update_every
    if every is None:
        return None
    key = "update", case.priority, case.verified_service, share
    if key not in case.counted:
        current = clocks(case).current
        heard = current.counter.elapsed(timeline.last_update_at(case.ticket))
        due = current.counter.deadline(heard + every.length * share)
        case.counted[key] = timeline.whole_second(due) if due else None
    found: datetime | None = case.counted[key]
    return found


def _stamp(at: datetime) -> str:
    return at.strftime("%Y%m%dT%H%M%S")


def _outcome(reasons: Sequence[str], due: datetime | None) -> Outcome:
    return Outcome(rule="informed", changes={"next_update_at": due}, reasons=reasons)


def _on_change(case: Case) -> Outcome:
    outcome = _outcome(("the customer is updated on change",), None)
    within, change = case.policy.updates.on_change_within, _last_change(case.ticket)
    if within is None or change is None or any(answer.heard_at >= change.at for answer in case.ticket.answers):
        return outcome
    look_at = change.at + within.fixed
    if case.now < look_at:
        return outcome._replace(due=look_at)
    told = {"field": change.field, "at": change.at, "who": change.actor}
    return outcome._replace(notices=(Notice("change_untold", told, frozenset({Mark("change-untold", change.id)})),))


def _last_change(ticket: Ticket) -> Change | None:
    """The last change by a person of support of what the customer should hear of."""
    changes = [change for field in _CHANGES for change in ticket.changes.get(field, ()) if change.actor.is_staff]
    return max(changes, key=lambda change: change.at, default=None)
