"""R28, R30: a resolved critical or major incident gets a problem record, all incidents of one outage the same one; it
is open until root cause and fix are stated.

Turns red if a record is opened at once, if a second worker does not see what the first is about to create or has just
created, if search is believed before it can know, and if a link that a person took away comes back.
"""

import re
from datetime import timedelta
from typing import Any

from connector.domain.decision import NewTicket
from connector.domain.model import TicketId
from connector.domain.ticket import LinkedTicket, Ticket
from connector.domain.vocabulary import CauseCategory, Priority, ProblemState, TicketKind, TicketState
from connector.helpdesks.helpdesk import Helpdesk
from connector.rules.recurrence import fault_of, recurrences
from connector.sandbox.house import Call
from connector.sandbox.jira.house import JiraHouse
from connector.work.reconcile import reconcile
from tests.promises.conftest import COMPLETE, Cast
from tests.promises.evidence import notes, proofs

WAIT = timedelta(minutes=31)
NEIGHBOUR = COMPLETE.replace("SVC-1005", "SVC-1006")
"""Another line in the same region."""


def titled(ticket: Ticket, title: str) -> int:
    """How many notes have this in their title."""
    return sum(title in each for each in notes(ticket))


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
    assert [each.id for each in records(cast, *again)] == [record.id]


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

    def ensure(self, new: NewTicket, incident: Ticket) -> TicketId:
        self._other()
        return self._desk.ensure(new, incident)


def test_two_workers_at_the_same_moment_open_one_record(cast: Cast) -> None:
    tickets = broken(cast, COMPLETE, NEIGHBOUR)
    stage = cast.stage
    stage.clock.advance(WAIT)
    places = stage.table.places

    def second() -> None:
        done = reconcile(stage.house.open_desk(), stage.policy, TicketId(tickets[1]), stage.clock(), places=places)
        assert (done.due or stage.clock()) > stage.clock()

    reconcile(Overtaken(stage.desk, second), stage.policy, TicketId(tickets[0]), stage.clock(), places=places)
    stage.advance(timedelta(minutes=30))

    assert len(records(cast, *tickets)) == 1
    assert len(records(cast, tickets[1])) == 1


def test_an_incident_without_a_problem_costs_two_reads_and_a_write_at_each_look(cast: Cast) -> None:
    """An answer of support, and a level: what problem management asks for besides, it asks for once the service is
    known, when the incident is over, and where there is a problem."""
    stage = cast.stage
    ticket = cast.customer.writes("Line down", COMPLETE)
    stage.settle()
    since = stage.house.served()
    cast.agent.replies(ticket, "We are on it.")
    stage.advance(timedelta(minutes=60))

    assert stage.ticket(ticket).fields.escalation_level == 2
    looks: list[list[Call]] = []
    for call in stage.house.calls(since):
        if call.method == "GET" and re.fullmatch(r"(tickets|issue)/\d+(\?.*)?", call.path):
            looks.append([])
        looks[-1].append(call)
    for look in looks:
        writes = [call for call in look if call.is_write]
        assert (len(look) - len(writes) <= 2, len(writes) <= 1) == (True, True), list(map(str, look))


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


def test_a_problem_from_its_workaround_to_its_effective_fix(cast: Cast) -> None:
    """A known error is told on what is open; without cause, category and fix nothing stays closed; what comes again
    after the fix opens the record, and 30 days without end it."""
    stage = cast.stage
    _, record = resolved(cast)
    again = cast.customer.writes("Down again", COMPLETE)
    stage.settle()
    links(cast, record.id, again)
    cast.agent.sets(record.id, root_cause="A digger cut the fibre.", workaround="Use the backup line.")
    stage.advance(timedelta(minutes=6))
    told_ = [article for article in stage.ticket(again).articles if "Use the backup line." in article.body]
    assert [article.internal for article in told_] == [True]
    assert stage.ticket(record.id).fields.problem_state is ProblemState.KNOWN_ERROR
    cast.agent.sets(again, state=TicketState.CLOSED)
    stage.advance(timedelta(minutes=6))
    listed = stage.ticket(record.id).fields.incidents or ""
    assert listed.startswith("Incidents: 2, ")
    assert "Customers: 1." in listed
    assert ": open" not in listed

    for times in (1, 2):
        cast.agent.sets(record.id, state=TicketState.CLOSED)
        stage.settle()
        seen = stage.ticket(record.id)
        assert seen.state is TicketState.OPEN
        assert titled(seen, "Problem record opened again") == times

    cast.agent.sets(record.id, cause_category=CauseCategory.FIBRE, no_fix_reason="The supplier will not.")
    cast.agent.sets(record.id, state=TicketState.CLOSED)
    stage.settle()
    assert stage.ticket(record.id).state is TicketState.OPEN, "an agent cannot accept that"
    cast.agent.sets(record.id, no_fix_reason=None)
    cast.manager.sets(record.id, no_fix_reason="The supplier will not.")
    cast.agent.sets(record.id, state=TicketState.CLOSED)
    stage.settle()
    seen = stage.ticket(record.id)
    assert (seen.state.is_over, seen.fields.problem_state) == (True, ProblemState.FIXED)

    stage.advance(timedelta(days=5))
    (third,) = broken(cast, COMPLETE.replace("2026-11-23", "2026-11-28"))
    stage.advance(WAIT)
    assert [each.id for each in records(cast, third)] == [record.id]
    seen = stage.ticket(record.id)
    assert (seen.state, titled(seen, "Problem is back")) == (TicketState.OPEN, 1)

    cast.agent.sets(record.id, state=TicketState.CLOSED)
    stage.advance(timedelta(days=31))
    seen = stage.ticket(record.id)
    assert seen.fields.problem_state is ProblemState.CLOSED
    assert titled(seen, "Fix is effective") == 1
    assert set(proofs(seen).values()) == {1}


