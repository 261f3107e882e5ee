"""R28: what it takes to close a problem record, and what happens to it afterwards."""

from datetime import datetime
from typing import Any

import pytest

from connector.domain.vocabulary import Actor, ProblemState, TicketKind, TicketState
from connector.rules.problem_record import problem_record
from tests.builders import T0, at, changed, default_policy, moved
from tests.unit.rules.passes import decide
from tests.unit.rules.test_problem_record import MORNING, SECOND, WHOLE, closed, one, record

POLICY = default_policy()


@pytest.mark.parametrize("missing", ["root_cause", "cause_category", "permanent_fix"])
def test_closed_without_what_it_needs_it_is_opened_again_each_time(missing: str) -> None:
    values: dict[str, Any] = {name: value for name, value in WHOLE.items() if name != missing}
    first = decide(problem_record, closed(**values), POLICY, at(hours=2))

    assert first.state is TicketState.OPEN
    assert first.notes[0].text.startswith(POLICY_LABELS[missing])
    assert not first.notes[0].public
    again = (
        moved(TicketState.OPEN, TicketState.CLOSED, at(hours=1)),
        moved(TicketState.CLOSED, TicketState.OPEN, at(hours=1), Actor.CONNECTOR),
    )
    second = decide(problem_record, closed(hours=3, extra=again, marks=first.notes[0].marks, **values), POLICY, MORNING)
    assert (second.state, len(second.notes)) == (TicketState.OPEN, 1)


POLICY_LABELS = {
    "root_cause": "Root cause",
    "cause_category": "Cause category",
    "permanent_fix": "Permanent fix",
}


@pytest.mark.parametrize(("who", "enough"), [(Actor.MANAGER, True), (Actor.AGENT, False), (Actor.SYSTEM, False)])
def test_that_there_is_no_fix_only_a_manager_can_accept(who: Actor, enough: bool) -> None:
    values: dict[str, Any] = {**WHOLE, "permanent_fix": None, "no_fix_reason": "The supplier is bankrupt."}
    accepted = changed("no_fix_reason", None, "The supplier is bankrupt.", at(minutes=30), who)
    outcome = decide(problem_record, closed(extra=(accepted,), **values), POLICY, at(hours=2))

    assert (outcome.state is None) is enough
    assert any("Only a manager" in told.text for told in outcome.notes) is not enough


def test_a_crash_between_note_and_state_is_repaired_without_a_second_note() -> None:
    first = decide(problem_record, closed(), POLICY, at(hours=2))
    half = closed().model_copy(update={"history": closed().history})
    ids = half.history[-1].id
    told = closed(marks=frozenset({f"problem-reopened-{ids}"})).model_copy(update={"history": half.history})
    outcome = decide(problem_record, told, POLICY, at(hours=2))

    assert first.notes
    assert (outcome.state, outcome.notes) == (TicketState.OPEN, ())


def test_what_was_proposed_may_be_declined_by_closing_it() -> None:
    outcome = decide(problem_record, closed(problem_state=ProblemState.PROPOSED), POLICY, at(hours=2))
    assert (outcome.state, outcome.notes, outcome.due) == (None, (), None)


def test_closed_with_all_it_is_fixed_and_reviewed_after_30_days() -> None:
    fixed = decide(problem_record, closed(**WHOLE), POLICY, at(hours=2))
    assert fixed.changes["problem_state"] is ProblemState.FIXED
    assert fixed.changes["review_on"] == fixed.due == at(hours=1, days=30)

    held: dict[str, Any] = {**WHOLE, "problem_state": ProblemState.FIXED, "review_on": at(hours=1, days=30)}
    effective = decide(problem_record, closed(**held, links=(one("20", ended=T0),)), POLICY, at(hours=1, days=30))
    assert effective.changes["problem_state"] is ProblemState.CLOSED
    assert [told.title for told in effective.notes] == ["Fix is effective"]


def test_an_incident_after_the_fix_opens_it_again() -> None:
    held: dict[str, Any] = {**WHOLE, "problem_state": ProblemState.FIXED, "review_on": at(hours=1, days=30)}
    links = (one("20", ended=at(minutes=30)), one("21", ended=at(days=5, hours=2), began=at(days=5)))
    back = decide(problem_record, closed(**held, links=links), POLICY, at(days=5, hours=3))

    assert back.state is TicketState.OPEN
    assert back.changes["problem_state"] is ProblemState.INVESTIGATING
    assert "41021" in back.notes[0].text


def test_a_record_that_was_closed_before_these_rules_stays_closed() -> None:
    outcome = decide(problem_record, closed(problem_state=None, root_cause="x"), POLICY, at(hours=2))
    assert (outcome.state, outcome.notes, outcome.changes) == (None, (), {})


@pytest.mark.parametrize("state", [TicketState.CANCELLED])
def test_nothing_happens_to_a_cancelled_one(state: TicketState) -> None:
    outcome = decide(problem_record, record(state), POLICY, at(days=60))
    assert (outcome.state, outcome.notes, outcome.changes) == (None, (), {})


