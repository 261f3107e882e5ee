"""R35: a ticket climbs the version of the ladder that counted when it was opened."""

from datetime import date, datetime, timedelta

import pytest

from connector.domain.vocabulary import Priority
from connector.policy.kinds import Span
from connector.policy.ladder import LadderVersion
from connector.policy.models import Policy
from connector.rules.escalation import escalation
from tests.builders import T0, at
from tests.unit.rules.ladders import BY_AGE, triaged
from tests.unit.rules.passes import decide


def in_two_versions() -> Policy:
    """From Tuesday on a P1 reaches level 2 after an hour; before, it took two."""
    ladder = BY_AGE.ladder(None)
    later = {Priority.P1: Span("119 min")}
    slower = tuple(
        each.model_copy(update={"after": {**each.after, **later}}) if each.level == 2 else each
        for each in ladder.levels
    )
    before = LadderVersion.model_construct(version="1", valid_from=None, levels=slower)
    update = {"version": "2", "valid_from": date(2026, 11, 24), "previous": (before,)}
    ladders = {**BY_AGE.escalation.ladders, "default": ladder.model_copy(update=update)}
    return BY_AGE.model_copy(update={"escalation": BY_AGE.escalation.model_copy(update={"ladders": ladders})})


@pytest.mark.parametrize(
    ("created", "after", "named"),
    [
        (T0, timedelta(minutes=119), False),
        (at(days=1), timedelta(hours=1), True),
    ],
    ids=["opened on Monday", "opened on Tuesday"],
)
def test_a_ticket_climbs_the_version_under_which_it_was_opened(
    created: datetime, after: timedelta, named: bool
) -> None:
    ticket = triaged(created_at=created)

    before = decide(escalation, ticket, in_two_versions(), created + after - timedelta(microseconds=1))
    then = decide(escalation, ticket, in_two_versions(), created + after)

    assert (before.changes["escalation_level"], before.due) == (1, created + after)
    assert then.changes["escalation_level"] == 2
    assert ("The customer has version 2 of the escalation matrix." in then.notes[0].text) is named
    assert ("escalation matrix" in then.notes[0].text) is named
