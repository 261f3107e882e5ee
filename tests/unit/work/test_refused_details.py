"""One refused detail stops nothing: the rest is written, support and the admin are told, and no note claims what was
not done."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from connector.domain.changes import Changes
from connector.domain.decision import Decision, NewTicket, Note
from connector.domain.model import TicketId
from connector.domain.past import OpenProblem, PastTicket, PlaceSearch
from connector.domain.ticket import LinkedTicket, Ticket
from connector.domain.vocabulary import Actor, Impact, Priority, ProblemState, TicketKind, TicketState
from connector.helpdesks.errors import (
    ForbiddenError,
    NotFoundError,
    PermanentError,
    RefusedError,
    ServerFaultError,
    UnavailableError,
)
from connector.helpdesks.helpdesk import Listed
from connector.helpdesks.http import EndpointPauses
from connector.helpdesks.staff import Staff
from connector.work.places import Places
from connector.work.reconcile import reconcile
from connector.work.refusals import KEPT, Refusals
from tests import builders
from tests.builders import T0, at, changed, complete, default_policy, moved, said
from tests.unit.rules.passes import with_values, written

POLICY = default_policy()
P1 = complete(priority=Priority.P1, impact=Impact.SERVICE_AFFECTING, urgency="high", escalation_level=1)


def incident(*fields: Any, **values: Any) -> Ticket:
    """One whose fields all count."""
    return builders.incident(*fields, **({"created_by": Actor.CONNECTOR} | values))


Refuses = Callable[[Changes, Note | None, TicketState | None], object]


@dataclass
class Desk:
    """One ticket in memory. ``refuses`` may raise before anything of a write is stored, ``creates`` before anything is
    created."""

    ticket: Ticket
    refuses: Refuses = lambda *_: None
    creates: Callable[[NewTicket], object] = lambda _: None
    name: str = "desk"
    pauses: EndpointPauses = field(default_factory=EndpointPauses)
    staff: Staff = field(default_factory=Staff)
    writes: int = 0
    created: list[NewTicket] = field(default_factory=list)
    is_down: bool = False

    def probe(self) -> None:
        if self.is_down:
            raise UnavailableError("down")

    def read(self, ticket_id: TicketId) -> Ticket:
        return self.ticket

    def write(self, ticket: Ticket, changes: Changes, note: Note | None, state: TicketState | None = None) -> datetime:
        self.writes += 1
        self.refuses(changes, note, state)
        when = self.ticket.updated_at + timedelta(seconds=1)
        after = written(self.ticket, Decision(outcomes=(), changes=changes, note=note, state=state), when)
        self.ticket = with_values(after, updated_at=when)
        return when

    search_lag = timedelta()

    def id_of(self, number: str) -> TicketId:
        raise NotFoundError(f"there is no ticket {number}")

    def open_problems(self) -> list[OpenProblem]:
        return []

    def past(self, search: PlaceSearch) -> list[PastTicket]:
        return []

    def link(self, ticket_id: TicketId, incident: Ticket) -> None:
        raise AssertionError("no record is there")

    def ensure(self, new: NewTicket, incident: Ticket) -> TicketId:
        self.creates(new)
        self.created.append(new)
        link = LinkedTicket(
            id="99", number="41099", state=TicketState.OPEN, created_by_connector=True, connector_key=new.key
        )
        self.ticket = with_values(self.ticket, links=(link,))
        return TicketId("99")

    def changed_since(self, since: datetime) -> Iterator[list[Listed]]:
        yield from ()

    def unresolved(self) -> Iterator[list[Listed]]:
        yield from ()

    def resolved_since(self, since: datetime) -> Iterator[list[Listed]]:
        yield from ()

    def works(self, now: datetime, refusals: Refusals | None = None, looks: int = 4) -> Refusals:
        """Looks until nothing is left to do."""
        refusals = refusals or Refusals()
        for _ in range(looks):
            result = reconcile(self, POLICY, TicketId("7"), now, refusals=refusals)
            if result.due != now:
                break
        else:
            pytest.fail("it looks again without end")
        return refusals

    @property
    def notes(self) -> str:
        """All that the connector said."""
        ours = [article for article in self.ticket.articles if article.author is Actor.CONNECTOR]
        return "\n".join(f"{'internal' if a.internal else 'public'}: {a.subject}\n{a.body}" for a in ours)


def named(*details: str) -> Refuses:
    """Refuses these fields, and says so."""

    def refuse(changes: Changes, note: Note | None, state: TicketState | None) -> None:
        if wrong := frozenset(details) & changes.keys():
            raise RefusedError("not on the screen", details=wrong)

    return refuse


def unnamed(*details: str) -> Refuses:
    """Refuses these fields, and does not say which."""

    def refuse(changes: Changes, note: Note | None, state: TicketState | None) -> None:
        if frozenset(details) & changes.keys():
            raise RefusedError("Error ID x: Please contact your administrator")

    return refuse


@pytest.mark.parametrize("refuse", [named, unnamed], ids=["named", "unnamed"])
@pytest.mark.parametrize(
    "details",
    [("group",), ("escalation_reason",), ("next_escalation_at",), ("priority_reason", "group", "repair_due_at")],
    ids="+".join,
)
def test_the_level_is_reached_whatever_else_is_refused(refuse: Any, details: tuple[str, ...]) -> None:
    desk = Desk(incident(P1), refuse(*details))
    desk.works(at(hours=2))

    assert desk.ticket.fields.escalation_level == 3
    assert "level-3" in desk.ticket.marks
    assert all(getattr(desk.ticket.fields, name) == getattr(P1, name) for name in details)
    assert desk.notes.count("Not set on this ticket") == 1


def test_the_note_names_what_is_missing_and_why() -> None:
    desk = Desk(incident(P1), named("group"))
    desk.works(at(hours=2))

    assert "Not set on this ticket: Group." in desk.notes
    assert "not on the screen" in desk.notes


def test_it_is_said_once_for_each_ticket() -> None:
    desk = Desk(incident(P1), named("group"))
    desk.works(at(hours=2))
    desk.works(at(hours=4))
    desk.works(at(hours=8))

    assert desk.ticket.fields.escalation_level == 5
    assert desk.notes.count("Not set on this ticket") == 1


def test_what_is_remembered_costs_no_second_write() -> None:
    first, second = Desk(incident(P1), named("escalation_reason")), Desk(incident(P1), named("escalation_reason"))
    refusals = first.works(at(hours=1))
    second.works(at(hours=1, minutes=1), refusals)

    assert second.ticket.fields.escalation_level == 2
    assert (first.writes, second.writes) == (2, 1)


def test_after_a_while_it_is_tried_whether_it_is_repaired() -> None:
    desk = Desk(incident(P1), named("escalation_reason"))
    refusals = desk.works(at(hours=2))
    desk.refuses = named()
    desk.works(at(hours=2) + KEPT / 2, refusals)
    assert desk.ticket.fields.escalation_reason is None

    desk.works(at(hours=4), refusals)
    assert desk.ticket.fields.escalation_reason


def test_another_choice_is_not_held_to_be_refused() -> None:
    """There is no group for level 3, and there is one for level 4."""

    def refuse(changes: Changes, note: Note | None, state: TicketState | None) -> None:
        if changes.get("group") == "level_3":
            raise RefusedError("no such group", details=frozenset({"group"}))

    desk = Desk(incident(P1), refuse)
    refusals = desk.works(at(hours=2))
    desk.works(at(hours=4), refusals)

    assert desk.ticket.fields.group == "level_4"


def test_a_helpdesk_that_refuses_everything_is_a_dead_letter() -> None:
    def refuse(*_: object) -> None:
        raise RefusedError("a field that others made mandatory")

    desk = Desk(incident(P1), refuse)
    with pytest.raises(PermanentError, match="mandatory"):
        desk.works(at(hours=2))
    assert desk.writes < 20


def lost(*details: str) -> Callable[[Desk], Refuses]:
    """Stores everything but these fields, answers that it has, and the adapter sees it."""

    def of(desk: Desk) -> Refuses:
        def refuse(changes: Changes, note: Note | None, state: TicketState | None) -> None:
            if wrong := frozenset(details) & changes.keys():
                rest: Any = {name: value for name, value in changes.items() if name not in wrong}
                desk.write(desk.ticket, rest, note, state)
                raise RefusedError("did not store", details=wrong, written=True)

        return refuse

    return of


def test_what_was_not_stored_is_told_and_the_rest_stands() -> None:
    desk = Desk(incident(P1))
    desk.refuses = lost("escalation_reason")(desk)
    desk.works(at(hours=2))

    assert desk.ticket.fields.escalation_level == 3
    assert [mark for mark in desk.ticket.marks if mark == "level-3"] == ["level-3"]
    assert "Not set on this ticket: Reason for escalation." in desk.notes


def test_what_somebody_else_changed_at_once_was_not_refused() -> None:
    """A trigger sets the group back before the answer: that is contested, not refused."""
    desk = Desk(incident(P1))

    def trigger(changes: Changes, note: Note | None, state: TicketState | None) -> None:
        if "group" not in changes:
            return
        desk.refuses = named()
        desk.write(desk.ticket, changes, note, state)
        back = changed("group", changes["group"], "intake", desk.ticket.updated_at, Actor.SYSTEM)
        fields = desk.ticket.fields.model_copy(update={"group": "intake"})
        desk.ticket = with_values(desk.ticket, fields=fields, history=(*desk.ticket.history, back))
        raise RefusedError("did not store", details=frozenset({"group"}), written=True)

    desk.refuses = trigger
    reconcile(desk, POLICY, TicketId("7"), at(hours=2))

    assert "Not everything" not in desk.notes
    assert "level-3" in desk.ticket.marks


def no_mail(changes: Changes, note: Note | None, state: TicketState | None) -> None:
    if note is not None and note.public:
        raise RefusedError("invalid_attribute.email_recipient", details=frozenset({"message"}))


def test_a_message_that_cannot_be_sent_goes_to_support() -> None:
    desk = Desk(incident(complete(service_id=None), articles=(said("It is broken"),)), no_mail)
    desk.works(T0)

    assert "asked" in desk.ticket.marks, "support has it: it is not sent again and again"
    assert "internal: Details missing" in desk.notes
    assert "public:" not in desk.notes


def breaks_on_mail(changes: Changes, note: Note | None, state: TicketState | None) -> None:
    if note is not None and note.public:
        raise ServerFaultError("Error ID x")


def test_a_helpdesk_that_breaks_on_a_message_time_and_again() -> None:
    """Zammad: a mail in a group without a sender address is 500, and nothing is stored."""
    desk, refusals = Desk(incident(complete(service_id=None), articles=(said("broken"),)), breaks_on_mail), Refusals()
    for _ in range(2):
        with pytest.raises(ServerFaultError):
            desk.works(T0, refusals)
    desk.works(T0, refusals)

    assert "internal: Details missing" in desk.notes


def test_a_helpdesk_that_is_down_refuses_no_message() -> None:
    desk, refusals = Desk(incident(complete(service_id=None), articles=(said("broken"),)), breaks_on_mail), Refusals()
    desk.is_down = True
    for _ in range(2):
        with pytest.raises(ServerFaultError):
            desk.works(T0, refusals)
    with pytest.raises(UnavailableError):
        desk.works(T0, refusals)

    assert desk.notes == ""


def closed_problem() -> Ticket:
    closing = moved(TicketState.OPEN, TicketState.CLOSED, at(minutes=1))
    state = ProblemState.INVESTIGATING
    history = (changed("problem_state", None, state, T0, Actor.CONNECTOR), closing)
    fields = complete(problem_state=state)
    return incident(
        fields, kind=TicketKind.PROBLEM, state=TicketState.CLOSED, history=history, updated_at=at(minutes=1)
    )


def test_nobody_reads_that_a_record_is_open_again_when_it_is_not() -> None:
    def no_way(changes: Changes, note: Note | None, state: TicketState | None) -> None:
        if state is not None:
            raise RefusedError("the workflow has no transition", details=frozenset({"state"}))

    desk = Desk(closed_problem(), no_way)
    desk.works(at(minutes=2))

    assert desk.ticket.state is TicketState.CLOSED
    assert "opened again" not in desk.notes
    assert "Not set on this ticket: State." in desk.notes


def test_a_record_that_was_opened_again_is_told_so_also_after_a_crash() -> None:
    desk = Desk(closed_problem())
    opened = moved(TicketState.CLOSED, TicketState.OPEN, at(minutes=2), Actor.CONNECTOR)
    desk.ticket = with_values(desk.ticket, state=TicketState.OPEN, history=(*desk.ticket.history, opened))
    desk.works(at(minutes=3))
    desk.works(at(minutes=4))

    assert desk.notes.count("must be stated before a problem is closed") == 1


def resolved() -> Ticket:
    answer = said("fixed", at(minutes=5), Actor.AGENT)
    done = moved(TicketState.OPEN, TicketState.RESOLVED, at(minutes=10))
    return incident(P1, state=TicketState.RESOLVED, history=(done,), articles=(answer,), updated_at=at(minutes=10))


@pytest.mark.parametrize("error", [RefusedError("no"), ForbiddenError("no")])
def test_a_ticket_that_cannot_be_created_holds_up_nothing_else(error: PermanentError) -> None:
    def creates(new: NewTicket) -> None:
        raise error

    desk, refusals = Desk(resolved(), creates=creates), Refusals()
    result = reconcile(desk, POLICY, TicketId("7"), at(minutes=41), refusals=refusals)

    assert desk.created == []
    assert "A linked ticket that the rules want could not be created" in desk.notes
    assert result.due is not None
    assert result.due <= at(minutes=41) + KEPT, "it is tried again, though nothing happens"
    desk.creates = lambda _: None
    reconcile(desk, POLICY, TicketId("7"), at(minutes=42) + KEPT, refusals=refusals)
    assert [new.key for new in desk.created] == ["problem:7"]


def test_a_record_of_its_own_is_better_than_none_where_the_search_is_refused() -> None:
    class Unsearchable(Desk):
        def open_problems(self) -> list[OpenProblem]:
            raise RefusedError("Invalid condition: ticket.problem_state")

    class Free(Places):
        def __init__(self) -> None:
            """Nobody else wants a place."""

        def take(self, *_: object) -> None:
            return None

    desk = Unsearchable(resolved())
    reconcile(desk, POLICY, TicketId("7"), at(minutes=41), places=Free())
    assert [new.key for new in desk.created] == ["problem:7"]


def test_a_ticket_is_created_without_a_value_that_is_refused() -> None:
    def creates(new: NewTicket) -> None:
        if "priority" in new.fields:
            raise RefusedError("no such priority", details=frozenset({"priority"}))

    desk = Desk(resolved(), creates=creates)
    desk.works(at(minutes=41))

    (new,) = desk.created
    assert new.fields.keys() == {"service_id", "service_check", "problem_start", "problem_state"}
    assert "Not everything" not in desk.notes
