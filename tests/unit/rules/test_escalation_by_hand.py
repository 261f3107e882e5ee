"""Levels that people set, and the reason of the first one."""

import pytest

from connector.domain.ticket import Change
from connector.domain.vocabulary import Actor, Priority
from connector.rules.case import Case
from connector.rules.escalation import escalation
from tests.builders import at, changed, complete, incident, note
from tests.unit.rules.ladders import ANSWERED, BY_AGE, POLICY, triaged
from tests.unit.rules.passes import Decided, decide


def test_an_agent_may_lower_the_level_and_it_does_not_fire_twice() -> None:
    lowered = changed("escalation_level", 3, 2, at(hours=2, minutes=30))
    ticket = triaged(level=2, articles=(note({"level-2", "level-3"}),), history=(lowered,))

    outcome = decide(escalation, ticket, POLICY, at(hours=3))
    later = decide(escalation, ticket, POLICY, at(hours=4))

    assert outcome.changes["escalation_level"] == 2
    assert outcome.notes == ()
    assert later.changes["escalation_level"] == 4


def test_a_level_that_an_agent_lowered_stays_although_the_customer_raised_it_in_between() -> None:
    """P20: the customer's change is repaired, and nothing comes of it."""
    history = (
        changed("escalation_level", 3, 2, at(hours=2, minutes=30)),
        changed("escalation_level", 2, 5, at(hours=2, minutes=40), Actor.CUSTOMER),
        changed("escalation_level", 5, 2, at(hours=2, minutes=41), Actor.CONNECTOR),
    )
    ticket = triaged(level=2, articles=(note({"level-2", "level-3"}, at(hours=2)),), history=history)

    assert decide(escalation, ticket, POLICY, at(hours=3)).changes["escalation_level"] == 2


def test_the_reason_of_the_first_level_is_that_of_the_present_priority() -> None:
    """Nobody was called for it; the reason of a level that somebody was called for stays."""
    raised = changed("priority", Priority.P3, Priority.P1, at(hours=1))
    written_as = {"escalation_reason": "Level 1, engineer on duty: at once at P3"}
    fields = complete(priority=Priority.P1, escalation_level=1, **written_as)
    told = incident(fields, articles=(ANSWERED, note({"level-1"})), history=(raised,))

    first = decide(escalation, incident(fields, articles=(ANSWERED,), history=(raised,)), POLICY, at(hours=1))

    assert first.changes["escalation_reason"] == "Level 1, engineer on duty: at once at P1"
    assert "escalation_reason" not in decide(escalation, told, POLICY, at(hours=1)).changes


def test_the_reason_of_the_first_level_is_written_once_for_each_priority() -> None:
    """A change of the reason at the moment of the priority's, or after it, is that of the new priority."""
    raised = changed("priority", Priority.P3, Priority.P1, at(hours=1))
    fields = complete(priority=Priority.P1, escalation_level=1, escalation_reason="Level 1: as it is worded today")

    for later in (0, 1):
        written = changed("escalation_reason", None, fields.escalation_reason, at(hours=1 + later), Actor.CONNECTOR)
        ticket = incident(fields, articles=(ANSWERED,), history=(raised, written))
        assert "escalation_reason" not in decide(escalation, ticket, BY_AGE, at(hours=1, minutes=59)).changes


@pytest.mark.parametrize("before", [Priority.P2, Priority.P3])
def test_the_reason_goes_with_a_priority_that_this_look_decides(before: Priority) -> None:
    written_as = "Level 1, as it was worded once"
    fields = complete(
        priority=Priority.P3,
        escalation_level=1,
        escalation_reason=written_as,
        impact="service_affecting",
        urgency="high",
    )
    found = incident(fields, articles=(ANSWERED,))
    raised = Case(found, BY_AGE, at(minutes=10)).with_changes({"priority": Priority.P1})

    assert escalation(raised).changes["escalation_reason"] == "Level 1, engineer on duty: at once at P1"
    assert "escalation_reason" not in escalation(Case(found, BY_AGE, at(minutes=10))).changes


