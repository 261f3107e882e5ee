"""What a report says of one incident: promises, updates, downtime, levels, RFO, details that were missing."""

from datetime import timedelta
from typing import Any

from connector.domain.fields import Fields
from connector.domain.ticket import LinkedTicket, Ticket
from connector.domain.vocabulary import Actor, Impact, Priority, PrioritySource, RfoStatus, ServiceCheck, TicketState
from connector.reports.incident import Incident, Rise, incident
from connector.rules.timeline import Interval
from tests.builders import T0, at, changed, complete, default_policy, moved, note, said
from tests.builders import incident as ticket_of

POLICY = default_policy()
UNTIL = at(days=3)
OURS = Actor.CONNECTOR


def told(ticket: Ticket) -> Incident:
    return incident(ticket, POLICY, UNTIL)


def p1(**values: Any) -> Ticket:
    """A P1 of Harbour Bank: first response within 15 min, update every hour, repair within 4 h."""
    held = {"service_check": ServiceCheck.VERIFIED, **values.pop("held", {})}
    written = tuple(
        changed(name, None, value, T0, OURS) for name, value in held.items() if name in ("service_check", "rfo_due_at")
    )
    history = (*written, *values.pop("history", ()))
    return ticket_of(complete(priority=Priority.P1, **held), history=history, **values)


def repaired(hours: float, *answers: float) -> Ticket:
    """Answered after so many hours each, and closed."""
    return p1(
        state=TicketState.CLOSED,
        articles=(said("down"), *(said("news", at(hours=after), Actor.AGENT) for after in answers)),
        history=(moved(TicketState.OPEN, TicketState.CLOSED, at(hours=hours)),),
    )


def test_what_is_in_time_is_kept_and_what_is_not_is_late_by_so_much() -> None:
    good, bad = told(repaired(3, 0.1)), told(repaired(5.5, 0.5))

    assert (good.first_response.kept, good.repair.kept) == (True, True)
    assert (bad.first_response.kept, bad.repair.kept) == (False, False)
    assert bad.first_response.late == timedelta(minutes=15)
    assert bad.repair.late == timedelta(hours=1, minutes=30)


def test_what_is_still_to_come_is_neither_kept_nor_missed() -> None:
    fresh = incident(p1(articles=(said("down"),)), POLICY, at(minutes=5))

    assert (fresh.first_response.kept, fresh.repair.kept) == (None, None)


def test_updates_count_from_the_first_response_to_the_repair() -> None:
    # Due an hour after each: 0.1 → 1.1 kept at 1.0; → 2.0 missed at 2.5; → 3.5 not yet due at 3.0.
    assert (told(repaired(3, 0.1, 1.0, 2.5)).updates_kept, told(repaired(3, 0.1, 1.0, 2.5)).updates_missed) == (1, 1)
    assert told(repaired(9, 0.1)).updates_missed == 1
    assert (told(repaired(3)).updates_kept, told(repaired(3)).updates_missed) == (0, 0)


def test_it_is_down_from_the_report_to_the_repair_and_waits_while_the_customer_is_asked() -> None:
    waits = p1(
        state=TicketState.CLOSED,
        articles=(said("down"), said("When may we come?", at(hours=1), Actor.AGENT), said("Now.", at(hours=2))),
        history=(
            moved(TicketState.OPEN, TicketState.PENDING_CUSTOMER, at(hours=1)),
            moved(TicketState.PENDING_CUSTOMER, TicketState.CLOSED, at(hours=3)),
        ),
    )

    assert told(waits).down == (Interval(T0, at(hours=3)),)
    assert told(waits).waited == (Interval(at(hours=1), at(hours=2)),)


def test_levels_with_their_reasons() -> None:
    risen = p1(
        history=(
            changed("escalation_level", None, 1, at(minutes=1), OURS),
            changed("escalation_level", 1, 2, at(hours=1), OURS),
            changed("escalation_reason", None, "Level 2: age", at(hours=1, milliseconds=1), OURS),
            changed("escalation_level", 2, 4, at(hours=2), OURS),
            changed("escalation_level", 4, 3, at(hours=3)),
        ),
        held={"escalation_level": 3},
    )

    assert told(risen).levels == (Rise(at(hours=1), 2, "Level 2: age"), Rise(at(hours=2), 4, ""))


def test_an_rfo_is_late_when_its_day_is_over_or_was_over_when_it_came() -> None:
    asked = changed("rfo_status", None, RfoStatus.DUE, at(hours=5), OURS)

    def rfo(due: float, *more: Any, status: RfoStatus = RfoStatus.DUE) -> Any:
        return told(p1(history=(asked, *more), held={"rfo_status": status, "rfo_due_at": at(days=due)})).rfo

    delivered = changed("rfo_status", RfoStatus.DUE, RfoStatus.DELIVERED, at(days=2), OURS)
    assert not rfo(4).late
    assert rfo(2).late
    assert not rfo(2.5, delivered, status=RfoStatus.DELIVERED).late
    assert rfo(1, delivered, status=RfoStatus.DELIVERED).late
    assert not rfo(1, status=RfoStatus.DECLINED).late
    assert told(p1()).rfo is None


def test_the_details_that_were_missing_when_the_customer_was_asked() -> None:
    later = ticket_of(
        Fields(priority=Priority.P3, impact=Impact.DEGRADATION, service_id="SVC-1005"),
        articles=(said("down"), note({"asked"}, at(minutes=1))),
        history=(
            changed("service_id", None, "SVC-1005", at(hours=1), OURS),
            changed("impact", None, Impact.DEGRADATION, at(seconds=10), OURS),
        ),
    )

    assert set(told(later).asked_for) == {"service_id", "problem_start", "short_description"}
    assert told(p1()).asked_for == ()


def test_overrides_and_open_problems() -> None:
    def linked(number: str, state: TicketState) -> LinkedTicket:
        return LinkedTicket(
            id=number, number=number, state=state, created_by_connector=True, connector_key=f"problem:{number}"
        )

    links = (linked("42", TicketState.OPEN), linked("43", TicketState.CLOSED))
    chosen = p1(held={"priority_source": PrioritySource.AGENT}, created_by=Actor.AGENT, links=links)

    assert told(chosen).overridden
    assert told(chosen).problems == ("42",)
    assert told(chosen).customer == "harbour"
    assert told(chosen).service == "SVC-1005"