def test_it_is_not_closed_before_all_measures_of_its_incidents_are_done() -> None:
    """R33. Each time it is closed with one that waits; what is done lets it be closed."""
    ended = at(minutes=30)
    waiting = one("5", ended=ended, next_measure_at=at(days=30))
    outcome = decide(problem_record, closed(links=(waiting,), **WHOLE), POLICY, at(hours=2))
    assert outcome.state is TicketState.OPEN
    (told,) = outcome.notes
    assert "All measures must be done" in told.text
    assert "must be stated" not in told.text
    assert decide(problem_record, closed(links=(one("5", ended=ended),), **WHOLE), POLICY, at(hours=2)).state is None


def test_declined_its_incidents_look_again() -> None:
    links = (one("20"), one("21").model_copy(update={"kind": TicketKind.RFO_TASK}))
    outcome = decide(problem_record, closed(problem_state=ProblemState.PROPOSED, links=links), POLICY, at(hours=2))

    assert outcome.changes == {"next_escalation_at": None}
    assert outcome.touches == ("20",)


def test_opened_again_it_says_by_which_closing_and_reconciles_at_once() -> None:
    ticket = closed(root_cause="x")
    outcome = decide(problem_record, ticket, POLICY, at(hours=2))

    assert outcome.again
    assert [told.marks for told in outcome.notes] == [{f"problem-reopened-{ticket.history[-1].id}"}]
    assert outcome.reasons == ("closed without Cause category and Permanent fix: opened again",)
    never_open = decide(problem_record, record(TicketState.CLOSED, root_cause="x"), POLICY, at(hours=2))
    assert [told.marks for told in never_open.notes] == [{"problem-reopened-created"}]


@pytest.mark.parametrize(
    ("by", "old", "follows"),
    [
        (Actor.CONNECTOR, TicketState.CLOSED, True),
        (Actor.AGENT, TicketState.CLOSED, False),
        (Actor.CONNECTOR, TicketState.CANCELLED, False),
    ],
)
def test_the_note_on_why_it_was_opened_again_follows_the_state(by: Actor, old: TicketState, follows: bool) -> None:
    opened = (moved(TicketState.OPEN, old, at(hours=1)), moved(old, TicketState.OPEN, at(hours=1), by))
    outcome = decide(problem_record, record(history=opened), POLICY, at(hours=2))

    assert [told.title for told in outcome.notes] == ["Problem record opened again"] * follows
    assert decide(problem_record, record(history=opened, **WHOLE), POLICY, at(hours=2)).notes == ()


REVIEW = at(hours=1, days=30)
FIXED: dict[str, Any] = {**WHOLE, "problem_state": ProblemState.FIXED}
FINAL: dict[str, Any] = {**WHOLE, "problem_state": ProblemState.CLOSED}


def test_it_is_reviewed_on_the_day_that_support_chose() -> None:
    before = decide(problem_record, closed(**FIXED, review_on=at(days=3)), POLICY, at(days=3) - SECOND)
    then = decide(problem_record, closed(**FIXED, review_on=at(days=3)), POLICY, at(days=3))

    assert before.changes == {
        "problem_state": ProblemState.FIXED, "review_on": at(days=3), "next_escalation_at": None,
        "next_measure_at": None,
    }  # fmt: skip
    assert then.changes == {
        "problem_state": ProblemState.CLOSED, "review_on": at(days=3), "next_escalation_at": None,
        "next_measure_at": None,
    }  # fmt: skip
    assert [told.marks for told in then.notes] == [{"problem-effective-20261126T1000"}]
    assert then.notes[0].text.startswith(
        "Closed Mon 23 Nov 2026 12:00 CET (11:00 UTC), reviewed Thu 26 Nov 2026 11:00 CET (10:00 UTC):"
    )
    assert before.due == at(days=3)


@pytest.mark.parametrize(
    ("held", "began", "now", "back"),
    [
        (FIXED, at(hours=1), at(days=1), False),
        (FIXED, at(hours=1) + SECOND, at(days=1), True),
        (FIXED, at(days=1), at(days=1), True),
        (FIXED, at(days=1) + SECOND, at(days=1), False),
        (FINAL, at(hours=1, days=14), at(days=60), True),
        (FINAL, at(hours=1, days=14) + SECOND, at(days=60), False),
    ],
)
def test_what_comes_after_the_fix_opens_it_again_and_within_two_weeks_even_after_the_review(
    held: dict[str, Any], began: datetime, now: datetime, back: bool
) -> None:
    links = (one("19", began=None), one("20", began=began))
    outcome = decide(problem_record, closed(**held, links=links), POLICY, now)

    assert outcome.state is (TicketState.OPEN if back else None)
    if back:
        assert outcome.changes == {"problem_state": ProblemState.INVESTIGATING, "review_on": None}
        assert [(told.title, set(told.marks)) for told in outcome.notes] == [("Problem is back", {"problem-back-20"})]
        assert outcome.again
    elif held is FINAL:
        assert (outcome.changes, outcome.notes) == ({"next_escalation_at": None}, ())


def test_the_first_one_that_came_back_is_named() -> None:
    links = (one("21", began=at(days=3)), one("20", began=at(days=2)))
    (told,) = decide(problem_record, closed(**FIXED, links=links), POLICY, at(days=4)).notes

    assert told.text.startswith("Incident 41020 began Wed 25 Nov 2026 11:00 CET (10:00 UTC), after")


def test_created_as_closed_it_was_fixed_when_it_was_created() -> None:
    outcome = decide(problem_record, record(TicketState.CLOSED, **WHOLE), POLICY, at(hours=2))

    assert outcome.changes["review_on"] == at(days=30)
