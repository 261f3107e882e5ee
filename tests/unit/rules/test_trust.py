"""P20, R18: which values count. Customers can write every attribute through the API; only support's count."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connector.domain.field import SetBy
from connector.domain.fields import INTAKE, NATIVE, Fields, set_by
from connector.domain.ticket import Change, Ticket
from connector.domain.vocabulary import (
    Actor,
    CauseCategory,
    Duplicate,
    Impact,
    IntakeChannel,
    IntakeStatus,
    Missed,
    ParentIncident,
    Priority,
    PrioritySource,
    ProblemState,
    RfoRelease,
    RfoStatus,
    ServiceCheck,
    WrittenLanguage,
)
from connector.rules.evaluate import evaluate
from connector.rules.trust import contest, contested, verified
from tests.builders import T0, at, changed, default_policy, incident, note
from tests.unit.rules.passes import decide, shown, with_values

POLICY = default_policy()
FAR = datetime(2030, 1, 1, tzinfo=UTC)
GUARDED: dict[str, tuple[Any, Any]] = {
    "priority": (Priority.P1, Priority.P4),
    "priority_source": (PrioritySource.MATRIX, PrioritySource.AGENT),
    "duplicate": (Duplicate.CONFIRMED, Duplicate.DECLINED),
    "duplicate_of": ("41002", "41003"),
    "language": (WrittenLanguage.GERMAN, WrittenLanguage.ENGLISH),
    "intake_channel": (None, IntakeChannel.MY_INTERSPACE),
    "priority_reason": ("P1: as computed", "because I say so"),
    "group": ("intake", "level_5"),
    "intake_status": (IntakeStatus.ASKED, IntakeStatus.COMPLETE),
    "service_check": (ServiceCheck.FOREIGN, ServiceCheck.VERIFIED),
    "first_response_due_at": (at(minutes=15), FAR),
    "repair_due_at": (at(hours=4), FAR),
    "next_update_at": (at(hours=24), FAR),
    "missed_targets": (None, Missed.REPAIR),
    "escalation_level": (3, 1),
    "escalated_from": (2, 1),
    "escalation_reason": ("Level 3", "none"),
    "next_escalation_at": (at(hours=4), FAR),
    "rfo_status": (RfoStatus.DUE, RfoStatus.DELIVERED),
    "rfo_due_at": (at(days=7), FAR),
    "connector_key": (None, "rfo:1"),
    "deferral_support": (None, True),
    "deferral": ("Support: an agent", "none"),
    "deferred_until": (at(hours=4), FAR),
    "root_cause": (None, "sabotage"),
    "parent_incident": (None, ParentIncident.CONFIRMED),
    "parent_update": (None, "click here"),
    "problem_state": (None, ProblemState.CLOSED),
    "cause_category": (None, CauseCategory.CUSTOMER),
    "workaround": (None, "reboot"),
    "permanent_fix": (None, "none needed"),
    "rfo_summary": (None, "nothing happened"),
    "rfo_trigger": (None, "nobody"),
    "rfo_detection": (None, "never"),
    "rfo_resolution": (None, "none needed"),
    "corrective_measures": (None, "all done"),
    "preventive_measures": (None, "none | nobody | 2030-01-01"),
    "third_party_reference": (None, "made up"),
    "rfo_revision": (None, "all of it"),
    "rfo_release": (None, RfoRelease.FINAL),
    "rfo_decline_reason": (None, "we are too busy"),
    "rfo_version": (None, 3),
    "next_measure_at": (None, at(days=400)),
    "no_fix_reason": (None, "none needed"),
    "change_reference": (None, "CHG-1"),
    "fix_due": (None, FAR),
    "review_on": (None, FAR),
    "affected_services": (None, "SVC-1"),
    "incidents": (None, "Incidents: none"),
}
OPEN: dict[str, Any] = {
    "service_id": "SVC-1006",
    "problem_start": T0,
    "short_description": "down",
    "impact": Impact.SERVICE_AFFECTING,
    "urgency": "high",
    "circuit_id": "X-1",
    "fault_type": "permanent",
    "test_results": "none",
    "ip_addresses": "192.0.2.1",
    "escalation_request": "now",
    "rfo_requested": True,
    "deferral_customer": True,
}
TRUSTED = [Actor.AGENT, Actor.MANAGER, Actor.CONNECTOR, Actor.SYSTEM]


def with_history(
    field: str, *steps: tuple[Any, Actor], created_by: Actor = Actor.CUSTOMER, first: Any = None
) -> Ticket:
    """``field`` was ``first`` at creation and then set to each value in turn."""
    history, old = list[Change](), first
    for minute, (value, actor) in enumerate(steps, start=1):
        history.append(changed(field, old, value, at(minutes=minute), actor))
        old = value
    return incident(Fields(**{field: old}), history=tuple(history), created_by=created_by)


def test_every_field_is_either_guarded_or_open_to_the_customer() -> None:
    assert set(GUARDED) | set(OPEN) == set(Fields.model_fields)
    assert set(OPEN) >= set(INTAKE)


@pytest.mark.parametrize("field", GUARDED)
def test_a_customers_change_is_repaired_and_reported(field: str) -> None:
    good, forged = GUARDED[field]
    ticket = with_history(field, (good, Actor.CONNECTOR), (forged, Actor.CUSTOMER))

    seen, found = verified(ticket)
    outcome = shown(found, ticket, POLICY)

    assert getattr(seen.fields, field) == good
    # A level that is set back has not risen: the helpdesk mails nobody.
    assert outcome.changes == {field: good, **({"escalated_from": good} if field == "escalation_level" else {})}
    (told,) = outcome.notes
    assert not told.public
    assert told.title.startswith("Restored: ")
    assert told.marks == {f"repaired-{field}-{ticket.history[-1].id}"}


@pytest.mark.parametrize("field", GUARDED)
@pytest.mark.parametrize("actor", TRUSTED)
def test_everybody_elses_change_counts(field: str, actor: Actor) -> None:
    good, other = GUARDED[field]
    ticket = with_history(field, (good, Actor.CONNECTOR), (other, actor))

    seen, found = verified(ticket)
    outcome = shown(found, ticket, POLICY)

    assert seen.fields == ticket.fields
    assert outcome.changes == {}
    assert outcome.notes == ()


@pytest.mark.parametrize("field", GUARDED)
def test_however_often_a_customer_writes_the_last_trusted_value_counts(field: str) -> None:
    good, forged = GUARDED[field]
    ticket = with_history(
        field, (good, Actor.AGENT), (forged, Actor.CUSTOMER), (None, Actor.CUSTOMER), (forged, Actor.CUSTOMER)
    )

    assert getattr(verified(ticket)[0].fields, field) == good


@pytest.mark.parametrize("field", sorted(set(GUARDED) - {"priority", "group"}))
def test_what_a_customer_sets_at_creation_does_not_count(field: str) -> None:
    forged = GUARDED[field][1]
    ticket = incident(Fields(**{field: forged}))

    seen, found = verified(ticket)
    outcome = shown(found, ticket, POLICY)

    assert getattr(seen.fields, field) is None
    assert outcome.notes[0].marks == {f"repaired-{field}-created"}


@pytest.mark.parametrize("field", ["priority", "group"])
def test_priority_and_group_are_chosen_at_creation(field: str) -> None:
    assert verified(incident(Fields(**{field: GUARDED[field][0]})))[1].changes == {}


@pytest.mark.parametrize("field", sorted(GUARDED.keys() - set_by(SetBy.RULES)))
@pytest.mark.parametrize("creator", TRUSTED)
def test_what_support_sets_at_creation_counts(field: str, creator: Actor) -> None:
    ticket = incident(Fields(**{field: GUARDED[field][1]}), created_by=creator)

    assert verified(ticket)[1].changes == {}


@pytest.mark.parametrize("field", sorted(set(GUARDED) - {"connector_key"}))
@pytest.mark.parametrize("creator", [Actor.AGENT, Actor.CUSTOMER])
def test_without_a_trusted_change_the_value_at_creation_decides(field: str, creator: Actor) -> None:
    first, forged = GUARDED[field]
    ticket = with_history(field, (forged, Actor.CUSTOMER), created_by=creator, first=first)

    kept = field in NATIVE or (creator is Actor.AGENT and field in set_by(SetBy.SUPPORT))
    assert getattr(verified(ticket)[0].fields, field) == (first if kept else None)


@pytest.mark.parametrize("field", sorted(set(OPEN) - {"impact"}))
def test_what_the_customer_may_say_is_left_alone(field: str) -> None:
    ticket = with_history(field, (None, Actor.AGENT), (OPEN[field], Actor.CUSTOMER))

    assert verified(ticket)[1].changes == {}
    assert verified(incident(Fields(**{field: OPEN[field]})))[1].changes == {}


def test_against_support_the_customers_impact_counts_only_if_it_is_worse() -> None:
    """R18."""
    own = with_history("impact", (Impact.SERVICE_AFFECTING, Actor.CONNECTOR), (Impact.DEGRADATION, Actor.CUSTOMER))
    calmer = with_history("impact", (Impact.SERVICE_AFFECTING, Actor.AGENT), (Impact.DEGRADATION, Actor.CUSTOMER))
    worse = with_history("impact", (Impact.DEGRADATION, Actor.AGENT), (Impact.SERVICE_AFFECTING, Actor.CUSTOMER))

    assert verified(own)[1].changes == {}
    assert verified(calmer)[1].changes == {"impact": Impact.SERVICE_AFFECTING}
    seen, found = verified(worse)
    assert (seen, found.changes) == (worse, {})
    assert [notice.message for notice in found.notices] == ["worse_now"]


@pytest.mark.parametrize("outside", [Actor.STRANGER, Actor.MACHINE])
@pytest.mark.parametrize("field", sorted(set(OPEN)))
def test_a_strangers_change_counts_nowhere(field: str, outside: Actor) -> None:
    ticket = with_history(field, (OPEN[field], outside))
    after_customer = with_history(field, (OPEN[field], Actor.CUSTOMER), (None, outside))

    assert verified(ticket)[1].changes == {field: None}
    assert verified(after_customer)[1].changes == {field: OPEN[field]}


def test_it_is_reported_once_for_each_change() -> None:
    ticket = with_history("escalation_level", (3, Actor.CONNECTOR), (1, Actor.CUSTOMER))
    mark = f"repaired-escalation_level-{ticket.history[-1].id}"

    told = with_values(ticket, articles=(note({mark}),))
    outcome = shown(verified(told)[1], told, POLICY)

    assert outcome.changes == {"escalation_level": 3, "escalated_from": 3}
    assert outcome.notes == ()


def test_the_report_says_what_was_set_and_what_counts() -> None:
    ticket = with_history("escalation_level", (3, Actor.CONNECTOR), (1, Actor.CUSTOMER))
    (told,) = shown(verified(ticket)[1], ticket, POLICY).notes

    assert "set Escalation level to 1" in told.text
    assert "It is 3 again." in told.text


def fight(rounds: int, other: Actor = Actor.SYSTEM, start: datetime = T0) -> tuple[Change, ...]:
    """The connector sets and the other side resets, a minute apart."""
    found = list[Change]()
    for minute in range(rounds):
        moment = start + timedelta(minutes=minute)
        found.append(changed("group", "intake", "level_3", moment, Actor.CONNECTOR))
        found.append(changed("group", "level_3", "intake", moment + timedelta(seconds=30), other))
    return tuple(found)


@pytest.mark.parametrize(("rounds", "is_contested"), [(1, False), (2, False), (3, True), (5, True)])
def test_three_rounds_are_a_fight(rounds: int, is_contested: bool) -> None:
    assert ("group" in contested(incident(history=fight(rounds)), at(minutes=10))) == is_contested


@pytest.mark.parametrize("other", [Actor.CUSTOMER, Actor.CONNECTOR])
def test_customers_and_the_connector_itself_are_no_opponents(other: Actor) -> None:
    assert contested(incident(history=fight(5, other)), at(minutes=10)) == {}


def test_the_fight_is_over_when_the_other_side_was_quiet_for_an_hour() -> None:
    ticket = incident(history=fight(3))
    third_last = at(minutes=0, seconds=30)

    assert "group" in contested(ticket, third_last + timedelta(minutes=59))
    assert contested(ticket, third_last + timedelta(hours=1)) == {}


def test_a_fight_is_told_of_once_and_looked_at_again() -> None:
    ticket = incident(history=fight(3))

    first = decide(contest, ticket, POLICY, at(minutes=5))
    told = decide(contest, with_values(ticket, articles=(note(set(first.notes[0].marks)),)), POLICY, at(minutes=5))

    assert first.notes[0].marks == {f"contested-group-{ticket.history[0].id}"}
    assert first.due == at(hours=1, minutes=5)
    assert told.notes == ()
    assert decide(contest, incident(), POLICY, T0).due is None


def test_a_fight_after_a_quiet_day_is_told_of_anew() -> None:
    first, hours_later, days_later = fight(3), fight(3, start=at(hours=2)), fight(3, start=at(days=3))
    said_once = with_values(incident(history=first), articles=(note({f"contested-group-{first[0].id}"}),))

    same = with_values(said_once, history=(*first, *hours_later))
    assert decide(contest, same, POLICY, at(hours=2, minutes=5)).notes == ()
    another = with_values(said_once, history=(*first, *hours_later, *days_later))
    (told,) = decide(contest, another, POLICY, at(days=3, minutes=5)).notes
    assert told.marks == {f"contested-group-{days_later[0].id}"}


def test_what_version_0_1_0_told_of_a_fight_covers_the_fight_of_that_time() -> None:
    first, days_later = fight(3), fight(3, start=at(days=3))
    ticket = with_values(incident(history=first), articles=(note({"contested-group"}, at(minutes=3)),))

    assert decide(contest, ticket, POLICY, at(minutes=5)).notes == ()
    ticket = with_values(ticket, history=(*first, *days_later))
    assert len(decide(contest, ticket, POLICY, at(days=3, minutes=5)).notes) == 1


COPIED = Fields(
    escalation_level=5, deferred_until=FAR, connector_key="rfo:1", rfo_status=RfoStatus.DUE, rfo_requested=True,
    deferral_support=True, deferral_customer=True, impact=Impact.DEGRADATION, priority=Priority.P2,
)  # fmt: skip
KEPT = {"impact": Impact.DEGRADATION, "priority": Priority.P2}
SUPPORTS = KEPT | {"rfo_requested": True, "deferral_customer": True, "deferral_support": True}


@pytest.mark.parametrize(
    ("created_by", "copied_from", "counts"),
    [
        (Actor.AGENT, None, SUPPORTS),
        (Actor.MANAGER, None, SUPPORTS),
        (Actor.SYSTEM, None, SUPPORTS),
        (Actor.CUSTOMER, None, KEPT | {"rfo_requested": True, "deferral_customer": True}),
        (Actor.AGENT, "3", KEPT),
        (Actor.CUSTOMER, "3", KEPT),
        (Actor.CONNECTOR, None, COPIED.model_dump(exclude_none=True)),
    ],
    ids=["agent", "manager", "automation", "customer", "agent splits or clones", "customer's clone", "connector"],
)
def test_what_a_new_ticket_brings_along_of_the_rules_own_does_not_count(
    created_by: Actor, copied_from: str | None, counts: dict[str, Any]
) -> None:
    repaired, _ = verified(incident(COPIED, created_by=created_by, copied_from=copied_from))

    assert repaired.fields.model_dump(exclude_none=True) == counts


def test_a_clone_of_a_ticket_at_level_5_begins_its_own_ladder() -> None:
    ticket = incident(COPIED, created_by=Actor.AGENT, copied_from="3")
    decision = evaluate(ticket, POLICY, T0)

    assert decision.changes["escalation_level"] == 1
    assert decision.note is not None
    assert "Escalation level" in decision.note.text
    assert decision.note.title.startswith("Values of another ticket do not count here")


@pytest.mark.parametrize(("level", "said"), [(3, True), (None, False)])
def test_whoever_clones_an_escalated_ticket_is_told_in_whose_group_it_lies(level: int | None, said: bool) -> None:
    """Its own ladder begins below that group. Where it belongs is theirs to choose: nothing is moved by itself."""
    copied = Fields(escalation_level=level, missed_targets=Missed.REPAIR, group="operations")
    decision = evaluate(incident(copied, created_by=Actor.AGENT, copied_from="3"), POLICY, T0)

    assert decision.note is not None
    assert ("It lies in the group operations" in decision.note.text) is said
    assert "group" not in decision.changes


def test_a_link_that_is_made_later_takes_no_request_away() -> None:
    """The ticket has been worked on: whatever it is linked to now, its request stands."""
    ticket = incident(Fields(rfo_requested=True), created_by=Actor.AGENT, copied_from="3", articles=(note({"asked"}),))

    assert verified(ticket)[0].fields.rfo_requested is True
