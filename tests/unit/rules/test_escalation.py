"""The ladder (R35–R38): ages and missed targets; each level once, never down by clock."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.vocabulary import Actor, Priority, ServiceCheck, TicketState
from connector.rules.escalation import escalation
from tests.builders import T0, at, complete, incident, moved, note, office_p4, said
from tests.unit.rules.ladders import ANSWERED, BY_AGE, POLICY, triaged, without_level
from tests.unit.rules.passes import decide

AGES = {
    Priority.P1: {2: timedelta(hours=1), 3: timedelta(hours=2), 4: timedelta(hours=4), 5: timedelta(hours=8)},
    Priority.P2: {2: timedelta(hours=2), 3: timedelta(hours=6), 4: timedelta(hours=12), 5: timedelta(hours=24)},
    Priority.P3: {2: timedelta(hours=8), 3: timedelta(hours=24), 4: timedelta(hours=48), 5: timedelta(hours=96)},
    Priority.P4: {2: timedelta(hours=36), 3: timedelta(days=5), 4: timedelta(days=8), 5: timedelta(days=12)},
}


@pytest.mark.parametrize(("priority", "level"), [(p, n) for p, ages in AGES.items() for n in ages])
def test_a_level_is_reached_at_its_age_and_not_a_microsecond_before(priority: Priority, level: int) -> None:
    ticket = triaged(priority, level - 1)
    due = T0 + AGES[priority][level]

    before = decide(escalation, ticket, BY_AGE, due - timedelta(microseconds=1))
    then = decide(escalation, ticket, BY_AGE, due)

    assert before.changes["escalation_level"] == level - 1
    assert before.due == due
    assert before.notes == ()
    assert then.changes["escalation_level"] == level
    assert then.notes[0].marks == {f"level-{level}"}


def test_the_note_of_a_level_says_since_when_and_why() -> None:
    (told,) = decide(escalation, triaged(), BY_AGE, at(hours=1, minutes=10)).notes

    assert told.text.startswith("Reached on Mon 23 Nov 2026 12:00 CET (11:00 UTC): ticket age 1 h at P1.\n")


def test_what_is_explained_is_each_level_since_the_last_look_and_the_next() -> None:
    asked = said("please escalate", at(minutes=50))

    found = decide(escalation, triaged(articles=(asked,)), BY_AGE, at(hours=2, minutes=1)).reasons
    top = decide(escalation, triaged(level=5), BY_AGE, at(hours=9)).reasons

    assert [reason.split(":")[0] for reason in found] == [
        "level 1 so far",
        "level 2 shift manager since at 2026-11-23 11",
        "level 3 head of operations since at 2026-11-23 12",
        "level 2 shift manager since at 2026-11-23 10",
        "level 4 director at 2026-11-23 14",
    ]
    assert top == ("level 5 so far", "no further level by clock")


def test_level_one_is_there_from_the_start_without_a_note() -> None:
    outcome = decide(escalation, incident(complete(priority=Priority.P1)), POLICY, T0)

    assert outcome.changes["escalation_level"] == 1
    assert outcome.changes["escalation_reason"] == "Level 1, engineer on duty: at once at P1"
    assert outcome.notes == ()


def test_a_ticket_ages_in_the_time_of_its_calendar() -> None:
    """One working day is 8.5 working hours: Monday 11:00 + 8.5 h in Berlin is Tuesday 11:00."""
    ticket = triaged(Priority.P4)

    assert decide(escalation, ticket, office_p4(), at(hours=23, minutes=59)).changes["escalation_level"] == 1
    assert decide(escalation, ticket, office_p4(), at(hours=24)).changes["escalation_level"] == 2


def test_from_level_three_the_group_changes() -> None:
    assert "group" not in decide(escalation, triaged(), POLICY, at(hours=1)).changes
    assert decide(escalation, triaged(level=2), POLICY, at(hours=2)).changes["group"] == "level_3"


def test_a_level_without_a_group_leaves_the_ticket_with_the_last_one_passed() -> None:
    ladder = BY_AGE.ladder(None)
    levels = tuple(each.model_copy(update={"group": None}) if each.level == 4 else each for each in ladder.levels)
    ladders = {**BY_AGE.escalation.ladders, "default": ladder.model_copy(update={"levels": levels})}
    policy = BY_AGE.model_copy(update={"escalation": BY_AGE.escalation.model_copy(update={"ladders": ladders})})

    changes = decide(escalation, triaged(), policy, at(hours=4)).changes

    assert (changes["escalation_level"], changes["group"]) == (4, "level_3")


def test_after_an_outage_one_note_names_each_level_passed_with_its_contacts() -> None:
    outcome = decide(escalation, triaged(), POLICY, at(hours=5))

    (told,) = outcome.notes
    assert outcome.changes["escalation_level"] == 4
    assert outcome.changes["escalated_from"] == 1
    assert told.title == "Escalation level 4: director"
    assert told.marks == {"level-2", "level-3", "level-4"}
    assert "Contact: Director." in told.text
    assert (
        "Level 2 (shift manager) was reached on Mon 23 Nov 2026 12:00 CET (11:00 UTC): ticket age 1 h at P1.\n"
        "Contact: Shift manager.\n"
    ) in told.text
    assert "Contact: Head of operations." in told.text


def test_a_level_that_a_note_proves_does_not_fire_again_whatever_the_field_says() -> None:
    ticket = triaged(level=1, articles=(note({"level-2", "level-3"}, at(hours=2)),))

    outcome = decide(escalation, ticket, POLICY, at(hours=3))

    assert outcome.notes == ()
    assert outcome.changes["escalation_level"] == 3


def test_a_lowered_priority_never_lowers_the_level() -> None:
    outcome = decide(escalation, triaged(Priority.P4, level=3), POLICY, at(hours=3))

    assert outcome.changes["escalation_level"] == 3
    assert outcome.notes == ()


def test_the_clock_stands_still_while_the_ticket_waits_for_the_customer() -> None:
    waits = moved(TicketState.OPEN, TicketState.PENDING_CUSTOMER, at(minutes=30))
    back = moved(TicketState.PENDING_CUSTOMER, TicketState.OPEN, at(hours=3))

    waiting = decide(escalation, triaged(state=TicketState.PENDING_CUSTOMER, history=(waits,)), POLICY, at(hours=3))
    resumed = decide(escalation, triaged(history=(waits, back)), POLICY, at(hours=3))

    assert (waiting.changes["escalation_level"], waiting.changes["next_escalation_at"]) == (1, None)
    assert waiting.due is None
    assert resumed.due == at(hours=3, minutes=30)


def test_a_pause_that_the_customer_sets_does_not_count() -> None:
    """P20: a customer can set any state through the API."""
    waits = moved(TicketState.OPEN, TicketState.PENDING_CUSTOMER, at(minutes=30), Actor.CUSTOMER)
    ticket = triaged(state=TicketState.PENDING_CUSTOMER, history=(waits,))

    assert decide(escalation, ticket, POLICY, at(hours=1)).changes["escalation_level"] == 2


def test_nothing_fires_after_the_resolution_and_the_time_does_not_count_when_it_comes_back() -> None:
    solved = moved(TicketState.OPEN, TicketState.CLOSED, at(minutes=50))
    back = moved(TicketState.CLOSED, TicketState.OPEN, at(hours=10))

    over = decide(escalation, triaged(state=TicketState.CLOSED, history=(solved,)), POLICY, at(hours=9))
    again = decide(escalation, triaged(history=(solved, back)), POLICY, at(hours=10))

    assert over.changes == {"escalation_level": 1, "next_escalation_at": None}
    assert over.notes == ()
    assert again.due == at(hours=10, minutes=10)


def test_a_missed_first_response_raises_by_one_level() -> None:
    """R37: nobody answered within 15 minutes; by age alone level 2 comes after an hour."""
    ticket = incident(complete(priority=Priority.P1, escalation_level=1))

    outcome = decide(escalation, ticket, POLICY, at(minutes=15))

    assert outcome.changes["escalation_level"] == 2
    assert str(outcome.changes["escalation_reason"]).endswith("first response target missed")
    assert outcome.due == at(hours=2)


def test_an_answer_in_time_keeps_the_level() -> None:
    assert decide(escalation, triaged(), POLICY, at(minutes=20)).changes["escalation_level"] == 1


def test_a_connector_message_is_no_first_response() -> None:
    asked = said("Please tell us the service ID.", at(minutes=1), Actor.CONNECTOR)
    ticket = incident(complete(priority=Priority.P1, escalation_level=1), articles=(asked,))

    assert decide(escalation, ticket, POLICY, at(minutes=15)).changes["escalation_level"] == 2


def test_a_missed_repair_raises_above_the_level_reached_by_age() -> None:
    """P2: level 3 by age after 6 h; repair is missed at 8 h, level 4 by age would come at 12 h."""
    outcome = decide(escalation, triaged(Priority.P2, level=3), POLICY, at(hours=8))

    assert outcome.changes["escalation_level"] == 4
    assert str(outcome.changes["escalation_reason"]).endswith("repair target missed")


def test_an_empty_level_is_passed_over() -> None:
    """The example ladder of SVC-1003 has nobody on level 2."""
    fields = complete(service_id="SVC-1003", priority=Priority.P1, escalation_level=1)
    ticket = incident(fields, articles=(said("please escalate", at(minutes=16)), ANSWERED))

    outcome = decide(escalation, ticket, POLICY, at(minutes=16))

    assert outcome.changes["escalation_level"] == 3


@pytest.mark.parametrize(
    ("service", "minutes", "level", "name"),
    [("SVC-1001", 30, 2, "service manager for Acme"), ("SVC-1003", 30, 3, "head of operations")],
    ids=["of the customer", "of the service"],
)
def test_a_known_service_climbs_its_own_ladder_at_its_own_ages(
    service: str, minutes: int, level: int, name: str
) -> None:
    fields = complete(service_id=service, priority=Priority.P1, escalation_level=1)
    ticket = incident(fields, articles=(ANSWERED,))

    before = decide(escalation, ticket, BY_AGE, at(minutes=minutes) - timedelta(microseconds=1))
    then = decide(escalation, ticket, BY_AGE, at(minutes=minutes))

    assert (before.changes["escalation_level"], before.due) == (1, at(minutes=minutes))
    assert then.changes["escalation_level"] == level
    assert then.notes[0].title == f"Escalation level {level}: {name}"


def test_an_unverified_service_id_borrows_no_ladder() -> None:
    fields = complete(
        service_id="SVC-1003", priority=Priority.P1, escalation_level=1, service_check=ServiceCheck.FOREIGN
    )

    outcome = decide(escalation, incident(fields, articles=(ANSWERED,)), POLICY, at(minutes=40))

    assert outcome.changes["escalation_level"] == 1


@given(minutes=st.lists(st.integers(0, 60 * 120), min_size=1, max_size=8), priority=st.sampled_from(list(Priority)))
def test_whenever_it_is_looked_at_each_level_fires_once_and_only_upwards(
    minutes: list[int], priority: Priority
) -> None:
    """The law of the ladder: any choice of moments ends at the same level, and no mark is written twice."""
    ticket, seen = incident(complete(priority=priority), articles=(ANSWERED,)), list[str]()
    level = 0
    for minute in sorted(minutes):
        outcome = decide(escalation, ticket, POLICY, at(minutes=minute))
        marks = [name for told in outcome.notes for name in told.marks]
        assert not set(marks) & set(seen)
        seen += marks
        shown = outcome.changes["escalation_level"] or 0
        assert shown >= level
        level = shown
        ticket = ticket.with_changes(outcome.changes)
        ticket = ticket.model_copy(update={"articles": (*ticket.articles, note(set(marks)))})
        ticket.__dict__.pop("marks", None)
    only_once = decide(
        escalation, incident(complete(priority=priority), articles=(ANSWERED,)), POLICY, at(minutes=max(minutes))
    )
    assert level == only_once.changes["escalation_level"]


def test_age_passes_over_an_empty_level() -> None:
    policy = without_level(2)

    before = decide(escalation, triaged(), policy, at(hours=2) - timedelta(microseconds=1))
    then = decide(escalation, triaged(), policy, at(hours=2))

    assert (before.changes["escalation_level"], before.notes, before.due) == (1, (), at(hours=2))
    assert then.changes["escalation_level"] == 3
    assert then.notes[0].marks == {"level-3"}


@pytest.mark.parametrize(("minutes", "level"), [(50, 2), (70, 3)])
def test_what_is_seen_at_one_look_counts_in_the_order_of_its_times(minutes: int, level: int) -> None:
    """Age brings level 2 after an hour. A request before that had brought it already, one after it brings the next."""
    asked = said("please escalate", at(minutes=minutes))

    outcome = decide(escalation, triaged(articles=(asked,)), BY_AGE, at(minutes=80))

    assert outcome.changes["escalation_level"] == level
    assert outcome.notes[0].text.count("was reached on") == level - 2, "the levels passed, each once"
    levels = {f"level-{n}" for n in range(2, level + 1)}
    assert outcome.notes[0].marks == levels | {f"request-a{asked.id}", f"customer-hears-{level}-asked"}


def test_a_target_missed_at_the_moment_of_a_level_raises_no_further() -> None:
    """P1: repair is due after four hours, which is the age of level 4."""
    outcome = decide(escalation, triaged(level=3), POLICY, at(hours=4))

    assert outcome.changes["escalation_level"] == 4
    assert outcome.notes[0].marks == {"level-4"}


def test_a_target_is_missed_at_its_moment_and_not_before() -> None:
    """P1: the first response is due after 15 minutes."""
    silent = incident(complete(priority=Priority.P1, escalation_level=1))

    before = decide(escalation, silent, POLICY, at(minutes=15) - timedelta(microseconds=1))
    then = decide(escalation, silent, POLICY, at(minutes=15))

    assert (before.changes["escalation_level"], before.due) == (1, at(minutes=15))
    assert then.changes["escalation_level"] == 2
