"""One ticket at a time has a place."""

from datetime import timedelta

import pytest

from connector.sandbox.clock import SteppedClock
from connector.work.table import WorkTable
from tests.builders import T0, at

LENGTH = timedelta(minutes=3)
BOTH = ("circuit:a", "region:x")


@pytest.mark.parametrize("database", ["sqlite_url", "postgresql_url"])
def test_one_ticket_at_a_time_has_a_place(database: str, request: pytest.FixtureRequest) -> None:
    clock = SteppedClock(T0)
    table = WorkTable.open(request.getfixturevalue(database), clock)
    take = table.places.take

    assert take("desk", BOTH, "1", LENGTH) is None
    assert take("desk", ("region:x", "service:b"), "2", LENGTH) == at(minutes=3)
    assert take("desk", ("service:b",), "3", LENGTH) is None, "what could not be had whole was not taken"
    assert take("another", BOTH, "2", LENGTH) is None
    clock.advance(timedelta(minutes=2))
    assert take("desk", BOTH, "1", LENGTH) is None, "its own place it keeps"
    clock.advance(timedelta(minutes=2))
    assert take("desk", BOTH, "2", LENGTH) == at(minutes=5)
    assert take("desk", BOTH, "1", timedelta()) is None, "it gives it back"
    assert take("desk", BOTH, "2", LENGTH) is None
    table.close()
