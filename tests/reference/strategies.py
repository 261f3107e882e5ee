"""Calendars, policies and histories for Hypothesis, with a liking for what goes wrong elsewhere."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from itertools import accumulate
from typing import Any

from hypothesis import strategies as st

from connector.domain.ticket import Article, Change, Ticket
from connector.domain.vocabulary import Actor, Priority, PrioritySource, TicketState
from connector.policy.calendar_spec import WEEKDAYS, CalendarSpec, Hours
from connector.policy.kinds import Span
from connector.policy.models import ClockPauses, Ladder, Policy
from tests.builders import changed, complete, default_policy, incident, moved, said
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


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """The default policy with calendars, ages and limits drawn for every priority: a higher one is never slower."""
    policy = default_policy()
    zone = draw(st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]))
    own = CalendarSpec(timezone=zone, hours=draw(weeks(least=2)), closed=draw(_CLOSED))
    calendars = {**policy.calendars, "own": own}
    clocks = draw(st.sampled_from([["always"] * 4, ["own"] * 4, ["always", "always", "own", "own"]]))
    levels = policy.escalation.ladders["default"].levels
    ages, limits = draw(_ages(len(levels))), draw(_ages(2))
    if draw(st.booleans()):  # Age and limit at the same moment.
        limits = {priority: [least, max(least, ages[priority][2] - 1)] for priority, (least, _) in limits.items()}
    skipped = draw(st.sets(st.integers(1, 4), max_size=2))
    ladder = Ladder(
        levels=tuple(
            level.model_copy(
                update={"after": {p: Span(f"{ages[p][index]} min") for p in Priority}, "skip": index in skipped}
            )
            for index, level in enumerate(levels)
        )
    )
    priorities = {
        priority: targets.model_copy(
            update={
                "calendar": clock,
                "first_response": Span(f"{limits[priority][0] + 1} min"),
                "repair": Span(f"{limits[priority][1] + 1} min"),
            }
        )
        for (priority, targets), clock in zip(policy.priorities.items(), clocks, strict=True)
    }
    escalation = {
        "ladders": {"default": ladder},
        "customers": {},
        "services": {},
        "missed_targets": draw(st.sampled_from([{"first_response", "repair"}, {"repair"}, set()]).map(frozenset)),
        "raised_priority": draw(st.sampled_from(["from_change", "from_change", "from_creation"])),
    }
    yes = st.sampled_from([True, True, False])
    pauses = ClockPauses(pending_customer=draw(yes), deferred=draw(yes))
    return policy.model_copy(
        update={
            "calendars": calendars,
            "priorities": priorities,
            "escalation": policy.escalation.model_copy(update=escalation),
            "pauses": pauses,
        }
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


def ticket_of(policy: Policy, begins: datetime, first: Priority, happened: Sequence[Event]) -> Ticket:
    """The same life as a helpdesk tells it, to a connector that has been away until now."""
    articles: list[Article] = []
    history: list[Change] = []
    state, fields = TicketState.NEW, {"priority": first}
    for number, (minute, does, value) in enumerate(happened):
        when, name = begins + timedelta(minutes=minute), f"{number}"
        if does == "answers":
            articles.append(said("We are on it.", when, Actor.AGENT, id=name))
        elif does == "writes":
            articles.append(said("Any news?", when, id=name))
        elif value == "customer":
            wish = "Please escalate this ticket." if does == "asks" else "Please send us the RFO."
            articles.append(said(wish, when, id=name))
        elif does == "state":
            history.append(moved(state, value, when))
            state = value
        else:
            field, actor = {
                "priority": ("priority", Actor.AGENT),
                "asks": ("escalation_request", Actor.MANAGER if value == "manager" else Actor.AGENT),
                "defers": ("deferred_until", Actor.CONNECTOR),
                "orders": ("rfo_requested", Actor.AGENT),
            }[does]
            new: Any = {"asks": f"wish {number}", "orders": True}.get(does, value)
            if does == "defers":
                new = begins + timedelta(minutes=value)
            history.append(changed(field, fields.get(field), new, when, actor).model_copy(update={"id": name}))
            fields[field] = new
    return incident(
        complete(**{**_UNTOUCHED, **fields}),
        state=state,
        created_at=begins,
        updated_at=begins,
        articles=tuple(articles),
        history=tuple(history),
    )


_UNTOUCHED: dict[str, Any] = {"service_id": None, "service_check": None, "priority_source": PrioritySource.AGENT}
