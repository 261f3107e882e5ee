"""What a policy does to an open ticket the moment it comes into force, and who would notice."""

from datetime import timedelta

from connector.domain.vocabulary import Impact, TicketState, Urgency
from connector.simulation.at_once import at_once
from connector.simulation.report import on_open
from connector.work.reach import noticed
from tests.builders import T0, complete, default_policy, incident, moved

LATER = T0 + timedelta(hours=3)


def test_all_looks_that_it_takes_are_taken_and_nothing_of_the_ticket_is_left_out() -> None:
    ticket = incident(fields=complete(impact=Impact.SERVICE_AFFECTING, urgency=Urgency.HIGH))
    assert {"priority P1", "level 3", "missed first_response"} <= {
        act.what for act in at_once(ticket, default_policy(), LATER)
    }


def test_a_note_and_a_field_of_the_rules_alone_are_no_visible_change() -> None:
    ticket = incident(fields=complete(impact=Impact.SERVICE_AFFECTING, urgency=Urgency.HIGH))
    seen = noticed(ticket, default_policy(), LATER)
    assert "level 3" in seen
    assert not any(what.startswith(("note", "missed", "details")) for what in seen)


def test_another_group_is_a_visible_change() -> None:
    ticket = incident(fields=complete(impact=Impact.SERVICE_AFFECTING, urgency=Urgency.HIGH, group="intake"))
    assert "group level_3" in noticed(ticket, default_policy(), LATER)


def test_only_open_tickets_that_can_be_read_are_counted() -> None:
    over = incident(
        state=TicketState.CLOSED, history=(moved(TicketState.OPEN, TicketState.CLOSED, T0 + timedelta(minutes=5)),)
    )
    open_one = incident(fields=complete(impact=Impact.SERVICE_AFFECTING, urgency=Urgency.HIGH))
    seen = on_open([None, over, open_one], default_policy(), LATER)
    assert (seen.looked_at, seen.unreadable, [number for number, _, _ in seen.tickets]) == (1, 1, ["41007"])
    assert ("escalation", "level 3", 1) in seen.acts
