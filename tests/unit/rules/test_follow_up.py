"""R33: the measures of a delivered RFO are followed until all are done."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connector.domain.decision import Outcome
from connector.domain.model import TicketId
from connector.domain.ticket import LinkedTicket, Ticket
from connector.domain.vocabulary import RfoStatus, TicketKind, TicketState
from connector.rules.case import Case
from connector.rules.follow_up import followed_up
from connector.rules.measures import read_measures
from tests.builders import at, default_policy, moved
from tests.unit.rules.passes import with_values
from tests.unit.rules.test_rfo_task import of_incident, task

POLICY = default_policy()
MEASURES = "A second path | Ada | 2026-12-02\nTrain the team | Bo | 2026-12-01\nA new lock | Cy | 2026-11-30 | done"
FIRST, SECOND = (datetime(2026, 12, day, 22, 59, tzinfo=UTC) for day in (1, 2))
"""The ends of those days in Berlin, to the minute."""
MINUTE = timedelta(minutes=1)
DELIVERED = Outcome(
    "rfo_task", changes={"rfo_status": RfoStatus.DELIVERED}, touches=(TicketId("8"),), reasons=("delivered",)
)


def delivered(measures: str = MEASURES, **values: Any) -> Ticket:
    return task(preventive_measures=measures, rfo_status=RfoStatus.DELIVERED, **values)


def follow(ticket: Ticket, now: datetime) -> Outcome:
    return followed_up(Case(ticket, POLICY, now), DELIVERED)


def name_of(what: str) -> str:
    found, _ = read_measures("preventive_measures", MEASURES, shortest=1, restored=None)
    return next(one.name for one in found if one.what == what)


def test_the_next_one_is_shown_and_looked_at() -> None:
    outcome = follow(delivered(), FIRST - MINUTE)

    assert outcome.changes == {"rfo_status": RfoStatus.DELIVERED, "next_measure_at": FIRST}
    assert (outcome.notices, outcome.state, outcome.due) == ((), None, FIRST)
    assert outcome.reasons == ("delivered", "2 of 3 measures are not done, the next is due 2026-12-01 22:59 UTC")


@pytest.mark.parametrize(
    ("now", "late", "due"),
    [(FIRST, ["Train the team"], SECOND), (SECOND, ["Train the team", "A second path"], None)],
)
def test_each_that_is_late_is_told_by_a_mark_of_its_own(now: datetime, late: list[str], due: datetime | None) -> None:
    outcome = follow(delivered(), now)

    (told,) = outcome.notices
    assert told.message == "measure_late"
    assert [row["text"] for row in told.data["measures"]] == late
    assert told.data["measures"][0] == {"text": "Train the team", "owner": "Bo", "at": FIRST}
    assert told.marks == {f"measure-late-{name_of(what)}" for what in late}
    assert (outcome.changes["next_measure_at"], outcome.due) == (FIRST, due)


def test_closed_before_all_are_done_the_task_is_opened_again_and_all_are_named() -> None:
    closing = moved(TicketState.OPEN, TicketState.CLOSED, at(hours=1))
    ticket = with_values(delivered(state=TicketState.CLOSED), history=(closing,))
    outcome = follow(ticket, FIRST)

    late, waiting = outcome.notices
    assert outcome.state is TicketState.OPEN
    assert (late.message, waiting.message) == ("measure_late", "measures_open")
    assert waiting.data["measures"] == [
        {"text": "Train the team", "owner": "Bo", "at": FIRST},
        {"text": "A second path", "owner": "Ada", "at": SECOND},
    ]
    assert waiting.marks == {f"measures-open-{closing.id}"}
    (told,) = follow(with_values(ticket, history=()), at()).notices
    assert told.marks == {"measures-open"}


@pytest.mark.parametrize(
    "ticket",
    [
        delivered("A new lock | Cy | 2026-11-30 | done", next_measure_at=FIRST),
        delivered(state=TicketState.CANCELLED, next_measure_at=FIRST),
        delivered("", next_measure_at=FIRST),
    ],
    ids=["all-done", "cancelled", "none"],
)
def test_where_nothing_waits_nothing_is_shown(ticket: Ticket) -> None:
    outcome = follow(ticket, SECOND)

    assert outcome.changes == {"rfo_status": RfoStatus.DELIVERED, "next_measure_at": None}
    assert (outcome.notices, outcome.state, outcome.due) == ((), None, None)
    assert follow(ticket.with_changes({"next_measure_at": None}), SECOND).changes == DELIVERED.changes


def test_an_incident_that_shows_another_date_hears_of_it() -> None:
    def link(id: str, shows: datetime | None, kind: TicketKind = TicketKind.INCIDENT) -> LinkedTicket:
        return of_incident().model_copy(update={"id": id, "next_measure_at": shows, "kind": kind})

    links = (link("7", FIRST), link("9", SECOND), link("10", None), link("11", None, TicketKind.PROBLEM))
    ticket = with_values(delivered(), links=links)

    assert follow(ticket, at()).touches == ("8", "9", "10")
    done = ticket.with_changes({"preventive_measures": None})
    assert follow(done, at()).touches == ("8", "7", "9")
