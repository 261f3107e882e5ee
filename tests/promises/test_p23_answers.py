"""P23: no answer of a helpdesk can stop the others: without an end, byte by byte, or gigabytes in few bytes.

Tried, and red, by not ending in time: what comes is read to its end; an answer that is too long counts as an outage.
"""

from datetime import timedelta

import pytest

from connector.sandbox.zammad import Fault
from tests.promises.conftest import COMPLETE, set_the_stage
from tests.promises.evidence import proofs


@pytest.mark.slow
@pytest.mark.parametrize("house", ["zammad-7", "jira-cloud"])
def test_others_climb_in_time_whatever_some_tickets_answer(house: str, sqlite_url: str) -> None:
    made = set_the_stage(sqlite_url, house)
    with made.stage as stage:
        hostile = {kind: made.customer.writes(kind, COMPLETE) for kind in ("endless", "bomb", "drip")}
        for kind, ticket in hostile.items():
            method, path = stage.house.request_of("read", ticket)
            stage.sandbox.faults.add(Fault(kind, method=method, path=path, times=None))  # type: ignore[arg-type]
        stage.settle()
        good = made.customer.writes("Line down", COMPLETE)

        for _ in range(28):
            stage.advance(timedelta(minutes=5))

        assert set(proofs(stage.ticket(good)).values()) == {1}
        assert stage.ticket(good).fields.escalation_level == 3
        assert stage.table.pauses() == []
        dead = {letter.key.ticket: letter.error for letter in stage.table.dead_letters()}
        for kind in ("endless", "bomb"):
            assert "the answer is too long: more than 512 MB" in dead[hostile[kind]]
        stage.sandbox.faults.clear()
