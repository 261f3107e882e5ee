"""First response, repair and customer update: when each is due (R36, R37)."""

from datetime import datetime
from typing import NamedTuple

from connector.domain.businesstime import BusinessCalendar
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


class Clocks(NamedTuple):
    """The calendar that counts for a ticket, the intervals in which its clocks ran, and its limits (R36, R37)."""

    priority: Priority
    calendar: BusinessCalendar
    runs: tuple[timeline.Run, ...]
    first_response: Target
    repair: Target


def effective_priority(ticket: Ticket, policy: Policy) -> Priority:
    """The ticket's priority, or the policy's default where the helpdesk holds one the mapping does not know."""
    return ticket.fields.priority or policy.default_priority


def clocks(ticket: Ticket, policy: Policy) -> Clocks:
    """The clocks of a ticket. Rules that see the same ticket one after the other have it counted once."""
    global _counted  # noqa: PLW0603 - read and replaced as a whole, so threads cost each other a count at worst
    seen = _counted
    if seen is None or seen[0] is not ticket or seen[1] is not policy:
        seen = _counted = ticket, policy, _count(ticket, policy)
    return seen[2]


_counted: tuple[Ticket, Policy, Clocks] | None = None


def _count(ticket: Ticket, policy: Policy) -> Clocks:
    priority = effective_priority(ticket, policy)
    calendar, promised = policy.calendar(priority), policy.priorities[priority]
    runs = timeline.runs(ticket, policy)
    answer = timeline.deadline(calendar, runs, policy.duration(promised.first_response, calendar))
    repaired = timeline.deadline(calendar, runs, policy.duration(promised.repair, calendar))
    return Clocks(
        priority,
        calendar,
        runs,
        Target("first_response", answer, timeline.first_response_at(ticket)),
        Target("repair", repaired, timeline.resolved_at(ticket)),
    )


def targets(ticket: Ticket, policy: Policy, now: datetime) -> Outcome:
    """Shows the running limits on the ticket; a met one keeps the time that was promised."""
    priority, calendar, runs, *limits = clocks(ticket, policy)
    changes: dict[str, datetime | None] = {}
    reasons = [f"{priority} clocks have run {wording.format_duration(timeline.elapsed(calendar, runs, now))}"]
    for target in limits:
        if target.is_running:
            changes[f"{target.name}_due_at"] = wording.whole_second(target.due) if target.due else None
        reasons.append(_told(target, now))
    reasons.append(_next_update(ticket, policy, priority, calendar))
    return Outcome(rule="targets", changes=changes, reasons=tuple(reasons))


def _told(target: Target, now: datetime) -> str:
    name = target.name.replace("_", " ")
    if target.met is not None:
        return f"{name} was at {wording.format_time(target.met)}"
    if target.due is None:
        return f"{name}: the clock stands still"
    return f"{name} {'was due' if target.due <= now else 'is due'} {wording.format_time(target.due)}"


def _next_update(ticket: Ticket, policy: Policy, priority: Priority, calendar: BusinessCalendar) -> str:
    every = policy.priorities[priority].update_every
    if every is None:
        return "the customer is updated on change"
    if ticket.state.is_over:
        return "no update is due: the incident is over"
    due = calendar.add(timeline.last_update_at(ticket), policy.duration(every, calendar))
    return f"the customer's next update is due {wording.format_time(due)}"
