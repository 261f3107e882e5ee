"""What a report says of one incident: promises, updates, downtime, levels, RFO, details that were missing."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from connector.domain.fields import Fields
from connector.domain.ticket import Change, LinkedTicket, Ticket
from connector.domain.vocabulary import Actor, Impact, Priority, PrioritySource, RfoStatus, ServiceCheck, TicketState
from connector.reports.incident import Incident, Promise, Rise, incident
from connector.rules.timeline import Interval
from tests.builders import T0, at, changed, complete, default_policy, moved, note, said
from tests.builders import incident as ticket_of

POLICY = default_policy()
UNTIL = at(days=3)
OURS = Actor.CONNECTOR


P1, P2, P3, _ = Priority


def kept(promises: Sequence[Promise]) -> list[tuple[Priority, bool | None]]:
    return [(one.priority, one.kept) for one in promises]


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

    assert (kept(good.first_response), kept(good.repair)) == ([(P1, True)], [(P1, True)])
    assert (kept(bad.first_response), kept(bad.repair)) == ([(P1, False)], [(P1, False)])
    assert bad.first_response[0].late == timedelta(minutes=15)
    assert bad.repair[0].late == timedelta(hours=1, minutes=30)


def test_what_is_still_to_come_is_neither_kept_nor_missed() -> None:
    fresh = incident(p1(articles=(said("down"),)), POLICY, at(minutes=5))

    assert (kept(fresh.first_response), kept(fresh.repair)) == ([(P1, None)], [(P1, None)])


def test_updates_count_from_the_first_response_to_the_repair() -> None:
    # Due an hour after each: 0.1 → 1.1 kept at 1.0; → 2.0 missed at 2.5; → 3.5 not yet due at 3.0.
    assert kept(told(repaired(3, 0.1, 1.0, 2.5)).updates) == [(P1, True), (P1, False)]
    assert kept(told(repaired(9, 0.1)).updates) == [(P1, False)]
    assert told(repaired(3)).updates == ()


def raised(*steps: tuple[float, Priority], first: Priority = P2, **values: Any) -> Ticket:
    """A ticket whose priority was set at each of these hours."""
    history, old = list[Change](values.pop("history", ())), first
    for hours, new in steps:
        history.append(changed("priority", old, new, at(hours=hours)))
        old = new
    in_order = tuple(sorted(history, key=lambda one: one.at))
    return ticket_of(complete(priority=old), history=in_order, **{"updated_at": at(hours=200), **values})


LATE = (said("down"), said("We look into it.", at(hours=2), Actor.AGENT))
"""Too late for a P1 or a P2 (1 h), in time for a P3 (4 h)."""


def closed(hours: float) -> dict[str, Any]:
    return {"state": TicketState.CLOSED, "history": (moved(TicketState.OPEN, TicketState.CLOSED, at(hours=hours)),)}


def test_what_was_missed_stays_missed_when_the_priority_is_raised_and_the_raised_one_promises_anew() -> None:
    """Repair: missed as P2 after 8 h, as P1 in time within 4 h of the raise, or missed again."""
    good, bad = (told(raised((9, P1), articles=LATE, **closed(hours))) for hours in (12, 14))

    assert kept(good.first_response) == [(P2, False)]
    assert kept(good.repair) == [(P2, False), (P1, True)]
    assert kept(bad.repair) == [(P2, False), (P1, False)]


def test_lowering_the_priority_keeps_nothing_that_was_missed() -> None:
    lowered = told(raised((1, P3), first=P1, articles=LATE, **closed(20)))

    assert kept(lowered.first_response) == [(P1, False)], "after 15 minutes"
    assert kept(lowered.repair) == [(P3, True)], "it was no P1 any more after 4 h"


def test_back_and_forth_counts_each_miss_once() -> None:
    there_and_back = told(raised((9, P1), (10, P2), articles=LATE, **closed(20)))

    assert kept(there_and_back.first_response) == [(P2, False)]
    assert kept(there_and_back.repair) == [(P2, False)]


def test_a_promise_is_that_of_the_priority_in_force_when_it_was_decided() -> None:
    """Answered in time as P3, and then raised; the P3's repair after 48 h came an hour after the raise."""
    late = told(raised((47, P1), first=P3, articles=LATE, **closed(50)))

    assert kept(late.first_response) == [(P3, True)]
    assert kept(late.repair) == [(P1, False)]


def test_what_came_after_the_end_of_the_report_changes_nothing_in_it() -> None:
    """An answer, a raise and the end of it."""
    after = 24 * 3
    late = said("Sorry!", at(hours=after + 1), Actor.AGENT)
    ticket = raised((after + 2, P1), articles=(said("down"), late), **closed(after + 3))
    calm = raised(articles=(said("down"),), updated_at=T0)

    assert told(ticket) == told(calm)
    assert told(ticket).priority is P2
    assert kept(told(ticket).first_response) == [(P2, False)]


def test_an_update_is_that_of_the_priority_in_force_when_it_was_due() -> None:
    """As P2 every 4 h; raised at 9 h, so the next one is due at 10 h."""
    articles = (said("down"), *(said("news", at(hours=hours), Actor.AGENT) for hours in (0.5, 4, 9.5, 10.2)))
    one = told(raised((9, P1), articles=articles, **closed(11)))

    assert kept(one.updates) == [(P2, True), (P2, False), (P1, True)]


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
