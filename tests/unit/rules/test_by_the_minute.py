"""R36–R39: clocks, limits and levels are those of a life that was looked at every minute."""

from datetime import UTC, datetime, timedelta

from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from connector.domain.vocabulary import Priority, RfoStatus, TicketState
from connector.policy.models import Policy
from connector.rules.escalation import escalation
from connector.rules.rfo import rfo
from connector.rules.targets import targets
from tests.builders import default_policy
from tests.reference.incident import Event, is_over, live
from tests.reference.rfo import promised
from tests.reference.strategies import events, policies, ticket_of
from tests.unit.rules.passes import decide

BEGINS = datetime(2026, 3, 28, 20, 0, tzinfo=UTC)
"""Saturday evening, four hours before the clocks in Berlin are put forward."""
MANY = settings(max_examples=2 * settings().max_examples, phases=(Phase.explicit, Phase.generate))
"""Not made smaller: that takes minutes, and ten events are read as they are."""
LIVED, AHEAD = 1_200, 1_680
"""Minutes in which things happen; and so many more to see what would come."""


@MANY
@given(policies(), st.sampled_from(Priority), events(LIVED), st.integers(-2_880, 2_880))
def test_levels_and_limits(policy: Policy, first: Priority, happened: list[Event], shifted: int) -> None:
    begins = BEGINS + timedelta(minutes=shifted)
    now = LIVED + 3
    if is_over(happened):
        happened = [*happened, Event(now, "state", TicketState.OPEN)]
    ticket = ticket_of(policy, begins, first, happened)
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
@example(
    policy=default_policy(),
    first=Priority.P1,
    happened=[
        Event(60, "state", TicketState.CLOSED),
        Event(120, "priority", Priority.P4),  # It was critical while it was open.
        Event(180, "orders", "customer"),
    ],
    shifted=0,
    calendar="office",
)
def test_rfo(policy: Policy, first: Priority, happened: list[Event], shifted: int, calendar: str) -> None:
    begins = BEGINS + timedelta(minutes=shifted)
    policy = policy.model_copy(update={"rfo": policy.rfo.model_copy(update={"calendar": calendar})})
    status, due = promised(policy, begins, first, happened)

    decided = decide(rfo, ticket_of(policy, begins, first, happened), policy, begins + timedelta(minutes=LIVED + 3))

    overdue = due is not None and due <= begins + timedelta(minutes=LIVED + 3)
    assert decided.changes["rfo_status"] is (RfoStatus.OVERDUE if overdue else status)
    assert decided.changes["rfo_due_at"] == due


def soon(at: datetime | None, begins: datetime, now: int) -> int | None:
    """The minute of the life; ``None`` if it lies after all that was lived through."""
    if at is None or at >= begins + timedelta(minutes=now + AHEAD):
        return None
    return (at - begins) // timedelta(minutes=1)
