"""P14: clock changes, a leap day, holidays, clock jumps and a restart across deadlines: every level exactly once.

Tried, and red: public holidays are working days; opening hours are read in UTC; a level falls due a moment late.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest

from connector.domain.mark import Mark
from connector.domain.ticket import Ticket
from connector.sandbox.stage import Stage
from connector.work.table import WorkTable
from tests.builders import office_p4
from tests.promises.conftest import COMPLETE, Cast, Place, open_stage, with_people
from tests.promises.evidence import levels_noted, proofs

LEVELS = [
    "Escalation level 2: shift manager",
    "Escalation level 3: head of operations",
    "Escalation level 4: director",
    "Escalation level 5: management board",
]
MARKS = ("level-2", "level-3", "level-4", "level-5")
P4 = COMPLETE.replace("service affecting", "non service affecting").replace("high", "low")
HOUR = timedelta(hours=1)


def utc(year: int, month: int, day: int, hour: int, minute: int) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def answered(cast: Cast, body: str = COMPLETE) -> str:
    """A ticket that support has answered in time: from then on only its age counts."""
    ticket = cast.customer.writes("Line down", body)
    cast.stage.settle()
    cast.agent.replies(ticket, "We are on it.")
    cast.stage.settle()
    return ticket


def fired(ticket: Ticket) -> list[datetime]:
    """When the levels were told."""
    return [article.created_at for article in ticket.articles if article.subject.startswith("Escalation level")]


def each_once(ticket: Ticket) -> bool:
    """Every level is proved by exactly one note, and no note is there twice."""
    told = levels_noted(ticket)
    return [proofs(ticket)[name] for name in MARKS] == [1, 1, 1, 1] and len(told) == len(set(told))


class Night(NamedTuple):
    """A P1 that begins in the evening."""

    begins: datetime
    peculiar: str


NIGHTS = [
    Night(utc(2026, 3, 28, 22, 30), "clock forward"),
    Night(utc(2026, 10, 24, 22, 30), "clock back"),
    Night(utc(2026, 10, 25, 0, 30), "within the hour that comes twice"),
    Night(utc(2028, 2, 28, 22, 30), "leap day"),
    Night(utc(2026, 12, 31, 22, 30), "new year"),
]


@pytest.mark.parametrize("night", NIGHTS, ids=lambda night: night.peculiar)
def test_a_p1_through_the_night_reaches_every_level_once_at_its_hour(night: Night, place: Place) -> None:
    with open_stage(place.database_url, night.begins, place.helpdesk) as stage:
        ticket = answered(with_people(stage))

        stage.advance(9 * HOUR)

        seen = stage.ticket(ticket)
        assert [at - night.begins for at in fired(seen)] == [HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR]
        assert levels_noted(seen) == LEVELS


class Days(NamedTuple):
    """A P4 that counts working time in Berlin: after 1, 3, 5 and 10 working days it is the same time of day there."""

    peculiar: str
    begins: datetime
    levels: tuple[datetime, datetime, datetime, datetime]


DAYS = [
    Days(  # Friday 16:30, UTC+1; the clock goes forward on Sunday; Good Friday and Easter Monday follow
        "clock forward, Easter",
        utc(2026, 3, 27, 15, 30),
        (utc(2026, 3, 30, 14, 30), utc(2026, 4, 1, 14, 30), utc(2026, 4, 7, 14, 30), utc(2026, 4, 14, 14, 30)),
    ),
    Days(  # Friday 16:30, UTC+2; the clock goes back on Sunday
        "clock back",
        utc(2026, 10, 23, 14, 30),
        (utc(2026, 10, 26, 15, 30), utc(2026, 10, 28, 15, 30), utc(2026, 10, 30, 15, 30), utc(2026, 11, 6, 15, 30)),
    ),
    Days(  # Monday 16:30; Tuesday is the 29th; 8 March, a Wednesday, is a holiday in Berlin
        "leap day, a holiday of one state",
        utc(2028, 2, 28, 15, 30),
        (utc(2028, 2, 29, 15, 30), utc(2028, 3, 2, 15, 30), utc(2028, 3, 6, 15, 30), utc(2028, 3, 14, 15, 30)),
    ),
    Days(  # Thursday 14:00; then Christmas on Friday and Saturday, and New Year's Day on the next Friday
        "Christmas, new year",
        utc(2026, 12, 24, 13, 0),
        (utc(2026, 12, 28, 13, 0), utc(2026, 12, 30, 13, 0), utc(2027, 1, 4, 13, 0), utc(2027, 1, 11, 13, 0)),
    ),
    Days(  # Saturday night before the clock goes forward: counted from Monday 9:00 on, until the closing at 17:30
        "begun on the weekend",
        utc(2026, 3, 28, 23, 30),
        (utc(2026, 3, 30, 15, 30), utc(2026, 4, 1, 15, 30), utc(2026, 4, 7, 15, 30), utc(2026, 4, 14, 15, 30)),
    ),
]


@pytest.mark.parametrize("days", DAYS, ids=lambda days: days.peculiar)
def test_a_p4_counts_working_time_over_every_peculiar_day(days: Days, place: Place) -> None:
    with open_stage(place.database_url, days.begins, place.helpdesk, office_p4()) as stage:
        ticket = answered(with_people(stage), P4)
        assert stage.ticket(ticket).fields.priority == "P4"

        stage.advance_to(days.levels[-1] + HOUR)

        assert fired(stage.ticket(ticket)) == list(days.levels)
        assert levels_noted(stage.ticket(ticket)) == LEVELS


@pytest.mark.parametrize("back_after", [timedelta(), 0.5 * HOUR, 3 * HOUR], ids=str)
@pytest.mark.parametrize("jump", [HOUR, -HOUR], ids=["ahead", "back"])
@pytest.mark.parametrize("at", [0.5 * HOUR, HOUR, 1.5 * HOUR], ids=str)
def test_a_clock_that_jumps_and_is_corrected_fires_nothing_twice(
    cast: Cast, at: timedelta, jump: timedelta, back_after: timedelta
) -> None:
    """The clock of everything, helpdesk and connector: a host whose time is set wrong and right again."""
    stage = cast.stage
    ticket = answered(cast)

    stage.advance(at)
    stage.clock.set(stage.clock() + jump)
    stage.advance(back_after)
    stage.clock.set(stage.clock() - jump)
    stage.advance(12 * HOUR)

    assert each_once(stage.ticket(ticket))
    assert stage.table.dead_letters() == []


class Skewed:
    """The connector's own clock, which may be wrong while the helpdesk's is right."""

    def __init__(self, right: Callable[[], datetime]) -> None:
        self._right = right
        self.by = timedelta()

    def __call__(self) -> datetime:
        return self._right() + self.by


@pytest.fixture
def skewed(cast: Cast, place: Place) -> Iterator[Skewed]:
    """The stage's connector goes by this clock."""
    clock = Skewed(cast.stage.clock)
    kept = cast.stage.table
    cast.stage.table = WorkTable.open(place.database_url, clock)
    cast.stage.connect()
    yield clock
    cast.stage.table.close()
    cast.stage.table = kept


