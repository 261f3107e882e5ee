"""R10, R23–R26: the matrix decides until an agent does, and again once the agent hands it back."""

from dataclasses import replace
from typing import Any

import pytest

from connector.domain.fields import CATALOGUE, Fields
from connector.domain.ticket import Change, Ticket
from connector.domain.vocabulary import Actor, Channel, FaultType, Impact, Priority, PrioritySource, Urgency
from connector.messages.words import Language
from connector.rules.evaluate import evaluate
from connector.rules.priority import priority
from tests.builders import T0, at, changed, complete, default_policy, incident, note, said
from tests.unit.rules.passes import decide, with_values, written

POLICY = default_policy()

P1, P2, P3, P4 = Priority
MATRIX = {
    (Impact.SERVICE_AFFECTING, Urgency.HIGH): P1,
    (Impact.SERVICE_AFFECTING, Urgency.MEDIUM): P2,
    (Impact.SERVICE_AFFECTING, Urgency.LOW): P3,
    (Impact.DEGRADATION, Urgency.HIGH): P2,
    (Impact.DEGRADATION, Urgency.MEDIUM): P3,
    (Impact.DEGRADATION, Urgency.LOW): P4,
    (Impact.NON_SERVICE_AFFECTING, Urgency.HIGH): P3,
    (Impact.NON_SERVICE_AFFECTING, Urgency.MEDIUM): P4,
    (Impact.NON_SERVICE_AFFECTING, Urgency.LOW): P4,
}
DEFAULTS = {
    (Impact.SERVICE_AFFECTING, FaultType.PERMANENT): P1,
    (Impact.SERVICE_AFFECTING, FaultType.INTERMITTENT): P2,
    (Impact.SERVICE_AFFECTING, None): P2,
    (Impact.DEGRADATION, FaultType.PERMANENT): P3,
    (Impact.DEGRADATION, None): P3,
    (Impact.NON_SERVICE_AFFECTING, FaultType.PERMANENT): P4,
    (Impact.NON_SERVICE_AFFECTING, None): P4,
}


def by_agent(new: Priority | None, *, minutes: int = 10, actor: Actor = Actor.AGENT, old: Priority = P3) -> Change:
    return changed("priority", old, new, at(minutes=minutes), actor)


def handed_back(minutes: int) -> Change:
    return changed("priority_source", PrioritySource.AGENT, PrioritySource.MATRIX, at(minutes=minutes))


def held(value: Priority | None, *history: Change, **values: Any) -> Ticket:
    """A P3 by the matrix with another priority."""
    return incident(complete(priority=value, **values), history=history)


@pytest.mark.parametrize(("impact", "urgency"), MATRIX)
def test_every_cell_of_the_matrix(impact: Impact, urgency: Urgency) -> None:
    outcome = decide(priority, incident(Fields(impact=impact, urgency=urgency)), POLICY, T0)

    assert outcome.changes["priority"] is MATRIX[impact, urgency]
    assert outcome.changes["priority_source"] is PrioritySource.MATRIX


def test_the_matrix_above_is_whole() -> None:
    assert len(MATRIX) == len(Impact) * len(Urgency)


@pytest.mark.parametrize(("impact", "fault"), DEFAULTS)
def test_the_urgency_where_the_customer_chose_none(impact: Impact, fault: FaultType | None) -> None:
    outcome = decide(priority, incident(Fields(impact=impact, fault_type=fault)), POLICY, T0)

    assert outcome.changes["priority"] is DEFAULTS[impact, fault]
    assert str(outcome.changes["priority_reason"]).endswith("(default)")


@pytest.mark.parametrize(("urgency", "worst"), [(Urgency.HIGH, P1), (Urgency.MEDIUM, P2), (Urgency.LOW, P3)])
def test_an_unknown_impact_counts_as_the_worst(urgency: Urgency, worst: Priority) -> None:
    assert decide(priority, incident(Fields(urgency=urgency)), POLICY, T0).changes["priority"] is worst


def test_without_impact_and_urgency_the_helpdesks_priority_stays() -> None:
    assert decide(priority, incident(Fields(priority=P2)), POLICY, T0).changes == {}


@pytest.mark.parametrize("channel", Channel)
def test_the_channel_never_changes_the_priority(channel: Channel) -> None:
    """R5."""
    assert decide(priority, incident(complete(), channel=channel), POLICY, T0).changes["priority"] is P3


def test_the_reason_says_how_it_was_computed() -> None:
    reason = decide(priority, incident(complete()), POLICY, T0).changes["priority_reason"]

    assert reason == "P3: impact degradation × urgency medium"


