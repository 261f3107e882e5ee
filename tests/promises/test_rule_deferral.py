"""R27: a non-service-affecting fault may wait for the next opening if both parties agree; the clocks wait with it."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from connector.domain.vocabulary import Impact, TicketState
from tests.promises.conftest import Cast, Place, open_stage, with_people
from tests.promises.evidence import levels_noted, steps

EVENING = datetime(2026, 11, 23, 19, 0, tzinfo=UTC)
"""Monday, 20:00 in Berlin."""
OPENING = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
"""Tuesday, 09:00 in Berlin."""
QUIET = (
    "The redundant path is down, traffic flows.\nService ID: SVC-1005\nStart time: 2026-11-23 18:40 UTC\n"
    "Impact: non-service affecting\nUrgency: high\n"
)
"""A P3: level 2 after 8 hours, around the clock."""


@pytest.fixture
def evening(place: Place) -> Iterator[Cast]:
    """After hours."""
    with open_stage(place.database_url, EVENING, place.helpdesk) as stage:
        yield with_people(stage)


def deferred(cast: Cast) -> str:
    """A ticket that both parties agreed to defer, ten minutes after it was opened."""
    ticket = cast.customer.writes("Backup path down", QUIET)
    cast.stage.settle()
    cast.agent.replies(ticket, "We have seen it.")
    cast.agent.sets(ticket, deferral_support=True)
    cast.stage.advance(timedelta(minutes=10))
    cast.customer.replies(ticket, "Fine, I agree to the deferral.")
    cast.stage.settle()
    return ticket


def test_both_agree_and_the_night_does_not_count(evening: Cast) -> None:
    stage = evening.stage
    ticket = deferred(evening)

    seen = stage.ticket(ticket).fields
    assert seen.deferred_until == OPENING
    assert "Grace Hopper" in (seen.deferral or "")
    assert "Ada Lovelace" in (seen.deferral or "")

    stage.advance_to(OPENING - timedelta(seconds=1))
    assert levels_noted(stage.ticket(ticket)) == []

    stage.advance_to(OPENING + timedelta(minutes=1))
    seen = stage.ticket(ticket).fields
    assert (seen.deferred_until, seen.deferral_support) == (None, None)
    assert seen.next_escalation_at is not None
    assert timedelta(hours=7) < seen.next_escalation_at - OPENING < timedelta(hours=8)

    stage.advance_to(OPENING + timedelta(hours=8))
    assert levels_noted(stage.ticket(ticket)) == ["Escalation level 2: shift manager"]


def test_everything_is_said_once_to_those_it_concerns(evening: Cast) -> None:
    ticket = deferred(evening)
    evening.stage.advance_to(OPENING + timedelta(hours=1))

    told = Counter(step for step in steps(evening.stage.ticket(ticket)) if step and step.startswith("defer"))
    parties = 2
    assert told == {
        "deferral-asked": 1,
        "deferred": 1,
        "deferral-told": 1,
        "deferral-cancelled": parties,
        "deferral-ended": 1,
    }


def test_a_raised_impact_ends_it_at_once(evening: Cast) -> None:
    stage = evening.stage
    ticket = deferred(evening)

    evening.customer.replies(ticket, "Now everything is dead.\nImpact: service affecting")
    stage.settle()

    seen = stage.ticket(ticket).fields
    assert (seen.impact, seen.deferred_until) == (Impact.SERVICE_AFFECTING, None)
    stage.advance(timedelta(hours=1))
    assert levels_noted(stage.ticket(ticket)) == ["Escalation level 2: shift manager"]


def test_one_party_is_not_enough(evening: Cast) -> None:
    stage = evening.stage
    ticket = evening.customer.writes("Backup path down", QUIET)
    stage.settle()
    evening.agent.replies(ticket, "We have seen it.")
    evening.agent.sets(ticket, deferral_support=True)

    stage.advance(timedelta(hours=8))

    assert stage.ticket(ticket).fields.deferred_until is None
    assert levels_noted(stage.ticket(ticket)) == ["Escalation level 2: shift manager"]


def test_a_resolved_ticket_is_not_deferred_any_more(evening: Cast) -> None:
    ticket = deferred(evening)
    evening.agent.sets(ticket, state=TicketState.CLOSED)
    evening.stage.settle()

    assert evening.stage.ticket(ticket).fields.deferred_until is None


@pytest.mark.parametrize("text", ["No, we have not agreed to this.", "Nobody asked us. Please carry on now."])
def test_who_is_told_of_a_consent_that_they_did_not_give_takes_it_back(evening: Cast, text: str) -> None:
    stage = evening.stage
    ticket = evening.customer.writes("Backup path down", QUIET)
    stage.settle()
    evening.agent.replies(ticket, "We have seen it.")
    evening.agent.sets(ticket, deferral_support=True, deferral_customer=True)
    stage.advance(timedelta(minutes=10))
    assert stage.ticket(ticket).fields.deferred_until == OPENING

    evening.customer.replies(ticket, text)
    stage.settle()

    assert stage.ticket(ticket).fields.deferred_until is None


def test_it_ends_when_the_customer_said_and_the_clocks_run_from_then(place: Place) -> None:
    """Friday evening; Saturday is no working day."""
    friday = EVENING + timedelta(days=4)
    with open_stage(place.database_url, friday, place.helpdesk) as stage:
        cast = with_people(stage)
        ticket = cast.customer.writes("Backup path down", QUIET.replace("11-23", "11-27"))
        stage.settle()
        cast.agent.replies(ticket, "We have seen it.")
        cast.agent.sets(ticket, deferral_support=True)
        stage.advance(timedelta(minutes=10))
        cast.customer.replies(ticket, "It can wait until tomorrow.")
        stage.settle()
        saturday = friday + timedelta(hours=13)
        assert stage.ticket(ticket).fields.deferred_until == saturday

        stage.advance_to(saturday + timedelta(hours=8))

        assert stage.ticket(ticket).fields.deferred_until is None
        assert levels_noted(stage.ticket(ticket)) == ["Escalation level 2: shift manager"]
