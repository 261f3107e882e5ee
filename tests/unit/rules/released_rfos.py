"""Outages with an RFO task whose text people write and release."""

from datetime import UTC, datetime
from typing import Any

from connector.domain.fields import Fields
from connector.domain.person import Person
from connector.domain.ticket import Article, Change, LinkedTicket, Ticket
from connector.domain.vocabulary import Actor, Priority, RfoRelease, RfoStatus, Silence, TicketKind, TicketState
from tests.builders import at, changed, complete, default_policy, incident, moved, note, said

POLICY = default_policy()


ASKED, ENDED, NOW = at(hours=1), at(hours=3), at(days=1)


DUE = datetime(2026, 11, 30, 13, 0, tzinfo=UTC)


AUTHOR, MANAGER = Person(id="20", name="Grace Hopper"), Person(id="21", name="Mary Jackson")


TEXTS: Any = {
    "rfo_summary": "The line to Hamburg was down for three hours.",
    "root_cause": "A digger cut both fibres in the same duct.",
    "rfo_resolution": "The carrier spliced both fibres.",
    "preventive_measures": "Move the second path to its own duct | Ada | 2027-02-01",
}


def outage(*articles: Article, silence: Silence | None = None, **fields: Any) -> Ticket:
    """A P1 that was down for three hours; its customer wants an RFO."""
    held = {"priority": Priority.P1, "rfo_status": RfoStatus.DUE, "rfo_due_at": DUE, "problem_start": at(minutes=-20)}
    history = (
        changed("rfo_status", None, RfoStatus.DUE, ENDED, Actor.CONNECTOR),
        changed("rfo_due_at", None, DUE, ENDED, Actor.CONNECTOR),
    )
    over = moved(TicketState.OPEN, TicketState.CLOSED, ENDED)
    ticket = incident(
        complete(**(held | fields)),
        created_by=Actor.CONNECTOR,
        state=TicketState.CLOSED,
        history=(over, *history),
        articles=(
            said("Line down."),
            said("We look.", at(minutes=10), Actor.AGENT),
            said("Please send us the RFO.", ASKED),
            said("It is up.", at(hours=3), Actor.AGENT),
            note({"rfo-due-20261130T1300"}, ENDED),
            *articles,
        ),
    )
    return ticket.silenced(silence) if silence else ticket


def by(who: Person, field: str, new: Any, when: datetime, actor: Actor = Actor.AGENT) -> Change:
    return changed(field, None, new, when, actor).model_copy(update={"by": who, "actor_name": who.name})


def task(about: Ticket, *history: Change, articles: tuple[Article, ...] = (), **fields: Any) -> Ticket:
    held: dict[str, Any] = {"connector_key": "rfo:7", "rfo_status": RfoStatus.DUE, "rfo_due_at": DUE, "group": "rfo"}
    link = LinkedTicket(
        id=about.id,
        number=about.number,
        state=about.state,
        created_by_connector=False,
        rfo_status=about.fields.rfo_status,
        rfo_due_at=about.fields.rfo_due_at,
    )
    return incident(
        Fields(**(held | fields)),
        id="90",
        number="41090",
        created_at=ENDED,
        created_by=Actor.CONNECTOR,
        kind=TicketKind.RFO_TASK,
        history=history,
        articles=articles,
        links=(link,),
    ).model_copy(update={"related": about})


def written_by(who: Person = AUTHOR) -> tuple[Change, ...]:
    return tuple(by(who, name, text, at(hours=5)) for name, text in TEXTS.items())


def released(
    who: Person = MANAGER,
    actor: Actor = Actor.MANAGER,
    kind: RfoRelease = RfoRelease.FINAL,
    about: Ticket | None = None,
    **fields: Any,
) -> Ticket:
    values: dict[str, Any] = {**TEXTS, "rfo_release": kind} | fields
    tick = by(who, "rfo_release", kind, at(hours=6), actor)
    return task(about or outage(), *written_by(), tick, **values)


def with_task(about: Ticket, one: Ticket) -> Ticket:
    """The incident as the desk reads it when its task says it is released."""
    link = LinkedTicket(
        id=one.id,
        number=one.number,
        state=one.state,
        created_by_connector=True,
        connector_key="rfo:7",
        kind=TicketKind.RFO_TASK,
        rfo_status=RfoStatus.RELEASED,
        rfo_due_at=DUE,
    )
    return about.model_copy(update={"links": (link,), "related": one})


def names(decision: Any) -> set[str]:
    """What the note says, by the names of its marks."""
    return {mark.name for mark in decision.note.marks} if decision.note else set()
