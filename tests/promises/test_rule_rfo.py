"""R32–R34: an RFO is promised once, kept, delivered to the customer, and escalated while it is late."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pypdf import PdfReader

from connector.cli import rfo as command
from connector.domain.ticket import LinkedTicket
from connector.domain.vocabulary import Actor, CauseCategory, Priority, RfoRelease, RfoStatus, TicketKind, TicketState
from connector.operations.explanation import explained
from connector.sandbox.jira.desk import SandboxJira
from tests.jira_admin import reopen_on_comment
from tests.promises.conftest import COMPLETE, Cast, set_the_stage
from tests.promises.evidence import levels_noted, notes

DUE = datetime(2026, 11, 30, 11, 0, tzinfo=UTC)
"""Five working days after the request, which comes an hour after the repair."""


@pytest.fixture(params=["zammad-5.5", "zammad-7", "jira-cloud"])
def cast(request: pytest.FixtureRequest, sqlite_url: str) -> Iterator[Cast]:
    """A fresh stage on each helpdesk."""
    made = set_the_stage(sqlite_url, request.param)
    with made.stage:
        if isinstance(made.stage.sandbox, SandboxJira):
            reopen_on_comment(made.stage.sandbox, ("Resolved", "Done", "Closed"), "Open")
        yield made


def repaired(cast: Cast) -> str:
    """A P1 that was open for a few seconds; an hour later."""
    ticket = cast.customer.writes("Line down", COMPLETE)
    cast.stage.settle()
    cast.agent.replies(ticket, "Fixed.")
    cast.agent.sets(ticket, state=TicketState.CLOSED)
    cast.stage.advance_to(DUE - timedelta(days=7))
    return ticket


def mails(cast: Cast, ticket: str, text: str) -> None:
    """The customer answers by mail, which opens a closed ticket: Zammad's parser does so, and a preset of Jira."""
    cast.customer.mails(ticket, text)
    cast.stage.settle()


def requested(cast: Cast) -> tuple[str, str]:
    """The ids of the incident and of its RFO task."""
    ticket = repaired(cast)
    mails(cast, ticket, "Please send us the RFO.")
    return ticket, task_of(cast, ticket).id


def task_of(cast: Cast, ticket: str) -> LinkedTicket:
    """The incident's only RFO task."""
    (task,) = (link for link in cast.stage.ticket(ticket).links if link.kind is TicketKind.RFO_TASK)
    return task


def told(cast: Cast, ticket: str) -> list[str]:
    """What the connector told the customer about the RFO."""
    own = (a for a in cast.stage.ticket(ticket).articles if a.author is Actor.CONNECTOR and not a.internal)
    return [article.body for article in own if "(RFO)" in article.body]


def test_a_request_that_opens_the_ticket_is_promised_and_nothing_escalates(cast: Cast) -> None:
    ticket, _ = requested(cast)
    seen = cast.stage.ticket(ticket)
    assert not seen.state.is_over
    assert seen.fields.rfo_status is RfoStatus.DUE
    assert seen.fields.rfo_due_at is not None
    assert timedelta() <= seen.fields.rfo_due_at - DUE < timedelta(minutes=1)

    cast.stage.advance(timedelta(hours=9))

    assert levels_noted(cast.stage.ticket(ticket)) == []


def test_a_thank_you_and_a_corrected_priority_move_nothing(cast: Cast) -> None:
    ticket, _ = requested(cast)
    promised = cast.stage.ticket(ticket).fields.rfo_due_at
    cast.agent.sets(ticket, state=TicketState.CLOSED)
    cast.stage.advance(timedelta(hours=1))
    mails(cast, ticket, "Thank you very much!")
    cast.agent.sets(ticket, priority=Priority.P3)
    cast.stage.settle()
    cast.agent.sets(ticket, state=TicketState.CLOSED)
    cast.stage.advance(timedelta(hours=2))

    seen = cast.stage.ticket(ticket).fields
    assert (seen.rfo_status, seen.rfo_due_at) == (RfoStatus.DUE, promised)
    assert len(told(cast, ticket)) == 1


def test_broken_again_stops_the_clock_until_the_next_repair(cast: Cast) -> None:
    ticket, task = requested(cast)
    mails(cast, ticket, "It is dead again.")
    assert cast.stage.ticket(ticket).fields.rfo_status is RfoStatus.REQUESTED

    cast.stage.advance(timedelta(hours=30))
    assert levels_noted(cast.stage.ticket(ticket)) != []
    cast.agent.sets(ticket, state=TicketState.CLOSED)
    cast.stage.settle()

    seen = cast.stage.ticket(ticket).fields
    assert seen.rfo_status is RfoStatus.DUE
    assert seen.rfo_due_at is not None
    assert f"{seen.rfo_due_at:%d %b}" == "01 Dec"
    assert task_of(cast, ticket).id == task
    assert len(told(cast, ticket)) == 2


