"""R34: an RFO is known by each single trace it has left, also where nobody's words are on the ticket any more."""

from typing import Any

import pytest

from connector.domain.ticket import Change, LinkedTicket, MergedTicket, Ticket
from connector.domain.vocabulary import Actor, Priority, RfoStatus, TicketKind, TicketState
from connector.rules.rfo import rfo
from tests.builders import T0, at, changed, complete, default_policy, incident, moved, note, said
from tests.unit.rules.passes import decide, with_values
from tests.unit.rules.released_rfos import DUE, outage, released
from tests.unit.rules.rfo_tickets import OVER, P1, P3, asked, solved, task

POLICY = default_policy()
DELIVERED = changed("rfo_status", RfoStatus.DUE, RfoStatus.DELIVERED, at(hours=3))


def silent(**values: Any) -> Ticket:
    """A resolved P1 on which nobody has asked for an RFO by message or field."""
    return solved(**({"articles": (said("Line down."),)} | values))


def merged(**values: Any) -> MergedTicket:
    held: dict[str, Any] = {"id": "6", "number": "41006", "created_at": T0, "created_by": Actor.CUSTOMER}
    return MergedTicket(**(held | {"state": TicketState.CANCELLED, "fields": complete()} | values))


def test_a_task_alone_hears_that_nobody_asks_any_more() -> None:
    outcome = decide(rfo, silent(links=(task(),)), POLICY, at(hours=5))

    assert (outcome.changes, outcome.touches) == ({"rfo_status": None, "rfo_due_at": None}, ("90",))
    assert decide(rfo, silent(links=(task(None),)), POLICY, at(hours=5)).touches == ()


def test_what_was_delivered_before_a_merge_stays_so() -> None:
    ticket = silent(merged=(merged(history=(DELIVERED,)),))

    assert decide(rfo, ticket, POLICY, at(hours=5)).changes["rfo_status"] is RfoStatus.DELIVERED


def test_a_status_alone_stays() -> None:
    ticket = silent(history=(OVER, DELIVERED))

    assert decide(rfo, ticket, POLICY, at(hours=5)).changes["rfo_status"] is RfoStatus.DELIVERED


def test_a_decline_that_the_customer_was_told_stays() -> None:
    ticket = silent(articles=(said("Line down."), note({"rfo-declined-by-us-801"}, at(hours=3))))

    assert decide(rfo, ticket, POLICY, at(hours=5)).changes["rfo_status"] is RfoStatus.DECLINED


def test_a_document_that_was_released_goes_out_though_the_task_is_not_linked() -> None:
    about = outage()
    ticket = with_values(silent(), related=released(about=about))

    assert [told.public for told in decide(rfo, ticket, POLICY, at(days=1)).notes] == [True]


def test_a_merged_ticket_asks_for_nothing() -> None:
    outcome = decide(rfo, solved(merged_into="8", links=(task(),)), POLICY, at(hours=5))

    assert outcome.changes == {"rfo_status": None, "rfo_due_at": None}
    assert (outcome.notes, outcome.touches, outcome.creates) == ((), (), ())


# What the task is told


def test_a_task_that_does_not_show_it_is_told_that_the_rfo_is_delivered() -> None:
    behind, knows = task(), task(rfo_status=RfoStatus.DELIVERED)
    waits = task(rfo_status=RfoStatus.RELEASED)

    for link, touches in ((behind, ("90",)), (knows, ()), (waits, ())):
        ticket = solved(history=(OVER, DELIVERED), links=(link,), articles=(asked(),))
        assert decide(rfo, ticket, POLICY, at(hours=5)).touches == touches


def test_sent_by_a_message_of_support_it_keeps_its_date() -> None:
    """And the task hears of it."""
    handed = said("Please find attached the RFO.", at(hours=4), Actor.AGENT, attachments=("RFO.pdf",))
    ticket = solved(links=(task(state=TicketState.CLOSED),), articles=(asked(), handed))
    outcome = decide(rfo, ticket, POLICY, at(hours=5))

    assert outcome.changes["rfo_status"] is RfoStatus.DELIVERED
    assert outcome.changes["rfo_due_at"] is not None
    assert outcome.touches == ("90",)
    assert outcome.reasons == ("the RFO task 41090 is done and it was sent",)


# The new task


