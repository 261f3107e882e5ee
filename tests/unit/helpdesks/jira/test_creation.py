"""Exactly one issue for each key: whatever crashes, whoever comes second, and although search finds it late."""

from datetime import timedelta
from typing import Any

import pytest

from connector.domain.connector_key import key_of
from connector.domain.decision import NewTicket
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Priority, RfoStatus, TicketKind
from connector.helpdesks.errors import HelpdeskError, PermanentError, TicketWaitsError, TransientError
from connector.helpdesks.jira.creation import VISIBLE_AFTER, label_of
from connector.helpdesks.jira.memory import INTENDED
from connector.sandbox.jira import Fault
from tests.unit.helpdesks.jira.bench import Bench

LAG = timedelta(seconds=60)


def incident(bench: Bench) -> Ticket:
    """An incident that needs an RFO task, in a Jira whose search is a minute late."""
    bench.jira.world.index.lag = LAG
    return bench.read(bench.opens())


def wanted(bench: Bench, ticket: Ticket) -> NewTicket:
    return NewTicket(
        key=key_of(TicketKind.RFO_TASK, ticket.id),
        title=f"RFO for incident {ticket.number}: Line [down] *now*",
        text="Write the document.\nIt needs a *root cause*.",
        group="rfo",
        fields={
            "rfo_status": RfoStatus.DUE,
            "rfo_due_at": bench.clock().replace(hour=23, minute=30) + timedelta(days=5),
            "priority": Priority.P1,
            "service_id": None,
        },
    )


def made(bench: Bench) -> list[int]:
    """All issues with the label, as they are, whatever the search knows."""
    return [number for number, held in bench.jira.world.issues.items() if held.fields.get("labels")]


def until_it_works(bench: Bench, new: NewTicket, issue: str, *, tries: int = 12) -> str:
    """As the worker does it: read anew, try again later, whoever does it."""
    for _ in range(tries):
        try:
            return bench.connected().ensure(new, bench.read(issue))
        except TransientError:
            bench.passes(seconds=45)
    raise AssertionError("it never works")


def test_a_task_is_created_with_all_that_it_needs(bench: Bench) -> None:
    ticket = incident(bench)

    created = bench.desk.ensure(wanted(bench, ticket), ticket)

    task = bench.read(created)
    assert task.kind is TicketKind.RFO_TASK
    assert task.title == "RFO for incident ISP-1: Line [down] *now*"
    assert task.articles[0].body == "Write the document.\nIt needs a *root cause*."
    assert task.fields.group == "rfo"
    assert task.fields.priority is Priority.P1
    assert task.fields.rfo_status is RfoStatus.DUE
    assert task.fields.connector_key == f"rfo:{ticket.id}"
    held = bench.jira.world.issue(created)
    assert held.fields["labels"] == (label_of(f"rfo:{ticket.id}"),)
    assert held.fields["duedate"] == "2026-11-27"
    assert held.properties["interspace-key"] == {"for": f"rfo:{ticket.id}"}
    assert [link.id for link in bench.read(ticket.id).links] == [created]


def test_the_due_date_is_the_day_where_the_team_is(bench: Bench) -> None:
    bench.bot_lives_in("Europe/Berlin")
    ticket = incident(bench)

    created = bench.desk.ensure(wanted(bench, ticket), ticket)

    assert bench.jira.world.issue(created).fields["duedate"] == "2026-11-28"


def test_a_task_that_is_linked_is_not_asked_for(bench: Bench) -> None:
    ticket = incident(bench)
    created = bench.desk.ensure(wanted(bench, ticket), ticket)
    again = bench.read(ticket.id)

    assert bench.requests_of(lambda: bench.desk.ensure(wanted(bench, again), again)) == []
    assert bench.desk.ensure(wanted(bench, again), again) == created


def test_a_second_look_before_search_finds_it_waits(bench: Bench) -> None:
    """Another worker with an older view of the incident."""
    ticket = incident(bench)
    created = bench.desk.ensure(wanted(bench, ticket), ticket)

    with pytest.raises(TicketWaitsError, match="may have been created at 10:00:00 UTC, and") as caught:
        bench.connected().ensure(wanted(bench, ticket), ticket)
    assert bench.clock() < caught.value.retry_at <= bench.clock() + LAG
    bench.clock.advance(LAG)

    assert bench.connected().ensure(wanted(bench, ticket), ticket) == created
    assert made(bench) == [int(created)]


CRASHES = [
    ("POST", r"/search", "refuse"),
    ("GET", r"/properties/", "refuse"),
    ("PUT", r"/properties/", "refuse"),
    ("PUT", r"/properties/", "lose answer"),
    ("POST", r"/issue$", "refuse"),
    ("POST", r"/issue$", "hang"),
    ("POST", r"/issue$", "lose answer"),
    ("POST", r"/issueLink", "refuse"),
    ("POST", r"/issueLink", "lose answer"),
]