def test_a_task_closed_empty_delivers_nothing_and_is_opened_again_each_time(cast: Cast) -> None:
    ticket, task = requested(cast)
    for times in (1, 2):
        cast.agent.sets(task, state=TicketState.CLOSED)
        cast.stage.advance(timedelta(minutes=5))

        assert cast.stage.ticket(ticket).fields.rfo_status is RfoStatus.DUE
        assert cast.stage.ticket(task).state is TicketState.OPEN
        assert notes(cast.stage.ticket(task)).count("RFO task opened again") == times
    assert len(told(cast, ticket)) == 1


RFO: Any = {
    "rfo_summary": "The line to Hamburg was down for some seconds.",
    "root_cause": "A digger cut both fibres in the same duct.",
    "rfo_resolution": "The carrier spliced both fibres.",
    "preventive_measures": "Move the second path to its own duct | Ada | 2027-02-01",
}


def test_written_released_sent_with_the_document_corrected_and_followed_up(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = cast.stage
    ticket, task = requested(cast)
    number = stage.ticket(ticket).number
    assert "Draft of the RFO" in "\n".join(notes(stage.ticket(task)))

    cast.agent.sets(task, **(RFO | {"root_cause": None}), rfo_release=RfoRelease.FINAL)
    stage.settle()
    assert stage.ticket(task).fields.rfo_release is None
    assert cast.stage.house.files(ticket) == {}
    assert notes(stage.ticket(task)).count("RFO not released") == 1

    cast.agent.sets(task, **RFO)
    stage.settle()
    monkeypatch.setattr(command, "open_desk", lambda *_: stage.desk)
    monkeypatch.setenv(f"INTERSPACE_{stage.house.name.upper()}_URL", "https://helpdesk.example")
    shown = CliRunner().invoke(command.rfo, ["show", task, "--json", "--helpdesk", stage.house.name])
    assert shown.exit_code == 0, shown.output
    assert json.loads(shown.stdout)["faults"] == []
    made = CliRunner().invoke(
        command.rfo, ["preview", ticket, "--out", str(tmp_path / "p.pdf"), "--helpdesk", stage.house.name]
    )
    assert made.exit_code == 0, made.output
    assert "PREVIEW" in PdfReader(tmp_path / "p.pdf").pages[0].extract_text()
    cast.manager.sets(task, rfo_release=RfoRelease.FINAL)
    cast.stage.settle()
    stage.advance(timedelta(hours=1))
    sent = cast.stage.house.files(ticket)
    assert list(sent) == [f"RFO-{number}-1-v1.pdf"]
    assert sent[f"RFO-{number}-1-v1.pdf"].startswith(b"%PDF-1.7")
    seen, work = stage.ticket(ticket), stage.ticket(task)
    assert seen.fields.rfo_status is RfoStatus.DELIVERED
    assert f"document-{sha256(*sent.values()).hexdigest()[:16]}" in seen.marks
    assert (work.fields.rfo_status, work.fields.rfo_version, work.fields.rfo_release) == (RfoStatus.DELIVERED, 1, None)
    assert work.fields.next_measure_at is not None
    (record,) = (link.id for link in seen.links if link.kind is TicketKind.PROBLEM)
    known: dict[str, Any] = {
        "root_cause": "A digger cut both ducts at the same crossing.",
        "cause_category": CauseCategory.FIBRE,
        "permanent_fix": "Its own duct.",
    }  # fmt: skip
    cast.agent.sets(record, **known, state=TicketState.CLOSED)
    stage.settle()
    assert stage.ticket(record).state is TicketState.OPEN, "a measure is not done"
    assert any("All measures must be done" in article.body for article in stage.ticket(record).articles)

    cast.agent.sets(
        task, root_cause="A digger cut both ducts at the same crossing.", rfo_revision="Two ducts, not one."
    )
    cast.manager.sets(task, rfo_release=RfoRelease.FINAL)
    stage.settle()
    stage.advance(timedelta(hours=1))
    assert set(cast.stage.house.files(ticket)) == {f"RFO-{number}-1-v1.pdf", f"RFO-{number}-1-v2.pdf"}
    assert stage.ticket(task).fields.rfo_version == 2

    cast.agent.sets(task, state=TicketState.CLOSED)
    stage.settle()
    assert stage.ticket(task).state is TicketState.OPEN
    cast.agent.sets(task, preventive_measures=RFO["preventive_measures"] + " | done", state=TicketState.CLOSED)
    stage.advance(timedelta(days=1))
    work = stage.ticket(task)
    assert (work.state, work.fields.next_measure_at) == (TicketState.CLOSED, None)
    assert stage.ticket(ticket).fields.next_measure_at is None
    cast.agent.sets(record, state=TicketState.CLOSED)
    stage.settle()
    assert stage.ticket(record).state is TicketState.CLOSED
    assert len([text for text in told(cast, ticket) if "Attached is" in text]) == 2


def test_one_text_on_the_problem_record_is_released_to_each_customer_as_their_own_document(cast: Cast) -> None:
    """Two lines of one outage, and two who ask: the text is written once, followed up once, and nobody who has written
    it can release it."""
    stage, circuits = cast.stage, ("HAM-ETH-0108", "HAM-ETH-0109")
    director = stage.person("mary@interspace.example", Actor.MANAGER, name="Mary Jackson")
    tickets = [cast.customer.writes("Line down", body) for body in (COMPLETE, COMPLETE.replace("SVC-1005", "SVC-1006"))]
    stage.settle()
    for ticket in tickets:
        cast.agent.replies(ticket, "Fixed.")
        cast.agent.sets(ticket, state=TicketState.CLOSED)
    stage.advance(timedelta(hours=1))
    for ticket in tickets:
        mails(cast, ticket, "Please send us the RFO.")
    tasks = [task_of(cast, ticket).id for ticket in tickets]
    (record,) = {link.id for one in tickets for link in stage.ticket(one).links if link.kind is TicketKind.PROBLEM}

    cast.manager.sets(record, rfo_summary=RFO["rfo_summary"])
    cast.agent.sets(record, **{name: text for name, text in RFO.items() if name != "rfo_summary"})
    cast.manager.sets(tasks[0], rfo_release=RfoRelease.FINAL)
    stage.settle()
    said = "\n".join(notes(stage.ticket(tasks[0])))
    assert said.count("RFO not released") == 1, "the manager has written a part"
    assert said.count("Text for all RFOs of the outage") == 1
    director.sets(tasks[0], rfo_release=RfoRelease.FINAL)
    director.sets(tasks[1], rfo_release=RfoRelease.FINAL)
    seen = explained(stage.desk, stage.policy, tasks[0], stage.clock(), None)
    assert seen["would_write"]["message"] == {"public": False, "about": ["rfo_released"]}
    stage.settle()
    stage.advance(timedelta(hours=1))

    for ticket, circuit in zip(tickets, circuits, strict=True):
        (sent,) = stage.house.files(ticket).values()
        said = " ".join(page.extract_text() for page in PdfReader(BytesIO(sent)).pages)
        assert [name in said for name in circuits] == [name == circuit for name in circuits]
        assert RFO["rfo_summary"] in " ".join(said.split())
        assert stage.ticket(ticket).fields.rfo_status is RfoStatus.DELIVERED
    assert stage.ticket(record).fields.next_measure_at is not None
    cast.agent.sets(tasks[0], state=TicketState.CLOSED)
    stage.advance(timedelta(hours=1))
    assert stage.ticket(tasks[0]).state is TicketState.CLOSED, "its measures are followed on the record"


def test_sent_on_the_incident_and_the_task_closed_it_is_delivered(cast: Cast) -> None:
    ticket, task = requested(cast)
    cast.agent.replies(ticket, "Please find the RFO below. Root cause: a digger. Preventive measure: a second path.")
    cast.agent.sets(task, state=TicketState.CLOSED)
    cast.stage.advance(timedelta(minutes=5))

    assert cast.stage.ticket(ticket).fields.rfo_status is RfoStatus.DELIVERED
    seen = cast.stage.ticket(task)
    assert (seen.state, seen.fields.rfo_status) == (TicketState.CLOSED, RfoStatus.DELIVERED)
    cast.stage.advance(timedelta(days=20))
    assert levels_noted(cast.stage.ticket(task)) == []


def test_an_agent_states_that_it_is_delivered(cast: Cast) -> None:
    ticket, task = requested(cast)
    cast.agent.sets(task, rfo_status=RfoStatus.DELIVERED, state=TicketState.CLOSED)
    cast.stage.advance(timedelta(minutes=5))

    assert cast.stage.ticket(ticket).fields.rfo_status is RfoStatus.DELIVERED
    assert cast.stage.ticket(task).state is TicketState.CLOSED


def test_late_it_rises_every_working_day_and_the_customer_gets_a_new_date(cast: Cast) -> None:
    ticket, task = requested(cast)
    cast.stage.advance_to(DUE + timedelta(minutes=5))
    assert cast.stage.ticket(ticket).fields.rfo_status is RfoStatus.OVERDUE
    assert cast.stage.ticket(task).fields.escalation_level == 3

    cast.stage.advance(timedelta(days=1))
    assert cast.stage.ticket(task).fields.escalation_level == 4
    cast.stage.advance(timedelta(days=20))

    assert cast.stage.ticket(task).fields.escalation_level == 5
    assert [text.count("We now aim to deliver it by") for text in told(cast, ticket)] == [0, 1, 1, 1]


def test_a_later_outage_has_an_rfo_of_its_own(cast: Cast) -> None:
    ticket, task = requested(cast)
    cast.agent.replies(ticket, "Please find the RFO attached.")
    cast.agent.sets(task, state=TicketState.CLOSED)
    cast.agent.sets(ticket, state=TicketState.CLOSED)
    cast.stage.advance(timedelta(days=3))

    mails(cast, ticket, "It is down again. We would like an RFO for this one too, please.")
    cast.agent.sets(ticket, state=TicketState.CLOSED)
    cast.stage.settle()

    seen = cast.stage.ticket(ticket)
    assert seen.fields.rfo_status is RfoStatus.DUE
    tasks = sorted((link.connector_key or "", link.state) for link in seen.links if link.kind is TicketKind.RFO_TASK)
    assert tasks == [(f"rfo:{ticket}", TicketState.CLOSED), (f"rfo:{ticket}:2", TicketState.NEW)]


def test_an_agent_takes_a_request_back(cast: Cast) -> None:
    ticket, task = requested(cast)
    cast.agent.sets(ticket, rfo_requested=True)
    cast.stage.settle()
    cast.agent.sets(ticket, rfo_requested=False)
    cast.stage.advance(timedelta(days=12))

    assert cast.stage.ticket(ticket).fields.rfo_status is None
    assert notes(cast.stage.ticket(ticket)).count("RFO taken back") == 1
    assert levels_noted(cast.stage.ticket(task)) == []


def test_a_duplicate_promises_nothing_and_needs_no_root_cause(cast: Cast) -> None:
    """Merged on Zammad, on Jira done with the resolution "Duplicate"."""
    kept = cast.customer.writes("Line down", COMPLETE)
    duplicate = cast.customer.writes("Line still down", COMPLETE)
    cast.agent.sets(duplicate, rfo_requested=True)
    cast.stage.settle()
    cast.agent.merges(duplicate, kept)
    cast.stage.settle()
    cast.stage.settle()

    seen = cast.stage.ticket(duplicate)
    assert seen.state is TicketState.CANCELLED
    assert seen.fields.rfo_status is None
    assert told(cast, duplicate) == []
    assert [link for link in seen.links if link.kind in {TicketKind.RFO_TASK, TicketKind.PROBLEM}] == []


def test_after_a_merge_the_promise_and_its_task_go_on_at_the_target(zammad_cast: Cast) -> None:
    stage = zammad_cast.stage
    kept = repaired(zammad_cast)
    merged, task = requested(zammad_cast)
    promised = stage.ticket(merged).fields.rfo_due_at
    zammad_cast.agent.merges(merged, kept)
    stage.settle()
    stage.settle()

    seen = stage.ticket(kept).fields
    assert (seen.rfo_status, seen.rfo_due_at) == (RfoStatus.DUE, promised)
    assert stage.ticket(merged).fields.rfo_status is None
    assert [link.id for link in stage.ticket(kept).links if link.kind is TicketKind.RFO_TASK] == [task]
    assert len(told(zammad_cast, kept)) == 1

    stage.advance_to(DUE + timedelta(minutes=5))
    assert stage.ticket(task).fields.escalation_level == 3
    assert stage.ticket(kept).fields.rfo_status is RfoStatus.OVERDUE


def test_of_two_tasks_a_merge_leaves_one_and_says_where_it_goes_on(zammad_cast: Cast) -> None:
    stage = zammad_cast.stage
    (kept, first), (merged, second) = requested(zammad_cast), requested(zammad_cast)
    zammad_cast.agent.merges(merged, kept)
    stage.settle()
    stage.settle()

    assert stage.ticket(first).state is TicketState.NEW
    assert stage.ticket(second).state is TicketState.CLOSED
    assert notes(stage.ticket(second)).count(f"RFO written in {stage.ticket(first).number}") == 1
    stage.advance_to(DUE + timedelta(days=9))
    assert stage.ticket(first).fields.escalation_level == 5
    assert levels_noted(stage.ticket(second)) == []
