"""Calendars, policies and histories for Hypothesis, with a liking for what goes wrong elsewhere."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, timedelta
from itertools import accumulate
from typing import Any, NamedTuple

from hypothesis import strategies as st

from connector.domain.vocabulary import Priority, TicketState
from connector.policy.calendar_spec import WEEKDAYS, CalendarSpec, Hours
from connector.policy.kinds import Span
from connector.policy.ladder import Ladder
from connector.policy.models import ClockPauses, Policy
from tests.builders import default_policy
from tests.reference.incident import Event

_NIGHT = [0, 1, 60, 119, 120, 135, 150, 165, 180, 181, 360, 1320, 1380, 1439]
"""Minutes after midnight about which clocks change and shifts end."""


@st.composite
def weeks(draw: st.DrawFn, least: int = 1) -> tuple[Hours, ...]:
    """One to four hours on some weekdays each: whole days, nights, several on a day; never two at once."""
    found: list[Hours] = []
    for _ in range(draw(st.integers(least, 4))):
        days = tuple(draw(st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=7, unique=True)))
        opens = draw(st.sampled_from(_NIGHT) | st.integers(0, 1439))
        closes = draw(st.sampled_from([*_NIGHT, 1440]) | st.integers(0, 1440))
        if closes != opens:
            added = Hours(days=days, opens=timedelta(minutes=opens), closes=timedelta(minutes=closes))
            with suppress(ValueError):  # It overlaps or touches others.
                found = list(CalendarSpec(hours=(*found, added)).hours)
    return tuple(found) or (Hours(days=("mon",), opens=timedelta(), closes=timedelta(days=1)),)


class Drawn(NamedTuple):
    """What a policy has instead of the default one's; in minutes."""

    own: CalendarSpec
    """Besides ``always`` and ``office``."""
    clocks: tuple[str, ...]
    """The calendar of each priority."""
    ages: Mapping[Priority, Sequence[int]]
    """After which the levels are reached, rising."""
    limits: Mapping[Priority, Sequence[int]]
    """First response and repair."""
    skipped: frozenset[int]
    """The levels that are passed over, counted from 0."""
    missed_targets: frozenset[str]
    raised_priority: str
    pauses: ClockPauses

    @property
    def policy(self) -> Policy:
        """The whole of it."""
        policy = default_policy()
        levels = tuple(
            level.model_copy(
                update={
                    "after": {p: Span(f"{self.ages[p][index]} min") for p in Priority},
                    "skip": index in self.skipped,
                }
            )
            for index, level in enumerate(policy.escalation.ladders["default"].levels)
        )
        priorities = {
            priority: policy.priorities[priority].model_copy(
                update={
                    "calendar": clock,
                    "first_response": Span(f"{self.limits[priority][0]} min"),
                    "repair": Span(f"{self.limits[priority][1]} min"),
                }
            )
            for priority, clock in zip(Priority, self.clocks, strict=True)
        }
        escalation = {
            "ladders": {"default": Ladder(levels=levels)},
            "customers": {},
            "services": {},
            "missed_targets": self.missed_targets,
            "raised_priority": self.raised_priority,
        }
        return policy.model_copy(
            update={
                "calendars": {**policy.calendars, "own": self.own},
                "priorities": priorities,
                "escalation": policy.escalation.model_copy(update=escalation),
                "pauses": self.pauses,
            }
        )


@st.composite
def policies(draw: st.DrawFn) -> Drawn:
    """Calendars, ages and limits for every priority: a higher one is never slower."""
    zone = draw(st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]))
    ages, lengths = draw(_ages(5)), draw(_ages(2))
    # Sometimes the repair is due at the moment of a level.
    alike = draw(st.booleans())
    yes = st.sampled_from([True, True, False])
    return Drawn(
        own=CalendarSpec(timezone=zone, hours=draw(weeks(least=2)), closed=draw(_CLOSED)),
        clocks=draw(st.sampled_from([("always",) * 4, ("own",) * 4, ("always", "always", "own", "own")])),
        ages=ages,
        limits={
            priority: (response + 1, max(response + 1, ages[priority][2]) if alike else repair + 1)
            for priority, (response, repair) in lengths.items()
        },
        skipped=frozenset(draw(st.sets(st.integers(1, 4), max_size=2))),
        missed_targets=frozenset(draw(st.sampled_from([("first_response", "repair"), ("repair",), ()]))),
        raised_priority=draw(st.sampled_from(["from_change", "from_change", "from_creation"])),
        pauses=ClockPauses(pending_customer=draw(yes), deferred=draw(yes)),
    )


_CLOSED = st.lists(st.dates(date(2026, 3, 26), date(2026, 4, 4)), max_size=2, unique=True).map(tuple)


@st.composite
def _ages(draw: st.DrawFn, count: int) -> dict[Priority, list[int]]:
    """Rising minutes for each priority, the first often 0; those of a lower priority are no shorter."""
    found: dict[Priority, list[int]] = {}
    steps = [0] * count
    for priority in Priority:
        steps = [step + draw(st.integers(index > 0, 9) | st.integers(30, 240)) for index, step in enumerate(steps)]
        if draw(st.booleans()) and priority is Priority.P1:
            steps[0] = 0
        found[priority] = list(accumulate(steps))
    return found


DEEDS = ("priority", "priority", "state", "state", "answers", "writes", "asks", "asks", "defers")


@st.composite
def events(draw: st.DrawFn, within: int, deeds: Sequence[str] = DEEDS) -> list[Event]:
    """What people do to an incident, each at a minute of its own."""
    gaps = draw(st.lists(st.integers(1, 9) | st.integers(10, within // 12), max_size=10))
    minutes = [minute for minute in accumulate(gaps) if minute <= within // 3]
    found: list[Event] = []
    state, priority = TicketState.NEW, None
    for third in minutes:
        minute = third * 3
        does = draw(st.sampled_from(deeds))
        value: Any = None
        if does == "priority":
            value = draw(st.sampled_from([each for each in Priority if each is not priority]))
            priority = value
        elif does == "state":
            value = draw(st.sampled_from([each for each in _STATES if each is not state]))
            state = value
        elif does == "asks":
            value = draw(st.sampled_from(["customer", "agent", "manager", "manager"]))
        elif does == "defers":
            value = minute + draw(st.integers(10, 900))
        elif does == "orders":
            value = draw(st.sampled_from(["customer", "agent"]))
        found.append(Event(minute, does, value))
    return found


_STATES = [TicketState.OPEN, *3 * [TicketState.PENDING_CUSTOMER], TicketState.CLOSED, TicketState.RESOLVED]
