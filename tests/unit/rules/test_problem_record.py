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
SECOND = timedelta(seconds=1)


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


def one(number: str, *, ended: datetime | None = None, began: datetime | None = T0, **values: Any) -> LinkedTicket:
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
    waiting = decide(problem_record, planned, POLICY, at(days=60))
    assert (waiting.changes["next_escalation_at"], waiting.changes["review_on"]) == (at(days=90), None)
    late = decide(problem_record, planned, POLICY, at(days=90))
    assert [told.title for told in late.notes] == ["Problem: overdue", "Escalation level 3: head of operations"]
    assert "Not stated in time: the fix, due" in late.notes[0].text
    assert "problem overdue: the fix, due" in str(late.changes["escalation_reason"])


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


def test_its_incidents_are_listed_in_a_field_as_they_are_now() -> None:
    links = (one("21", ended=at(minutes=90)), one("20", began=at(hours=1), customer="Acme"))
    listed = decide(problem_record, record(links=links), POLICY, at(hours=2))

    told = listed.changes["incidents"]
    assert told is not None
    assert told.startswith("Incidents: 2, open: 1. Minutes of those over, together: 90. Customers: 2.")
    assert "- 41021 P1, SVC-1006, Harbour Bank" in told
    assert listed.notes == ()
    assert listed.changes["affected_services"] == "SVC-1005\nSVC-1006"
    same = decide(problem_record, record(links=links, **listed.changes), POLICY, at(hours=3))
    assert same.changes["incidents"] == told
    fewer = decide(problem_record, record(links=links[:1], **listed.changes), POLICY, at(hours=3))
    assert (fewer.changes["incidents"] or "").startswith("Incidents: 1, ")
    assert decide(problem_record, record(**listed.changes), POLICY, at(hours=3)).changes["incidents"] is None


def test_open_incidents_hear_of_a_workaround() -> None:
    links = (one("21", ended=at(minutes=90)), one("20"))
    assert decide(problem_record, record(links=links, workaround="LTE"), POLICY, T0).touches == ("20",)
    first = decide(problem_record, record(links=links, workaround="LTE"), POLICY, T0)
    told = tuple(link.model_copy(update={"updated_at": at(minutes=1)}) for link in links)
    assert decide(problem_record, record(links=told, workaround="LTE", **first.changes), POLICY, T0).touches == ()
    assert decide(problem_record, record(links=told, workaround="LTE"), POLICY, T0).touches == ("20",), (
        "linked just now"
    )
    news = changed("workaround", None, "LTE", at(minutes=2))
    assert decide(
        problem_record, record(links=told, history=(news,), workaround="LTE", **first.changes), POLICY, T0
    ).touches == ("20",)
    assert decide(problem_record, record(links=links), POLICY, T0).touches == ()


def test_the_list_of_incidents_in_words() -> None:
    """The one that began first stands first, those of which nobody knows it last. One that is closed is not called
    open where the helpdesk does not say since when it is."""
    over = TicketState.CLOSED
    links = (
        one("24", began=None, priority=None, service_id=None, customer=""),
        one("23", began=at(hours=1), ended=at(hours=1, seconds=89)),
        one("22", began=at(hours=1), customer="Acme").model_copy(update={"state": over}),
        one("21", began=at(minutes=1), ended=at()),
        one("25", began=None).model_copy(update={"kind": TicketKind.RFO_TASK}),
    )
    told = decide(problem_record, record(links=links), POLICY, at(hours=2)).changes["incidents"] or ""

    assert [line for line in told.splitlines() if line] == [
        "Incidents: 4, open: 1. Minutes of those over, together: 1. Customers: 2.",
        "- 41021 P1, SVC-1006, Harbour Bank, since Mon 23 Nov 2026 11:01 CET (10:01 UTC): 0 min.",
        "- 41022 P1, SVC-1006, Acme, since Mon 23 Nov 2026 12:00 CET (11:00 UTC): over.",
        "- 41023 P1, SVC-1006, Harbour Bank, since Mon 23 Nov 2026 12:00 CET (11:00 UTC): 1 min.",
        "- 41024: open.",
    ]


def test_every_deadline_is_named_with_its_date_in_reminder_warning_and_reason() -> None:
    """Owner after 1, cause after 10, date of the fix after 20 working days; reminders after 80 % of that."""
    ticket = record(fix_due=None)
    due = [MORNING, datetime(2026, 12, 7, 10, tzinfo=T0.tzinfo), datetime(2026, 12, 21, 10, tzinfo=T0.tzinfo)]
    outcome = decide(problem_record, ticket, POLICY, due[1])

    assert [(told.title, told.text.splitlines()[0]) for told in outcome.notes] == [
        ("Problem: overdue", "Not stated in time: an owner, due Tue 24 Nov 2026 11:00 CET (10:00 UTC) (R28, R30)."),
        (
            "Problem: overdue",
            "Not stated in time: the root cause, due Mon 07 Dec 2026 11:00 CET (10:00 UTC) (R28, R30).",
        ),
        (
            "Escalation level 3: head of operations",
            "Reached on Tue 24 Nov 2026 11:00 CET (10:00 UTC):"
            " problem overdue: an owner, due Tue 24 Nov 2026 11:00 CET (10:00 UTC).",
        ),
    ]
    assert [told.marks for told in outcome.notes] == [
        {"problem-overdue-owner-20261124T1000"},
        {"problem-overdue-cause-20261207T1000"},
        {"level-3"},
    ]
    assert outcome.reasons == (
        "investigating; owner was due 2026-11-24 10:00 UTC; cause was due 2026-12-07 10:00 UTC;"
        " fix date is due 2026-12-21 10:00 UTC",
    )
    assert outcome.due is not None
    assert due[1] < outcome.due < due[2], "the next reminder"
    reminded = decide(problem_record, ticket, POLICY, outcome.due).notes[2]
    assert (reminded.title, set(reminded.marks)) == ("Problem: soon due", {"problem-reminder-fix_date-20261221T1000"})
    assert len(decide(problem_record, ticket, POLICY, outcome.due - SECOND).notes) == 3
    assert decide(problem_record, ticket, POLICY, outcome.due).due == due[2]
    assert decide(problem_record, ticket, POLICY, due[2]).due is None


