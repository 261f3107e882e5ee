"""What goes wrong while something that has gone wrong is looked into ends no thread."""

from datetime import timedelta
from itertools import combinations
from typing import Any

import pytest

from connector.helpdesks.errors import ForbiddenError, OutOfReachError, UnavailableError
from connector.work import consequences
from connector.work.attempt import attempt
from connector.work.errand import Errand, Result, SweepSchedule
from connector.work.errors import StoreUnavailable
from connector.work.jobs import Released
from connector.work.outages import Outages
from connector.work.refusals import Refusals
from connector.work.table import Failed, Job, Key
from tests.builders import T0, default_policy

JOB = Job(Key("zammad", "7"), generation=1, attempts=0, token="t")


class Table:
    """A work table that does not answer any more."""

    people = places = tellings = None

    def now(self) -> Any:
        return T0

    def seen(self, *_: Any) -> Any:
        raise StoreUnavailable("gone")


class Desk:
    """A helpdesk whose every answer is the same error."""

    name = "zammad"

    def __init__(self, error: BaseException, probed: BaseException | None = None) -> None:
        self._error = error
        self._probed = probed

    def read(self, _: str) -> Any:
        raise self._error

    def probe(self) -> None:
        if self._probed is not None:
            raise self._probed


def tried(desk: Desk) -> Result:
    table: Any = Table()
    helpdesk: Any = desk
    schedule, seen = SweepSchedule(), (Refusals(), Outages())
    return attempt(Errand(JOB, table, helpdesk, default_policy(), schedule, lambda: True, *seen))


def test_each_kind_of_error_is_found_before_a_more_general_one() -> None:
    kinds = [kind for kind, _ in consequences._FOLLOWS]

    assert [pair for pair in combinations(kinds, 2) if issubclass(pair[1], pair[0])] == []
    assert kinds[-1] is Exception


def test_the_work_table_goes_away_while_a_ticket_out_of_reach_is_judged() -> None:
    assert tried(Desk(OutOfReachError("hidden"))).outcome == Released(JOB)


def test_a_probe_that_fails_in_a_way_nobody_knows_is_an_outage() -> None:
    found = tried(Desk(UnavailableError("no answer"), KeyError("id")))

    assert found.outcome == Released(JOB)
    assert found.pause is not None
    assert "KeyError" in found.pause.reason


@pytest.mark.parametrize(
    ("error", "is_over"), [(MemoryError(), False), (KeyError("x"), True), (ForbiddenError(), True)]
)
def test_for_want_of_memory_no_ticket_is_given_up_at_once(error: Exception, is_over: bool) -> None:
    found = tried(Desk(error)).outcome

    assert isinstance(found, Failed)
    assert (found.retry_at is None) == is_over
    assert found.retry_at is None or found.retry_at > T0 + timedelta(seconds=1)
