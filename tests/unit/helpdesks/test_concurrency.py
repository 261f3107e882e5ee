"""Fewer requests at a time while a helpdesk is slow."""

import pytest

from connector.helpdesks.concurrency import QUICK_S, Concurrency

READ = "GET tickets"
WRITE = "PUT tickets"


def told(limit: Concurrency, seconds: float, times: int, kind: str = READ) -> None:
    for _ in range(times):
        limit.answered(kind, seconds)


def test_all_threads_work_while_answers_are_quick() -> None:
    limit = Concurrency()

    told(limit, 0.2, 400)

    assert limit.of(4) == 4
    assert limit.of(16) == 16


def test_slow_answers_leave_one_at_a_time_and_quick_ones_bring_all_back() -> None:
    limit = Concurrency()
    told(limit, 0.1, 8)

    told(limit, 0.5, 80)
    assert limit.of(4) == 1

    told(limit, 0.1, 160)
    assert limit.of(4) == 4


def test_a_slow_kind_of_request_is_not_a_slow_helpdesk() -> None:
    limit = Concurrency()

    for _ in range(100):
        limit.answered(READ, 0.05)
        limit.answered(WRITE, 0.9)

    assert limit.of(4) == 4


def test_now_and_then_a_slow_answer_says_nothing() -> None:
    limit = Concurrency()

    for number in range(200):
        limit.answered(READ, 5.0 if number % 4 == 0 else 0.1)

    assert limit.of(4) == 4


def test_below_what_anybody_notices_no_answer_is_slow() -> None:
    limit = Concurrency()
    told(limit, 0.001, 8)

    told(limit, QUICK_S, 200)

    assert limit.of(4) == 4


@pytest.mark.parametrize(("failures", "left"), [(1, 2), (2, 1), (50, 1)])
def test_each_failure_halves_it(failures: int, left: int) -> None:
    limit = Concurrency()

    for _ in range(failures):
        limit.failed()

    assert limit.of(4) == left


def test_a_helpdesk_that_is_always_as_slow_is_used_again() -> None:
    limit = Concurrency()
    told(limit, 0.1, 8)

    told(limit, 1.0, 2_000)

    assert limit.of(4) > 1