def live(stage: Stage, length: timedelta) -> None:
    """Time passes in steps of two minutes, whatever the connector thinks the time is."""
    until = stage.clock() + length
    while stage.clock() < until:
        stage.clock.advance(timedelta(minutes=2))
        stage.sandbox.deliver_webhooks(stage.post)
        stage.worker.run_due()


@pytest.mark.parametrize(
    "skews", [(1, 0), (-1, 0), (1, -1), (-1, 1)], ids=["ahead", "back", "to and fro", "fro and to"]
)
def test_only_the_connectors_clock_jumps(cast: Cast, skewed: Skewed, skews: tuple[int, int]) -> None:
    """A level may come as much too early or late as the clock is wrong, but never twice, and none is left out."""
    stage = cast.stage
    ticket = answered(cast)

    for hours in skews:
        skewed.by = hours * HOUR
        live(stage, 1.75 * HOUR)
    skewed.by = timedelta()
    live(stage, 8 * HOUR)

    seen = stage.ticket(ticket)
    assert each_once(seen)
    assert seen.fields.escalation_level == 5
    for age, name in zip((1, 2, 4, 8), MARKS, strict=True):
        assert abs(seen.marks[Mark.parse(name)] - seen.created_at - age * HOUR) <= HOUR + timedelta(minutes=2)


@pytest.mark.parametrize(
    ("down_for", "told"),
    [(0.5 * HOUR, []), (HOUR, LEVELS[:1]), (3 * HOUR, LEVELS[1:2]), (5 * HOUR, LEVELS[2:3]), (200 * HOUR, LEVELS[3:])],
    ids=str,
)
def test_a_restart_across_deadlines_tells_the_highest_and_records_the_others(
    cast: Cast, down_for: timedelta, told: list[str]
) -> None:
    stage = cast.stage
    ticket = answered(cast)

    stage.clock.set(stage.ticket(ticket).created_at + down_for)
    stage.connect()
    stage.settle()
    back = stage.ticket(ticket)
    stage.advance(9 * HOUR)

    assert levels_noted(back) == told
    assert each_once(stage.ticket(ticket))
    following = LEVELS[LEVELS.index(told[0]) + 1 :] if told else LEVELS
    assert levels_noted(stage.ticket(ticket)) == told + following, "those after it come at their own time"


@pytest.mark.parametrize("seconds", [-1, 0, 1])
def test_a_restart_at_the_very_moment_of_a_deadline(cast: Cast, seconds: int) -> None:
    stage = cast.stage
    ticket = answered(cast)
    due = stage.ticket(ticket).fields.next_escalation_at
    assert due is not None

    stage.clock.set(due + timedelta(seconds=seconds))
    stage.worker.run_due()
    stage.connect()
    stage.worker.run_due()
    stage.advance(9 * HOUR)

    assert levels_noted(stage.ticket(ticket)) == LEVELS
    assert each_once(stage.ticket(ticket))