def test_the_first_priority_needs_no_note_and_a_changed_one_explains_itself() -> None:
    first = decide(priority, held(P4), POLICY, T0)
    later = decide(priority, held(P4, priority_source="matrix"), POLICY, T0)

    assert first.notes == ()
    assert later.changes["priority"] is P3
    assert later.notes[0].text.startswith("Priority P4 → P3: impact degradation × urgency medium.\n")
    assert not later.notes[0].public


@pytest.mark.parametrize("actor", [Actor.AGENT, Actor.MANAGER])
def test_a_persons_choice_is_kept_and_noted_once(actor: Actor) -> None:
    chosen = by_agent(P1, actor=actor)
    ticket = held(P1, chosen)

    outcome = decide(priority, ticket, POLICY, at(minutes=11))
    told = with_values(ticket, articles=(note({f"priority-kept-{chosen.id}"}),))

    assert outcome.changes["priority"] is P1
    assert outcome.changes["priority_source"] is PrioritySource.AGENT
    assert outcome.notes[0].title == "Priority P1 kept"
    assert decide(priority, told, POLICY, at(minutes=12)).notes == ()


def test_a_choice_that_agrees_with_the_matrix_needs_no_note() -> None:
    assert decide(priority, held(P3, by_agent(P3, old=P4)), POLICY, at(minutes=11)).notes == ()


def test_a_second_choice_gets_a_note_of_its_own() -> None:
    first, second = by_agent(P1), by_agent(P2, minutes=20, old=P1)
    ticket = incident(complete(priority=P2), history=(first, second), articles=(note({f"priority-kept-{first.id}"}),))

    assert decide(priority, ticket, POLICY, at(minutes=21)).notes[0].marks == {f"priority-kept-{second.id}"}


@pytest.mark.parametrize("actor", [Actor.SYSTEM, Actor.CONNECTOR, Actor.CUSTOMER])
def test_nobody_elses_change_is_an_override(actor: Actor) -> None:
    assert decide(priority, held(P1, by_agent(P1, actor=actor)), POLICY, at(minutes=11)).changes["priority"] is P3


@pytest.mark.parametrize("back_to", [PrioritySource.MATRIX, None])
def test_a_cleared_choice_returns_to_the_matrix(back_to: PrioritySource | None) -> None:
    cleared = changed("priority_source", PrioritySource.AGENT, back_to, at(minutes=20))

    outcome = decide(priority, held(P1, by_agent(P1), cleared, priority_source=back_to), POLICY, at(minutes=21))

    assert outcome.changes["priority"] is P3
    assert outcome.changes["priority_source"] is PrioritySource.MATRIX


def test_who_empties_the_priority_returns_it_to_the_matrix() -> None:
    """As Jira lets everybody do; a priority of Zammad that the mapping does not know is none, too."""
    outcome = decide(priority, held(None, by_agent(None, old=P4)), POLICY, at(minutes=21))

    assert outcome.changes["priority"] is P3
    assert outcome.changes["priority_source"] is PrioritySource.MATRIX
    written = changed("priority", None, P3, at(minutes=21), Actor.CONNECTOR)
    after = decide(priority, held(P3, by_agent(None, old=P4), written), POLICY, at(minutes=22))
    assert after.changes["priority_source"] is PrioritySource.MATRIX


def test_a_choice_whose_name_of_then_nobody_knows_stays() -> None:
    assert decide(priority, held(P1, by_agent(None)), POLICY, at(minutes=21)).changes["priority"] is P1


def test_a_choice_after_the_clearing_counts_again() -> None:
    ticket = held(P1, by_agent(P2), handed_back(20), by_agent(P1, minutes=30))

    assert decide(priority, ticket, POLICY, at(minutes=31)).changes["priority"] is P1


def test_the_customer_cannot_clear_an_agents_choice() -> None:
    cleared = changed("priority_source", "agent", "matrix", at(minutes=20), Actor.CUSTOMER)

    assert decide(priority, held(P1, by_agent(P1), cleared), POLICY, at(minutes=21)).changes["priority"] is P1


def test_a_choice_the_connector_overwrote_in_the_same_moment_is_put_back() -> None:
    """The helpdesk detects no conflicts: the agent chose while the connector was writing what it had computed."""
    overwritten = changed("priority", P1, P3, at(minutes=10, seconds=1), Actor.CONNECTOR)
    ticket = held(P3, by_agent(P1, old=P4), overwritten)

    outcome = decide(priority, ticket, POLICY, at(minutes=11))

    assert outcome.changes["priority"] is P1
    assert str(outcome.changes["priority_reason"]).startswith("P1: set by an agent")


