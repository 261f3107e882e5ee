"""Group commit: an event is on disk when the call returns, and every failure reaches the request it concerns."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest

from connector.sandbox.clock import SteppedClock
from connector.work.errors import StoreUnavailable
from connector.work.group_commit import GroupCommit
from connector.work.sqlite import FileLock
from connector.work.table import Key, WorkTable
from tests.waiting import PATIENCE_S

DESK = "zammad"
Collect = Callable[[], dict[Key, datetime]]
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def group(table: WorkTable) -> Iterator[GroupCommit]:
    group = GroupCommit(table)
    yield group
    group.close()


class Stuck:
    """A database that answers when the test lets it."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.go_on = threading.Event()

    def touch_late(self, collect: Collect) -> None:
        collect()
        self.entered.set()
        self.go_on.wait(PATIENCE_S)


def test_an_event_is_stored_when_the_call_returns(
    table: WorkTable, group: GroupCommit, database_url: str, clock: SteppedClock
) -> None:
    group.touch(Key(DESK, "1"), clock(), PATIENCE_S)
    other = WorkTable.open(database_url, clock)
    assert other.next_due(DESK) == clock()
    other.close()


def test_many_threads_lose_nothing(table: WorkTable, group: GroupCommit, clock: SteppedClock) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: group.touch(Key(DESK, str(n % 50)), clock(), PATIENCE_S), range(400)))
    assert table.counts()[DESK].due == 50


