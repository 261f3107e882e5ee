"""One atomic request, a transition only where the status must change, and what is stored is what was meant."""

import json
from datetime import timedelta
from typing import Any, cast

import pytest

from connector.domain.changes import Changes
from connector.domain.connector_key import key_of
from connector.domain.decision import NewTicket, Note
from connector.domain.fields import CATALOGUE, Fields
from connector.domain.mark import Mark
from connector.domain.vocabulary import (
    CauseCategory,
    Duplicate,
    FaultType,
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
    TicketKind,
    TicketState,
    Urgency,
    WrittenLanguage,
)
from connector.helpdesks.errors import HelpdeskError, PermanentError, RefusedError, TransientError
from connector.sandbox.jira import Fault
from tests.jira_admin import allow_only, ask_on_transition
from tests.unit.helpdesks.jira.bench import START, Bench

NOTE = Note(public=False, title="Escalation level 2", text="Why", marks=frozenset({Mark.parse("level-2")}))
EVERYTHING: Changes = {
    "service_id": "SVC-1001",
    "problem_start": START,
    "short_description": "Line *down* [x]",
    "impact": Impact.DEGRADATION,
    "urgency": Urgency.HIGH,
    "circuit_id": "C_1-2",
    "fault_type": FaultType.INTERMITTENT,
    "test_results": "loss *90%* {html}\n  10.0.0.1 -> 10.0.0.2\n[trace|x]",
    "ip_addresses": "10.0.0.0/8, 2001:db8::/32",
    "priority": Priority.P1,
    "priority_source": PrioritySource.MATRIX,
    "priority_reason": "P1: impact × urgency",
    "group": "level_3",
    "intake_status": IntakeStatus.ASKED,
    "service_check": ServiceCheck.VERIFIED,
    "duplicate": Duplicate.CONFIRMED,
    "duplicate_of": "ISP-41",
    "language": WrittenLanguage.GERMAN,
    "intake_channel": IntakeChannel.MY_INTERSPACE,
    "first_response_due_at": START + timedelta(minutes=15),
    "repair_due_at": START + timedelta(hours=4),
    "next_update_at": START + timedelta(hours=1),
    "missed_targets": Missed.BOTH,
    "escalation_level": 3,
    "escalated_from": 2,
    "escalation_reason": "Level 3: age",
    "next_escalation_at": START + timedelta(hours=2),
    "escalation_request": "now!",
    "rfo_requested": True,
    "rfo_status": RfoStatus.DUE,
    "rfo_due_at": START + timedelta(days=5),
    "deferral_support": True,
    "deferral_customer": True,
    "deferral": "Both agreed:\n- Ann\n- Carl",
    "deferred_until": START + timedelta(days=1),
    "parent_incident": ParentIncident.CONFIRMED,
    "parent_update": "A cable was cut.",
    "problem_state": ProblemState.KNOWN_ERROR,
    "root_cause": "A {bad} cable",
    "cause_category": CauseCategory.FIBRE,
    "workaround": "The backup line",
    "permanent_fix": "A good one",
    "rfo_summary": "No light for 3 h",
    "rfo_trigger": "A {digger}",
    "rfo_detection": "By *alarm*",
    "rfo_resolution": "Spliced",
    "corrective_measures": "Checked | all\nspares",
    "preventive_measures": "A second path | Ada | 2027-02-01\nAn alarm | Grace | 2027-01-01 | done",
    "third_party_reference": "CARRIER-4711",
    "rfo_revision": "The cause",
    "rfo_release": RfoRelease.FINAL,
    "rfo_decline_reason": "Not a service of ours",
    "rfo_version": 2,
    "next_measure_at": START + timedelta(days=60),
    "no_fix_reason": "Too dear",
    "change_reference": "CHG-17",
    "fix_due": START + timedelta(days=9),
    "review_on": START + timedelta(days=30),
    "affected_services": "SVC-1005\nSVC-1006",
    "incidents": "Incidents: 2.\n- ISP-1",
    "connector_key": "rfo:1",
}


