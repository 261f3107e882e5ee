"""R34 on the task: reminders on working days 3 and 4, escalation when overdue."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connector.domain.fields import Fields
from connector.domain.ticket import Article, LinkedTicket, Ticket
from connector.domain.vocabulary import Actor, Channel, RfoStatus, ServiceCheck, TicketKind, TicketState
from connector.rules.rfo_task import rfo_task
from tests.builders import T0, changed, default_policy, incident, moved, note, said
from tests.unit.rules.passes import decide, with_values

POLICY = default_policy()
DUE = datetime(2026, 11, 30, 10, 0, tzinfo=UTC)
"""Monday; the clock started the Monday before."""
THIRD = datetime(2026, 11, 26, 10, 0, tzinfo=UTC)
FOURTH = datetime(2026, 11, 27, 10, 0, tzinfo=UTC)
STAMP = "20261130T1000"


def of_incident(due: datetime | None = DUE, status: RfoStatus | None = RfoStatus.DUE) -> LinkedTicket:
    return LinkedTicket(
        id="7", number="41007", state=TicketState.CLOSED, created_by_connector=False, rfo_status=status, rfo_due_at=due
    )


def task(
    *articles: Article, link: LinkedTicket | None = None, state: TicketState = TicketState.OPEN, **fields: Any
) -> Ticket:
    held = {"connector_key": "rfo:7", "rfo_status": RfoStatus.DUE, "rfo_due_at": DUE, "group": "rfo"}
    return incident(
        Fields(**(held | fields)),
        id="90",
        number="41090",
        created_by=Actor.CONNECTOR,
        kind=TicketKind.RFO_TASK,
        state=state,
        articles=articles,
        links=(link or of_incident(),),
    )


def reminded(*days: int) -> Article:
    return note({f"rfo-reminder-{day}-{STAMP}" for day in days})


def test_the_task_shows_its_date() -> None:
    outcome = decide(rfo_task, task(), POLICY, T0)

    assert outcome.changes == {"rfo_status": RfoStatus.DUE, "rfo_due_at": DUE, "next_escalation_at": DUE}
    assert outcome.notes == ()
    assert outcome.due == THIRD


@pytest.mark.parametrize(
    ("moment", "day", "articles", "following"),
    [(THIRD, 3, (), FOURTH), (FOURTH, 4, (reminded(3),), DUE)],
)
def test_reminders_come_at_their_time_and_once(
    moment: datetime, day: int, articles: tuple[Article, ...], following: datetime
) -> None:
    before = decide(rfo_task, task(*articles), POLICY, moment - timedelta(microseconds=1))
    then = decide(rfo_task, task(*articles), POLICY, moment)
    again = decide(rfo_task, task(*articles, reminded(day)), POLICY, moment)

    assert before.notes == ()
    assert before.due == moment
    assert [told.marks for told in then.notes] == [{f"rfo-reminder-{day}-{STAMP}"}]
    assert f"Working day {day} of 5" in then.notes[0].text
    assert then.due == following
    assert again.notes == ()


def test_two_late_reminders_are_one_note() -> None:
    (told,) = decide(rfo_task, task(), POLICY, FOURTH + timedelta(hours=1)).notes

    assert told.marks == {f"rfo-reminder-4-{STAMP}"}
    assert "Working day 4 of 5" in told.text
    assert not told.public


def test_a_moved_date_is_reminded_of_anew() -> None:
    later = DUE + timedelta(days=1)

    outcome = decide(rfo_task, task(reminded(3, 4), link=of_incident(later)), POLICY, FOURTH + timedelta(days=1))

    assert outcome.changes["rfo_due_at"] == later
    assert [told.marks for told in outcome.notes] == [{"rfo-reminder-3-20261201T1000"}]


def test_reminders_leave_out_holidays() -> None:
    """Due on Tuesday, 29 December 2026: the working days before are the 28th and Christmas Eve."""
    due = datetime(2026, 12, 29, 10, 0, tzinfo=UTC)

    assert decide(rfo_task, task(link=of_incident(due)), POLICY, T0).due == datetime(2026, 12, 24, 10, 0, tzinfo=UTC)


def test_overdue_rises_to_the_level_of_the_policy_at_its_moment() -> None:
    before = decide(rfo_task, task(reminded(3, 4)), POLICY, DUE - timedelta(microseconds=1))
    then = decide(rfo_task, task(reminded(3, 4)), POLICY, DUE)

    assert "escalation_level" not in before.changes
    assert then.changes["rfo_status"] is RfoStatus.OVERDUE
    assert then.changes["escalation_level"] == 3
    assert then.changes["group"] == "level_3"
    assert then.changes["next_escalation_at"] == DUE + timedelta(days=1)
    assert then.notes[0].marks == {"level-3"}
    assert "Contact: Head of operations." in then.notes[0].text


def test_overdue_rises_by_one_level_on_each_working_day() -> None:
    told: list[Article] = []
    levels: list[int | None] = []
    for day in range(6):
        held: dict[str, Any] = {"escalation_level": levels[-1] if levels else None, "rfo_status": RfoStatus.OVERDUE}
        outcome = decide(rfo_task, task(*told, **held), POLICY, DUE + timedelta(days=day))
        told += [note(set(one.marks)) for one in outcome.notes]
        levels.append(outcome.changes.get("escalation_level", levels[-1] if levels else None))
        assert len(outcome.notes) == (day < 3)

    assert levels == [3, 4, 5, 5, 5, 5]


def test_no_level_rises_at_the_weekend() -> None:
    friday = datetime(2026, 12, 4, 10, 0, tzinfo=UTC)
    risen = task(note({"level-3"}), link=of_incident(friday), escalation_level=3, group="level_3")

    assert decide(rfo_task, risen, POLICY, friday + timedelta(days=2)).notes == ()
    assert decide(rfo_task, risen, POLICY, friday + timedelta(days=3)).notes[0].marks == {"level-4"}


def test_several_levels_after_an_outage_are_one_step() -> None:
    outcome = decide(rfo_task, task(), POLICY, DUE + timedelta(days=3))

    (told,) = outcome.notes
    assert told.marks == {"level-3", "level-4", "level-5"}
    assert [line[:7] for line in told.text.splitlines() if " was reached on " in line] == ["Level 3", "Level 4"]
    assert outcome.changes["rfo_due_at"] == DUE


def test_it_rises_on_the_ladder_of_the_service() -> None:
    """SVC-1003 has a ladder of its own that ends at level 3; Acme's ends at level 4."""
    service: dict[str, Any] = {"service_id": "SVC-1003", "service_check": ServiceCheck.VERIFIED}
    outcome = decide(rfo_task, task(**service), POLICY, DUE + timedelta(days=9))

    assert outcome.changes["escalation_level"] == 3
    assert outcome.due is None