def test_the_task_says_what_is_wanted_by_when_and_for_which_service() -> None:
    ticket = solved(title="x" * 300)
    (new,) = decide(rfo, ticket, POLICY, at(hours=2)).creates

    assert new.title == f"RFO for incident 41007: {'x' * 300}"[:240]
    assert "Due: Mon 30 Nov 2026 13:00 CET (12:00 UTC) (5 working days)." in new.text
    assert "The customer asked on Mon 23 Nov 2026 12:00 CET (11:00 UTC) (message contains" in new.text
    assert dict(new.fields) == {
        "rfo_status": RfoStatus.DUE,
        "rfo_due_at": at(days=7, hours=2),
        "priority": ticket.fields.priority,
        "service_id": "SVC-1005",
        "service_check": ticket.fields.service_check,
    }


# Withdrawn


@pytest.mark.parametrize(
    ("told", "links", "notes"),
    [(True, (task(),), 1), (False, (task(),), 0), (True, (), 0)],
    ids=["promised", "not-promised", "no-task"],
)
def test_taken_back_after_the_promise_support_is_told_once(
    told: bool, links: tuple[LinkedTicket, ...], notes: int
) -> None:
    shown = (changed("rfo_due_at", None, DUE, at(hours=2, seconds=5), Actor.CONNECTOR),) if told else ()
    back = said("We no longer need the RFO, please cancel it.", at(hours=4))
    outcome = decide(rfo, solved(history=(OVER, *shown), links=links, articles=(asked(), back)), POLICY, at(hours=5))

    assert outcome.changes == {"rfo_status": None, "rfo_due_at": None}
    assert len(outcome.notes) == notes
    if notes:
        assert outcome.notes[0].marks == {f"rfo-withdrawn-a{back.id}"}
        assert "Mon 30 Nov 2026 14:00 CET (13:00 UTC)" in outcome.notes[0].text
        assert "41090" in outcome.notes[0].text


# A ladder that ends before the policy's level


def test_where_the_ladder_ends_earlier_an_overdue_rfo_rises_to_its_last_level() -> None:
    policy = POLICY.model_copy(update={"rfo": POLICY.rfo.model_copy(update={"overdue_level": 9})})
    outcome = decide(rfo, solved(), policy, at(days=8))

    assert [sorted(told.marks) for told in outcome.notes] == [["rfo-late-20261130T1200-1"]]
    assert outcome.due is None


def test_only_a_repair_earns_an_rfo_unless_support_wants_it() -> None:
    gone = moved(TicketState.OPEN, TicketState.CANCELLED, at(hours=2))
    ended: dict[str, Any] = {"state": TicketState.CANCELLED, "history": (gone,)}
    request = asked()
    outcome = decide(rfo, solved(**ended, articles=(request,)), POLICY, at(hours=5))

    assert outcome.changes == {"rfo_status": None, "rfo_due_at": None}
    assert [(set(told.marks), told.public) for told in outcome.notes] == [({f"rfo-declined-a{request.id}"}, False)]
    assert "Mon 23 Nov 2026 12:00 CET (11:00 UTC)" in outcome.notes[0].text
    for when, wanted in ((at(hours=1), None), (at(hours=2), None), (at(hours=3), RfoStatus.DUE)):
        by_field = changed("rfo_requested", None, True, when)
        about = incident(complete(rfo_requested=True), **(ended | {"history": (gone, by_field)}))
        assert decide(rfo, about, POLICY, at(hours=5)).changes["rfo_status"] is wanted


def test_the_eldest_open_task_of_the_incident_itself_comes_first() -> None:
    """Whatever a merge brought along."""
    links = (
        task(id="101"),
        task(id="99", number="41099"),
        task(id="95", connector_key="rfo:6"),
        task(id="94", state=TicketState.CLOSED),
        task(id="93").model_copy(update={"kind": TicketKind.PROBLEM, "connector_key": "problem:7"}),
    )
    ticket = solved(links=tuple(one.model_copy(update={"rfo_due_at": at(days=7, hours=2)}) for one in links))
    ticket = with_values(ticket, merged=(merged(),))

    assert decide(rfo, ticket, POLICY, at(hours=5)).touches == ("101", "95"), "99 is the one that goes on"


# Which RFO is asked for


def released_before(kind: str, status: RfoStatus = RfoStatus.RELEASED) -> Ticket:
    """Its task is about to send another version."""
    sent = note({f"rfo-sent-1-1-{kind}-801"}, at(hours=3))
    return solved(links=(task(rfo_status=status),), articles=(asked(), sent))


def test_a_task_that_has_delivered_is_enough() -> None:
    outcome = decide(rfo, solved(links=(task(rfo_status=RfoStatus.DELIVERED),)), POLICY, at(hours=5))

    assert (outcome.changes["rfo_status"], outcome.creates) == (RfoStatus.DELIVERED, ())


