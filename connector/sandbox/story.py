"""One outage from the first e-mail to the RFO, as a sequence of steps that are checked on the helpdesk itself."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from textwrap import wrap
from typing import Any, NamedTuple

from connector.domain.fields import CATALOGUE
from connector.domain.ticket import Article, Ticket
from connector.domain.vocabulary import (
    Actor,
    IntakeStatus,
    Priority,
    ProblemState,
    RfoRelease,
    RfoStatus,
    ServiceCheck,
    TicketKind,
    TicketState,
)
from connector.rules import timeline, wording
from connector.sandbox.stage import Person, Stage

Seen = Iterator[str | tuple[str, bool]]
"""What can be seen on a ticket: lines, and expectations that are met or not."""


class Told(NamedTuple):
    """One step: when, what, what can be seen on the ticket, and which expectations were not met."""

    at: datetime
    title: str
    lines: tuple[str, ...]
    problems: tuple[str, ...]
    calls: str
    """What the connector read and wrote."""

    @property
    def happened(self) -> bool:
        """Every expectation was met."""
        return not self.problems


def tell(stage: Stage) -> Iterator[Told]:
    """Plays the story step by step. Each step ends when the connector has nothing left to do."""
    ada = stage.person("ada@harbour.example", organization="Harbour Bank", name="Ada Lovelace")
    grace = stage.person("grace@interspace.example", Actor.AGENT, name="Grace Hopper")
    edith = stage.person("edith@interspace.example", Actor.MANAGER, name="Edith Clarke")
    play = _Play(stage)
    ticket = ada.writes(
        "Fault on the line to Hamburg",
        "Hello,\n\nwe have had a fault since 2026-11-23 09:40 CET. Please help.\n\nUrgency: high\n\n-- \nAda Lovelace",
    )
    stage.settle()
    yield play.step("An e-mail without service ID and impact: asked back for exactly that", ticket, _asked)

    stage.advance(timedelta(minutes=4))
    ada.replies(ticket, "Service ID: SVC-1005\nImpact: service affecting\n\n> Service ID:\n> Impact:")
    stage.settle()
    yield play.step("The customer answers: details filled in, priority by the matrix", ticket, _triaged)

    yield from _escalates(stage, play, grace, ticket)
    yield from _is_resolved(stage, play, grace, ticket)
    yield from _gets_its_rfo(play, ada, grace, edith, ticket)
    yield from _keeps_its_problem(stage, play, grace, ticket)


def _escalates(stage: Stage, play: "_Play", grace: Person, ticket: str) -> Iterator[Told]:
    grace.replies(ticket, "We have found a broken fibre and are on our way.")
    stage.settle()
    yield play.step("An agent answers in time: nothing escalates for it", ticket, _answered)
    stage.advance_to(datetime(2026, 11, 23, 10, 1, tzinfo=UTC))
    yield play.step("One hour old: level 2", ticket, _level_two)
    stage.advance_to(datetime(2026, 11, 23, 11, 1, tzinfo=UTC))
    yield play.step("Two hours old: level 3, and the group changes", ticket, _level_three)


def _is_resolved(stage: Stage, play: "_Play", grace: Person, ticket: str) -> Iterator[Told]:
    stage.advance_to(datetime(2026, 11, 23, 12, 15, tzinfo=UTC))
    grace.replies(ticket, "The fibre is spliced. All is well.")
    grace.sets(ticket, state=TicketState.CLOSED)
    stage.settle()
    stage.advance_to(datetime(2026, 11, 24, 9, 0, tzinfo=UTC))
    yield play.step("The morning after it was resolved: the clocks have stood still, no level 4", ticket, _resolved)


def _gets_its_rfo(play: "_Play", ada: Person, grace: Person, edith: Person, ticket: str) -> Iterator[Told]:
    stage = play.stage
    ada.replies(ticket, "Thank you. Please send us the RFO for this outage.")
    stage.settle()
    yield play.step("The customer asks for an RFO: a linked task, due in 5 working days", ticket, _rfo_due)
    task = next((link for link in stage.ticket(ticket).links if link.kind is TicketKind.RFO_TASK), None)
    if task is None:
        return
    stage.advance_to(datetime(2026, 11, 30, 9, 30, tzinfo=UTC))
    yield play.step("Working days 3 and 4: the team is reminded", task.id, _reminded)
    grace.sets(task.id, **_WRITTEN)
    stage.settle()
    yield play.step("An agent writes the RFO: what is wrong with it is told", task.id, _has_a_fault)
    grace.sets(task.id, preventive_measures=_MEASURE)
    edith.sets(task.id, rfo_release=RfoRelease.FINAL)
    stage.settle()
    yield play.step("A manager releases it: the customer gets the document", ticket, _delivered)
    yield play.step("Its measures are followed until they are done", task.id, _followed)


def _keeps_its_problem(stage: Stage, play: "_Play", grace: Person, ticket: str) -> Iterator[Told]:
    record = next((link for link in stage.ticket(ticket).links if link.kind is TicketKind.PROBLEM), None)
    if record is None:
        return
    grace.sets(record.id, root_cause=_WRITTEN["root_cause"], state=TicketState.CLOSED)
    stage.settle()
    yield play.step("The problem record is closed too early: opened again", record.id, _problem_stays)


_MEASURE = "Move the second path to a duct of its own | Grace Hopper | 2027-02-01"
_WRITTEN: dict[str, Any] = {
    "rfo_summary": "The Ethernet line to Hamburg was down. The backup line carried no traffic.",
    "root_cause": "A digger cut both fibres: working and protection path lay in one duct for 300 m.",
    "rfo_resolution": "The carrier spliced both fibres.",
    "preventive_measures": "Move the second path to a duct of its own | Grace Hopper",
}


class _Play:
    """Counts the API calls between two steps."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self._counted = 0

    def step(self, title: str, ticket: str, look: Callable[[Ticket], Seen]) -> Told:
        calls = Counter(map(str, self.stage.house.calls(self._counted)))
        seen = [*look(self.stage.ticket(ticket)), ("no dead letters", not self.stage.table.dead_letters())]
        self._counted = self.stage.house.served()
        lines = tuple(line for line in seen if isinstance(line, str))
        problems = tuple(f"expected: {told[0]}" for told in seen if not isinstance(told, str) and not told[1])
        told = ", ".join(f"{count}× {kind}" if count > 1 else kind for kind, count in calls.items())
        return Told(self.stage.clock(), title, lines, problems, told)