def test_a_reopened_incident_stops_the_clock_of_the_task() -> None:
    ticket = task(link=of_incident(None, RfoStatus.REQUESTED))

    outcome = decide(rfo_task, ticket, POLICY, DUE + timedelta(days=3))

    assert outcome.changes == {"rfo_status": RfoStatus.REQUESTED, "rfo_due_at": None, "next_escalation_at": None}
    assert outcome.notes == ()
    assert outcome.due is None


def test_without_its_incident_the_task_keeps_its_own_date() -> None:
    """Somebody has removed the link."""
    stranger = LinkedTicket(id="8", number="41008", state=TicketState.OPEN, created_by_connector=False)

    assert decide(rfo_task, task(link=stranger), POLICY, T0).changes["rfo_due_at"] == DUE


CLOSED_AT = THIRD - timedelta(hours=1)


def closed(*articles: Article, by: tuple[Actor, ...] = (Actor.AGENT,), **values: Any) -> Ticket:
    """Closed, and opened again, ``by`` these in turn."""
    states = [TicketState.OPEN, TicketState.CLOSED]
    moves = tuple(moved(states[turn % 2], states[(turn + 1) % 2], CLOSED_AT, actor) for turn, actor in enumerate(by))
    ticket = task(*articles, state=TicketState.CLOSED, **values)
    return ticket.model_copy(update={"history": moves})


def test_closed_with_nothing_for_the_customer_it_is_opened_again_after_the_incident_was_looked_at() -> None:
    first = decide(rfo_task, closed(root_cause="a digger"), POLICY, CLOSED_AT)
    then = decide(rfo_task, closed(root_cause="a digger"), POLICY, CLOSED_AT + timedelta(minutes=1))

    assert (first.changes, first.state, first.touches) == ({}, None, ("7",))
    assert first.due == CLOSED_AT + timedelta(minutes=1)
    assert (then.state, then.again) == (TicketState.OPEN, True)
    (told,) = then.notes
    assert not told.public
    assert "- RFO summary: missing" in told.text
    assert '- Root cause: fewer than 20 letters ("a digger")' in told.text
    assert "- Preventive measures: missing" in told.text


