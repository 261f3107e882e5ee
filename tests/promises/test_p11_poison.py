"""P11: a poison ticket blocks only itself, visibly: a dead letter with its cause; replay and new events try again.

Tried, and red: a ticket is never given up; an error of our own ends the worker; the dead letter does not keep its
cause.
"""

from datetime import timedelta

import pytest

from connector.domain.vocabulary import TicketState
from connector.helpdesks.errors import NotFoundError
from connector.sandbox.stage import Person
from connector.sandbox.zammad import Fault
from connector.work.table import Key
from tests.counted import Counted
from tests.promises.conftest import COMPLETE, Cast, zammad_house


def test_a_ticket_that_always_fails_becomes_a_dead_letter_and_the_others_go_on(cast: Cast) -> None:
    stage, counted = cast.stage, Counted()
    poison = cast.customer.writes("Poison", COMPLETE)
    stage.sandbox.faults.add(Fault("status", *stage.house.request_of("read", poison), times=None, status=500))
    good = cast.customer.writes("Line down", COMPLETE)

    stage.advance(timedelta(hours=2))

    (letter,) = stage.table.dead_letters()
    assert letter.key == Key(stage.desk.name, poison)
    assert letter.attempts == 10
    assert "answered 500" in letter.error
    assert stage.ticket(good).fields.escalation_level == 3
    assert counted("reconciles_total", helpdesk=stage.desk.name, outcome="dead_letter") == 1
    assert stage.table.counts()[stage.desk.name].dead == 1


def test_a_fault_of_our_own_blocks_only_the_ticket_that_it_shows_on(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = cast.stage
    poison, good = (cast.customer.writes(f"Line {n} down", COMPLETE) for n in range(2))
    read = stage.desk.read
    monkeypatch.setattr(stage.desk, "read", lambda ticket: read(ticket) if ticket != poison else 1 / 0)

    stage.advance(timedelta(hours=2))

    (letter,) = stage.table.dead_letters()
    assert (letter.key, letter.error) == (Key(stage.desk.name, poison), "ZeroDivisionError: division by zero")
    assert stage.ticket(good).fields.escalation_level == 3


def test_a_replay_works_once_the_cause_is_gone(cast: Cast) -> None:
    stage = cast.stage
    poison = cast.customer.writes("Poison", COMPLETE)
    stage.sandbox.faults.add(Fault("status", *stage.house.request_of("read", poison), times=None, status=422))
    stage.settle()
    stage.sandbox.faults.clear()

    assert stage.table.replay([Key(stage.desk.name, poison)]) == 1
    stage.settle()

    assert stage.table.dead_letters() == []
    assert stage.ticket(poison).fields.priority == "P1"


def test_a_new_event_tries_a_dead_letter_again(cast: Cast) -> None:
    stage = cast.stage
    poison = cast.customer.writes("Poison", COMPLETE)
    stage.sandbox.faults.add(Fault("status", *stage.house.request_of("read", poison), times=None, status=422))
    stage.settle()
    assert len(stage.table.dead_letters()) == 1
    stage.sandbox.faults.clear()

    cast.customer.replies(poison, "any news?")
    stage.settle()

    assert stage.table.dead_letters() == []
    assert stage.ticket(poison).fields.priority == "P1"


def test_an_attribute_that_zammad_does_not_store_is_told_and_no_loop(zammad_cast: Cast) -> None:
    """Zammad ignores unknown attributes with 200: without the check the connector would write for ever."""
    cast, stage = zammad_cast, zammad_cast.stage
    house = zammad_house(stage)
    admin = Person(house, "admin", house.accounts.admin)
    ticket = cast.customer.writes("Line down", COMPLETE)
    for attribute in admin.calls("GET", "object_manager_attributes"):
        if attribute["name"] == "priority_reason":
            admin.calls("DELETE", f"object_manager_attributes/{attribute['id']}")
    admin.calls("POST", "object_manager_attributes_execute_migrations")

    stage.advance(timedelta(hours=1, minutes=5))
    written = stage.house.served()
    stage.advance(timedelta(minutes=50))

    assert stage.table.dead_letters() == []
    seen = stage.ticket(ticket)
    assert seen.fields.escalation_level == 2
    assert sum("Not set on this ticket: Reason for priority." in article.body for article in seen.articles) == 1
    assert stage.house.served() - written < 20


def test_a_deleted_ticket_that_was_over_is_forgotten(cast: Cast) -> None:
    stage = cast.stage
    ticket = cast.customer.writes("Fan noise", COMPLETE.replace("high", "low"))
    cast.agent.replies(ticket, "It was replaced.")
    cast.agent.sets(ticket, state=TicketState.CLOSED)
    stage.settle()
    stage.house.remove(ticket)
    stage.table.touch([Key(stage.desk.name, ticket)], stage.clock())

    stage.advance(timedelta(hours=3))

    assert stage.table.dead_letters() == []
    assert stage.table.next_due(stage.desk.name) is None


def test_an_open_ticket_that_is_gone_is_told(cast: Cast) -> None:
    """Deleted, hidden by a security level, moved away: from here it all looks the same."""
    stage, counted = cast.stage, Counted()
    ticket = cast.customer.writes("Line down", COMPLETE)
    stage.settle()
    stage.house.remove(ticket)

    stage.advance(timedelta(hours=3))

    (letter,) = stage.table.dead_letters()
    assert letter.key == Key(stage.desk.name, ticket)
    assert "Something was planned for this ticket at 2026-11-23" in letter.error
    assert counted("vanished_tickets_total", helpdesk=stage.desk.name) == 1
    assert stage.table.drop([letter.key]) == 1
    stage.advance(timedelta(hours=3))
    assert stage.table.dead_letters() == []


def test_a_hidden_ticket_goes_on_when_it_is_seen_again(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = cast.stage
    ticket = cast.customer.writes("Line down", COMPLETE)
    stage.settle()

    def hidden(ticket_id: str) -> None:
        raise NotFoundError(f"GET {ticket_id}: answered 404")

    with monkeypatch.context() as patch:
        patch.setattr(stage.desk, "read", hidden)
        stage.advance(timedelta(hours=1, minutes=30))
    assert len(stage.table.dead_letters()) == 1

    stage.table.replay([Key(stage.desk.name, ticket)])
    stage.advance(timedelta(hours=1))
    assert stage.ticket(ticket).fields.escalation_level == 3