@pytest.mark.parametrize("kind", [TicketKind.INCIDENT, TicketKind.RFO_TASK, TicketKind.PROBLEM])
def test_every_field_there_and_back(bench: Bench, kind: TicketKind) -> None:
    """Each on a ticket of each kind that has it: on Cloud the others do not take it."""
    assert EVERYTHING.keys() == Fields.model_fields.keys()
    own: Any = {field: value for field, value in EVERYTHING.items() if kind in CATALOGUE[field].on}
    ticket = bench.read(bench.opens(kind=bench.mapping.types_of(kind)[0]))

    bench.desk.write(ticket, own, None)

    assert bench.read(ticket.id).fields.model_dump(include=own.keys()) == own
    empty = cast(Changes, {field: None for field in own if field not in ("priority", "group")})
    bench.desk.write(ticket, empty, None)
    held = bench.read(ticket.id).fields.model_dump(exclude_none=True)
    assert held == {"priority": Priority.P1, "group": "level_3"}


def test_no_is_nothing(bench: Bench) -> None:
    ticket = bench.read(bench.opens())

    bench.desk.write(ticket, {"rfo_requested": False}, None)

    assert bench.read(ticket.id).fields.rfo_requested is None


def test_priority_and_group_are_never_emptied(bench: Bench) -> None:
    ticket = bench.read(bench.opens())

    bench.desk.write(ticket, {"priority": None, "group": None, "circuit_id": "C-1"}, None)

    assert bench.read(ticket.id).fields.priority is Priority.P3


def test_one_request_carries_everything(bench: Bench) -> None:
    ticket = bench.read(bench.opens())

    sent = bench.requests_of(lambda: bench.desk.write(ticket, {"escalation_level": 2, "group": "level_3"}, NOTE))

    (write,) = [one for one in sent if one.is_write]
    assert write.method == "PUT"
    assert write.body.keys() == {"fields", "update", "properties"}
    # Data Center tells neither the time of update nor who sees the comment.
    assert len(sent) == (1 if bench.is_cloud else 3)
    history = bench.jira.world.issue(ticket.id).changes
    assert len(history) == 1


def test_the_time_of_update_is_the_issues(bench: Bench) -> None:
    ticket = bench.read(bench.opens())
    bench.passes(minutes=7)

    at = bench.desk.write(ticket, {"escalation_level": 2}, NOTE)

    assert at == bench.clock() == bench.read(ticket.id).updated_at


