"""One outage from the first e-mail to the RFO, as a sequence of steps that are checked on the helpdesk itself."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from connector.domain.ticket import Article, Ticket
from connector.domain.vocabulary import Actor, IntakeStatus, Priority, RfoStatus, ServiceCheck, TicketKind, TicketState
from connector.rules import wording
from connector.sandbox.stage import Person, Stage

Check = tuple[str, bool]


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
    yield from _gets_its_rfo(stage, play, ada, grace, ticket)


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
    yield play.step("Resolved: the clocks stand still, no level 4", ticket, _resolved)


def _gets_its_rfo(stage: Stage, play: "_Play", ada: Person, grace: Person, ticket: str) -> Iterator[Told]:
    ada.replies(ticket, "Thank you. Please send us the RFO for this outage.")
    stage.settle()
    yield play.step("The customer asks for an RFO: a linked task, due in 5 working days", ticket, _rfo_due)
    task = next((link for link in stage.ticket(ticket).links if link.kind is TicketKind.RFO_TASK), None)
    if task is None:
        return
    stage.advance_to(datetime(2026, 11, 30, 9, 30, tzinfo=UTC))
    yield play.step("Working days 3 and 4: the team is reminded", task.id, _reminded)
    grace.replies(
        ticket, "Here is the RFO. Root cause: a digger cut the fibre. Preventive measure: a second path by 1 February."
    )
    grace.sets(task.id, state=TicketState.CLOSED)
    stage.settle()
    yield play.step("The RFO is sent and its task closed: the incident shows it as delivered", ticket, _delivered)


class _Play:
    """Counts the API calls between two steps."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._counted = 0

    def step(self, title: str, ticket: str, look: Callable[[Ticket], tuple[list[str], list[Check]]]) -> Told:
        calls = self._stage.house.calls(self._counted)
        seen = self._stage.ticket(ticket)
        self._counted = self._stage.house.served()
        lines, checks = look(seen)
        checks.append(("no dead letters", not self._stage.table.dead_letters()))
        problems = tuple(f"expected: {expectation}" for expectation, met in checks if not met)
        kinds = Counter(map(str, calls))
        told = ", ".join(f"{count}× {kind}" if count > 1 else kind for kind, count in kinds.items())
        return Told(self._stage.clock(), title, tuple(lines), problems, told)


def _asked(ticket: Ticket) -> tuple[list[str], list[Check]]:
    messages = [article for article in _by_connector(ticket) if not article.internal]
    text = messages[0].body if messages else ""
    asked_for = [line.partition(" (")[0] for line in text.splitlines() if line.endswith("):")]
    lines = [
        f"To the customer: please tell us {' and '.join(asked_for)}",
        f"Priority meanwhile {ticket.fields.priority_reason}",
    ]
    return lines, [
        ("one public message", len(messages) == 1),
        ("it asks for service ID and impact only", asked_for == [ticket.labels["service_id"], ticket.labels["impact"]]),
        ("the start time was understood", ticket.fields.problem_start == datetime(2026, 11, 23, 8, 40, tzinfo=UTC)),
        ("a possible P1 does not wait", ticket.fields.priority is Priority.P1),
        ("intake status: asked", ticket.fields.intake_status is IntakeStatus.ASKED),
    ]


def _triaged(ticket: Ticket) -> tuple[list[str], list[Check]]:
    fields = ticket.fields
    lines = [
        f"Service {fields.service_id} ({fields.service_check}), circuit {fields.circuit_id}",
        f"Start of the problem {_moment(fields.problem_start)}",
        f"{fields.priority_reason}",
        f"First response due {_moment(fields.first_response_due_at)}, repair due {_moment(fields.repair_due_at)}",
    ]
    return lines, [
        ("service ID SVC-1005", fields.service_id == "SVC-1005"),
        ("verified against the catalogue", fields.service_check is ServiceCheck.VERIFIED),
        ("P1 by the matrix", fields.priority_reason == "P1: impact service affecting × urgency high"),
        ("all details are there", fields.intake_status is IntakeStatus.COMPLETE),
        ("repair due 4 hours after creation", fields.repair_due_at == ticket.created_at + timedelta(hours=4)),
        ("the customer was asked once", sum(not article.internal for article in _by_connector(ticket)) == 1),
    ]