def _asked(ticket: Ticket) -> Seen:
    messages = [article for article in _by_connector(ticket) if not article.internal]
    text = messages[0].body if messages else ""
    asked_for = [line.partition(" (")[0] for line in text.splitlines() if line.endswith("):")]
    yield f"To the customer: please tell us {' and '.join(asked_for)}"
    yield f"Priority meanwhile {ticket.fields.priority_reason}"
    yield "one public message", len(messages) == 1
    yield "it asks for service ID and impact only", asked_for == [ticket.labels[f] for f in ("service_id", "impact")]
    yield "the start time was understood", ticket.fields.problem_start == datetime(2026, 11, 23, 8, 40, tzinfo=UTC)
    yield "a possible P1 does not wait", ticket.fields.priority is Priority.P1
    yield "intake status: asked", ticket.fields.intake_status is IntakeStatus.ASKED


def _triaged(ticket: Ticket) -> Seen:
    fields = ticket.fields
    yield f"Service {fields.service_id} ({fields.service_check}), circuit {fields.circuit_id}"
    yield f"Start of the problem {_moment(fields.problem_start)}"
    yield f"{fields.priority_reason}"
    yield f"First response due {_moment(fields.first_response_due_at)}, repair due {_moment(fields.repair_due_at)}"
    yield "service ID SVC-1005", fields.service_id == "SVC-1005"
    yield "verified against the catalogue", fields.service_check is ServiceCheck.VERIFIED
    yield "P1 by the matrix", fields.priority_reason == "P1: impact service affecting × urgency high"
    yield "all details are there", fields.intake_status is IntakeStatus.COMPLETE
    yield "repair due 4 hours after creation", fields.repair_due_at == ticket.created_at + timedelta(hours=4)
    letters = sum(not article.internal for article in _by_connector(ticket))
    yield "the customer was asked once, and told that nothing is missing any more", letters == 2


def _answered(ticket: Ticket) -> Seen:
    coming = ticket.fields.next_escalation_at
    yield f"Next escalation {_moment(coming)}"
    yield "still level 1", ticket.fields.escalation_level == 1
    yield "level 2 comes after an hour", coming == ticket.created_at + timedelta(hours=1)


def _level_two(ticket: Ticket) -> Seen:
    yield from _level(ticket, 2)
    yield "one note of level 2", _notes_with(ticket, "level-2") == 1
    yield "the group stays", ticket.fields.group == "intake"


def _level_three(ticket: Ticket) -> Seen:
    yield from _level(ticket, 3)
    yield "one note each of levels 2 and 3", [_notes_with(ticket, f"level-{n}") for n in (2, 3)] == [1, 1]
    yield "the group is that of level 3", ticket.fields.group == "level_3"


