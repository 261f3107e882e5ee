"""R28–R30: a problem record, its incidents, its clocks in working time, and what it takes to close it."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from connector.domain.fields import Fields
from connector.domain.ticket import Change, LinkedTicket, Ticket
from connector.domain.vocabulary import (
    Actor,
    CauseCategory,
    Priority,
    ProblemState,
    ServiceCheck,
    TicketKind,
    TicketState,
)
from connector.rules.problem_record import problem_record
from tests.builders import T0, at, changed, default_policy, incident, moved, note
from tests.unit.rules.passes import decide

POLICY = default_policy()
WHOLE: dict[str, Any] = {
    "root_cause": "A digger cut the fibre.",
    "cause_category": CauseCategory.FIBRE,
    "permanent_fix": "A second path.",
}
MORNING = datetime(2026, 11, 24, 10, 0, tzinfo=T0.tzinfo)
"""One working day after T0, a Monday."""


def record(
    state: TicketState = TicketState.OPEN,
    *,
    history: tuple[Change, ...] = (),
    links: tuple[LinkedTicket, ...] = (),
    marks: frozenset[str] = frozenset(),
    owner: str | None = None,
    **values: Any,
) -> Ticket:
    """A problem record of SVC-1005."""
    held: dict[str, Any] = {
        "connector_key": "problem:7",
        "service_id": "SVC-1005",
        "service_check": ServiceCheck.VERIFIED,
    }
    fields = Fields(**(held | {"problem_state": ProblemState.INVESTIGATING, "group": "problems"} | values))
    return incident(
        fields,
        state=state,
        kind=TicketKind.PROBLEM,
        created_by=Actor.CONNECTOR,
        history=history,
        links=links,
        articles=(note(set(marks)),) if marks else (),
        owner=owner,
    )


def closed(*, by: Actor = Actor.AGENT, hours: float = 1, extra: tuple[Change, ...] = (), **values: Any) -> Ticket:
    """One that somebody closed an hour after T0."""
    closing = moved(TicketState.OPEN, TicketState.CLOSED, at(hours=hours), by)
    return record(TicketState.CLOSED, history=(*extra, closing), **values)


def one(number: str, *, ended: datetime | None = None, began: datetime = T0, **values: Any) -> LinkedTicket:
    """A linked incident."""
    state = TicketState.CLOSED if ended else TicketState.OPEN
    held: dict[str, Any] = {
        "priority": Priority.P1,
        "customer": "Harbour Bank",
        "service_id": "SVC-1006",
        "began": began,
    }
    return LinkedTicket(
        id=number, number=f"410{number}", state=state, created_by_connector=False, ended=ended, **(held | values)
    )


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


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ({"problem_state": None}, ProblemState.INVESTIGATING),
        ({"root_cause": "x"}, ProblemState.ROOT_CAUSE_KNOWN),
        ({"root_cause": "x", "workaround": "y"}, ProblemState.KNOWN_ERROR),
        ({"root_cause": "x", "workaround": "y", "fix_due": at(days=9)}, ProblemState.FIX_PLANNED),
        ({"problem_state": ProblemState.PROPOSED, "root_cause": "x"}, ProblemState.PROPOSED),
        ({"problem_state": ProblemState.FIXED, "root_cause": "x"}, ProblemState.ROOT_CAUSE_KNOWN),
    ],
)
def test_the_state_follows_from_what_is_stated(values: dict[str, Any], state: ProblemState) -> None:
    assert decide(problem_record, record(**values), POLICY, T0).changes["problem_state"] is state


def test_a_person_may_choose_another_state() -> None:
    chosen = changed("problem_state", ProblemState.INVESTIGATING, ProblemState.KNOWN_ERROR, at(minutes=1))
    ticket = record(history=(chosen,), problem_state=ProblemState.KNOWN_ERROR)
    assert decide(problem_record, ticket, POLICY, at(hours=1)).changes["problem_state"] is ProblemState.KNOWN_ERROR


def test_the_clocks_run_in_working_time() -> None:
    """8.5 h a working day; T0 is Monday 11:00 in Berlin, 1.5 working days after it Tuesday 15:15."""
    fresh = decide(problem_record, record(), POLICY, T0)
    assert fresh.notes == ()
    assert fresh.changes["next_escalation_at"] == MORNING
    assert T0 < (fresh.due or T0) < MORNING

    reminded = decide(problem_record, record(), POLICY, MORNING - timedelta(minutes=1))
    assert [told.title for told in reminded.notes] == ["Problem: soon due"]
    assert "escalation_level" not in reminded.changes

    late = decide(problem_record, record(), POLICY, MORNING)
    assert [told.title for told in late.notes] == ["Problem: overdue", "Escalation level 3: head of operations"]
    assert late.changes["escalation_level"] == 3
    assert "group" not in late.changes, "in another group it would be an incident"


def test_what_is_stated_is_due_no_more_and_a_level_is_called_once() -> None:
    owned = decide(problem_record, record(owner="Grace Hopper"), POLICY, MORNING)
    assert owned.notes == ()
    assert owned.changes["next_escalation_at"] == datetime(2026, 12, 7, 10, 0, tzinfo=T0.tzinfo), "ten working days"

    known = record(owner="Grace", root_cause="x", escalation_level=3, marks=frozenset({"level-3"}))
    month = decide(problem_record, known, POLICY, at(days=60))
    assert [told.title for told in month.notes] == ["Problem: overdue"]
    planned = record(owner="Grace", root_cause="x", fix_due=at(days=90))
    assert decide(problem_record, planned, POLICY, at(days=60)).changes["next_escalation_at"] == at(days=90)
    assert len(decide(problem_record, planned, POLICY, at(days=90)).notes) == 2


def test_nothing_is_due_on_what_is_only_proposed_and_its_clocks_begin_when_a_person_confirms() -> None:
    proposed = decide(problem_record, record(problem_state=ProblemState.PROPOSED), POLICY, at(days=60))
    assert (proposed.notes, proposed.due) == ((), None)

    confirmed = changed("problem_state", ProblemState.PROPOSED, ProblemState.INVESTIGATING, at(days=1))
    outcome = decide(problem_record, record(history=(confirmed,)), POLICY, at(days=1, minutes=1))
    assert outcome.changes["next_escalation_at"] == MORNING + timedelta(days=1)


def test_a_record_from_before_these_rules_calls_no_level_on_the_day_they_come() -> None:
    """Its clocks begin when the rules first see it."""
    months = at(days=60)
    first = decide(problem_record, record(problem_state=None), POLICY, months)
    assert (first.notes, "escalation_level" in first.changes) == ((), False)

    seen = changed("problem_state", None, ProblemState.INVESTIGATING, months, Actor.CONNECTOR)
    assert decide(problem_record, record(history=(seen,)), POLICY, months + timedelta(minutes=1)).notes == ()
    late = decide(problem_record, record(history=(seen,)), POLICY, months + timedelta(days=5))
    assert [told.title for told in late.notes][:1] == ["Problem: overdue"]


def test_a_record_that_was_closed_before_these_rules_stays_closed() -> None:
    outcome = decide(problem_record, closed(problem_state=None, root_cause="x"), POLICY, at(hours=2))
    assert (outcome.state, outcome.notes, outcome.changes) == (None, (), {})


def test_its_incidents_are_listed_in_a_field_as_they_are_now() -> None:
    links = (one("21", ended=at(minutes=90)), one("20", began=at(hours=1), customer="Acme"))
    listed = decide(problem_record, record(links=links), POLICY, at(hours=2))

    told = listed.changes["incidents"]
    assert told is not None
    assert told.startswith("Incidents: 2. Minutes down: 90. Customers: 2.")
    assert "- 41021 P1, SVC-1006, Harbour Bank" in told
    assert listed.notes == ()
    assert listed.changes["affected_services"] == "SVC-1005\nSVC-1006"
    same = decide(problem_record, record(links=links, **listed.changes), POLICY, at(hours=3))
    assert same.changes["incidents"] == told
    fewer = decide(problem_record, record(links=links[:1], **listed.changes), POLICY, at(hours=3))
    assert (fewer.changes["incidents"] or "").startswith("Incidents: 1.")
    assert decide(problem_record, record(**listed.changes), POLICY, at(hours=3)).changes["incidents"] is None


def test_open_incidents_hear_of_a_workaround() -> None:
    links = (one("21", ended=at(minutes=90)), one("20"))
    assert decide(problem_record, record(links=links, workaround="LTE"), POLICY, T0).touches == ("20",)
    assert decide(problem_record, record(links=links), POLICY, T0).touches == ()


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