@pytest.mark.parametrize(
    "stated",
    [{"permanent_fix": "A second path."}, {"fix_due": at(days=90)}],
    ids=["fixed", "planned"],
)
def test_a_fix_or_its_date_is_due_no_more(stated: dict[str, Any]) -> None:
    ticket = record(owner="Grace", root_cause="x", **stated)

    assert decide(problem_record, ticket, POLICY, at(days=60)).notes == ()


@pytest.mark.parametrize(("who", "due"), [(Actor.MANAGER, False), (Actor.AGENT, True)])
def test_that_there_is_no_fix_ends_its_deadline_if_a_manager_has_accepted_it(who: Actor, due: bool) -> None:
    history = (changed("no_fix_reason", None, "Bankrupt.", at(minutes=30), who),)
    ticket = record(owner="Grace", root_cause="x", no_fix_reason="Bankrupt.", history=history)

    assert bool(decide(problem_record, ticket, POLICY, at(days=60)).notes) is due


def test_an_overdue_problem_rises_to_the_first_level_from_that_of_the_policy_on() -> None:
    """Where the ladder ends before it, to the last."""
    service: dict[str, Any] = {"service_id": "SVC-1003"}
    policy = POLICY.model_copy(update={"problem": POLICY.problem.model_copy(update={"overdue_level": 5})})

    assert decide(problem_record, record(**service), policy, MORNING).changes["escalation_level"] == 3
    assert decide(problem_record, record(), policy, MORNING).changes["escalation_level"] == 5
    assert decide(problem_record, record(), policy, MORNING).changes["escalated_from"] == 0
    for held in (3, 5):
        again = decide(problem_record, record(escalation_level=held), POLICY, MORNING)
        assert ("escalation_level" in again.changes, len(again.notes)) == (False, 1)
    risen = decide(problem_record, record(escalation_level=5), POLICY, MORNING)
    assert ("escalation_level" in risen.changes, len(risen.notes)) == (False, 1)


@pytest.mark.parametrize(
    ("old", "new", "counts"),
    [
        (ProblemState.FIXED, ProblemState.INVESTIGATING, True),
        (ProblemState.CLOSED, ProblemState.INVESTIGATING, True),
        (None, ProblemState.INVESTIGATING, True),
        (ProblemState.PROPOSED, ProblemState.ROOT_CAUSE_KNOWN, True),
        (ProblemState.INVESTIGATING, ProblemState.ROOT_CAUSE_KNOWN, False),
        (ProblemState.FIXED, ProblemState.CLOSED, False),
    ],
)
def test_its_clocks_begin_anew_when_it_comes_back(old: ProblemState | None, new: ProblemState, counts: bool) -> None:
    ticket = record(history=(changed("problem_state", old, new, at(days=7)),), fix_due=None)
    due = decide(problem_record, ticket, POLICY, at(days=7)).changes["next_escalation_at"]

    assert due == MORNING + timedelta(days=7 * counts)


def test_a_state_that_a_person_chose_stays_but_fixed_and_closed_follow_from_closing_it() -> None:
    for state in ProblemState:
        chosen = record(history=(changed("problem_state", None, state, at(minutes=1)),), problem_state=state)
        ends = state in (ProblemState.FIXED, ProblemState.CLOSED)
        shown = decide(problem_record, chosen, POLICY, T0).changes["problem_state"]
        assert shown is (ProblemState.INVESTIGATING if ends else state)
    by_rule = changed("problem_state", None, ProblemState.FIX_PLANNED, at(minutes=1), Actor.CONNECTOR)
    ticket = record(history=(by_rule,), problem_state=ProblemState.FIX_PLANNED)
    assert decide(problem_record, ticket, POLICY, T0).changes["problem_state"] is ProblemState.INVESTIGATING


def test_services_are_listed_once_whoever_wrote_them() -> None:
    links = (one("20"), one("21", service_id="svc-1005"), one("22", service_id=None))
    listed = decide(problem_record, record(links=links, affected_services="the lab \nsvc-1006"), POLICY, T0)

    assert listed.changes["affected_services"] == "the lab \nsvc-1006\nSVC-1005"
    assert decide(problem_record, record(service_id=None), POLICY, T0).changes["affected_services"] is None