def test_events_of_one_ticket_in_one_batch_keep_the_earliest_due_time(
    table: WorkTable, group: GroupCommit, clock: SteppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck, real = Stuck(), table.touch_late

    def touch_late(collect: Collect) -> None:
        stuck.touch_late(collect)
        real(collect)

    monkeypatch.setattr(table, "touch_late", touch_late)
    later = clock().replace(hour=23)
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(group.touch, Key(DESK, "0"), later, PATIENCE_S)
        assert stuck.entered.wait(PATIENCE_S)
        rest = [pool.submit(group.touch, Key(DESK, "1"), due, PATIENCE_S) for due in (later, clock(), later)]
        stuck.go_on.set()
        for future in (first, *rest):
            future.result(PATIENCE_S)
    assert table.next_due(DESK) == clock()


def test_a_bad_key_harms_only_its_own_request(table: WorkTable, group: GroupCommit, clock: SteppedClock) -> None:
    with pytest.raises(ValueError, match="not a helpdesk name"):
        group.touch(Key(DESK, "a\0b"), clock(), PATIENCE_S)
    with pytest.raises(ValueError, match="without a zone"):
        group.touch(Key(DESK, "1"), clock().replace(tzinfo=None), PATIENCE_S)
    group.touch(Key(DESK, "1"), clock(), PATIENCE_S)
    assert table.next_due(DESK) == clock()


def test_a_request_gives_up_after_its_timeout_and_the_event_may_still_come(tmp_path: Path, clock: SteppedClock) -> None:
    path = tmp_path / "work.sqlite3"
    table = WorkTable.open(f"sqlite:///{path}", clock)
    group = GroupCommit(table)
    with FileLock(path.with_name("work.sqlite3.lock")).held(), pytest.raises(StoreUnavailable, match=r"0\.01 s"):
        group.touch(Key(DESK, "1"), clock(), 0.01)
    group.close()
    assert table.next_due(DESK) == clock(), "closing stores what waits"
    table.close()


def test_who_gives_up_does_not_hold_up_the_others(
    table: WorkTable, group: GroupCommit, clock: SteppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck = Stuck()
    monkeypatch.setattr(table, "touch_late", stuck.touch_late)
    with ThreadPoolExecutor(9) as pool:
        waiting = [pool.submit(group.touch, Key(DESK, "0"), clock(), PATIENCE_S)]
        assert stuck.entered.wait(PATIENCE_S)
        for number in range(1, 9):
            patience = 0.01 if number % 2 else PATIENCE_S
            waiting.append(pool.submit(group.touch, Key(DESK, str(number)), clock(), patience))
        for impatient in waiting[1::2]:
            assert isinstance(impatient.exception(PATIENCE_S), StoreUnavailable)
        stuck.go_on.set()
        for patient in waiting[::2]:
            assert patient.exception(PATIENCE_S) is None


def test_an_error_reaches_every_request_of_its_batch(
    table: WorkTable, group: GroupCommit, clock: SteppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck = Stuck()

    def fail(collect: Collect) -> None:
        stuck.touch_late(collect)
        raise StoreUnavailable("disk full")

    monkeypatch.setattr(table, "touch_late", fail)
    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(group.touch, Key(DESK, "0"), clock(), PATIENCE_S)]
        assert stuck.entered.wait(PATIENCE_S)
        waiting += [pool.submit(group.touch, Key(DESK, str(number)), clock(), PATIENCE_S) for number in (1, 2, 3)]
        stuck.go_on.set()
        for future in waiting:
            assert "disk full" in str(future.exception(PATIENCE_S))


@pytest.mark.parametrize("failure", [StoreUnavailable("disk full"), RuntimeError("disk full")])
@pytest.mark.parametrize("collected", [True, False], ids=["after", "before"])
def test_an_error_reaches_the_request_and_the_next_one_is_tried(
    table: WorkTable, group: GroupCommit, clock: SteppedClock, failure: Exception, collected: bool
) -> None:
    def fail(collect: Collect) -> None:
        if collected:
            collect()
        raise failure

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(table, "touch_late", fail)
        with pytest.raises(StoreUnavailable, match="not stored: disk full"):
            group.touch(Key(DESK, "1"), clock(), PATIENCE_S)
    group.touch(Key(DESK, "1"), clock(), PATIENCE_S)
    assert table.next_due(DESK) == clock()


def test_a_full_queue_refuses_at_once(table: WorkTable, clock: SteppedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    stuck = Stuck()
    monkeypatch.setattr(table, "touch_late", stuck.touch_late)
    group = GroupCommit(table, capacity=1)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(group.touch, Key(DESK, "1"), clock(), PATIENCE_S)
        assert stuck.entered.wait(PATIENCE_S)
        with pytest.raises(StoreUnavailable, match="0 s"):
            group.touch(Key(DESK, "2"), clock(), 0)
        with pytest.raises(StoreUnavailable, match="1 events wait"):
            group.touch(Key(DESK, "3"), clock(), PATIENCE_S)
        stuck.go_on.set()
    group.close()


def test_a_closed_group_refuses(group: GroupCommit, clock: SteppedClock) -> None:
    group.touch(Key(DESK, "1"), clock(), PATIENCE_S)
    group.close()
    group.close()
    with pytest.raises(StoreUnavailable, match="shutting down"):
        group.touch(Key(DESK, "1"), clock(), PATIENCE_S)


FORKED = """
import os, sys
from connector.work.group_commit import GroupCommit
from connector.work.table import Key, WorkTable
from tests.waiting import PATIENCE_S
table = WorkTable.open(sys.argv[1])
group = GroupCommit(table)
group.touch(Key("zammad", "before"), table.now(), 60)
child = os.fork()
group.touch(Key("zammad", "child" if child == 0 else "parent"), table.now(), 60)
if child == 0:
    group.close()
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
group.touch(Key("zammad", "after"), table.now(), 60)
group.close()
table.close()
"""


@pytest.mark.process
def test_a_forked_child_has_a_writer_of_its_own(database_url: str, clock: SteppedClock) -> None:
    subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FORKED, database_url], check=True, timeout=PATIENCE_S, cwd=ROOT
    )
    table = WorkTable.open(database_url, clock)
    assert set(table.seen(DESK, ["before", "child", "parent", "after", "other"])) == {
        "before",
        "child",
        "parent",
        "after",
    }
    table.close()
