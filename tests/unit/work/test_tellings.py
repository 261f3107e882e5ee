"""Rows of what has to be told outside: each is held by one at a time, and nothing is forgotten before the ticket says
it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from connector.sandbox.clock import SteppedClock
from connector.work.table import Key, WorkTable
from connector.work.tellings import TellingCounts, TellingKey
from tests.builders import T0, at

LEASE = timedelta(minutes=3)
LEVEL = TellingKey("desk", "41", "level-3", "pager")
OTHER = TellingKey("desk", "41", "level-3", "chat")
ELSEWHERE = TellingKey("another", "41", "level-3", "pager")


@pytest.fixture(params=["sqlite_url", "postgresql_url"])
def table(request: pytest.FixtureRequest) -> Iterator[WorkTable]:
    opened = WorkTable.open(request.getfixturevalue(request.param), SteppedClock(T0))
    yield opened
    opened.close()


def advance(table: WorkTable, length: timedelta) -> None:
    clock = table._clock
    assert isinstance(clock, SteppedClock)
    clock.advance(length)


def test_whoever_claims_a_ticket_learns_whether_there_are_rows_of_it(table: WorkTable) -> None:
    table.tellings.add([(LEVEL, "{}"), (ELSEWHERE, "{}")])
    table.touch([Key("desk", "41"), Key("desk", "42"), Key("another", "42")], T0)

    claimed = [*table.claim("desk", 10, LEASE), *table.claim("another", 10, LEASE)]

    assert [(job.key, job.told) for job in claimed] == [
        (("desk", "41"), True),
        (("desk", "42"), False),
        (("another", "42"), False),
    ]


def test_the_life_of_a_row(table: WorkTable) -> None:
    tellings = table.tellings
    tellings.add([(LEVEL, "{}"), (ELSEWHERE, "{}")])
    tellings.add([(LEVEL, "another body"), (OTHER, "{}")])

    first = tellings.claim("desk", 10, LEASE)
    assert [(one.key, one.body, one.attempts) for one in first] == [(OTHER, "{}", 1), (LEVEL, "{}", 1)]
    assert tellings.claim("desk", 10, LEASE) == [], "somebody is at it"

    chat, pager = first
    assert tellings.told(chat)
    assert tellings.failed(pager, "it answers 503", at(minutes=1))
    assert tellings.next_due("desk") == at(minutes=1)
    assert tellings.counts()["desk"] == TellingCounts(1, 0, T0)

    advance(table, timedelta(minutes=1))
    (again,) = tellings.claim("desk", 10, LEASE)
    assert (again.key, again.attempts, again.error) == (LEVEL, 2, "it answers 503")
    advance(table, LEASE)
    (taken_over,) = tellings.claim("desk", 10, LEASE)
    assert not tellings.told(again), "the lease has passed to another"
    assert tellings.failed(taken_over, "it wants no more", None)

    assert tellings.next_due("desk") is None
    assert [(one.key, one.attempts, one.error) for one in tellings.dead()] == [(LEVEL, 3, "it wants no more")]
    assert tellings.dead("another") == []
    assert tellings.finished("desk") == ["41"]
    assert tellings.replay([LEVEL, OTHER]) == 1, "one that was told is not told again"
    (last,) = tellings.claim("desk", 10, LEASE)
    assert last.attempts == 1
    tellings.forget([LEVEL, OTHER])
    assert [one.key for one in tellings.of("desk", "41")] == [LEVEL], "what is not finished is not forgotten"
    assert tellings.told(last)
    tellings.prune("desk", T0)
    assert tellings.finished("desk") == ["41"]
    tellings.prune("desk", at(hours=1))
    assert tellings.of("desk", "41") == []
    assert tellings.counts() == {"another": TellingCounts(1, 0, T0)}


def test_only_what_was_given_up_can_be_dropped(table: WorkTable) -> None:
    table.tellings.add([(LEVEL, "{}"), (OTHER, "{}")])
    chat, pager = table.tellings.claim("desk", 10, LEASE)
    table.tellings.told(chat)
    table.tellings.failed(pager, "no", None)

    assert table.tellings.drop([LEVEL, OTHER, ELSEWHERE]) == 1
    assert [one.key for one in table.tellings.of("desk", "41")] == [OTHER]
