"""R36–R39: clocks, limits and levels are those of a life that was looked at every minute."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from connector.domain.vocabulary import Priority
from connector.policy.models import Policy
from connector.rules.escalation import escalation
from connector.rules.targets import targets
from tests.reference.incident import Event, live
from tests.reference.strategies import events, policies, ticket_of
from tests.unit.rules.passes import decide

BEGINS = datetime(2026, 3, 28, 20, 0, tzinfo=UTC)
"""Saturday evening, four hours before the clocks in Berlin are put forward."""
LIVED, AHEAD = 1_200, 1_680
"""Minutes in which things happen; and so many more to see what would come."""


@settings(max_examples=2 * settings().max_examples, phases=(Phase.generate,))
@given(policies(), st.sampled_from(Priority), events(LIVED), st.integers(-2_880, 2_880))
def test_levels_and_limits(policy: Policy, first: Priority, happened: list[Event], shifted: int) -> None:
    begins = BEGINS + timedelta(minutes=shifted)
    now = LIVED + 3
    ticket = ticket_of(policy, begins, first, happened)
    life = live(policy, begins, first, happened, now + AHEAD)
    moment = begins + timedelta(minutes=now)

    decided = decide(escalation, ticket, policy, moment)
    promised = decide(targets, ticket, policy, moment).changes

    reached = max((level for minute, level in life.levels.items() if minute <= now), default=None)
    coming = min((minute for minute in life.levels if minute > now), default=None)
    assert decided.changes["escalation_level"] == reached
    assert soon(decided.changes["next_escalation_at"], begins, now) == coming
    for field, target in (("repair_due_at", "repair"), ("first_response_due_at", "first_response")):
        if field in promised:
            assert soon(promised[field], begins, now) == life.due[target]


def soon(at: datetime | None, begins: datetime, now: int) -> int | None:
    """The minute of the life; ``None`` if it lies after all that was lived through."""
    if at is None or at >= begins + timedelta(minutes=now + AHEAD):
        return None
    return (at - begins) // timedelta(minutes=1)