def test_a_cloud_that_answers_an_edit_with_nothing_is_read(cloud: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = cloud.read(cloud.opens())
    put = cloud.desk.client.put
    monkeypatch.setattr(cloud.desk.client, "put", lambda path, body, *_: put(path, body))
    cloud.passes(minutes=1)

    assert cloud.desk.write(ticket, {"escalation_level": 2}, NOTE) == cloud.clock()


def test_a_refused_comment_leaves_the_fields_as_they_were(bench: Bench) -> None:
    ticket = bench.read(bench.opens())

    with pytest.raises(PermanentError, match=bench.field("impact")):
        bench.desk.client.put(
            f"api/2/issue/{ticket.id}",
            {"fields": {bench.field("impact"): {"value": "enormous"}}, "update": {"comment": [{"add": {"body": "x"}}]}},
        )
    assert bench.visible(ticket.id) == []


@pytest.mark.parametrize("state", [TicketState.OPEN, TicketState.PENDING_CUSTOMER, TicketState.RESOLVED])
def test_a_change_of_status(bench: Bench, state: TicketState) -> None:
    ticket = bench.read(bench.opens())
    bench.passes(minutes=1)

    at = bench.desk.write(ticket, {"escalation_level": 2}, NOTE, state)

    seen = bench.read(ticket.id)
    assert seen.state is state
    assert seen.updated_at == at
    assert seen.fields.escalation_level == 2
    order = [one.method for one in bench.sent if one.is_write]
    assert order[-2:] == ["POST", "PUT"], "what the note says of the status is true then"


def test_a_change_of_status_alone(bench: Bench) -> None:
    ticket = bench.read(bench.opens())

    sent = bench.requests_of(lambda: bench.desk.write(ticket, {}, None, TicketState.OPEN))

    assert [one.path for one in sent if one.is_write] == [f"/rest/api/2/issue/{ticket.id}/transitions"]
    assert bench.read(ticket.id).state is TicketState.OPEN


def test_a_transition_that_asks_for_a_resolution_gets_one(bench: Bench) -> None:
    ask_on_transition(bench.jira, "Resolved")
    ticket = bench.read(bench.opens())

    bench.desk.write(ticket, {}, None, TicketState.RESOLVED)

    assert bench.read(ticket.id).state is TicketState.RESOLVED


def test_the_first_status_that_the_workflow_allows(bench: Bench) -> None:
    allow_only(bench.jira, "Resolved", ["Work in progress"])
    ticket = bench.read(bench.opens())

    bench.desk.write(ticket, {}, None, TicketState.RESOLVED)

    status = bench.jira.world.issue(ticket.id).fields["status"]
    assert bench.jira.world.statuses[status].name == "Done"


def test_a_workflow_without_a_way_is_told(bench: Bench) -> None:
    allow_only(bench.jira, "Closed", ["Resolved"])
    ticket = bench.read(bench.opens())

    with pytest.raises(RefusedError, match="ISP-1: the workflow has no transition to Closed from here") as caught:
        bench.desk.write(ticket, {"escalation_level": 2}, NOTE, TicketState.CLOSED)
    assert caught.value.details == {"state"}
    assert bench.visible(ticket.id) == []


@pytest.mark.parametrize("kind", ["refuse", "lose answer"])
def test_nothing_is_said_of_a_status_that_is_not_reached(bench: Bench, kind: Any) -> None:
    ticket = bench.read(bench.opens())
    bench.jira.faults.add(Fault(kind, "POST", "transitions"))
    with pytest.raises(HelpdeskError):
        bench.desk.write(ticket, {"escalation_level": 2}, NOTE, TicketState.OPEN)

    seen = bench.read(ticket.id)
    assert seen.marks == {}
    state = TicketState.OPEN if seen.state is not TicketState.OPEN else None
    bench.desk.write(seen, {"escalation_level": 2}, NOTE, state)

    assert bench.read(ticket.id).state is TicketState.OPEN
    assert len(bench.visible(ticket.id)) == 1


@pytest.mark.parametrize("kind", ["refuse", "lose answer"])
def test_a_crash_between_the_two_leaves_the_note_to_the_next_reconcile(bench: Bench, kind: Any) -> None:
    ticket = bench.read(bench.opens())
    bench.jira.faults.add(Fault(kind, "PUT", "issue"))
    with pytest.raises(HelpdeskError):
        bench.desk.write(ticket, {"escalation_level": 2}, NOTE, TicketState.OPEN)

    assert bench.read(ticket.id).state is TicketState.OPEN


def test_a_field_that_is_not_on_the_screen_is_named(bench: Bench) -> None:
    ticket = bench.read(bench.opens())
    bench.screen.remove(bench.field("priority_reason"))

    with pytest.raises(RefusedError) as caught:
        bench.desk.write(ticket, {"priority_reason": "x", "escalation_level": 2}, NOTE)
    assert caught.value.details == {"priority_reason"}
    assert not caught.value.written
    assert bench.read(ticket.id).fields.escalation_level is None


def test_a_group_that_is_no_option_and_a_priority_that_is_gone_are_named(bench: Bench) -> None:
    ticket = bench.read(bench.opens())
    name = bench.mapping.priority_name(Priority.P1)
    next(row for row in bench.jira.world.priorities.values() if row.name == name).name = "Renamed"

    with pytest.raises(RefusedError) as caught:
        bench.desk.write(ticket, {"priority": Priority.P1, "group": "nowhere", "escalation_level": 2}, NOTE)
    assert caught.value.details == {"priority", "group"}


def test_a_status_and_a_priority_that_get_other_names_meanwhile_are_known_by_their_ids(bench: Bench) -> None:
    first = bench.read(bench.opens())
    bench.desk.write(first, {"priority": Priority.P2}, None, TicketState.OPEN)
    assert bench.read(first.id).state is TicketState.OPEN
    assert bench.desk.site.statuses, "read with the history, before the names change"
    world = bench.jira.world
    for table, names in (("statuses", bench.mapping.state_names(TicketState.OPEN)), ("priorities", ("Highest",))):
        for row in getattr(world, table).values():
            row.name = f"{row.name} (new)" if row.name in names else row.name

    ticket = bench.read(bench.opens())
    bench.desk.write(ticket, {"priority": Priority.P1}, NOTE, TicketState.OPEN)

    seen = bench.read(ticket.id)
    assert (seen.fields.priority, seen.state) == (Priority.P1, TicketState.OPEN)


def test_a_lost_answer_leaves_what_was_done(bench: Bench) -> None:
    ticket = bench.read(bench.opens())
    bench.jira.faults.add(Fault("lose answer", "PUT"))
    with pytest.raises(HelpdeskError):
        bench.desk.write(ticket, {"escalation_level": 2}, NOTE)

    seen = bench.read(ticket.id)
    assert seen.fields.escalation_level == 2
    assert "level-2" in seen.marks


def test_a_conflict_is_tried_again(bench: Bench) -> None:
    ticket = bench.read(bench.opens())
    bench.jira.faults.add(Fault("status", "PUT", status=409))

    with pytest.raises(TransientError, match="answered 409"):
        bench.desk.write(ticket, {"escalation_level": 2}, NOTE)


def test_what_was_not_stored_is_told(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = bench.read(bench.opens())
    field = bench.field("escalation_level")
    original = bench.jira.handle

    def resets(method: str, target: str, headers: Any, body: bytes = b"") -> Any:
        """An automation that sets the field back before the answer."""
        if method == "PUT":
            held = json.loads(body)
            held["fields"].pop(field, None)
            body = json.dumps(held).encode()
        return original(method, target, headers, body)

    monkeypatch.setattr(bench.jira, "handle", resets)
    desk = bench.connected()

    with pytest.raises(PermanentError, match="did not store 'Escalation level'"):
        desk.write(ticket, {"escalation_level": 2, "circuit_id": "C-1"}, None)


def test_the_due_date_of_an_rfo_task_moves_with_it(bench: Bench) -> None:
    incident = bench.read(bench.opens())
    new = NewTicket(
        key=key_of(TicketKind.RFO_TASK, incident.id),
        title="RFO",
        text="",
        group="rfo",
        fields={"rfo_due_at": START + timedelta(days=5)},
    )
    task = bench.read(bench.desk.ensure(new, incident))

    bench.desk.write(task, {"rfo_due_at": START + timedelta(days=8)}, None)
    assert bench.jira.world.issue(task.id).fields["duedate"] == "2026-11-30"
    bench.desk.write(task, {"rfo_due_at": None}, None)
    assert bench.jira.world.issue(task.id).fields["duedate"] is None


def test_an_incidents_own_due_date_is_left_alone(bench: Bench) -> None:
    ticket = bench.read(bench.opens(duedate="2026-12-24"))

    bench.desk.write(ticket, {"rfo_due_at": START + timedelta(days=5)}, None)

    assert bench.jira.world.issue(ticket.id).fields["duedate"] == "2026-12-24"


def test_long_and_strange_notes(bench: Bench) -> None:
    ticket = bench.read(bench.opens())
    note = Note(
        public=False,
        title="A\ntitle " + "*" * 190,
        text="{quote}" * 9_000 + "\x00\ud800",
        marks=frozenset({Mark.parse("x")}),
    )

    bench.desk.write(ticket, {}, note)

    last = bench.read(ticket.id).articles[-1]
    assert last.subject == "A title " + "*" * 190
    assert last.body.startswith("{quote}{quote}")
    assert last.marks == {"x"}


def test_at_most_two_reads_and_one_write_for_a_changed_ticket(bench: Bench) -> None:
    ticket = bench.read(bench.opens())
    new = NewTicket(key=key_of(TicketKind.RFO_TASK, ticket.id), title="RFO", text="", group="rfo")
    bench.desk.ensure(new, ticket)
    bench.desk.write(ticket, {"escalation_level": 1}, NOTE)
    bench.passes(minutes=5)
    bench.edits(ticket.id, circuit_id="C-1")

    def reconcile() -> None:
        bench.desk.write(bench.read(ticket.id), {"escalation_level": 2}, NOTE)

    sent = bench.requests_of(reconcile)

    assert sum(one.is_write for one in sent) == 1
    assert sum(not one.is_write for one in sent) == (2 if bench.is_cloud else 4)