def test_a_trigger_of_the_helpdesk_may_change_an_agents_choice() -> None:
    escalated = changed("priority", P2, P1, at(minutes=20), Actor.SYSTEM)

    assert decide(priority, held(P1, by_agent(P2), escalated), POLICY, at(minutes=21)).changes["priority"] is P1


def test_a_contested_priority_is_not_announced_again_and_again() -> None:
    """P12: the change is not written, so a note on it would come with every look at the ticket."""
    rounds = [
        change
        for minute in range(1, 7, 2)
        for change in (
            changed("priority", P4, P3, at(minutes=minute), Actor.CONNECTOR),
            changed("priority", P3, P4, at(minutes=minute + 1), Actor.SYSTEM),
        )
    ]
    ticket = held(P4, *rounds, priority_source="matrix", escalation_level=1)

    first = evaluate(ticket, POLICY, at(minutes=10))
    second = evaluate(written(ticket, first, at(minutes=10)), POLICY, at(minutes=11))

    assert first.note is not None
    assert "contested" in first.note.title
    assert "priority" not in first.changes
    assert second.writes_nothing


def test_a_long_text_of_two_lines_still_fits_the_field() -> None:
    texts = dict(POLICY.messages.messages)
    name = (Language.EN, "priority_by_matrix")
    texts[name] = replace(texts[name], body=f"because of the matrix\n\n{'and the contract ' * 30}")
    policy = POLICY.model_copy(update={"messages": replace(POLICY.messages, messages=texts)})

    reason = decide(priority, incident(complete()), policy, T0).changes["priority_reason"]

    assert reason is not None
    assert reason.startswith("P3: because of the matrix and the contract and")
    assert len(reason) <= CATALOGUE["priority_reason"].length


# Chosen by whoever took a call


def taken(*history: Change, is_call: bool = True, default: Priority | None = Priority.P3, **values: Any) -> Ticket:
    """Opened as P1 by whoever took the call; the helpdesk's own first value is P3."""
    opening = said("Line down.", at(), Actor.AGENT, channel=Channel.PHONE, is_call=is_call)
    held: dict[str, Any] = {"created_by": Actor.AGENT, "articles": (opening,), "default_priority": default}
    return incident(complete(priority=Priority.P1), history=history, **(held | values))


@pytest.mark.parametrize(
    ("ticket", "kept"),
    [
        (taken(), True),
        (taken(created_by=Actor.MANAGER), True),
        (taken(created_by=Actor.CUSTOMER), True),
        (taken(changed("priority", Priority.P1, Priority.P2, at(minutes=1), Actor.SYSTEM)), True),
        (taken(changed("priority", Priority.P1, Priority.P3, at(minutes=1), Actor.CONNECTOR)), False),
        (taken(changed("priority", None, Priority.P1, at(minutes=1), Actor.SYSTEM)), False),
        (taken(is_call=False), False),
        (taken(articles=()), False),
        (taken(default=Priority.P1), False),
        (taken(default=None), False),
        (taken(copied_from="3"), False),
    ],
    ids=[
        "by-an-agent", "by-a-manager", "in-the-customers-name", "changed-since", "written-over", "empty-at-first",
        "no-call", "no-message", "the-helpdesks-own", "unknown-own", "a-copy",
    ],
)  # fmt: skip
def test_the_priority_with_which_a_call_was_opened_is_a_persons_choice(ticket: Ticket, kept: bool) -> None:
    outcome = decide(priority, ticket, POLICY, at(minutes=2))

    assert (outcome.changes["priority_source"] is PrioritySource.AGENT) is kept


def test_a_kept_choice_is_noted_again_when_the_matrix_says_worse_than_what_it_was_made_against() -> None:
    """The customer's line was slow when the agent chose; now it is down."""
    chosen = by_agent(P4)
    told = held(P4, chosen, impact=Impact.SERVICE_AFFECTING, urgency=Urgency.HIGH)
    told = with_values(told, articles=(note({f"priority-kept-{chosen.id}"}),))

    (noted,) = decide(priority, told, POLICY, at(minutes=11)).notes

    assert "The matrix says P1" in noted.text
    again = with_values(told, articles=(*told.articles, note({str(mark) for mark in noted.marks})))
    assert decide(priority, again, POLICY, at(minutes=12)).notes == ()