def test_who_sets_the_level_that_the_notes_prove_has_lowered_nothing() -> None:
    rose = changed("group", "intake", "level_3", at(hours=2), Actor.CONNECTOR)
    reason = changed("escalation_reason", None, "Level 3, head of operations: age", at(hours=2), Actor.CONNECTOR)
    by_hand = changed("escalation_level", 4, 3, at(hours=2, minutes=30))
    ticket = triaged(level=3, articles=(note({"level-2", "level-3"}, at(hours=2)),), history=(rose, reason, by_hand))

    changes = decide(escalation, ticket, BY_AGE, at(hours=3)).changes

    assert (changes["escalation_level"], changes.keys() & {"group", "escalation_reason"}) == (3, set())


class TestALevelThatAnAgentLowers:
    """It stays, and the group goes with it."""

    ROSE = (
        changed("group", "intake", "level_3", at(hours=2), Actor.CONNECTOR),
        changed("group", "level_3", "level_4", at(hours=4), Actor.CONNECTOR),
    )
    NOTES = note({"level-2", "level-3", "level-4"}, at(hours=4))

    def lowered(self, level: int, *more: Change, now: float = 5) -> Decided:
        by_hand = changed("escalation_level", 4, level, at(hours=4.5))
        ticket = triaged(level=level, articles=(self.NOTES,), history=(*self.ROSE, by_hand, *more))
        return decide(escalation, ticket, POLICY, at(hours=now))

    @pytest.mark.parametrize(("level", "group"), [(3, "level_3"), (2, "intake"), (1, "intake")])
    def test_to_the_level_shown_or_where_it_came_from(self, level: int, group: str) -> None:
        changes = self.lowered(level).changes

        assert (changes["escalation_level"], changes["group"]) == (level, group)

    def test_but_not_from_a_group_that_somebody_chose(self) -> None:
        chosen = changed("group", "level_4", "level_5", at(hours=4.6))

        assert "group" not in self.lowered(3, chosen).changes

    def test_once(self) -> None:
        back = changed("group", "level_4", "level_3", at(hours=4.6), Actor.CONNECTOR)

        assert "group" not in self.lowered(3, back).changes

    def test_and_the_reason_says_who_lowered_it_and_when(self) -> None:
        reason = changed("escalation_reason", None, "Level 4, director: ticket age", at(hours=4), Actor.CONNECTOR)

        assert self.lowered(3, reason).changes["escalation_reason"] == (
            "Level 3, head of operations: set by an agent on Mon 23 Nov 2026 15:30 CET (14:30 UTC)"
        )

    def test_to_none_at_all_without_a_reason_for_it(self) -> None:
        by_hand = changed("escalation_level", 4, None, at(hours=4.5))
        reason = changed("escalation_reason", None, "Level 4, director: ticket age", at(hours=4), Actor.CONNECTOR)
        fields = complete(priority=Priority.P1, escalation_level=None)
        ticket = incident(fields, articles=(ANSWERED, self.NOTES), history=(*self.ROSE, reason, by_hand))

        changes = decide(escalation, ticket, POLICY, at(hours=5)).changes

        assert (changes["escalation_level"], changes["group"]) == (None, "intake")
        assert "escalation_reason" not in changes

    @pytest.mark.parametrize("actor", [Actor.AGENT, None])
    def test_but_a_reason_that_somebody_wrote_stays(self, actor: Actor | None) -> None:
        reason = [changed("escalation_reason", None, "the board asked", at(hours=4), actor)] if actor else []

        assert "escalation_reason" not in self.lowered(3, *reason).changes

    def test_and_the_next_level_by_clock_calls_its_own_contacts_only(self) -> None:
        changes = self.lowered(2, now=8).changes

        assert (changes["escalation_level"], changes["escalated_from"]) == (5, 4)


def test_a_level_takes_no_ticket_down_from_where_somebody_has_put_it() -> None:
    chosen = changed("group", "intake", "level_4", at(minutes=30))
    fields = complete(priority=Priority.P1, escalation_level=2, group="level_4")
    ticket = incident(fields, history=(chosen,), articles=(ANSWERED, note({"level-2"}, at(hours=1))))

    third, fourth, fifth = (decide(escalation, ticket, BY_AGE, at(hours=hours)).changes for hours in (2, 4, 8))

    assert (third["escalation_level"], "group" in third) == (3, False)
    assert fourth["group"] == "level_4"
    assert fifth["group"] == "level_5"