def test_whoever_closes_it_again_finds_it_open_again_and_is_told_each_time() -> None:
    ticket = closed(note({"rfo-reopened"}), by=(Actor.AGENT, Actor.CONNECTOR, Actor.AGENT))

    again = decide(rfo_task, ticket, POLICY, CLOSED_AT + timedelta(minutes=5))

    assert again.state is TicketState.OPEN
    assert [told.title for told in again.notes] == ["RFO task opened again"]


def test_an_agent_states_that_it_is_delivered() -> None:
    outcome = decide(rfo_task, task(rfo_status=RfoStatus.DELIVERED), POLICY, DUE + timedelta(days=9))

    assert outcome.changes == {"rfo_status": RfoStatus.DELIVERED, "next_escalation_at": None}
    assert outcome.touches == ("7",)
    assert outcome.notes == ()


def test_mailed_from_the_task_and_closed_it_is_delivered() -> None:
    mail = said("Your RFO.", CLOSED_AT, Actor.AGENT)
    assert decide(rfo_task, closed(mail), POLICY, CLOSED_AT).changes["rfo_status"] is RfoStatus.DELIVERED
    assert decide(rfo_task, task(mail), POLICY, CLOSED_AT).changes["rfo_status"] is RfoStatus.DUE


def test_what_the_incident_knows_to_be_delivered_is() -> None:
    known = decide(rfo_task, closed(link=of_incident(DUE, RfoStatus.DELIVERED)), POLICY, THIRD)

    assert known.changes == {"rfo_status": RfoStatus.DELIVERED, "next_escalation_at": None}
    assert known.touches == ()


@pytest.mark.parametrize("status", [None, RfoStatus.DECLINED])
def test_taken_back_or_declined_it_reminds_of_nothing(status: RfoStatus | None) -> None:
    outcome = decide(rfo_task, task(link=of_incident(None, status)), POLICY, DUE + timedelta(days=9))

    assert outcome.changes == {"rfo_status": status, "rfo_due_at": None, "next_escalation_at": None}
    assert (outcome.notes, outcome.due) == ((), None)


def test_the_task_of_a_later_outage_knows_its_incident() -> None:
    later = DUE + timedelta(days=1)
    second = task(link=of_incident(later), connector_key="rfo:7:2")

    assert decide(rfo_task, second, POLICY, T0).changes["rfo_due_at"] == later


def test_a_cancelled_task_has_delivered_nothing_and_reminds_of_nothing() -> None:
    """Merged or removed: the incident's RFO stays due."""
    outcome = decide(rfo_task, task(state=TicketState.CANCELLED), POLICY, DUE + timedelta(days=1))

    assert outcome.changes == {"next_escalation_at": None}
    assert outcome.notes == ()
    assert outcome.touches == ()


def test_level_and_moment_of_an_overdue_rfo_are_said() -> None:
    outcome = decide(rfo_task, task(rfo_status=RfoStatus.OVERDUE), POLICY, DUE + timedelta(days=1))

    (told,) = outcome.notes
    assert outcome.changes["escalation_level"] == 4
    assert (
        outcome.changes["escalation_reason"]
        == "Level 4, director: RFO overdue since Mon 30 Nov 2026 11:00 CET (10:00 UTC)"
    )
    assert told.text.splitlines()[:4] == [
        "Reached on Tue 01 Dec 2026 11:00 CET (10:00 UTC): RFO overdue since Mon 30 Nov 2026 11:00 CET (10:00 UTC).",
        "Contact: Director.",
        "Level 3 (head of operations) was reached on Mon 30 Nov 2026 11:00 CET (10:00 UTC):"
        " RFO overdue since Mon 30 Nov 2026 11:00 CET (10:00 UTC).",
        "Contact: Head of operations.",
    ]
    assert outcome.changes["escalated_from"] == 2
    assert outcome.reasons == ("RFO overdue since 2026-11-30 10:00 UTC",)
    assert outcome.due == DUE + timedelta(days=2)


def test_a_level_that_somebody_has_called_already_is_not_called_again() -> None:
    risen = task(escalation_level=4, group="level_3", rfo_status=RfoStatus.OVERDUE)

    assert decide(rfo_task, risen, POLICY, DUE + timedelta(days=1)).notes == ()
    assert [told.marks for told in decide(rfo_task, risen, POLICY, DUE + timedelta(days=2)).notes] == [{"level-5"}]