def test_while_a_corrected_version_is_on_its_way_the_rfo_stays_delivered() -> None:
    corrected = decide(rfo, released_before("final"), POLICY, at(hours=5))
    preliminary = decide(rfo, released_before("preliminary"), POLICY, at(hours=5))

    assert corrected.changes["rfo_status"] is RfoStatus.DELIVERED
    assert preliminary.changes["rfo_status"] is RfoStatus.DUE


def test_asked_for_once_more_by_support_it_is_due_anew_and_not_on_the_old_date() -> None:
    shown = changed("rfo_due_at", None, at(days=7, hours=2), at(hours=2), Actor.CONNECTOR)
    again = said("Please send them another RFO.", at(hours=4), Actor.AGENT)
    ask = changed("rfo_requested", None, True, at(hours=4))
    ticket = solved(history=(OVER, shown, DELIVERED, ask), articles=(asked(), again))
    outcome = decide(rfo, ticket.with_changes({"rfo_requested": True}), POLICY, at(hours=5))

    assert outcome.changes == {"rfo_status": RfoStatus.DUE, "rfo_due_at": at(days=7, hours=4)}


# Who gets one


BACK = moved(TicketState.CLOSED, TicketState.OPEN, at(hours=5))
AGAIN = moved(TicketState.OPEN, TicketState.CLOSED, at(hours=6))


def first(new: Priority, hours: float = 0) -> Change:
    return changed("priority", None, new, at(hours=hours), Actor.CONNECTOR)


@pytest.mark.parametrize(
    ("history", "asked_at", "gets_one"),
    [
        ((first(P1), changed("priority", P1, P3, at(hours=1)), OVER), 1, True),
        ((first(P3), changed("priority", P3, P1, at(hours=2)), OVER), 1, True),
        ((first(P3), OVER, changed("priority", P3, P1, at(hours=2, seconds=1))), 1, False),
        ((first(P1), OVER, DELIVERED, changed("priority", P1, P3, at(hours=4)), BACK, AGAIN), 7, False),
        ((first(P1), OVER, DELIVERED, BACK, changed("priority", P1, P3, at(hours=5.5)), AGAIN), 7, True),
        ((first(P3), OVER, DELIVERED, changed("priority", P3, P1, at(hours=5)), BACK, AGAIN), 7, True),
    ],
    ids=["at-first", "at-the-end", "after-the-end", "lowered-between", "lowered-in-the-second", "as-it-came-back"],
)
def test_the_priorities_of_the_outages_that_it_is_about_decide(
    history: tuple[Change, ...], asked_at: float, gets_one: bool
) -> None:
    ticket = solved(history[-1].new if history[-1].field == "priority" else P3, history=history)
    ticket = with_values(ticket, articles=(asked(at(hours=asked_at)),))
    status = decide(rfo, ticket, POLICY, at(hours=8)).changes["rfo_status"]

    assert status is (RfoStatus.DUE if gets_one else RfoStatus.DECLINED)


@pytest.mark.parametrize(("seconds", "is_sent"), [(-61, False), (-60, True), (30, True)])
def test_what_support_sent_up_to_a_minute_before_the_end_is_the_rfo(seconds: float, is_sent: bool) -> None:
    handed = said("Please find attached the RFO.", at(hours=2, seconds=seconds), Actor.AGENT, attachments=("RFO.pdf",))
    ticket = solved(links=(task(state=TicketState.CLOSED),), articles=(asked(), handed))
    status = decide(rfo, ticket, POLICY, at(hours=5)).changes["rfo_status"]

    assert status is (RfoStatus.DELIVERED if is_sent else RfoStatus.DUE)


def test_why_is_said_with_who_asked_and_how() -> None:
    by_message = decide(rfo, solved(), POLICY, at(hours=5)).reasons
    by_field = changed("rfo_requested", None, True, at(hours=3))
    ticket = silent(history=(OVER, by_field)).with_changes({"rfo_requested": True})

    assert by_message == (
        "the customer asked at 2026-11-23 11:00 UTC (message contains 'Please send us the RFO');"
        " due 2026-11-30 12:00 UTC, 5 working days",
    )
    assert decide(rfo, ticket, POLICY, at(hours=5)).reasons == (
        "an agent asked at 2026-11-23 13:00 UTC (by the field); due 2026-11-30 13:00 UTC, 5 working days",
    )


def test_a_decline_is_told_once_for_each_time_somebody_declines() -> None:
    no = changed("rfo_status", RfoStatus.DUE, RfoStatus.DECLINED, at(hours=4))
    ticket = solved(history=(OVER, no)).with_changes({"rfo_decline_reason": "The fault was in your own network."})

    assert [set(told.marks) for told in decide(rfo, ticket, POLICY, at(hours=5)).notes] == [
        {f"rfo-declined-by-us-{no.id}"}
    ]