def _level(ticket: Ticket, number: int) -> Seen:
    yield f"{ticket.fields.escalation_reason}"
    yield f"group {ticket.fields.group}, next escalation {_moment(ticket.fields.next_escalation_at)}"
    yield f"level {number}", ticket.fields.escalation_level == number


def _resolved(ticket: Ticket) -> Seen:
    problems = [link for link in ticket.links if link.kind is TicketKind.PROBLEM]
    yield f"Resolved {_moment(timeline.resolved_at(ticket))}"
    yield f"Level {ticket.fields.escalation_level} stays, no next escalation"
    for link in problems:
        yield f"Problem record {link.number} linked: root cause and permanent fix are looked for"
    yield "closed", ticket.state is TicketState.CLOSED
    yield "level 3 stays", ticket.fields.escalation_level == 3
    yield "no level 4", _notes_with(ticket, "level-4") == 0
    yield "no next escalation", ticket.fields.next_escalation_at is None
    yield "one problem record", len(problems) == 1


def _rfo_due(ticket: Ticket) -> Seen:
    due = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
    tasks = [link for link in ticket.links if link.kind is TicketKind.RFO_TASK]
    for link in tasks:
        yield f"Task {link.number} linked, due {_moment(link.rfo_due_at)}"
    yield "one linked task", len(tasks) == 1
    yield "due on the fifth working day", ticket.fields.rfo_due_at == due
    yield "the task has the same date", [link.rfo_due_at for link in tasks] == [due]
    yield "RFO status: due", ticket.fields.rfo_status is RfoStatus.DUE
    yield "the customer was told", _notes_with(ticket, "rfo-due-20261201T0900") == 1


def _reminded(task: Ticket) -> Seen:
    reminders = _marked(task, "rfo-reminder")
    for article in reminders:
        yield f"{wording.format_time(article.created_at)}: {article.body.splitlines()[0]}"
    days = [article.created_at.date().isoformat() for article in reminders]
    yield "reminders on working days 3 and 4", days == ["2026-11-27", "2026-11-30"]


def _has_a_fault(task: Ticket) -> Seen:
    told = [line for article in _marked(task, "rfo-faults") for line in article.body.splitlines()]
    faults = [line for line in told if line.startswith("- ")]
    yield from faults
    label = CATALOGUE["preventive_measures"].label
    yield "the measure without a date is told", faults == [f"- {label}, line 1: no date"]


def _delivered(ticket: Ticket) -> Seen:
    letters = [article for article in _marked(ticket, "rfo-sent") if not article.internal]
    body = [line for letter in letters for line in letter.body.splitlines() if line.startswith("Attached")]
    yield f"RFO status {ticket.fields.rfo_status}"
    yield from wrap("; ".join(body), 60)
    yield "delivered", ticket.fields.rfo_status is RfoStatus.DELIVERED
    yield "one letter with the document", len(letters) == 1 and bool(letters[0].attachments)


def _followed(task: Ticket) -> Seen:
    due = task.fields.next_measure_at
    yield f"Version {task.fields.rfo_version} is sent; next measure due {_moment(due)}"
    yield "version 1", task.fields.rfo_version == 1
    yield "a measure is waited for", due is not None


def _problem_stays(record: Ticket) -> Seen:
    listed = (record.fields.incidents or "").splitlines()
    said = [article.body.splitlines()[0] for article in _by_connector(record)]
    yield from listed
    yield from (line for line in said if line.startswith(("Not stated in time", "Cause category")))
    yield "open", record.state is TicketState.OPEN
    yield "root cause known", record.fields.problem_state is ProblemState.ROOT_CAUSE_KNOWN
    yield "its incident is listed", any(line.startswith("Incidents: 1,") for line in listed)
    yield "nobody owned it in time: the managers' level", record.fields.escalation_level == 3
    yield "what is missing is said", any(line.startswith("Cause category and Permanent fix") for line in said)


def _by_connector(ticket: Ticket) -> list[Article]:
    return [article for article in ticket.articles if article.author is Actor.CONNECTOR]


def _marked(ticket: Ticket, name: str) -> list[Article]:
    return [article for article in _by_connector(ticket) if any(mark.name == name for mark in article.marks)]


def _notes_with(ticket: Ticket, name: str) -> int:
    return sum(name in article.marks for article in ticket.articles)


def _moment(at: datetime | None) -> str:
    return wording.format_time(at) if at else "open"