def _answered(ticket: Ticket) -> tuple[list[str], list[Check]]:
    return [f"Next escalation {_moment(ticket.fields.next_escalation_at)}"], [
        ("still level 1", ticket.fields.escalation_level == 1),
        ("level 2 comes after an hour", ticket.fields.next_escalation_at == ticket.created_at + timedelta(hours=1)),
    ]


def _level_two(ticket: Ticket) -> tuple[list[str], list[Check]]:
    return _level(ticket), [
        ("level 2", ticket.fields.escalation_level == 2),
        ("one note of level 2", _notes_with(ticket, "level-2") == 1),
        ("the group stays", ticket.fields.group == "intake"),
    ]


def _level_three(ticket: Ticket) -> tuple[list[str], list[Check]]:
    return _level(ticket), [
        ("level 3", ticket.fields.escalation_level == 3),
        ("one note each of levels 2 and 3", [_notes_with(ticket, f"level-{n}") for n in (2, 3)] == [1, 1]),
        ("the group is that of level 3", ticket.fields.group == "level_3"),
    ]


def _resolved(ticket: Ticket) -> tuple[list[str], list[Check]]:
    problems = [link for link in ticket.links if link.kind is TicketKind.PROBLEM]
    lines = [f"Level {ticket.fields.escalation_level} stays, no next escalation"]
    lines += [f"Problem record {link.number} linked: root cause and permanent fix are looked for" for link in problems]
    return lines, [
        ("closed", ticket.state is TicketState.CLOSED),
        ("level 3 stays", ticket.fields.escalation_level == 3),
        ("no level 4", _notes_with(ticket, "level-4") == 0),
        ("no next escalation", ticket.fields.next_escalation_at is None),
        ("one problem record", len(problems) == 1),
    ]


def _rfo_due(ticket: Ticket) -> tuple[list[str], list[Check]]:
    due = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
    tasks = [link for link in ticket.links if link.kind is TicketKind.RFO_TASK]
    lines = [f"Task {link.number} linked, due {_moment(link.rfo_due_at)}" for link in tasks]
    return lines, [
        ("one linked task", len(tasks) == 1),
        ("due on the fifth working day", ticket.fields.rfo_due_at == due),
        ("the task has the same date", [link.rfo_due_at for link in tasks] == [due]),
        ("RFO status: due", ticket.fields.rfo_status is RfoStatus.DUE),
        ("the customer was told", _notes_with(ticket, "rfo-due-20261201T0900") == 1),
    ]


def _reminded(task: Ticket) -> tuple[list[str], list[Check]]:
    reminders = [
        article for article in _by_connector(task) if any(mark.name == "rfo-reminder" for mark in article.marks)
    ]
    lines = [f"{wording.format_time(article.created_at)}: {article.body.splitlines()[0]}" for article in reminders]
    days = [article.created_at.date().isoformat() for article in reminders]
    return lines, [("reminders on working days 3 and 4", days == ["2026-11-27", "2026-11-30"])]


def _delivered(ticket: Ticket) -> tuple[list[str], list[Check]]:
    return [f"RFO status {ticket.fields.rfo_status}"], [("delivered", ticket.fields.rfo_status is RfoStatus.DELIVERED)]


def _level(ticket: Ticket) -> list[str]:
    group = f"group {ticket.fields.group}"
    return [
        f"{ticket.fields.escalation_reason}",
        f"{group}, next escalation {_moment(ticket.fields.next_escalation_at)}",
    ]


def _by_connector(ticket: Ticket) -> list[Article]:
    return [article for article in ticket.articles if article.author is Actor.CONNECTOR]


def _notes_with(ticket: Ticket, name: str) -> int:
    return sum(name in article.marks for article in ticket.articles)


def _moment(at: datetime | None) -> str:
    return wording.format_time(at) if at else "open"
