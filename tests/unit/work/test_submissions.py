"""What panels have submitted is kept once, on either database, and forgotten in time."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from connector.domain.model import TicketId
from connector.helpdesks.on_behalf import Opened
from connector.sandbox.clock import SteppedClock
from connector.work.accepting import Accepting
from connector.work.errors import StoreUnavailable
from connector.work.submissions import KEPT, State, row_of
from connector.work.table import WorkTable
from tests.builders import T0
from tests.unit.intake.reports import request


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock(T0)


@pytest.fixture(params=["sqlite", "postgresql"])
def table(request: pytest.FixtureRequest, clock: SteppedClock) -> Iterator[WorkTable]:
    made = WorkTable.open(request.getfixturevalue(f"{request.param}_url"), clock)
    yield made
    made.close()


def test_the_first_counts_and_the_row_is_due(table: WorkTable) -> None:
    first, second = request(), request(urgency="low")

    accepted = table.submissions.accept("zammad", first, first.digest)
    again = table.submissions.accept("zammad", second, second.digest)

    assert (accepted.was_there, again.was_there) == (False, True)
    assert again.digest == first.digest
    assert again.content == first
    assert table.next_due("zammad") == T0
    [job] = table.claim("zammad", 5, timedelta(seconds=90))
    assert job.key == row_of("zammad", first.key)


def test_what_is_done_holds_no_words_and_is_forgotten(table: WorkTable, clock: SteppedClock) -> None:
    first, later = request(), request(externalId="later")
    for made in (first, later):
        table.submissions.accept("zammad", made, made.digest)
    table.submissions.made("zammad", first.key, Opened(TicketId("7"), "41007"), None)

    done = table.submissions.find("zammad", first.key)
    assert done is not None
    assert (done.state, done.content, done.opened) == (State.MADE, None, Opened(TicketId("7"), "41007"))
    clock.advance_to(T0 + KEPT + timedelta(seconds=1))
    table.submissions.made("zammad", later.key, Opened(TicketId("8"), "41008"), None)

    assert table.submissions.find("zammad", first.key) is None
    assert table.submissions.find("zammad", later.key) is not None


def test_a_token_is_good_once(table: WorkTable, clock: SteppedClock) -> None:
    until = T0 + timedelta(minutes=10)

    assert [table.submissions.use_once(token, until) for token in ("a", "a", "b")] == [True, False, True]
    clock.advance_to(until + timedelta(seconds=1))
    assert table.submissions.use_once("a", until)


def test_many_at_once_are_each_kept(sqlite_url: str, clock: SteppedClock) -> None:
    table = WorkTable.open(sqlite_url, clock)
    accepting = Accepting(table.submissions)
    given = [request(externalId=str(number)) for number in range(50)]

    for made in given:
        accepting.accept("zammad", made, made.digest)

    assert all(table.submissions.find("zammad", made.key) for made in given)
    table.close()


def test_a_store_that_fails_is_said_to_each(tmp_path: Path, clock: SteppedClock) -> None:
    class Failing:
        def accept_all(self, _: object) -> list[object]:
            raise OSError("no space left on device")

    made = request()
    with pytest.raises(StoreUnavailable, match="no space"):
        Accepting(Failing()).accept("zammad", made, made.digest)  # type: ignore[arg-type]


def test_nobody_waits_while_others_wait_in_vain(sqlite_url: str, clock: SteppedClock) -> None:
    table = WorkTable.open(sqlite_url, clock)
    seconds = [0.0]

    def sleep(length: float) -> None:
        seconds[0] += length

    accepting = Accepting(table.submissions, waiters=2, monotonic=lambda: seconds[0], sleep=sleep)
    patience = timedelta(seconds=1)
    first, second = request(), request(externalId="second")

    assert accepting.submit("zammad", first, first.digest, patience).state is State.ACCEPTED
    waited = seconds[0]
    accepting._waiters = 1  # somebody waits already
    assert accepting.submit("zammad", second, second.digest, patience).state is State.ACCEPTED

    assert 1.0 <= waited < 1.2
    assert seconds[0] == waited
    table.close()