# Declined on the task


def stated(status: RfoStatus, actor: Actor = Actor.AGENT, **values: Any) -> Ticket:
    """Somebody has set the status on the task."""
    ticket = task(rfo_status=status, **values)
    return with_values(ticket, history=(changed("rfo_status", RfoStatus.DUE, status, T0, actor),))


def test_declined_with_a_reason_the_incident_tells_the_customer() -> None:
    outcome = decide(rfo_task, stated(RfoStatus.DECLINED, rfo_decline_reason="A test of ours."), POLICY, THIRD)

    assert (outcome.changes, outcome.notes, outcome.touches, outcome.due) == ({}, (), ("7",), None)


def test_declined_without_a_reason_it_stays_due_and_the_reason_is_asked_for_once() -> None:
    ticket = stated(RfoStatus.DECLINED, link=of_incident(FOURTH))
    outcome = decide(rfo_task, ticket, POLICY, THIRD)

    assert (outcome.changes["rfo_status"], outcome.changes["rfo_due_at"]) == (RfoStatus.DUE, FOURTH)
    assert [told.marks for told in outcome.notes] == [{f"rfo-no-reason-{ticket.history[0].id}"}]


@pytest.mark.parametrize(
    "ticket",
    [
        stated(RfoStatus.DECLINED, Actor.CONNECTOR, rfo_decline_reason="A test of ours."),
        stated(RfoStatus.DECLINED, Actor.CUSTOMER, rfo_decline_reason="A test of ours."),
        stated(RfoStatus.DUE, rfo_decline_reason="A test of ours."),
    ],
    ids=["told-before", "by-the-customer", "taken-back"],
)
def test_nothing_else_declines_it(ticket: Ticket) -> None:
    assert decide(rfo_task, ticket, POLICY, T0).changes["rfo_status"] is RfoStatus.DUE


def test_what_the_rules_made_of_a_decline_since_counts() -> None:
    """The incident's RFO is due again, and the task shows it."""
    back = changed("rfo_status", RfoStatus.DECLINED, RfoStatus.DUE, T0, Actor.CONNECTOR)
    declined = stated(RfoStatus.DECLINED, rfo_decline_reason="A test of ours.")
    ticket = with_values(declined, history=(*declined.history, back))
    shown = ticket.with_changes({"rfo_status": RfoStatus.DUE})

    assert decide(rfo_task, shown, POLICY, T0).changes["rfo_status"] is RfoStatus.DUE
    assert decide(rfo_task, ticket, POLICY, T0).changes["rfo_status"] is RfoStatus.DUE


def test_without_its_incident_a_decline_changes_nothing() -> None:
    ticket = with_values(stated(RfoStatus.DECLINED, rfo_decline_reason="A test of ours."), links=())

    assert decide(rfo_task, ticket, POLICY, T0).changes["rfo_status"] is RfoStatus.DUE


# Closed


def test_a_public_answer_of_support_that_was_mailed_and_only_that_is_a_delivery() -> None:
    mail = said("Your RFO.", CLOSED_AT, Actor.AGENT)
    nothing = [
        mail.model_copy(update={"author": Actor.CUSTOMER}),
        mail.model_copy(update={"internal": True}),
        mail.model_copy(update={"channel": Channel.NOTE}),
    ]

    for article in nothing:
        assert decide(rfo_task, closed(article), POLICY, CLOSED_AT).changes == {}
    assert decide(rfo_task, closed(*nothing, mail), POLICY, CLOSED_AT).changes["rfo_status"] is RfoStatus.DELIVERED


def test_created_as_closed_it_is_opened_again_too() -> None:
    ticket = task(state=TicketState.RESOLVED)
    waiting = decide(rfo_task, ticket, POLICY, T0)
    (told,) = decide(rfo_task, ticket, POLICY, T0 + timedelta(minutes=1)).notes

    assert waiting.due == T0 + timedelta(minutes=1)
    assert told.marks == {"rfo-reopened"}
    assert not decide(rfo_task, with_values(ticket, links=()), POLICY, T0).touches


def test_with_no_date_anywhere_it_says_nothing() -> None:
    outcome = decide(rfo_task, task(link=of_incident(None), rfo_due_at=None), POLICY, T0)

    assert (outcome.changes, outcome.notes, outcome.due) == ({"next_escalation_at": None}, (), None)
