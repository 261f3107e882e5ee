"""R28, R30: a resolved critical or major incident gets a problem record, all incidents of one outage the same one; it
is open until root cause and fix are stated.

Turns red if a record is opened at once, if a second worker does not see what the first is about to create or has just
created, if search is believed before it can know, and if a link that a person took away comes back.
"""

from datetime import timedelta
from typing import Any

from connector.domain.decision import NewTicket
from connector.domain.ticket import LinkedTicket, Ticket
from connector.domain.vocabulary import TicketKind, TicketState
from connector.helpdesks.helpdesk import Helpdesk
from connector.sandbox.jira.house import JiraHouse
from connector.work.reconcile import reconcile
from tests.promises.conftest import COMPLETE, Cast
from tests.promises.evidence import notes

WAIT = timedelta(minutes=31)
NEIGHBOUR = COMPLETE.replace("SVC-1005", "SVC-1006")
"""Another line in the same region."""


def records(cast: Cast, *tickets: str) -> list[LinkedTicket]:
    """Their problem records, each once."""
    found = {
        link.id: link
        for ticket in tickets
        for link in cast.stage.ticket(ticket).links
        if link.kind is TicketKind.PROBLEM
    }
    return list(found.values())


def told(cast: Cast, ticket: str) -> tuple[int, bool]:
    """How many notes name the record, and whether they say that it was there already."""
    said = [article.body for article in cast.stage.ticket(ticket).articles if "problem-linked" in str(article.marks)]
    return len(said), any("was open already" in body for body in said)


def broken(cast: Cast, *bodies: str) -> list[str]:
    """P1 incidents that were closed just now."""
    tickets = [cast.customer.writes("Line down", body) for body in bodies]
    cast.stage.settle()
    for ticket in tickets:
        cast.agent.sets(ticket, state=TicketState.CLOSED)
    cast.stage.settle()
    return tickets


def resolved(cast: Cast) -> tuple[str, LinkedTicket]:
    """A resolved P1 and its problem record."""
    (ticket,) = broken(cast, COMPLETE)
    assert records(cast, ticket) == []
    cast.stage.advance(WAIT)
    (record,) = records(cast, ticket)
    return ticket, record


def test_one_record_however_often_the_incident_is_resolved(cast: Cast) -> None:
    ticket, record = resolved(cast)
    for state in (TicketState.OPEN, TicketState.CLOSED):
        cast.agent.sets(ticket, state=state)
        cast.stage.advance(timedelta(hours=1))

    assert [link.id for link in cast.stage.ticket(ticket).links] == [record.id]
    assert cast.stage.ticket(record.id).fields.group == "problems"


def test_all_incidents_of_one_outage_end_in_one_record(cast: Cast) -> None:
    """Three tickets of one cable cut are closed in the same moment, while the search of Jira lags behind; later the
    line breaks again."""
    if isinstance(cast.stage.house, JiraHouse):
        cast.stage.house.sandbox.world.index.lag = timedelta(minutes=4)
    tickets = broken(cast, COMPLETE, NEIGHBOUR, COMPLETE)
    cast.stage.advance(timedelta(hours=1))

    (record,) = records(cast, *tickets)
    assert [len(records(cast, ticket)) for ticket in tickets] == [1, 1, 1]
    assert [told(cast, ticket) for ticket in tickets] == [(1, False), (1, True), (1, True)]

    cast.stage.advance(timedelta(days=3))
    again = broken(cast, COMPLETE, NEIGHBOUR)
    cast.stage.advance(timedelta(hours=1))
    assert [each.id for each in records(cast, again[0])] == [record.id]
    assert [each.id for each in records(cast, again[1])] != [record.id], "another time, another line"


def links(cast: Cast, record: str, ticket: str) -> None:
    """An agent links them."""
    if cast.stage.desk.name == "zammad":
        ends = {"link_object_source": "Ticket", "link_object_source_number": cast.stage.ticket(ticket).number}
        target = {"link_object_target": "Ticket", "link_object_target_value": record}
        cast.agent.calls("POST", "links/add", {"link_type": "normal", **ends, **target})
    else:
        both = {"inwardIssue": {"id": ticket}, "outwardIssue": {"id": record}}
        cast.agent.calls("POST", "issueLink", {"type": {"name": "Relates"}, **both})


def takes_apart(cast: Cast, record: str, ticket: str) -> None:
    """An agent takes the link away."""
    if cast.stage.desk.name == "zammad":
        ends = {"link_object_source_value": ticket, "link_object_target_value": record}
        cast.agent.calls("DELETE", "links/remove", {"link_type": "normal", **ends})
    else:
        for link in cast.agent.calls("GET", f"issue/{ticket}")["fields"]["issuelinks"]:
            cast.agent.calls("DELETE", f"issueLink/{link['id']}")


class Overtaken:
    """A helpdesk on which another worker does its whole job right before this one creates."""

    def __init__(self, desk: Helpdesk, other: Any) -> None:
        self._desk = desk
        self._other = other

    def __getattr__(self, name: str) -> Any:
        return getattr(self._desk, name)

    def ensure(self, new: NewTicket, incident: Ticket) -> str:
        self._other()
        return self._desk.ensure(new, incident)


def test_two_workers_at_the_same_moment_open_one_record(cast: Cast) -> None:
    tickets = broken(cast, COMPLETE, NEIGHBOUR)
    stage = cast.stage
    stage.clock.advance(WAIT)
    places = stage.table.places

    def second() -> None:
        done = reconcile(stage.house.open_desk(), stage.policy, tickets[1], stage.clock(), places=places)
        assert (done.due or stage.clock()) > stage.clock()

    reconcile(Overtaken(stage.desk, second), stage.policy, tickets[0], stage.clock(), places=places)
    stage.advance(timedelta(minutes=30))

    assert len(records(cast, *tickets)) == 1
    assert len(records(cast, tickets[1])) == 1


def test_a_link_that_a_person_made_before_is_enough_and_one_taken_away_stays_away(cast: Cast) -> None:
    _, record = resolved(cast)
    (ticket,) = broken(cast, NEIGHBOUR)
    links(cast, record.id, ticket)
    cast.stage.advance(WAIT)
    assert [each.id for each in records(cast, ticket)] == [record.id]

    takes_apart(cast, record.id, ticket)
    cast.agent.sets(ticket, short_description="Another fault")
    cast.stage.advance(timedelta(hours=2))
    assert records(cast, ticket) == []


def test_a_record_without_cause_is_opened_again_once_and_then_left_to_people(cast: Cast) -> None:
    _, record = resolved(cast)

    cast.agent.sets(record.id, state=TicketState.CLOSED, root_cause="A digger cut the fibre.")
    cast.stage.settle()
    seen = cast.stage.ticket(record.id)
    assert seen.state is TicketState.OPEN
    assert notes(seen).count("Problem record opened again") == 1

    cast.agent.sets(record.id, state=TicketState.CLOSED)
    cast.stage.settle()
    seen = cast.stage.ticket(record.id)
    assert seen.state is TicketState.CLOSED
    assert notes(seen).count("Problem record opened again") == 1


def test_a_record_with_cause_and_fix_stays_closed(cast: Cast) -> None:
    _, record = resolved(cast)

    cast.agent.sets(
        record.id, state=TicketState.CLOSED, root_cause="A digger cut the fibre.", permanent_fix="A second path."
    )
    cast.stage.settle()

    assert cast.stage.ticket(record.id).state is TicketState.CLOSED
