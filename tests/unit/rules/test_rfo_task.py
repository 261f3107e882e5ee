"""R34 on the task: reminders on working days 3 and 4, escalation when overdue."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connector.domain.fields import Fields
from connector.domain.ticket import Article, LinkedTicket, Ticket
from connector.domain.vocabulary import Actor, RfoStatus, TicketKind, TicketState
from connector.rules.rfo import rfo_task
from tests.builders import T0, default_policy, incident, note
from tests.unit.rules.passes import decide

POLICY = default_policy()
DUE = datetime(2026, 11, 30, 10, 0, tzinfo=UTC)
"""Monday; the clock started the Monday before."""
THIRD = datetime(2026, 11, 26, 10, 0, tzinfo=UTC)
FOURTH = datetime(2026, 11, 27, 10, 0, tzinfo=UTC)
STAMP = "20261130T1000"


def of_incident(due: datetime | None = DUE, status: RfoStatus = RfoStatus.DUE) -> LinkedTicket:
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
    assert then.changes["next_escalation_at"] is None
    assert then.notes[0].marks == {"level-3"}
    assert "Contact: Head of operations." in then.notes[0].text


def test_overdue_is_escalated_once() -> None:
    ticket = task(note({"level-3"}), escalation_level=3, group="level_3", rfo_status=RfoStatus.OVERDUE)

    outcome = decide(rfo_task, ticket, POLICY, DUE + timedelta(days=3))

    assert outcome.notes == ()
    assert "escalation_level" not in outcome.changes
    assert "group" not in outcome.changes


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


def test_a_closed_task_is_delivered_and_wakes_the_incident_until_it_knows() -> None:
    waiting = decide(rfo_task, task(state=TicketState.CLOSED), POLICY, THIRD)
    known = decide(rfo_task, task(link=of_incident(DUE, RfoStatus.DELIVERED), state=TicketState.CLOSED), POLICY, THIRD)

    assert waiting.changes == {"rfo_status": RfoStatus.DELIVERED, "next_escalation_at": None}
    assert waiting.touches == ("7",)
    assert waiting.notes == ()
    assert known.touches == ()


def test_a_cancelled_task_has_delivered_nothing_and_reminds_of_nothing() -> None:
    """Merged or removed: the incident's RFO stays due."""
    outcome = decide(rfo_task, task(state=TicketState.CANCELLED), POLICY, DUE + timedelta(days=1))

    assert outcome.changes == {"next_escalation_at": None}
    assert outcome.notes == ()
    assert outcome.touches == ()
