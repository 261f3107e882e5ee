"""The courier tries again, puts off, gives up; one receiver stops no other."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest

from connector.outgoing.courier import DELAYS, Courier, Deliver
from connector.outgoing.post import NotDeliveredError
from connector.sandbox.clock import SteppedClock
from connector.work.table import Key, WorkTable
from connector.work.tellings import Telling, TellingKey
from tests.builders import T0, at


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock(T0)


@pytest.fixture
def table(sqlite_url: str, clock: SteppedClock) -> Iterator[WorkTable]:
    opened = WorkTable.open(sqlite_url, clock)
    yield opened
    opened.close()


class Receiver:
    """Fails as it is told."""

    def __init__(self) -> None:
        self.failure: Exception | None = None
        self.tried: list[str] = []

    def __call__(self, telling: Telling) -> None:
        self.tried.append(telling.key.event)
        if self.failure is not None:
            raise self.failure


def plan(table: WorkTable, *events: str, receiver: str = "pager") -> None:
    table.tellings.add([(TellingKey("desk", "41", event, receiver), "{}") for event in events])


def by_name(**receivers: Callable[[Telling], None]) -> Deliver:
    """Each by its own; nobody waits for another one."""

    def gone(telling: Telling) -> None:
        raise NotDeliveredError(f"there is no receiver {telling.key.receiver} any more", final=True)

    return lambda telling: receivers.get(telling.key.receiver, gone)(telling)


def next_due(table: WorkTable) -> datetime:
    due = table.tellings.next_due("desk")
    assert due is not None
    return due


def test_what_was_told_makes_its_ticket_due(table: WorkTable) -> None:
    pager = Receiver()
    plan(table, "level-2", "level-3")

    assert Courier(table, "desk", by_name(pager=pager)).run_due() == 2

    assert pager.tried == ["level-2", "level-3"]
    assert [row.told_at for row in table.tellings.of("desk", "41")] == [T0, T0]
    assert table.seen("desk", ["41"])["41"].due == T0


def test_after_a_failure_it_is_tried_later_and_later_and_then_given_up(table: WorkTable, clock: SteppedClock) -> None:
    pager = Receiver()
    pager.failure = NotDeliveredError("it answers 500")
    courier = Courier(table, "desk", by_name(pager=pager))
    plan(table, "level-3")

    waits = []
    while table.tellings.next_due("desk") is not None:
        clock.advance_to(max(clock(), next_due(table)))
        before = clock()
        courier.run_due()
        if (due := table.tellings.next_due("desk")) is not None:
            waits.append(due - before)

    assert len(waits) == len(DELAYS)
    assert all(delay <= wait <= delay * 1.1 for delay, wait in zip(DELAYS, waits, strict=True))
    assert len(pager.tried) == len(DELAYS) + 1
    assert timedelta(days=2.5) < clock() - T0 < timedelta(days=3.5)
    assert [(row.attempts, row.error) for row in table.tellings.dead()] == [(len(DELAYS) + 1, "it answers 500")]
    assert table.seen("desk", ["41"])["41"].due is not None, "the ticket shall say so"


def test_nothing_is_sent_before_the_time_that_the_receiver_names(table: WorkTable) -> None:
    pager = Receiver()
    pager.failure = NotDeliveredError("it answers 429", again=at(minutes=10))
    plan(table, "level-3")

    Courier(table, "desk", by_name(pager=pager)).run_due()

    assert next_due(table) == at(minutes=10)


def test_a_receiver_that_fails_is_asked_once_and_stops_no_other(table: WorkTable) -> None:
    pager, chat = Receiver(), Receiver()
    pager.failure = RuntimeError("a fault of ours")
    plan(table, "level-2", "level-3")
    plan(table, "level-2", "level-3", receiver="chat")

    Courier(table, "desk", by_name(pager=pager, chat=chat)).run_due()

    assert (pager.tried, chat.tried) == (["level-2"], ["level-2", "level-3"])
    assert {row.error for row in table.tellings.of("desk", "41")} == {"RuntimeError", None}


def test_what_a_receiver_never_takes_is_given_up_at_once(table: WorkTable) -> None:
    pager = Receiver()
    pager.failure = NotDeliveredError("it answers 410", final=True)
    plan(table, "level-2", "level-3")
    plan(table, "level-3", receiver="gone")

    Courier(table, "desk", by_name(pager=pager)).run_due()

    assert pager.tried == ["level-2", "level-3"]
    assert sorted(row.error or "" for row in table.tellings.dead()) == [
        "it answers 410",
        "it answers 410",
        "there is no receiver gone any more",
    ]


def test_whoever_starts_lets_tickets_say_what_was_told_before_a_crash(table: WorkTable, clock: SteppedClock) -> None:
    plan(table, "level-3")
    (claimed,) = table.tellings.claim("desk", 1, timedelta(minutes=1))
    table.tellings.told(claimed)
    courier = Courier(table, "desk", by_name())
    courier.stop()
    plan(table, "level-4")

    courier.run()
    assert table.seen("desk", ["41"]) == {}, "stopped before it began"
    again = Courier(table, "desk", by_name(pager=lambda _: again.stop()))
    again.run()

    assert table.claim("desk", 1, timedelta(minutes=1))[0].key == Key("desk", "41")
