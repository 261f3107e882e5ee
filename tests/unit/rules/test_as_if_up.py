"""R36–R39: looking late decides what looking at every moment would have decided: causes count by their own times."""

from datetime import datetime
from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from connector.domain.ticket import Article, Ticket
from connector.domain.vocabulary import Actor, Priority, PrioritySource, TicketState
from connector.rules.evaluate import evaluate
from connector.rules.timeline import first_response_at
from tests.builders import T0, at, changed, complete, default_policy, incident, said
from tests.unit.rules.passes import with_values, written

POLICY = default_policy()
FIELDS = complete(priority=None, impact=None, urgency=None, service_check=None, escalation_level=None)
LAST = 5_000
"""Minutes."""


class Happening(NamedTuple):
    """Something that people do to the ticket at a minute."""

    minute: int
    what: str


WORDS = {
    "worse": "Everything is down now.\nImpact: service affecting\nUrgency: high",
    "milder": "Impact: degradation\nUrgency: low",
    "asks": "Please escalate this ticket.",
    "chats": "Any news?",
}
STATES = {"parks": TicketState.PENDING_CUSTOMER, "goes on": TicketState.OPEN, "closes": TicketState.CLOSED}
CHOICES = {"P1": Priority.P1, "P3": Priority.P3}
DEEDS = [*WORDS, *STATES, *CHOICES, "answers", "hands back", "orders", "commands"]


def happened(ticket: Ticket, one: Happening, number: int) -> Ticket:
    """The ticket once it has happened. Ids are those of the happening, the same in every life."""
    when, what = at(minutes=one.minute), one.what
    if what in WORDS:
        return _with_article(ticket, said(WORDS[what], when, id=f"{number}"))
    if what == "answers":
        return _with_article(ticket, said("We are on it.", when, Actor.AGENT, id=f"{number}"))
    if what in STATES:
        if STATES[what] is ticket.state:
            return ticket
        return _changed(ticket, number, "state", ticket.state, STATES[what], when)
    if what in CHOICES:
        return _changed(ticket, number, "priority", ticket.fields.priority, CHOICES[what], when)
    if what == "hands back":
        return _changed(ticket, number, "priority_source", None, PrioritySource.MATRIX, when)
    actor = Actor.MANAGER if what == "commands" else Actor.AGENT
    return _changed(ticket, number, "escalation_request", None, f"wish {number}", when, actor)


def _with_article(ticket: Ticket, article: Article) -> Ticket:
    return with_values(ticket, articles=(*ticket.articles, article), updated_at=article.created_at)


def _changed(
    ticket: Ticket, number: int, field: str, old: Any, new: Any, when: datetime, actor: Actor = Actor.AGENT
) -> Ticket:
    change = changed(field, old, new, when, actor).model_copy(update={"id": f"{number}"})
    history = (*ticket.history, change)
    if field == "state":
        return with_values(ticket, state=new, history=history, updated_at=when)
    fields = ticket.fields.model_copy(update={field: new})
    return with_values(ticket, fields=fields, history=history, updated_at=when)


def looked(ticket: Ticket, now: datetime) -> tuple[Ticket, datetime | None]:
    """The ticket after the connector has looked and written all it wants, and when it looks again."""
    for _ in range(12):
        decision = evaluate(ticket, POLICY, now)
        if not (decision.changes or decision.note or decision.state):
            return ticket, decision.due
        ticket = written(ticket, decision, now)
    raise AssertionError("it never has enough")


def life(happenings: list[Happening], *, up: bool) -> Ticket:
    """The ticket at the end of a life, in which the connector was there all the time, or came at the end and when an
    agent chose the priority: that counts from then, whatever nobody had read before."""
    ticket = incident(FIELDS, articles=(said("Our line is slow.", T0, id="opening"),), title="Our line is slow")
    due: datetime | None = T0
    for number, one in enumerate([*happenings, Happening(LAST, "end")]):
        moment = at(minutes=one.minute)
        while up and due is not None and due <= moment:
            ticket, due = looked(ticket, due)
        if one.what in CHOICES and not up:
            ticket, _ = looked(ticket, moment)
        if one.what != "end":
            ticket = happened(ticket, one, number)
            if up:
                ticket, due = looked(ticket, moment)
    return looked(ticket, at(minutes=LAST))[0]


def told(ticket: Ticket) -> dict[str, object]:
    """The levels and what raised them, the requests that were answered, and what is promised."""
    fields = ticket.fields
    return {
        "proved": sorted(m for m in ticket.marks if m.name in ("level", "request", "refused", "request-late")),
        "level": fields.escalation_level,
        "group": fields.group,
        "next": fields.next_escalation_at,
        "response": fields.first_response_due_at if first_response_at(ticket) is None else "met",
        "repair": fields.repair_due_at,
        "priority": fields.priority,
    }


def lives() -> st.SearchStrategy[list[Happening]]:
    moments = st.lists(st.integers(1, LAST - 1), unique=True, max_size=7).map(sorted)
    return moments.flatmap(
        lambda minutes: st.tuples(*(st.builds(Happening, st.just(m), st.sampled_from(DEEDS)) for m in minutes)).map(
            list
        )
    )


def _chosen_when_over(happenings: list[Happening]) -> bool:
    """The late connector looks when a priority is chosen. If the ticket is over at that moment, whoever asked before is
    told that it was too late: nobody can know then that the ticket will be opened again."""
    over = False
    for one in happenings:
        over = STATES[one.what] is TicketState.CLOSED if one.what in STATES else over
        if over and one.what in CHOICES:
            return True
    return False


@settings(max_examples=40)
@given(lives())
def test_a_late_look_decides_what_every_look_would_have(happenings: list[Happening]) -> None:
    there = life(happenings, up=True)
    if there.state.is_over or _chosen_when_over(happenings):
        return
    assert told(life(happenings, up=False)) == told(there)