def test_a_record_that_nobody_owns_rises_to_the_managers_in_its_group(cast: Cast) -> None:
    _, record = resolved(cast)
    cast.stage.advance(timedelta(days=2))
    seen = cast.stage.ticket(record.id)
    assert (seen.fields.escalation_level, seen.fields.group) == (3, "problems")
    assert titled(seen, "Problem: overdue") == 1
    assert titled(seen, "Problem: soon due") == 1


SMALL = COMPLETE.replace("Urgency: high", "Urgency: low")


def breaks(cast: Cast, times: int, body: str = SMALL) -> list[str]:
    """P3 incidents that lasted five hours each."""
    stage, tickets = cast.stage, []
    for _ in range(times):
        started = f"{stage.clock():%Y-%m-%d %H:%M} UTC"
        ticket = cast.customer.writes("Line down", body.replace("2026-11-23 09:40 UTC", started))
        stage.settle()
        stage.advance(timedelta(hours=5))
        cast.agent.sets(ticket, state=TicketState.CLOSED)
        stage.settle()
        tickets.append(ticket)
    return tickets


def test_what_comes_back_is_proposed_once_and_a_no_is_remembered(cast: Cast) -> None:
    """R31. Three small faults in a week; the record is declined; two more are not enough, the third is."""
    stage = cast.stage
    tickets = breaks(cast, 2)
    assert records(cast, *tickets) == []
    tickets += breaks(cast, 1)
    (record,) = records(cast, *tickets)
    stage.advance(timedelta(days=3))
    seen = stage.ticket(record.id)
    assert (seen.fields.problem_state, seen.fields.group) == (ProblemState.PROPOSED, "problems")
    assert seen.fields.next_escalation_at is None, "nothing is due before a person confirms"
    assert {link.id for link in seen.links} == set(tickets)
    assert "3 incidents" in seen.articles[0].body

    cast.manager.sets(record.id, state=TicketState.CLOSED)
    stage.settle()
    assert stage.ticket(record.id).state is TicketState.CLOSED
    later = breaks(cast, 2)
    assert records(cast, *later) == []
    later += breaks(cast, 1)
    (second,) = records(cast, *later)
    assert second.id != record.id
    cast.manager.sets(second.id, problem_state=ProblemState.INVESTIGATING)
    stage.settle()
    assert stage.ticket(second.id).fields.next_escalation_at is not None
    read = {ticket: stage.ticket(ticket) for ticket in (*tickets, *later)}
    faults = [fault for one in read.values() if (fault := fault_of(one, stage.policy))]
    assert recurrences(faults, stage.policy.recurrence, stage.clock()) == (), "the command finds nothing more"


def test_a_small_fault_soon_after_a_fix_opens_the_problem_again(cast: Cast) -> None:
    """R31. As soon as it is reported; what disturbs no traffic, and what comes later than 14 days, opens nothing."""
    stage = cast.stage
    _, record = resolved(cast)
    cast.agent.sets(
        record.id, root_cause="A digger.", cause_category=CauseCategory.FIBRE, permanent_fix="A pipe of steel."
    )
    cast.agent.sets(record.id, state=TicketState.CLOSED)
    stage.settle()
    stage.advance(timedelta(days=2))

    harmless = SMALL.replace("Impact: service affecting", "Impact: non-service-affecting")
    assert harmless != SMALL
    breaks(cast, 1, harmless)
    assert stage.ticket(record.id).state is TicketState.CLOSED
    (again,) = breaks(cast, 1)
    seen = stage.ticket(record.id)
    assert (seen.state, seen.fields.problem_state) == (TicketState.OPEN, ProblemState.ROOT_CAUSE_KNOWN)
    assert titled(seen, "Problem is back") == 1
    assert [each.id for each in records(cast, again)] == [record.id]

    cast.agent.sets(record.id, state=TicketState.CLOSED)
    stage.advance(timedelta(days=15))
    (late,) = breaks(cast, 1)
    assert stage.ticket(record.id).state is TicketState.CLOSED
    assert records(cast, late) == []


def test_a_declined_proposal_stands_for_no_record_that_is_needed(cast: Cast) -> None:
    """R30. The last of three small faults becomes a major one after the proposal was declined."""
    stage = cast.stage
    tickets = breaks(cast, 3)
    (record,) = records(cast, *tickets)
    cast.manager.sets(record.id, state=TicketState.CLOSED)
    stage.settle()
    cast.agent.sets(tickets[-1], priority=Priority.P1)
    stage.advance(timedelta(hours=1))
    own = [link for link in records(cast, tickets[-1]) if link.id != record.id]
    assert [stage.ticket(link.id).fields.problem_state for link in own] == [ProblemState.INVESTIGATING]
