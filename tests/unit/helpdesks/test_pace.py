"""Fewer requests at a time while a helpdesk is slow."""

import pytest

from connector.helpdesks.pace import QUICK_S, Pace

READ = "GET tickets"
WRITE = "PUT tickets"


def told(pace: Pace, seconds: float, times: int, kind: str = READ) -> None:
    for _ in range(times):
        pace.answered(kind, seconds)


def test_all_threads_work_while_answers_are_quick() -> None:
    pace = Pace()

    told(pace, 0.2, 400)

    assert pace.of(4) == 4
    assert pace.of(16) == 16


def test_slow_answers_leave_one_at_a_time_and_quick_ones_bring_all_back() -> None:
    pace = Pace()
    told(pace, 0.1, 8)

    told(pace, 0.5, 80)
    assert pace.of(4) == 1

    told(pace, 0.1, 160)
    assert pace.of(4) == 4


def test_a_slow_kind_of_request_is_not_a_slow_helpdesk() -> None:
    pace = Pace()

    for _ in range(100):
        pace.answered(READ, 0.05)
        pace.answered(WRITE, 0.9)

    assert pace.of(4) == 4


def test_now_and_then_a_slow_answer_says_nothing() -> None:
    pace = Pace()

    for number in range(200):
        pace.answered(READ, 5.0 if number % 4 == 0 else 0.1)

    assert pace.of(4) == 4


def test_below_what_anybody_notices_no_answer_is_slow() -> None:
    pace = Pace()
    told(pace, 0.001, 8)

    told(pace, QUICK_S, 200)

    assert pace.of(4) == 4


@pytest.mark.parametrize(("failures", "left"), [(1, 2), (2, 1), (50, 1)])
def test_each_failure_halves_it(failures: int, left: int) -> None:
    pace = Pace()

    for _ in range(failures):
        pace.failed()

    assert pace.of(4) == left


def test_a_helpdesk_that_is_always_as_slow_is_used_again() -> None:
    pace = Pace()
    told(pace, 0.1, 8)

    told(pace, 1.0, 2_000)

    assert pace.of(4) > 1
