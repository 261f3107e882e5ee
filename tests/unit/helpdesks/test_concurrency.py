"""Fewer requests at a time while a helpdesk is slow."""

import heapq
import random

import pytest

from connector.helpdesks.concurrency import QUICK_S, Concurrency

READ = "GET tickets"
WRITE = "PUT tickets"


class Clock:
    """Seconds, which pass while somebody waits for an answer."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


CLOCK = Clock()


def told(limit: Concurrency, seconds: float, times: int, kind: str = READ) -> None:
    """So many answers, one after the other."""
    for _ in range(times):
        CLOCK.now += seconds
        limit.answered(kind, seconds)


def worked(servers: int, threads: int, own_noise: float, seconds: float = 20.0) -> tuple[float, float]:
    """How many of our requests were under way on average, and how long an agent waited at the 95th percentile, where
    each server takes 50 ms for a request. ``own_noise``: what our own machine adds, as a factor (sigma of its
    logarithm)."""
    chance, clock = random.Random(7), Clock()
    limit = Concurrency(clock)
    limit.answered(READ, 0.05)
    free, ends = [0.0] * servers, list[tuple[float, float, bool]]()
    under_way, counts, waits = 0, list[int](), list[float]()

    def begin(by_agent: bool) -> None:
        end = max(clock.now, heapq.heappop(free)) + 0.05
        heapq.heappush(free, end)
        heapq.heappush(ends, (end, clock.now, by_agent))

    begin(True)
    while clock.now < seconds:
        while under_way < limit.of(threads):
            under_way += 1
            begin(False)
        clock.now, began, by_agent = heapq.heappop(ends)
        if by_agent:
            waits.append(clock.now - began)
            begin(True)
            continue
        under_way -= 1
        limit.answered(READ, (clock.now - began) * max(1.0, chance.lognormvariate(own_noise, own_noise)))
        counts.append(limit.of(threads))
    return sum(counts) / len(counts), sorted(waits)[len(waits) * 95 // 100]


def test_what_slows_down_only_us_takes_little_away() -> None:
    at_a_time, _ = worked(servers=100, threads=16, own_noise=0.5)

    assert at_a_time > 0.9 * 16


@pytest.mark.parametrize("own_noise", [0.0, 0.2])
def test_a_small_helpdesk_is_left_to_its_people(own_noise: float) -> None:
    at_a_time, agent_waits = worked(servers=2, threads=16, own_noise=own_noise)

    assert at_a_time < 4
    assert agent_waits <= 0.11


def test_what_was_sent_before_a_change_tells_nothing_of_the_time_after_it() -> None:
    limit = Concurrency(CLOCK)
    told(limit, 0.1, 8)
    CLOCK.now += 0.5

    for _ in range(80):
        limit.answered(READ, 0.5)

    assert limit.of(16) == 8


def test_all_threads_work_while_answers_are_quick() -> None:
    limit = Concurrency(CLOCK)

    told(limit, 0.2, 400)

    assert limit.of(4) == 4
    assert limit.of(16) == 16


def test_slow_answers_leave_one_at_a_time_and_quick_ones_bring_all_back() -> None:
    limit = Concurrency(CLOCK)
    told(limit, 0.1, 8)

    told(limit, 0.5, 80)
    assert limit.of(4) == 1

    told(limit, 0.1, 160)
    assert limit.of(4) == 4


def test_a_slow_kind_of_request_is_not_a_slow_helpdesk() -> None:
    limit = Concurrency(CLOCK)

    for _ in range(100):
        told(limit, 0.05, 1)
        told(limit, 0.9, 1, WRITE)

    assert limit.of(4) == 4


def test_now_and_then_a_slow_answer_says_nothing() -> None:
    limit = Concurrency(CLOCK)

    for number in range(200):
        told(limit, 5.0 if number % 4 == 0 else 0.1, 1)

    assert limit.of(4) == 4


def test_below_what_anybody_notices_no_answer_is_slow() -> None:
    limit = Concurrency(CLOCK)
    told(limit, 0.001, 8)

    told(limit, QUICK_S, 200)

    assert limit.of(4) == 4


@pytest.mark.parametrize(("failures", "left"), [(1, 2), (2, 1), (50, 1)])
def test_each_failure_halves_it(failures: int, left: int) -> None:
    limit = Concurrency(CLOCK)

    for _ in range(failures):
        limit.failed()

    assert limit.of(4) == left


def test_a_helpdesk_that_is_always_as_slow_is_used_again() -> None:
    limit = Concurrency(CLOCK)
    told(limit, 0.1, 8)

    told(limit, 1.0, 2_000)

    assert limit.of(4) > 1