@pytest.mark.parametrize(("method", "path", "kind"), CRASHES)
def test_a_crash_at_any_point_ends_in_one_task(bench: Bench, method: str, path: str, kind: Any) -> None:
    ticket = incident(bench)
    new = wanted(bench, ticket)
    bench.jira.faults.add(Fault(kind, method, path))
    with pytest.raises(HelpdeskError):
        bench.desk.ensure(new, ticket)
    bench.jira.faults.clear()

    created = until_it_works(bench, new, ticket.id)

    assert made(bench) == [int(created)]
    assert [link.id for link in bench.read(ticket.id).links] == [created]
    bench.clock.advance(2 * VISIBLE_AFTER)
    assert until_it_works(bench, new, ticket.id) == created


def test_a_crash_at_every_point_in_turn_ends_in_one_task(bench: Bench) -> None:
    ticket = incident(bench)
    new = wanted(bench, ticket)
    for method, path, kind in CRASHES:
        bench.jira.faults.add(Fault(kind, method, path))  # type: ignore[arg-type]

    created = until_it_works(bench, new, ticket.id, tries=60)

    assert made(bench) == [int(created)]


def test_an_attempt_that_never_came_to_creating_is_repeated_when_it_is_old(bench: Bench) -> None:
    ticket = incident(bench)
    new = wanted(bench, ticket)
    bench.jira.faults.add(Fault("refuse", "POST", r"/issue$"))
    with pytest.raises(HelpdeskError):
        bench.desk.ensure(new, ticket)
    bench.clock.advance(VISIBLE_AFTER - timedelta(seconds=1))
    with pytest.raises(TransientError):
        bench.desk.ensure(new, ticket)
    assert made(bench) == []
    bench.clock.advance(timedelta(seconds=1))

    created = bench.desk.ensure(new, ticket)
    assert made(bench) == [int(created)]


def test_who_was_held_up_does_not_create_any_more(bench: Bench) -> None:
    """A worker that slept after announcing its attempt: another one has taken over and may have given up on it."""
    ticket = incident(bench)
    bench.before_sending = lambda sent: bench.passes(minutes=4) if "/properties/" in sent.path else None

    with pytest.raises(TransientError, match="held up"):
        bench.desk.ensure(wanted(bench, ticket), ticket)

    assert made(bench) == []


def test_a_refused_task_says_why_each_time(bench: Bench) -> None:
    """A field that is missing on the screen: the reason must not hide behind the attempt that failed."""
    ticket = incident(bench)
    new = wanted(bench, ticket)
    bench.screen.remove(bench.field("connector_key"))

    for _ in range(2):
        with pytest.raises(PermanentError, match=bench.field("connector_key")):
            bench.desk.ensure(new, ticket)

    bench.screen.append(bench.field("connector_key"))
    assert made(bench) == []
    created = bench.desk.ensure(new, ticket)
    assert made(bench) == [int(created)]


def test_a_label_is_not_enough(bench: Bench) -> None:
    """Agents may put any label on any issue."""
    ticket = incident(bench)
    forged = bench.opens(
        "Mine", kind="Task", labels=[label_of(f"rfo:{ticket.id}")], **{bench.field("connector_key"): f"rfo:{ticket.id}"}
    )
    bench.clock.advance(2 * LAG)

    assert bench.desk.ensure(wanted(bench, ticket), ticket) != forged


def test_a_forged_intention_stops_nothing(bench: Bench) -> None:
    ticket = incident(bench)
    forged = {"version": 1, "created": {f"rfo:{ticket.id}": bench.clock().isoformat()}, "signature": "0" * 64}
    bench.calls(bench.agent, "PUT", f"issue/{ticket.id}/properties/{INTENDED}", forged)

    assert bench.read(bench.desk.ensure(wanted(bench, ticket), ticket)).kind is TicketKind.RFO_TASK


def test_a_removed_link_is_made_again(bench: Bench) -> None:
    ticket = incident(bench)
    created = bench.desk.ensure(wanted(bench, ticket), ticket)
    bench.jira.world.issue(ticket.id).links.clear()
    bench.clock.advance(VISIBLE_AFTER)

    assert bench.desk.ensure(wanted(bench, ticket), bench.read(ticket.id)) == created
    assert [link.id for link in bench.read(ticket.id).links] == [created]


def test_a_kind_of_link_that_does_not_exist_is_told_and_makes_one_task_only(bench: Bench) -> None:
    ticket = incident(bench)
    kind = next(one for one in bench.jira.world.link_types.values() if one.name == "Relates")
    kind.name = "Connects"
    with pytest.raises(PermanentError) as caught:
        bench.desk.ensure(wanted(bench, ticket), ticket)
    assert type(caught.value) is PermanentError, "anything else would end the incident's own job"
    kind.name = "Relates"

    created = until_it_works(bench, wanted(bench, ticket), ticket.id)

    assert made(bench) == [int(created)]


def test_two_records_of_one_incident(bench: Bench) -> None:
    ticket = incident(bench)
    task = bench.desk.ensure(wanted(bench, ticket), ticket)
    record = NewTicket(key=key_of(TicketKind.PROBLEM, ticket.id), title="Why", text="Find out", group="problems")

    found = bench.desk.ensure(record, ticket)

    assert bench.read(found).kind is TicketKind.PROBLEM
    assert {link.id for link in bench.read(ticket.id).links} == {task, found}
