"""R36–R39: clocks, limits and levels are those of a life that was looked at every minute."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Priority, RfoStatus, TicketState
from connector.policy.models import ClockPauses, Policy
from connector.rules.escalation import escalation
from connector.rules.evaluate import evaluate
from connector.rules.rfo import rfo
from connector.rules.targets import targets
from tests.builders import default_policy
from tests.reference.incident import Event, is_over, live
from tests.reference.rfo import promised
from tests.reference.strategies import DEEDS, Drawn, events, policies
from tests.reference.told import all_happened, opened
from tests.reference.told import happened as after
from tests.unit.rules.passes import decide, written

BEGINS = datetime(2026, 3, 28, 20, 0, tzinfo=UTC)
"""Saturday evening, four hours before the clocks in Berlin are put forward."""
MANY = settings(max_examples=settings().max_examples, phases=(Phase.generate,))
"""Not made smaller: that takes minutes, and ten events are read as they are."""
LIVED, AHEAD = 1_200, 1_680
"""Minutes in which things happen; and so many more to see what would come."""


@MANY
@given(policies(), st.sampled_from(Priority), events(LIVED), st.integers(-2_880, 2_880))
def test_levels_and_limits(drawn: Drawn, first: Priority, happened: list[Event], shifted: int) -> None:
    policy, begins = drawn.policy, BEGINS + timedelta(minutes=shifted)
    now = LIVED + 3
    if is_over(happened):
        happened = [*happened, Event(now, "state", TicketState.OPEN)]
    ticket = all_happened(begins, first, happened)
    life = live(policy, begins, first, happened, now + AHEAD)
    moment = begins + timedelta(minutes=now)

    decided = decide(escalation, ticket, policy, moment)
    limits = decide(targets, ticket, policy, moment).changes

    reached = max((level for minute, level in life.levels.items() if minute <= now), default=None)
    coming = min((minute for minute in life.levels if minute > now), default=None)
    assert decided.changes["escalation_level"] == reached
    assert soon(decided.changes["next_escalation_at"], begins, now) == coming
    if "first_response_due_at" in limits:
        assert soon(limits["first_response_due_at"], begins, now) == life.due["first_response"]
    if "repair_due_at" in limits:
        assert soon(limits["repair_due_at"], begins, now) == life.due["repair"]


@MANY
@given(
    policies(),
    st.sampled_from(Priority),
    events(LIVED, ("priority", "state", "state", "writes", "orders")),
    st.integers(-2_880, 2_880),
    st.sampled_from(["own", "office"]),
)
def test_rfo(drawn: Drawn, first: Priority, happened: list[Event], shifted: int, calendar: str) -> None:
    policy, begins = drawn.policy, BEGINS + timedelta(minutes=shifted)
    policy = policy.model_copy(update={"rfo": policy.rfo.model_copy(update={"calendar": calendar})})
    status, due = promised(policy, begins, first, happened)

    decided = decide(rfo, all_happened(begins, first, happened), policy, begins + timedelta(minutes=LIVED + 3))

    overdue = due is not None and due <= begins + timedelta(minutes=LIVED + 3)
    assert decided.changes["rfo_status"] is (RfoStatus.OVERDUE if overdue else status)
    assert decided.changes["rfo_due_at"] == due


LOOKED_AT = [deed for deed in DEEDS if deed != "defers"]
"""A rule would end a deferral that nobody agreed to."""


@MANY
@given(
    policies(),
    st.sampled_from(Priority),
    events(LIVED, LOOKED_AT),
    st.lists(st.integers(0, LIVED // 3).map(lambda third: 3 * third + 1), max_size=4),
)
def test_however_often_it_is_looked_at(drawn: Drawn, first: Priority, happened: list[Event], looks: list[int]) -> None:
    """The connector writes what it decides, in the middle of the life or at its end: every level fires once and is
    never taken back, what stands on the ticket decides nothing, and it ends as if it were looked at every minute."""
    if is_over(happened):
        happened = [*happened, Event(LIVED + 2, "state", TicketState.OPEN)]
    policy, now = drawn._replace(raised_priority="from_change").policy, LIVED + 3
    life = live(policy, BEGINS, first, happened, now + AHEAD)
    ticket, level = opened(BEGINS, first), 0
    moments = [(event.minute, number) for number, event in enumerate(happened)]
    # A request is served at once, or a closing that comes before the next look is its end.
    moments += [
        (minute, -1) for minute in {*looks, now, *(event.minute + 1 for event in happened if event.does == "asks")}
    ]

    for minute, number in sorted(moments):
        if number >= 0:
            ticket = after(ticket, happened[number], number)
            continue
        moment = BEGINS + timedelta(minutes=minute)
        ticket = settled(ticket, policy, moment)
        assert (ticket.fields.escalation_level or 0) >= level
        level = ticket.fields.escalation_level or 0

    told = Counter(mark for article in ticket.articles for mark in article.marks if mark.name == "level")
    assert set(told.values()) <= {1}
    assert level == max((level for minute, level in life.levels.items() if minute <= now), default=0)
    coming = min((minute for minute in life.levels if minute > now), default=None)
    assert soon(ticket.fields.next_escalation_at, BEGINS, now) == coming


def settled(ticket: Ticket, policy: Policy, moment: datetime) -> Ticket:
    """After the connector has looked and written all that it wants on this ticket: then it wants nothing."""
    for _ in range(8):
        decision = evaluate(ticket, policy, moment)
        if not (decision.changes or decision.state or decision.note):
            return ticket
        ticket = written(ticket, decision, moment)
    raise AssertionError("it never has enough")


@given(policies(), st.sampled_from(Priority), st.integers(1, 400), st.integers(1, 300), st.integers(1, 600))
def test_a_longer_pause_makes_nothing_earlier(
    drawn: Drawn, first: Priority, begin: int, length: int, longer: int
) -> None:
    policy = drawn._replace(pauses=ClockPauses()).policy
    dues = []
    for until in (begin, begin + length, begin + length + longer):
        ticket = all_happened(BEGINS, first, [Event(begin, "defers", until)])
        moment = BEGINS + timedelta(minutes=begin)
        shown = decide(targets, ticket, policy, moment).changes
        following = decide(escalation, ticket, policy, moment).changes["next_escalation_at"]
        dues.append([shown["first_response_due_at"], shown["repair_due_at"], following])

    for shorter, after_more in pairwise(dues):
        for before, then in zip(shorter, after_more, strict=True):
            assert before is None or then is None or before <= then


def test_an_rfo_for_what_was_critical_while_it_was_open() -> None:
    """Nobody had changed the priority before the end."""
    happened = [
        Event(60, "state", TicketState.CLOSED),
        Event(120, "priority", Priority.P4),
        Event(180, "orders", "customer"),
    ]
    policy = default_policy()
    decided = decide(rfo, all_happened(BEGINS, Priority.P1, happened), policy, BEGINS + timedelta(minutes=181))

    assert (decided.changes["rfo_status"], decided.changes["rfo_due_at"]) == promised(
        policy, BEGINS, Priority.P1, happened
    )


def soon(at: datetime | None, begins: datetime, now: int) -> int | None:
    """The minute of the life; ``None`` if it lies after all that was lived through."""
    if at is None or at >= begins + timedelta(minutes=now + AHEAD):
        return None
    return (at - begins) // timedelta(minutes=1)
