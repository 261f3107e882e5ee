"""First response, repair and customer update: when each is due (R36, R37)."""

from datetime import datetime
from typing import NamedTuple

from connector.domain.decision import Outcome
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Priority
from connector.policy.models import Policy
from connector.rules import timeline, wording


class Target(NamedTuple):
    """A time limit. ``due`` is ``None`` while the clock stands still before it; ``met`` when it was kept or missed
    by an answer."""

    name: str
    due: datetime | None
    met: datetime | None

    def missed_at(self, now: datetime) -> datetime | None:
        """The moment at which the limit was passed, ``None`` if it has not been."""
        if self.due is None or self.due > now:
            return None
        return self.due if self.met is None or self.met > self.due else None

    @property
    def is_running(self) -> bool:
        """Nobody has met it yet."""
        return self.met is None


def effective_priority(ticket: Ticket, policy: Policy) -> Priority:
    """The ticket's priority, or the policy's default where the helpdesk holds one the mapping does not know."""
    return ticket.fields.priority or policy.default_priority


def first_response(ticket: Ticket, policy: Policy, runs: tuple[timeline.Run, ...]) -> Target:
    """R36, R37."""
    priority = effective_priority(ticket, policy)
    calendar = policy.calendar(priority)
    limit = policy.duration(policy.priorities[priority].first_response, calendar)
    return Target("first_response", timeline.deadline(calendar, runs, limit), timeline.first_response_at(ticket))


def repair(ticket: Ticket, policy: Policy, runs: tuple[timeline.Run, ...]) -> Target:
    """R36, R37."""
    priority = effective_priority(ticket, policy)
    calendar = policy.calendar(priority)
    limit = policy.duration(policy.priorities[priority].repair, calendar)
    return Target("repair", timeline.deadline(calendar, runs, limit), timeline.resolved_at(ticket))


def targets(ticket: Ticket, policy: Policy, now: datetime) -> Outcome:
    """Shows the running limits on the ticket; a met one keeps the time that was promised."""
    runs = timeline.runs(ticket, policy)
    priority = effective_priority(ticket, policy)
    calendar = policy.calendar(priority)
    changes: dict[str, datetime | None] = {}
    reasons = [f"{priority} clocks have run {wording.length(timeline.elapsed(calendar, runs, now))}"]
    for target in (first_response(ticket, policy, runs), repair(ticket, policy, runs)):
        if target.is_running:
            changes[f"{target.name}_due_at"] = wording.whole_second(target.due) if target.due else None
        reasons.append(_told(target, now))
    reasons.append(_next_update(ticket, policy, priority))
    return Outcome(rule="targets", changes=changes, reasons=tuple(reasons))


def _told(target: Target, now: datetime) -> str:
    name = target.name.replace("_", " ")
    if target.met is not None:
        return f"{name} was at {wording.moment(target.met)}"
    if target.due is None:
        return f"{name}: the clock stands still"
    return f"{name} {'was due' if target.due <= now else 'is due'} {wording.moment(target.due)}"


def _next_update(ticket: Ticket, policy: Policy, priority: Priority) -> str:
    every = policy.priorities[priority].update_every
    if every is None:
        return "the customer is updated on change"
    if ticket.state.is_over:
        return "no update is due: the incident is over"
    calendar = policy.calendar(priority)
    due = calendar.add(timeline.last_update_at(ticket), policy.duration(every, calendar))
    return f"the customer's next update is due {wording.moment(due)}"
