"""An incident lived through minute by minute: clocks, limits and levels (R36–R39).

- The clock of a priority runs in the hours of its calendar, while the ticket has that priority or a higher one, is not
  over and not paused. By the policy's choice it counts from the creation, whatever the priority was before.
- It is paused while it waits for the customer (support has put it into that state, and has spoken since the customer
  last did), and while it is deferred by consent.
- A level is reached when the clock of a priority that the ticket has or had reaches its age, when such a clock passes a
  target that is not met (the level above the one that its age had reached before), or by a request (one above the level
  at that moment). It never falls.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from connector.domain.vocabulary import Priority, TicketState
from connector.policy.kinds import Span
from connector.policy.models import Policy
from tests.reference.business_time import open_minutes, working_day

MINUTE = timedelta(minutes=1)
_OVER = {TicketState.RESOLVED, TicketState.CLOSED, TicketState.CANCELLED}


class Event(NamedTuple):
    """What somebody does at a minute after the creation."""

    minute: int
    does: str
    """``priority``, ``state``, ``answers``, ``writes``, ``asks`` or ``orders`` an RFO, ``defers``."""
    value: Any = None
    """The priority or state, who asks or orders, the minute until which it is deferred."""


@dataclass
class Clock:
    """The clock of one priority."""

    opens: list[bool]
    ages: dict[int, int]
    """Level → the minutes after which it is reached."""
    limits: dict[str, int]
    begun: bool = False
    """A clock that never ran reaches nothing, not even what is reached at once."""
    ran: int = 0
    by_age: int = 0
    by_missed: int = 0
    passed: dict[str, int] = field(default_factory=dict)
    """Target → the minute at which its length had run."""

    def look(self, minute: int, levels: list[int], missing: Iterable[str]) -> None:
        """What it says at the begin of a minute. ``missing`` are the targets that nobody has met and that raise."""
        reached_before = self.by_age
        self.by_age = max((level for level, age in self.ages.items() if self.begun and age <= self.ran), default=0)
        for name, length in self.limits.items():
            if self.ran >= length and name not in self.passed:
                self.passed[name] = minute
                if name in missing:
                    above = (level for level in levels if level > reached_before)
                    self.by_missed = max(self.by_missed, next(above, 0))


class Life(NamedTuple):
    """What became of an incident."""

    levels: dict[int, int]
    """Minute → the level reached at it, rising."""
    due: dict[str, int | None]
    """Target → the minute at which it is due as the promise stands after the last event; ``None``: not in this time."""


def is_over(events: Sequence[Event]) -> bool:
    """Whether the incident is, after all of them."""
    states = [event.value for event in events if event.does == "state"]
    return bool(states) and states[-1] in _OVER


def live(policy: Policy, begins: datetime, first: Priority, events: Sequence[Event], minutes: int) -> Life:
    """The life of a ticket of no known service over so many minutes."""
    planned: dict[int, list[Event]] = {}
    for event in events:
        planned.setdefault(event.minute, []).append(event)
    last = [event.value for event in events if event.does == "priority"]
    from_creation = policy.escalation.raised_priority == "from_creation"
    priority = last[-1] if from_creation and last else first
    had, at_least = {priority}, {each: 0 for each in Priority if priority <= each}
    clocks = {each: _clock(policy, each, begins, minutes) for each in Priority}
    levels = [level.level for level in policy.escalation.ladders["default"].levels if not level.skip]
    state, turn_of_customer, deferred_until, answered = TicketState.NEW, False, 0, False
    reached, life = 0, Life({}, {})
    last_asked: dict[str, int] = {}
    for minute in range(minutes):
        asked = []
        for does, value in ((event.does, event.value) for event in planned.get(minute, ())):
            if does == "priority" and not from_creation:
                priority = value
                had.add(value)
                at_least = {each: at_least.get(each, minute) for each in Priority if priority <= each}
            elif does == "state":
                state = value
            elif does == "answers":
                answered = turn_of_customer = True
            elif does == "writes":
                turn_of_customer = False
            elif does == "defers":
                deferred_until = value
            elif does == "asks":
                turn_of_customer = turn_of_customer and value != "customer"
                asked.append(value)
        over = state in _OVER
        waits = policy.pauses.pending_customer and state is TicketState.PENDING_CUSTOMER and turn_of_customer
        stands = over or waits or (policy.pauses.deferred and minute < deferred_until)
        unmet = {"repair"} if answered else {"repair", "first_response"}
        for each, clock in clocks.items():
            clock.begun = clock.begun or (priority <= each and not stands)
            clock.look(minute, levels, unmet & policy.escalation.missed_targets)
            if each in had and not over:
                reached = max(reached, clock.by_age, clock.by_missed)
        for who in asked:
            soon = minute - last_asked.get(who, -(10**6)) < policy.escalation.requests_every.fixed / MINUTE
            if not over and (who == "manager" or not soon):
                last_asked[who] = minute
                reached = next((level for level in levels if level > reached), reached)
        if reached > max(life.levels.values(), default=0):
            life.levels[minute] = reached
        for each, clock in clocks.items():
            clock.ran += priority <= each and not stands and clock.opens[minute]
    for name in ("first_response", "repair"):
        lower = [clocks[each].passed.get(name) for each in had if each > priority]
        still = [due for due in lower if due is not None and due > at_least[priority]]
        own = clocks[priority].passed.get(name)
        life.due[name] = min([*still, *([own] if own is not None else [])], default=None)
    return life


def _clock(policy: Policy, priority: Priority, begins: datetime, minutes: int) -> Clock:
    targets = policy.priorities[priority]
    spec = policy.calendars[targets.calendar]
    ladder = policy.escalation.ladders["default"].levels

    def length(span: Span) -> int:
        return -(-(span.fixed + span.working_days * working_day(spec)) // MINUTE)

    return Clock(
        opens=open_minutes(spec, begins, minutes),
        ages={level.level: length(level.after[priority]) for level in ladder if not level.skip},
        limits={"first_response": length(targets.first_response), "repair": length(targets.repair)},
    )
