"""The full sweep on a helpdesk whose lists tell no times, and in which tickets change while it is listed."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from connector.domain.model import TicketId
from connector.helpdesks.helpdesk import Listed
from connector.sandbox.clock import SteppedClock
from connector.work.sweep import AT_ONCE, PER_SECOND, RECENTLY, sweep
from connector.work.table import Done, Key, WorkTable
from tests.benchmarks.instant_desk import DESK, InstantDesk
from tests.builders import T0

LEASE = timedelta(minutes=1)


class Lists(InstantDesk):
    """A helpdesk that is nothing but its lists."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[Listed] = []
        self.over: list[Listed] = []
        self.changed: list[Listed] = []

    def unresolved(self) -> Iterator[list[Listed]]:
        yield self.open

    def resolved_since(self, since: datetime) -> Iterator[list[Listed]]:
        yield self.over

    def changed_since(self, since: datetime) -> Iterator[list[Listed]]:
        yield [ticket for ticket in self.changed if ticket.updated_at is None or ticket.updated_at >= since]


@pytest.fixture
def table(tmp_path: Path) -> Iterator[WorkTable]:
    held = WorkTable.open(f"sqlite:///{tmp_path / 'work.sqlite3'}", SteppedClock(T0))
    yield held
    held.close()


def knows(table: WorkTable, ticket: str, seen: datetime | None) -> None:
    """As after a good run."""
    table.touch([Key(DESK, ticket)], table.now())
    table.finish([Done(job, None, seen) for job in table.claim(DESK, 1, LEASE)])


def due(table: WorkTable) -> set[str]:
    return {job.key.ticket for job in table.claim(DESK, 100, LEASE)}


def test_of_tickets_without_times_only_the_unknown_are_looked_at(table: WorkTable) -> None:
    desk = Lists()
    knows(table, "known", T0 - timedelta(days=5))
    desk.open, desk.over = (
        [Listed(TicketId("known"), None), Listed(TicketId("new"), None)],
        [Listed(TicketId("done"), None)],
    )

    found = sweep(desk, table, full=True)

    assert (found.listed, found.touched, found.missed) == (3, 2, 2)
    assert due(table) == {"new", "done"}


def test_a_change_while_the_others_are_listed_is_found_at_once(table: WorkTable) -> None:
    desk, before = Lists(), T0 - timedelta(days=5)
    for ticket in ("timed", "untimed", "quiet"):
        knows(table, ticket, before)
    desk.open = [
        Listed(TicketId("timed"), before),
        Listed(TicketId("untimed"), None),
        Listed(TicketId("quiet"), before),
    ]
    desk.changed = [Listed(TicketId("timed"), T0), Listed(TicketId("untimed"), T0)]

    found = sweep(desk, table, full=True)

    assert (found.listed, found.missed) == (3, 0)
    assert due(table) == {"timed", "untimed"}


def test_where_no_time_is_told_the_next_sweep_is_a_small_one_all_the_same(table: WorkTable) -> None:
    desk = Lists()
    desk.open = [Listed(TicketId("old"), None)]

    sweep(desk, table, full=True)

    assert table.helpdesks.cursor(DESK) == T0 - RECENTLY
    assert due(table) == {"old"}
    desk.open = [Listed(TicketId("more"), None)]
    assert sweep(desk, table, full=False).listed == 0


def test_after_a_restore_from_a_backup_the_full_sweep_finds_what_is_older_than_it_was(table: WorkTable) -> None:
    """The rules go on from where the ticket stands now, whatever they had written since."""
    desk = Lists()
    knows(table, "restored", T0)
    knows(table, "as it was", T0 - timedelta(days=2))
    desk.open = [
        Listed(TicketId("restored"), T0 - timedelta(days=1)),
        Listed(TicketId("as it was"), T0 - timedelta(days=2)),
    ]
    table.helpdesks.set_cursor(DESK, T0)

    sweep(desk, table, full=False)
    assert due(table) == set(), "search lags behind"
    sweep(desk, table, full=True)
    assert due(table) == {"restored"}


def test_many_tickets_become_due_one_after_the_other_so_that_an_event_comes_before_most(tmp_path: Path) -> None:
    clock, desk = SteppedClock(T0), Lists()
    desk.open = [Listed(TicketId(f"old-{number}"), T0 - timedelta(hours=1)) for number in range(AT_ONCE + 600)]
    with closing(WorkTable.open(f"sqlite:///{tmp_path / 'many.sqlite3'}", clock)) as table:
        sweep(desk, table, full=True)
        assert len(due(table)) == AT_ONCE

        clock.advance(timedelta(seconds=10))
        table.touch([Key(DESK, "event")], clock())

        assert "event" in {job.key.ticket for job in table.claim(DESK, 2 * 10 * PER_SECOND, LEASE)}
        clock.advance(timedelta(minutes=2))
        assert len(table.claim(DESK, 1_000, LEASE)) > 400
